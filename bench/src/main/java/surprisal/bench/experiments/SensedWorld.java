package surprisal.bench.experiments;

import java.util.List;
import java.util.function.Consumer;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Update;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.kernels.Unary;
import surprisal.models.dist.Likelihood;
import surprisal.models.dynamics.Belief;
import surprisal.models.dynamics.Latent;
import surprisal.models.dynamics.Path;
import surprisal.models.dynamics.Rssm;
import surprisal.models.dynamics.SequenceFreeEnergy;
import surprisal.models.nn.Mlp;
import surprisal.models.signal.Contrastive;
import surprisal.models.signal.Critic;
import surprisal.models.signal.Ema;
import surprisal.models.signal.Negatives;
import surprisal.models.signal.Reconstruction;
import surprisal.models.signal.RedundancyReduction;
import surprisal.models.signal.SelfDistillation;
import surprisal.models.signal.Signal;
import surprisal.models.signal.TaskOriented;
import surprisal.models.signal.Views;

/**
 * F = Σ_t D_KL[q(s_t|s_{t−1}, o_t)‖p(s_t|s_{t−1})] + c(s_t, o_t): a world model, and what its states are learned from. Worlds of one
 * seed and size differ in c alone: their eyes and dynamics begin with the same weights.
 *
 * @param eye from a picture to its embedding
 * @param dynamics of the states, which is shown the embeddings
 * @param signal c, of a picture and a reward after it
 */
record SensedWorld(Eye eye, Rssm dynamics, Signal signal) {

    /** The names of {@link #of}. */
    static final List<String> SIGNALS = List.of("contrastive", "reconstruction", "byol", "barlow", "task");

    /** Those that compare states with embeddings of pictures: what makes pictures of one moment differ is nothing to them. */
    static final List<String> COMPARED = List.of("contrastive", "byol", "barlow");

    private static final double LEAST = 0.1;
    private static final double FIRST_STD = 0.3;
    private static final double TARGET_DECAY = 0.99;

    /** Nats that a cosine is worth: the complexity of some nats would outweigh it alone. */
    private static final double COSINE = 10;

    /**
     * How large a world is.
     *
     * @param side of a picture, in pixels
     * @param state numbers of the random state
     * @param units of the memory, of its layers, and of an embedding
     * @param hidden units of the hidden layers of all other networks
     */
    record Sizes(int side, int state, int units, int hidden) {}

    /**
     * A fresh world.
     *
     * @param name of its signal
     * @param sizes its sizes
     * @param negatives what a contrast tells a state's picture from
     * @param precision its precision
     * @param rng where its weights come from
     * @param last takes what must follow the update of the weights
     */
    static SensedWorld of(
            String name, Sizes sizes, Negatives negatives, Precision precision, Rng rng, Consumer<Update> last) {
        int pixels = sizes.side * sizes.side, state = sizes.units + sizes.state;
        Eye eye = Eye.of(sizes.side, sizes.units, precision, rng);
        Rssm dynamics = Rssm.of(new Latent.Gaussian(sizes.state, LEAST),
                new Rssm.Sizes(1, sizes.units, sizes.units, sizes.units), Unary.ELU, precision, rng);
        Signal seen = switch (name) {
            case "reconstruction" -> new Reconstruction(Mlp.of(rng, precision, Unary.ELU, state, sizes.hidden, pixels),
                    Likelihood.LearnedStd.of(FIRST_STD, precision));
            case "byol" -> {
                Ema<Eye> average = Ema.of(eye, TARGET_DECAY);
                last.accept(average);
                Mlp predictor = Mlp.of(rng, precision, Unary.ELU, state, sizes.hidden, sizes.units);
                yield SelfDistillation.byol(predictor, average).times(COSINE);
            }
            case "barlow" -> RedundancyReduction.of(views(sizes, precision, rng));
            case "task" -> new TaskOriented(List.of(new TaskOriented.Head("reward",
                    Mlp.of(rng, precision, Unary.ELU, state, sizes.hidden, 1), Likelihood.LearnedStd.of(FIRST_STD, precision), 1)));
            default -> new Contrastive(views(sizes, precision, rng), Critic.TANH, 1, negatives);
        };
        return new SensedWorld(eye, dynamics, name.equals("task") ? seen.on(pixels, pixels + 1) : seen.on(0, pixels));
    }

    private static Views views(Sizes sizes, Precision precision, Rng rng) {
        return new Views(
                Mlp.of(rng, precision, Unary.ELU, sizes.units + sizes.state, sizes.hidden, sizes.units),
                Eye.of(sizes.side, sizes.units, precision, rng));
    }

    /** What it expects and believes along some films. */
    Path<Belief> filter(Clips clips, Rng rng) {
        return dynamics.filter(dynamics.start(clips.batch()), clips.actions(), eye.apply(clips.frames()), rng);
    }

    /** F of some films, where what is learned from is these pictures, and each has a reward, [T, B, 1]. */
    SequenceFreeEnergy F(Clips clips, Tensor pictures, Tensor rewards, Rng rng) {
        return SequenceFreeEnergy.of(dynamics, filter(clips, rng), signal, Tensor.concat(-1, pictures, rewards));
    }

    /** The states along a path, [T, B, n]. */
    Tensor states(Path<Belief> path) {
        return dynamics.state(path.posterior());
    }

    /** The states that it imagines after the first {@code seen} pictures, [T − seen, B, n]. */
    Tensor imagined(Clips clips, Path<Belief> path, int seen, Rng rng) {
        return dynamics.state(dynamics.imagine(path.at(seen - 1), clips.actions().slice(0, seen, clips.steps()), rng));
    }
}
