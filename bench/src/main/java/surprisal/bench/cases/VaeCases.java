package surprisal.bench.cases;

import static surprisal.models.Kl.kl;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import surprisal.autodiff.Grad;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Update;
import surprisal.bench.timing.Case;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.dist.Bernoulli;
import surprisal.models.dist.Normal;
import surprisal.models.nn.Init;
import surprisal.models.nn.Linear;

/**
 * One training step of a variational autoencoder, forward, backward and Adam, in float32: 784 → 400 relu → mean 20
 * and log-variance 20 → one sample → 400 relu → 784 logits, batch 128, on a ring of 16 binary batches with 30 % ones.
 */
public final class VaeCases {
    private static final int BATCH = 128;
    private static final int RING = 16;
    private static final int PIXELS = 784;
    private static final int HIDDEN = 400;
    private static final int LATENT = 20;
    private static final double RATE = 1e-3;

    /** Products alone: forward, and backward without the gradient for the input. */
    private static final double FLOPS =
            2.0 * BATCH * (3.0 * (2 * PIXELS * HIDDEN + 3 * HIDDEN * LATENT) - PIXELS * HIDDEN);

    private static final Normal PRIOR = Normal.standard(LATENT);

    private VaeCases() {}

    static List<Case> all() {
        return List.of(new Case("vae/step/784-400-20/128", FLOPS, 0, () -> step(RING)));
    }

    /** The peers' network: its spread is a log-variance. */
    private static SequencedMap<String, Linear> network(Rng rng) {
        SequencedMap<String, Linear> network = new LinkedHashMap<>();
        network.put("enc", layer(PIXELS, HIDDEN, rng));
        network.put("mean", layer(HIDDEN, LATENT, rng));
        network.put("logvar", layer(HIDDEN, LATENT, rng));
        network.put("dec", layer(LATENT, HIDDEN, rng));
        network.put("out", layer(HIDDEN, PIXELS, rng));
        return network;
    }

    private static Linear layer(int in, int out, Rng rng) {
        return Linear.of(in, out, Init.GLOROT, Precision.FLOAT32, rng);
    }

    /** (Σ cross-entropy + Σ D_KL[N(μ, σ²) ‖ N(0, I)]) / batch. */
    private static Tensor loss(Map<String, Linear> net, Tensor x, Rng rng) {
        Tensor h = net.get("enc").apply(x, Unary.RELU);
        Normal q = new Normal(net.get("mean").apply(h), net.get("logvar").apply(h).times(0.5).exp());
        Tensor logits = net.get("out").apply(net.get("dec").apply(q.sample(rng), Unary.RELU));
        return kl(q, PRIOR).minus(new Bernoulli(logits).logProb(x)).sum().div(BATCH);
    }

    /**
     * A training loop, ready for its first step.
     *
     * @param batches how many there are, used in turn
     * @return one step at every call
     */
    public static Case.Call step(int batches) {
        Rng rng = new Rng(0);
        Map<String, Linear> model = network(rng.split());
        Update adam = Update.adam(RATE);
        Tape tape = new Tape();
        Tensor[] ring = new Tensor[batches];
        Array ink = Array.zeros(Shape.of(BATCH, PIXELS), Precision.FLOAT32);
        ink.fill(0.3);
        for (int i = 0; i < batches; i++) ring[i] = Tensor.of(rng.bernoulli(ink));
        return new Case.Call() {
            private int steps;
            private double loss;

            @Override
            public void run() {
                Tensor x = ring[steps++ % batches];
                Grad<Map<String, Linear>> grad = tape.grad(model, m -> loss(m, x, rng));
                adam.step(model, grad);
                loss = grad.loss();
            }

            @Override
            public Map<String, Object> notes() {
                return Map.of("steps", steps, "loss", Math.rint(loss * 1e3) / 1e3);
            }
        };
    }
}
