package surprisal.bench.experiments;

import java.util.List;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.dist.Bernoulli;
import surprisal.models.dist.Likelihood;
import surprisal.models.dynamics.Balance;
import surprisal.models.dynamics.Clocked;
import surprisal.models.dynamics.Dynamics;
import surprisal.models.dynamics.Latent;
import surprisal.models.dynamics.Markov;
import surprisal.models.dynamics.Memory;
import surprisal.models.dynamics.Path;
import surprisal.models.dynamics.Recognition;
import surprisal.models.dynamics.Rssm;
import surprisal.models.dynamics.SequenceFreeEnergy;
import surprisal.models.dynamics.Transition;
import surprisal.models.nn.Init;
import surprisal.models.nn.Linear;
import surprisal.models.nn.Mlp;
import surprisal.models.signal.Reconstruction;

/**
 * A world model of films: pixels are ink with the probability of their grey. It looks along straight lines, since where the ink of a
 * figure lies is one (its centre is Σ pixel · place / Σ pixel), and draws with two layers, so that nothing asks a state to be more
 * crooked than what it is about.
 *
 * @param dynamics of the states
 * @param encoder from a picture to what the dynamics is shown of it
 * @param decoder from a state to a picture
 * @param <B> the type of a belief
 */
record FilmModel<B>(Dynamics<B> dynamics, Linear encoder, Reconstruction decoder) {

    /** The names of {@link #of}. */
    static final List<String> KINDS = List.of("gaussian", "categorical", "memoryless", "lstm", "transformer", "clocked");

    /** How many numbers of a picture the dynamics is shown. */
    private static final int SHOWN = 64;

    private static final int CLASSES = 8;
    private static final int WINDOW = 8;
    private static final int HEADS = 4;
    private static final double LEAST = 0.1;
    private static final double UNIMIX = 0.01;

    /**
     * How large a model is.
     *
     * @param pixels of a picture
     * @param action numbers of an action
     * @param units of the memory
     * @param state numbers of the random state
     * @param layer units of the dynamics' hidden layers
     * @param hidden units of each of the decoder's two hidden layers
     */
    record Sizes(int pixels, int action, int units, int state, int layer, int hidden) {}

    /** A fresh model of a kind. */
    static FilmModel<?> of(String kind, Sizes sizes, Precision precision, Rng rng) {
        Latent gaussian = new Latent.Gaussian(sizes.state, LEAST);
        Rssm.Sizes inner = new Rssm.Sizes(sizes.action, SHOWN, sizes.units, sizes.layer);
        return switch (kind) {
            case "categorical" -> {
                Latent latent = new Latent.OneHots(sizes.state, CLASSES, UNIMIX);
                yield around(Rssm.of(latent, inner, Unary.ELU, precision, rng), sizes.units + latent.size(), sizes, precision, rng);
            }
            case "memoryless" -> around(memoryless(gaussian, sizes, precision, rng), sizes.state, sizes, precision, rng);
            case "lstm" -> {
                Rssm.Sizes both = new Rssm.Sizes(sizes.action, SHOWN, 2 * sizes.units, sizes.layer);
                Memory memory = Memory.LongShort.of(sizes.layer, both.memory(), precision, rng);
                Rssm rssm = Rssm.of(gaussian, both, memory, Unary.ELU, precision, rng);
                yield around(rssm, both.memory() + sizes.state, sizes, precision, rng);
            }
            case "transformer" -> {
                int width = Math.ceilDiv(sizes.layer, HEADS) * HEADS;
                Rssm.Sizes shown = new Rssm.Sizes(sizes.action, SHOWN, width, width);
                Memory memory = Memory.Attentive.of(width, WINDOW, HEADS, 1, precision, rng);
                yield around(Rssm.of(gaussian, shown, memory, Unary.ELU, precision, rng), width + sizes.state, sizes, precision, rng);
            }
            case "clocked" -> {
                Rssm.Sizes below = new Rssm.Sizes(
                        sizes.action + sizes.units + sizes.state, SHOWN, sizes.units, sizes.layer);
                Rssm low = Rssm.of(gaussian, below, Unary.ELU, precision, rng);
                Rssm high = Rssm.of(gaussian, inner, Unary.ELU, precision, rng);
                yield around(new Clocked(List.of(low, high), 4), sizes.units + sizes.state, sizes, precision, rng);
            }
            default -> around(
                    Rssm.of(gaussian, inner, Unary.ELU, precision, rng), sizes.units + sizes.state, sizes, precision, rng);
        };
    }

    /** The state is what one picture shows, so that the prior can tell no direction. */
    private static Markov memoryless(Latent latent, Sizes sizes, Precision precision, Rng rng) {
        Mlp prior = Mlp.of(rng, precision, Unary.ELU, sizes.state + sizes.action, sizes.layer, sizes.layer, latent.raw());
        Mlp posterior = Mlp.of(rng, precision, Unary.ELU, SHOWN, sizes.layer, latent.raw());
        return new Markov(new Transition.Learned(prior, latent), new Recognition.Alone(posterior, latent),
                Tensor.zeros(Shape.of(sizes.state), precision));
    }

    private static <B> FilmModel<B> around(Dynamics<B> dynamics, int state, Sizes sizes, Precision precision, Rng rng) {
        return new FilmModel<>(dynamics,
                Linear.of(sizes.pixels, SHOWN, Init.GLOROT, precision, rng),
                new Reconstruction(
                        Mlp.of(rng, precision, Unary.ELU, state, sizes.hidden, sizes.hidden, sizes.pixels), Likelihood.bernoulli()));
    }

    /** What it believes along films, from before the first picture. */
    Path<B> filter(Clips clips, Rng rng) {
        return dynamics.filter(dynamics.start(clips.batch()), clips.actions(), encoder.apply(clips.frames()), rng);
    }

    /** F of films along what it believes. */
    SequenceFreeEnergy F(Clips clips, Path<B> path, Balance balance) {
        return SequenceFreeEnergy.of(dynamics, path, decoder, clips.frames(), balance);
    }

    /** F of films, with new noise. */
    SequenceFreeEnergy F(Clips clips, Balance balance, Rng rng) {
        return F(clips, filter(clips, rng), balance);
    }

    /** The state as the decoder sees it, [T, B, n]. */
    Tensor states(Path<B> path) {
        return dynamics.state(path.posterior());
    }

    /** Whether each pixel is ink after the first {@code seen} pictures, of which no more are shown: [T − seen, B, pixels]. */
    Tensor imagined(Clips clips, Path<B> path, int seen, Rng rng) {
        B open = dynamics.imagine(path.at(seen - 1), clips.actions().slice(0, seen, clips.steps()), rng);
        return pictures(dynamics.state(open));
    }

    /** The decoder's pictures. */
    Tensor pictures(Tensor states) {
        return ((Bernoulli) decoder.p(states)).probs();
    }
}
