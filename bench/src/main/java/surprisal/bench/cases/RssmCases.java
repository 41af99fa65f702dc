package surprisal.bench.cases;

import static surprisal.models.Kl.kl;

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
import surprisal.models.dist.Normal;
import surprisal.models.nn.Gru;
import surprisal.models.nn.Init;
import surprisal.models.nn.Linear;

/**
 * One training step of a recurrent state-space model, backward through time, gradients clipped to norm 100 and Adam, in
 * float32: 20 steps of 50 sequences of 16 observed numbers and 4 of action; deterministic state 200, Gaussian state 30,
 * hidden layers of 200 elu units, on a ring of 8 batches.
 */
public final class RssmCases {
    private static final int STEPS = 20;
    private static final int BATCH = 50;
    private static final int RING = 8;
    private static final int SEEN = 16;
    private static final int ACTION = 4;
    private static final int STATE = 200;
    private static final int LATENT = 30;
    private static final int HIDDEN = 200;
    private static final double LEAST = 0.1;
    private static final double FREE_NATS = 3;
    private static final double CLIP = 100;
    private static final double RATE = 6e-4;

    /** Multiply-adds for one row, forward. */
    private static final double PRODUCTS = SEEN * HIDDEN + 2.0 * HIDDEN * HIDDEN
            + (LATENT + ACTION) * HIDDEN + HIDDEN * 3 * STATE + STATE * 3 * STATE
            + 2 * (STATE * HIDDEN + HIDDEN * 2 * LATENT)
            + (STATE + LATENT) * HIDDEN + HIDDEN * HIDDEN + HIDDEN * SEEN;

    /** Products alone: forward, and backward without the gradient for the observations. */
    private static final double FLOPS = 2.0 * STEPS * BATCH * (3 * PRODUCTS - SEEN * HIDDEN);

    /**
     * The peers' network.
     *
     * @param embed from an observation to its part of the posterior's hidden layer, three layers
     * @param action from an action to its part of the unit's input
     * @param latent the rest of that, from s
     * @param unit the recurrent unit
     * @param belief from h to the posterior's hidden layer
     * @param posterior from there to μ and ρ
     * @param prior from h to those of the prior, two layers
     * @param decoder from h and s to the observation, three layers
     */
    private record Rssm(
            List<Linear> embed, Linear action, Tensor latent, Gru unit, Tensor belief, Linear posterior,
            List<Linear> prior, List<Linear> decoder) {

        static Rssm of(Rng rng) {
            return new Rssm(
                    List.of(layer(SEEN, HIDDEN, rng), layer(HIDDEN, HIDDEN, rng), layer(HIDDEN, HIDDEN, rng)),
                    layer(ACTION, HIDDEN, rng),
                    layer(LATENT, HIDDEN, rng).weight(),
                    Gru.of(HIDDEN, STATE, Precision.FLOAT32, rng),
                    layer(STATE, HIDDEN, rng).weight(),
                    layer(HIDDEN, 2 * LATENT, rng),
                    List.of(layer(STATE, HIDDEN, rng), layer(HIDDEN, 2 * LATENT, rng)),
                    List.of(layer(STATE + LATENT, HIDDEN, rng), layer(HIDDEN, HIDDEN, rng), layer(HIDDEN, SEEN, rng)));
        }

        private static Linear layer(int in, int out, Rng rng) {
            return Linear.of(in, out, Init.GLOROT, Precision.FLOAT32, rng);
        }

        private static Tensor layers(List<Linear> layers, Tensor x) {
            Tensor h = x;
            for (Linear layer : layers.subList(0, layers.size() - 1)) h = layer.apply(h, Unary.ELU);
            return layers.getLast().apply(h);
        }

        /** ½ |o′ − o|² + max(3, D_KL[posterior ‖ prior]), both means over steps and batch. */
        Tensor loss(Batch batch, Tensor noise) {
            Tensor states = Tensor.filter(
                    Unary.ELU, LEAST, action.apply(batch.action), layers(embed, batch.seen), noise, batch.h, batch.s,
                    latent, unit.input().weight(), unit.input().bias(), unit.state().weight(), unit.state().bias(),
                    belief, posterior.weight(), posterior.bias());
            int all = STATE + LATENT;
            Normal q = new Normal(states.slice(all, all + LATENT), states.slice(all + LATENT, all + 2 * LATENT));
            Tensor raw = layers(prior, states.slice(0, STATE));
            Normal p = new Normal(raw.slice(0, LATENT), raw.slice(LATENT, 2 * LATENT).softplus().plus(LEAST));
            Tensor surprise = layers(decoder, states.slice(0, all)).minus(batch.seen).square().sum();
            return surprise.times(0.5 / (STEPS * BATCH)).plus(kl(q, p).mean().atLeast(FREE_NATS));
        }
    }

    /** Observations and actions, [steps, batch, ..], and the zeros to begin from. */
    private record Batch(Tensor seen, Tensor action, Tensor h, Tensor s) {

        static Batch of(Rng rng) {
            Array seen = rng.normal(Shape.of(STEPS, BATCH, SEEN), Precision.FLOAT32);
            for (int i = BATCH * SEEN; i < seen.size(); i++) seen.set(i, seen.at(i) + seen.at(i - BATCH * SEEN));
            return new Batch(
                    Tensor.of(seen).times(0.3),
                    Tensor.of(rng.uniform(Shape.of(STEPS, BATCH, ACTION), Precision.FLOAT32)).times(2).minus(1),
                    Tensor.zeros(Shape.of(BATCH, STATE), Precision.FLOAT32),
                    Tensor.zeros(Shape.of(BATCH, LATENT), Precision.FLOAT32));
        }
    }

    private RssmCases() {}

    static List<Case> all() {
        return List.of(new Case("rssm/step/200-30/50x20", FLOPS, 0, RssmCases::step));
    }

    /**
     * A training loop, ready for its first step.
     *
     * @return one step at every call
     */
    public static Case.Call step() {
        Rng rng = new Rng(0);
        Rssm model = Rssm.of(rng.split());
        Update update = Update.chain(Update.clipByGlobalNorm(CLIP), Update.adam(RATE));
        Tape tape = new Tape();
        Batch[] ring = new Batch[RING];
        for (int i = 0; i < RING; i++) ring[i] = Batch.of(rng);
        Array noise = Array.zeros(Shape.of(STEPS, BATCH, LATENT), Precision.FLOAT32);
        Tensor epsilon = Tensor.of(noise);
        return new Case.Call() {
            private int steps;
            private double loss;

            @Override
            public void run() {
                Batch batch = ring[steps++ % RING];
                rng.fillNormal(noise);
                Grad<Rssm> grad = tape.grad(model, m -> m.loss(batch, epsilon));
                update.step(model, grad);
                loss = grad.loss();
            }

            @Override
            public Map<String, Object> notes() {
                return Map.of("steps", steps, "loss", Math.rint(loss * 1e3) / 1e3);
            }
        };
    }
}
