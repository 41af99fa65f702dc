import module surprisal.models;
import static surprisal.models.Kl.kl;

/** p(x,z) = p(x|z) p(z), and the q(z|x) that inverts it. */
record Vae(Mlp encoder, Mlp decoder, int latent) {
  static Vae of(int pixels, int hidden, int latent, Rng rng) {
    return new Vae(Mlp.of(rng, pixels, hidden, 2 * latent), Mlp.of(rng, latent, hidden, pixels), latent);
  }
  Normal q(Tensor x) {
    Tensor h = encoder.apply(x);
    return new Normal(h.slice(0, latent), h.slice(latent, 2 * latent).softplus().plus(1e-4f));
  }
  Bernoulli p(Tensor z) { return new Bernoulli(decoder.apply(z)); }

  /** F = D_KL[q(z|x) ‖ p(z)] − E_q[log p(x|z)]: complexity − accuracy, one sample of z. */
  Tensor freeEnergy(Tensor x, Rng rng) {
    Normal q = q(x);
    Tensor z = q.sample(rng);
    return kl(q, Normal.standard(latent)).minus(p(z).logProb(x));
  }
}

void main() {
  Rng rng = new Rng(0);
  Bars data = new Bars(6);                                        // 12 equally likely pictures
  Vae vae = Vae.of(36, 64, 4, rng.split());
  Update adam = Update.chain(Update.clipByGlobalNorm(10), Update.adam(3e-3f));
  Tape tape = new Tape();
  for (int step = 0; step <= 3000; step++) {
    Tensor x = data.batch(64, rng);
    Grad<Vae> grad = tape.grad(vae, m -> m.freeEnergy(x, rng).mean());
    adam.step(vae, grad);
    if (step % 500 == 0) IO.println("%5d  F = %.3f nats".formatted(step, grad.loss()));
  }
  IO.println("       F ≥ H[x] = log 12 = %.3f".formatted(Math.log(12)));   // in expectation: the law the test checks
}
