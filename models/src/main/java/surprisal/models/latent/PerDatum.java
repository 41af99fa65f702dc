package surprisal.models.latent;

import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Update;
import surprisal.engine.Rng;
import surprisal.models.FreeEnergy;
import surprisal.models.dist.Normal;

/**
 * q(z_i) = N(μ_i, σ_i²), numbers of its own for each x_i: the belief that no encoder has to share. What an encoder's F
 * lies above its least is the amortisation gap (Cremer, Li and Duvenaud 2018).
 *
 * @param mean μ, [N, latent]
 * @param rho ρ, σ = softplus(ρ) + least, [N, latent]
 */
public record PerDatum(Tensor mean, Tensor rho) {

    /**
     * The beliefs to begin with, those of an encoder: ρ = log(eˢ − 1) = s + log(1 − e⁻ˢ) with s = σ − least.
     *
     * @param q q(z|x), [N, latent], each σ above 1e-4
     * @return the same beliefs, free from the encoder
     * @throws IllegalArgumentException unless each σ is finite and above 1e-4
     */
    public static PerDatum of(Normal q) {
        Tensor std = q.std().expand(q.mean().shape());
        Tensor s = std.minus(DeepLatentGaussian.LEAST);
        for (int i = 0; i < s.shape().size(); i++) {
            if (!(s.at(i) > 0 && s.at(i) < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("σ at " + i + " of " + std.shape() + " is " + std.at(i)
                        + ": beliefs begin with finite ones above " + DeepLatentGaussian.LEAST);
            }
        }
        return new PerDatum(q.mean().copy(), s.plus(s.neg().expm1().neg().log()).copy());
    }

    /**
     * The beliefs.
     *
     * @return q, [N, latent]
     */
    public Normal q() {
        return new Normal(mean, rho.softplus().plus(DeepLatentGaussian.LEAST));
    }

    /**
     * F of each x under its belief.
     *
     * @param model the model, of which the prior and p(x|z) are used
     * @param x what was seen, [N, n]
     * @param samples how many draws of z for the accuracy
     * @param rng where they come from
     * @return both terms, [N]
     */
    public FreeEnergy freeEnergy(LatentModel model, Tensor x, int samples, Rng rng) {
        return freeEnergy(q(), model, x, samples, rng);
    }

    private static FreeEnergy freeEnergy(Normal q, LatentModel model, Tensor x, int samples, Rng rng) {
        Tensor z = LatentModel.draws(q, samples, rng);
        return FreeEnergy.of(q, model.prior(), model.p(z).logProb(x).mean(0));
    }

    /**
     * Descends Σ_i F_i in the beliefs alone; the model stays as it is.
     *
     * @param model the model
     * @param x what was seen, [N, n]
     * @param samples how many draws of z in each step
     * @param steps how many steps
     * @param update how a step is made of a gradient
     * @param rng where the draws come from
     */
    public void refine(LatentModel model, Tensor x, int samples, int steps, Update update, Rng rng) {
        Tape tape = new Tape();
        for (int step = 0; step < steps; step++) {
            update.step(this, tape.grad(this, m -> m.freeEnergy(model, x, samples, rng).total().sum()));
        }
    }

    /**
     * How far another belief's F lies above this one's, both on the same noise.
     *
     * @param q the other, an encoder's
     * @param model the model
     * @param x what was seen, [N, n]
     * @param samples how many draws of z
     * @param rng where they come from
     * @return nats; where these are the best beliefs its mean is ≥ 0, [N]
     */
    public Tensor gap(Normal q, LatentModel model, Tensor x, int samples, Rng rng) {
        Rng.State same = rng.state();
        Tensor F = freeEnergy(q, model, x, samples, rng).total();
        return F.minus(freeEnergy(model, x, samples, Rng.of(same)).total());
    }
}
