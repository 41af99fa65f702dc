package surprisal.models.signal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import surprisal.autodiff.Grad;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.engine.io.Npz;
import surprisal.models.dist.Likelihood;
import surprisal.models.nn.Linear;
import surprisal.models.nn.Mlp;

/** Signals give the numbers of PyTorch and NumPy (signals.py, in the resources), and say what they can't do. */
class SignalTest {

    static final Views PLAIN = new Views(UnaryOperator.identity(), UnaryOperator.identity());

    private static Map<String, Array> golden() throws IOException, URISyntaxException {
        URL url = SignalTest.class.getResource("signals.npz");
        assertNotNull(url);
        return Npz.read(Path.of(url.toURI()));
    }

    private static Signal signal(String name, Tensor c) {
        UnaryOperator<Tensor> linear = x -> x.matmul(c);
        return switch (name) {
            case "dot" -> new Contrastive(PLAIN, Critic.DOT, 1, Negatives.EVERYWHERE);
            case "tanh" -> Contrastive.of(PLAIN);
            case "cosine" -> new Contrastive(PLAIN, Critic.COSINE, 0.2, Negatives.EVERYWHERE);
            case "distillation" -> SelfDistillation.simSiam(UnaryOperator.identity(), UnaryOperator.identity());
            case "prototypes" -> new Prototypes(PLAIN, c, 0.1, Sinkhorn.standard());
            case "redundancy" -> RedundancyReduction.of(PLAIN);
            case "whitening" -> new Whitening(PLAIN, 0);
            case "vicreg" -> VicReg.of(PLAIN);
            case "normal" -> new Reconstruction(linear, Likelihood.gaussian(0.7));
            case "heads" -> new Reconstruction(linear, new Likelihood.PredictedStd(1e-4));
            default -> new Reconstruction(linear, Likelihood.bernoulli());
        };
    }

    /**
     * Costs and gradients: float64 to 1e-9, float32 to 1e-5 of 1 plus the largest number. PyTorch's are float64; our rounding
     * goes through sums of at most 12 rows of ten numbers, and e^{S/0.05} of the codes makes most of it.
     */
    @ParameterizedTest
    @ValueSource(strings = {"dot", "tanh", "cosine", "distillation", "prototypes", "redundancy", "whitening", "vicreg", "normal",
        "heads", "bernoulli"})
    void costsAndGradientsAreThoseOfPyTorch(String name) throws IOException, URISyntaxException {
        Map<String, Array> golden = golden();
        for (Precision precision : Precision.values()) {
            double tolerance = precision == Precision.FLOAT64 ? 1e-9 : 1e-5;
            Tensor s = Tensor.of(golden.get("s").to(precision));
            Tensor o = Tensor.of(golden.get(name + ".o").to(precision));
            Array weights = golden.get(name + ".c");
            Tensor c = weights == null ? Tensor.zeros(Shape.of(1), precision) : Tensor.of(weights.to(precision));
            Tensor v = Tensor.of(golden.get("v").to(precision));
            close(name, golden.get(name + ".cost"), signal(name, c).cost(s, o), tolerance);
            Grad<List<Tensor>> grad = new Tape().grad(List.of(s, o, c),
                    x -> signal(name, x.get(2)).cost(x.get(0), x.get(1)).times(v).sum());
            close(name + " by s", golden.get(name + ".gradient.s"), grad.gradient().get(0), tolerance);
            close(name + " by o", golden.get(name + ".gradient.o"), grad.gradient().get(1), tolerance);
            close(name + " by c", golden.get(name + ".gradient.c"), grad.gradient().get(2), tolerance);
        }
    }

    @Test
    void codesAreThoseOfPlainNumbers() throws IOException, URISyntaxException {
        Map<String, Array> golden = golden();
        Tensor scores = Rows.unit(Tensor.of(golden.get("s")))
                .matmulTransposed(Rows.unit(Tensor.of(golden.get("prototypes.c"))));
        close("codes", golden.get("codes"), Sinkhorn.standard().codes(scores), 1e-12);
    }

