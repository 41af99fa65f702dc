package surprisal.models.dynamics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.FreeEnergy;
import surprisal.models.dist.Categorical;
import surprisal.models.dist.Normal;
import surprisal.models.nn.Mlp;
import surprisal.models.signal.Signal;

/** The kinds of prior behind one interface. */
class MarkovTest {

    private static final Latent.Gaussian GAUSSIAN = new Latent.Gaussian(2, 0.1);
    private static final Latent.OneHots ONE_HOTS = new Latent.OneHots(2, 3, 0.01);
    private static final Signal SQUARES = (s, o) -> s.slice(0, 2).minus(o).square().sum(-1);

    private static Mlp network(int in, int out) {
        return Mlp.of(new Rng(1), Precision.FLOAT64, Unary.TANH, in, 5, out);
    }

    private static Tensor random(long seed, int... dims) {
        return Tensor.of(new Rng(seed).normal(Shape.of(dims), Precision.FLOAT64));
    }

    private static SequenceFreeEnergy F(Markov model, Tensor actions, Tensor seen) {
        return SequenceFreeEnergy.of(model, model.filter(model.start(3), actions, seen, new Rng(2)), SQUARES, seen);
    }

    /** Nothing goes from step to step: F is that of an autoencoder that sees each step by itself. */
    @Test
    void withAFixedPriorEachStepIsByItself() {
        Mlp network = network(2, 4);
        Markov model = new Markov(new Transition.Fixed(Normal.standard(2, Precision.FLOAT64)),
                new Recognition.Alone(network, GAUSSIAN), Tensor.of(0.0, 0.0));
        Tensor seen = random(3, 4, 3, 2);
        SequenceFreeEnergy F = F(model, random(4, 4, 3, 1), seen);
        Rng rng = new Rng(2);
        for (int t = 0; t < 4; t++) {
            Tensor o = Path.at(seen, t);
            Normal q = GAUSSIAN.of(network.apply(o));
            FreeEnergy alone = FreeEnergy.of(
                    q, Normal.standard(2, Precision.FLOAT64), SQUARES.cost(q.sample(rng), o).neg());
            for (int b = 0; b < 3; b++) {
                assertEquals(alone.complexity().at(b), F.complexity().at(3 * t + b), 1e-13);
                assertEquals(-alone.accuracy().at(b), F.cost().at(3 * t + b), 1e-13);
            }
        }
    }

    /** The complexity with a uniform prior is log K − H[q] for each group. */
    @Test
    void withAUniformPriorTheComplexityIsWhatEntropyLacks() {
        Tensor third = Tensor.full(Shape.of(2, 3), 1 / 3.0, Precision.FLOAT64);
        Markov model = new Markov(new Transition.Fixed(new Categorical(third)),
                new Recognition.Alone(network(2, 6), ONE_HOTS), Tensor.zeros(Shape.of(6), Precision.FLOAT64));
        Tensor actions = random(4, 4, 3, 1);
        Tensor seen = random(3, 4, 3, 2);
        Path<Belief> path = model.filter(model.start(3), actions, seen, new Rng(2));
        Tensor H = path.posterior().distribution().entropy().sum(-1);
        Tensor nats = model.divergence(path.posterior(), path.prior());
        for (int i = 0; i < 12; i++) {
            assertEquals(2 * Math.log(3) - H.at(i), nats.at(i), 1e-13);
        }
    }

    /** The complexity without a prior is −H[q], and nothing can be drawn. */
    @Test
    void withoutAPriorTheComplexityIsMinusTheEntropy() {
        for (Latent latent : List.of(GAUSSIAN, ONE_HOTS)) {
            Markov model = new Markov(new Transition.None(), new Recognition.Alone(network(2, latent.raw()), latent),
                    Tensor.zeros(Shape.of(latent.size()), Precision.FLOAT64));
            Tensor actions = random(4, 4, 3, 1);
            Path<Belief> path = model.filter(model.start(3), actions, random(3, 4, 3, 2), new Rng(2));
            Tensor H = path.posterior().distribution().entropy();
            Tensor sum = latent == GAUSSIAN ? H : H.sum(-1);
            RssmLawsTest.close(sum.neg(), model.divergence(path.posterior(), path.prior()), 0);
            assertEquals("no state can be drawn without a prior: give the dynamics a Transition that is learned, fixed or known",
                    assertThrows(UnsupportedOperationException.class, () -> model.imagine(model.start(3), actions, new Rng(0)))
                            .getMessage());
        }
    }

    @Test
    void gradientsOfALearnedPriorAreLimitsOfDifferences() {
        Markov model = new Markov(new Transition.Learned(network(3, 4), GAUSSIAN),
                new Recognition.Filtering(network(5, 4), GAUSSIAN), Tensor.of(0.1, -0.2));
        Tensor actions = random(4, 3, 3, 1);
        Tensor seen = random(3, 3, 3, 2);
        GradCheck.standard().model(model, m -> F(m, actions, seen).total());
        // the posterior learns nothing from what is imagined beyond one step: only the prior's gradient is the whole one
        Path<Belief> path = model.filter(model.start(3), actions, seen, new Rng(2));
        GradCheck.standard().model(model.prior(), p -> new Overshooting(3).complexity(
                new Markov(p, model.posterior(), model.origin()), path, actions, Balance.NONE, new Rng(3)));
        Markov oneHot = new Markov(new Transition.Learned(network(7, 6), ONE_HOTS),
                new Recognition.Filtering(network(9, 6), ONE_HOTS), Tensor.zeros(Shape.of(6), Precision.FLOAT64));
        assertEquals(List.of(), new Tape().unused(oneHot, m -> F(m, actions, seen).total().mean()));
    }

    /** The state before the first step is sure, and the same for all. */
    @Test
    void theOriginIsKnown() {
        Markov model = new Markov(new Transition.Learned(network(3, 4), GAUSSIAN),
                new Recognition.Filtering(network(5, 4), GAUSSIAN), Tensor.of(0.1, -0.2));
        Belief start = model.start(3);
        RssmLawsTest.close(start.state(), model.draw(start, new Rng(0)).state(), 0);
        RssmLawsTest.close(Tree.map(start, x -> x.slice(0, 0, 1)), Tree.map(start, x -> x.slice(0, 2, 3)), 0);
    }
}
