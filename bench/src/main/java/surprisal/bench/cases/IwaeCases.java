package surprisal.bench.cases;

import java.util.List;
import java.util.Map;
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
import surprisal.models.latent.Iwae;
import surprisal.models.latent.Vae;

/**
 * One training step of the digits' network, 784-200-200-50 with tanh, forward, backward and Adam, in float32: F of one sample, and the bound of
 * 50, whose decoder sees 5,000 rows. Batch 100, on a ring of 16 binary batches with 30 % ones.
 */
final class IwaeCases {
    private static final int BATCH = 100;
    private static final int RING = 16;
    private static final int PIXELS = 784;
    private static final int HIDDEN = 200;
    private static final int LATENT = 50;
    private static final int SAMPLES = 50;

    private IwaeCases() {}

    static List<Case> all() {
        return List.of(
                new Case("vae/step/784-200-200-50/100", flops(1), 0, () -> step(1)),
                new Case("iwae/step/784-200-200-50/100x50", flops(SAMPLES), 0, () -> step(SAMPLES)));
    }

    /** Products alone: forward, and backward without the gradient for the input. */
    private static double flops(int samples) {
        double first = PIXELS * HIDDEN, middle = HIDDEN * HIDDEN;
        double encoder = 2 * first + 3 * (middle + 2 * HIDDEN * LATENT), decoder = 3 * (first + middle + HIDDEN * LATENT);
        return 2.0 * BATCH * (encoder + samples * decoder);
    }

    private static Case.Call step(int samples) {
        Rng rng = new Rng(0);
        Vae model = Vae.of(PIXELS, new int[] {HIDDEN, HIDDEN}, LATENT, Unary.TANH, rng.split());
        Iwae bound = new Iwae(samples);
        Update adam = Update.adam(1e-3);
        Tape tape = new Tape();
        Tensor[] ring = new Tensor[RING];
        Array ink = Array.zeros(Shape.of(BATCH, PIXELS), Precision.FLOAT32);
        ink.fill(0.3);
        for (int i = 0; i < RING; i++) ring[i] = Tensor.of(rng.bernoulli(ink));
        return new Case.Call() {
            private int steps;
            private double loss;

            @Override
            public void run() {
                Tensor x = ring[steps++ % RING];
                Grad<Vae> grad = tape.grad(model, m -> samples == 1
                        ? m.freeEnergy(x, rng).total().mean()
                        : bound.loss(m, x, rng).mean());
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