    private static void close(String what, Array expected, Tensor actual, double tolerance) {
        assertEquals(expected.shape(), actual.shape(), what);
        double size = 1 + Tensor.of(expected).abs().max().item();
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.at(i), actual.at(i), tolerance * size, what + " at " + i);
        }
    }

    private static void says(String message, Executable what) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, what).getMessage());
    }

    private static Tensor zeros(int... dims) { return Tensor.zeros(Shape.of(dims), Precision.FLOAT32); }

    @Test
    void wrongShapesAreSaid() {
        String apart = "states [4, 3] and observations [5, 3]: the axes before the last are the same, one observation for each "
                + "state";
        Mlp net = Mlp.of(new Rng(0), 3, 3);
        for (Signal signal : List.of(Contrastive.of(PLAIN), VicReg.of(PLAIN), SelfDistillation.simSiam(net, net),
                new Reconstruction(net, Likelihood.gaussian(1)))) {
            says(apart, () -> signal.cost(zeros(4, 3), zeros(5, 3)));
        }
        says("views [4, 3] of states [4, 3] and [4, 2] of observations [4, 2]: both are [4, d] with one d",
                () -> Contrastive.of(PLAIN).cost(zeros(4, 3), zeros(4, 2)));
        says("a prediction [4, 3] of a target [4, 2]: both networks end in the same width",
                () -> SelfDistillation.simSiam(net, x -> x).cost(zeros(4, 3), zeros(4, 2)));
        says("a decoder that turns states [4, 3] into [12]: the likelihood of observations [4, 3] takes [4, 3]",
                () -> new Reconstruction(h -> h.reshape(12), Likelihood.gaussian(1)).cost(zeros(4, 3), zeros(4, 3)));
        says("a decoder that turns states [4, 3] into [4, 3]: the likelihood of observations [4, 3] takes [4, 6]",
                () -> new Reconstruction(net, new Likelihood.PredictedStd(1e-4)).cost(zeros(4, 3), zeros(4, 3)));
        says("whitening of [3, 3]: the covariance of 3 rows in 3 dimensions has no inverse; take more than 3 rows, or ε > 0",
                () -> new Whitening(PLAIN, 0).cost(zeros(3, 3), zeros(3, 3)));
        says("whitening of [4, 3]: of the variance of number 2 0.0 is left beside those before it, so that the covariance has no "
                        + "inverse; take ε > 0, or more of it",
                () -> Whitening.whitened(Tensor.of(Shape.of(4, 3), 1f, 1, 3.3f, -1, 1, 3.3f, 1, -1, 3.3f, -1, -1, 3.3f), 0));
        says("whitening of views [1, 3]: it takes at least two rows", () -> new Whitening(PLAIN, 1).cost(zeros(1, 3), zeros(1, 3)));
        says("correlations of [1, 3] with [1, 3]: they take at least two rows",
                () -> RedundancyReduction.of(PLAIN).cost(zeros(1, 3), zeros(1, 3)));
        says("variances of views [1, 3]: they take at least two rows", () -> VicReg.of(PLAIN).cost(zeros(1, 3), zeros(1, 3)));
        TaskOriented task = new TaskOriented(List.of(new TaskOriented.Head("reward", net, Likelihood.gaussian(1), 3)));
        says("observations [4, 2] for heads of 3 numbers: they hold [reward (3)]", () -> task.cost(zeros(4, 3), zeros(4, 2)));
        says("no head is named value, there are [reward]", () -> task.p("value", zeros(4, 3)));
    }

    @Test
    void wrongNumbersAreSaid() {
        says("a sum of no signals: it takes at least one", () -> new Signal.Sum(List.of()));
        says("σ of a likelihood is 0.0: it takes a finite number > 0", () -> Likelihood.gaussian(0));
        says("the first σ of a likelihood is -1.0: it takes a finite number > 0", () -> Likelihood.LearnedStd.of(-1, Precision.FLOAT32));
        says("the least σ of a likelihood is 0.0: it takes a finite number > 0", () -> new Likelihood.PredictedStd(0));
        says("a contrast at temperature 0.0: it takes a positive number",
                () -> new Contrastive(PLAIN, Critic.COSINE, 0, Negatives.EVERYWHERE));
        says("codes with ε = -1.0 in 3 iterations: it takes a positive ε and at least 1 iteration", () -> new Sinkhorn(-1, 3));
        says("codes with ε = 1.0 in 0 iterations: it takes a positive ε and at least 1 iteration", () -> new Sinkhorn(1, 0));
        says("prototypes at temperature NaN: it takes a positive number",
                () -> new Prototypes(PLAIN, zeros(2, 3), Double.NaN, Sinkhorn.standard()));
        says("redundancy reduction with λ = -1.0: it takes a number ≥ 0", () -> new RedundancyReduction(PLAIN, -1));
        says("whitening with ε = -1.0: it takes a number ≥ 0", () -> new Whitening(PLAIN, -1));
        says("weights λ = 1.0, μ = -1.0, ν = 1.0: they are numbers ≥ 0", () -> new VicReg(PLAIN, 1, -1, 1));
        says("a task without quantities: it takes at least one head", () -> new TaskOriented(List.of()));
        Linear net = new Linear(zeros(3, 1), zeros(1));
        TaskOriented.Head head = new TaskOriented.Head("reward", net, Likelihood.gaussian(1), 1);
        says("two heads of one name among [reward, reward]", () -> new TaskOriented(List.of(head, head)));
        says("the head value predicts 0 numbers: it takes at least 1",
                () -> new TaskOriented(List.of(new TaskOriented.Head("value", net, Likelihood.gaussian(1), 0))));
    }
}
