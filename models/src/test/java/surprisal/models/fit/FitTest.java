package surprisal.models.fit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;
import surprisal.models.agent.Agent;
import surprisal.models.agent.Choice;
import surprisal.models.agent.Efe;
import surprisal.models.agent.Policies;
import surprisal.models.agent.Term;
import surprisal.models.fit.Parameter.Scale;
import surprisal.models.pomdp.FactoredPomdp;

/** Posteriors where the answer is known: by integration over a grid, or in closed form. */
class FitTest {
    private static final double TWO_PI = 6.283185307179586;

    /** Two machines; whoever takes the right one gets the second outcome. */
    private static Subject bandit() {
        FactoredPomdp model = FactoredPomdp.builder()
                .factor("side", "left", "right")
                .action("take", "left", "right")
                .modality("got", "nothing", "prize").dependsOn("side")
                .given("side", "left").outcome("nothing").given("side", "right").outcome("prize")
                .transition("side").dependsOn("take", "side")
                .given("take", "left").next("left").given("take", "right").next("right")
                .build();
        return Subject.of(model).efe(Efe.of(Term.UTILITY));
    }

    private static Recording.Episode taken(int... actions) {
        return new Recording.Episode(IntStream.range(0, actions.length).mapToObj(t -> new int[] {-1}).toArray(int[][]::new), actions);
    }

    /** With C = (0, c) and γ = 1 the right machine is taken with probability σ(c). */
    private static Fit preference() {
        int[] actions = new int[60];
        Arrays.fill(actions, 0, 40, 1);
        Subject bandit = bandit();
        Behaviour behaviour = Behaviour.of(bandit, new Recording(List.of(taken(actions))));
        return Fit.of(List.of(Parameter.of("c", Scale.REAL, 0, 1)), free -> behaviour.logLikelihood(
                bandit.preferences(0, Tensor.concat(0, Tensor.of(0.0), free.of("c")))));
    }

    /** Mean, standard deviation, ln evidence and mode of N(c; 0, 1) σ(c)⁴⁰ σ(−c)²⁰, by the trapezoid rule. */
    private static double[] grid() {
        double h = 1e-3;
        double sum = 0;
        double first = 0;
        double second = 0;
        double most = 0;
        double mode = 0;
        for (double c = -8; c <= 8; c += h) {
            double p = StrictMath.exp(-c * c / 2 - 40 * StrictMath.log1p(StrictMath.exp(-c)) - 20 * StrictMath.log1p(StrictMath.exp(c)));
            mode = p > most ? c : mode;
            most = Math.max(p, most);
            sum += p * h;
            first += p * h * c;
            second += p * h * c * c;
        }
        double mean = first / sum;
        return new double[] {mean, StrictMath.sqrt(second / sum - mean * mean), StrictMath.log(sum / StrictMath.sqrt(TWO_PI)), mode};
    }

    @Test
    void laplaceAgreesWithAGrid() {
        double[] exact = grid();
        Gaussian posterior = preference().laplace();
        assertEquals(exact[3], posterior.mean()[0], 1e-3); // the grid's step; the mean is another one
        assertEquals(exact[1], posterior.std(0), 0.02 * exact[1]);
        assertEquals(exact[2], posterior.logEvidence(), 0.005);
    }

    @Test
    void variationalAgreesWithAGrid() {
        double[] exact = grid();
        Gaussian posterior = preference().variational(32, 7);
        assertEquals(exact[0], posterior.mean()[0], 0.03 * exact[1]);
        assertEquals(exact[1], posterior.std(0), 0.02 * exact[1]);
        assertEquals(exact[2], posterior.logEvidence(), 0.005);
    }

    /** y = x₀ + ½ x₁ + noise of variance ¼, y = 1, with priors N(0, 1) and N(0.3, 2²): all in closed form. */
    @Test
    void normalsAreFoundExactly() {
        Fit fit = Fit.of(List.of(Parameter.of("a", Scale.REAL, 0, 1), Parameter.of("b", Scale.REAL, 0.3, 2)),
                free -> free.of("a").plus(free.of("b").times(0.5)).minus(1).square().sum().times(-2)
                        .plus(-0.5 * StrictMath.log(TWO_PI / 4)));
        double h00 = 1 + 4;
        double h01 = 2;
        double h11 = 0.25 + 1;
        double det = h00 * h11 - h01 * h01;
        double error = 1 - 0.15;
        double variance = 0.25 + 1 + 1; // of y: noise, x₀ and ½ x₁
        double[] mean = {error / variance, 0.3 + error * 2 / variance};
        double evidence = -0.5 * (StrictMath.log(TWO_PI * variance) + error * error / variance);
        Gaussian laplace = fit.laplace();
        assertArrayEquals(mean, laplace.mean(), 1e-7);
        assertArrayEquals(new double[] {h11 / det, -h01 / det}, laplace.covariance()[0], 1e-6);
        assertArrayEquals(new double[] {-h01 / det, h00 / det}, laplace.covariance()[1], 1e-6);
        assertEquals(evidence, laplace.logEvidence(), 1e-6);
        Gaussian variational = fit.variational(2, 1);
        assertArrayEquals(mean, variational.mean(), 1e-6);
        // independent normals have the precision H_ii each, and their F is ½ ln (H₀₀ H₁₁ / |H|) above the least
        assertEquals(1 / h00, variational.covariance()[0][0], 1e-6);
        assertEquals(1 / h11, variational.covariance()[1][1], 1e-6);
        assertEquals(evidence - 0.5 * StrictMath.log(h00 * h11 / det), variational.logEvidence(), 1e-6);
    }

    @Test
    void theMinimumOfACurvedValleyIsFound() {
        double[] x = Minimum.of((at, slope) -> {
            double a = 1 - at[0];
            double b = at[1] - at[0] * at[0];
            slope[0] = -2 * a - 400 * at[0] * b;
            slope[1] = 200 * b;
            return a * a + 100 * b * b;
        }, new double[] {-1.2, 1});
        assertArrayEquals(new double[] {1, 1}, x, 1e-8);
    }

    @Test
    void everyScaleLeadsWhereItShould() {
        Fit fit = Fit.of(List.of(Parameter.of("r", Scale.REAL, 0, 1), Parameter.of("l", Scale.LOG, 0, 1),
                Parameter.of("s", Scale.SOFTPLUS, 0, 1), Parameter.of("p", Scale.LOGIT, 0, 1),
                new Parameter("D", 2, Scale.SOFTMAX, 0, 1)), free -> free.of("r").sum());
        double[] x = {0.5, 0.5, 0.5, 0.5, 0.5, 1.5};
        double e = StrictMath.exp(0.5);
        assertArrayEquals(new double[] {0.5}, fit.value(x, "r"));
        assertArrayEquals(new double[] {e}, fit.value(x, "l"), 1e-14);
        assertArrayEquals(new double[] {StrictMath.log(1 + e)}, fit.value(x, "s"), 1e-14);
        assertArrayEquals(new double[] {e / (1 + e)}, fit.value(x, "p"), 1e-14);
        assertArrayEquals(new double[] {1 / (1 + Math.E), Math.E / (1 + Math.E)}, fit.value(x, "D"), 1e-14);
    }

    @Test
    void whatIsWrongIsSaid() {
        says("2 observations and 1 actions", () -> new Recording.Episode(new int[2][1], new int[1]));
        says("episode 0, step 1: action 2", () -> Behaviour.of(bandit(), new Recording(List.of(taken(0, 2)))));
        says("outcome got = 2: it takes 0 to 1", () -> Behaviour.of(bandit(),
                new Recording(List.of(new Recording.Episode(new int[][] {{2}}, new int[] {0})))));
        Subject onlyLeft = bandit().policies(Policies.of(bandit().model().structure(), new int[][][] {{{0}}}));
        says("take = right begins no policy", () -> Behaviour.of(onlyLeft, new Recording(List.of(taken(0, 1)))));
        says("a preference that is fitted is finite", () -> Behaviour.of(
                bandit().preferences(0, Tensor.of(0, Double.NEGATIVE_INFINITY)), new Recording(List.of(taken(0)))));
        says("no free parameter is called d", () -> preference().value(new double[1], "d"));
        says("has no gradient here", () -> bandit().efe(Efe.of(Term.JOINT_GAIN)));
        says("the prior of g", () -> Parameter.of("g", Scale.LOG, 0, 0));
    }

    /** A parameter that goes nowhere would come back as its prior. */
    @Test
    void whatGoesNowhereIsSaid() {
        Subject bandit = bandit();
        says("modality 9: the model has 0 to 0, [got]", () -> bandit.preferences(9, Tensor.of(0.0, 1)));
        says("modality -1: the model has 0 to 0, [got]", () -> bandit.preferences(-1, Tensor.of(0.0, 1)));
        says("factor 9: the model has 0 to 0, [side]", () -> bandit.initially(9, Tensor.of(0.5, 0.5)));
        says("preferences of modality 0 are [3]: they are [2], or by time [T, 2]", () -> bandit.preferences(0, Tensor.of(0.0, 1, 2)));
        says("preferences of modality 0 are []: they are", () -> bandit.preferences(0, Tensor.of(0.0).reshape()));
        says("the first belief about factor 0 is [1, 2]: it is [2]", () -> bandit.initially(0, Tensor.of(0.5, 0.5).reshape(1, 2)));
        Behaviour behaviour = Behaviour.of(bandit, new Recording(List.of(taken(0, 1))));
        says("a subject that chooses MARGINAL among 4 policies of 2 steps, in the likelihood of one that chooses MARGINAL among 2 policies "
                + "of 1 steps", () -> behaviour.logLikelihood(bandit.horizon(2)));
        says("a subject that chooses FULL among 2", () -> behaviour.logLikelihood(bandit.choice(Choice.FULL)));
        Policies turned = Policies.of(bandit.model().structure(), new int[][][] {{{1}}, {{0}}});
        says("make a Behaviour of this subject", () -> behaviour.logLikelihood(bandit.policies(turned)));
        assertEquals(2 * StrictMath.log(0.5), behaviour.logLikelihood(bandit.horizon(1)).item(), 1e-15); // the same policies, listed anew
    }

    /** With C = (0, 4), γ = 16 and α = 0.1 the left machine is taken with probability σ(−6.4), by the fit and by its agent. */
    @Test
    void theAgentChoosesAsTheLikelihoodSays() {
        Subject bandit = bandit().preferences(0, Tensor.of(0.0, 4)).gamma(Tensor.of(16.0)).alpha(Tensor.of(0.1));
        double left = 1 / (1 + StrictMath.exp(6.4));
        for (Subject subject : List.of(bandit, bandit.choice(Choice.FULL))) {
            Behaviour behaviour = Behaviour.of(subject, new Recording(List.of(taken(0))));
            assertEquals(StrictMath.log(left), behaviour.logLikelihood(subject).item(), 1e-12);
            Agent agent = subject.agent();
            agent.observe(-1);
            agent.plan();
            Rng rng = new Rng(5);
            int n = 0;
            for (int i = 0; i < 20_000; i++) {
                n += agent.act(rng) == 0 ? 1 : 0;
            }
            assertEquals(20_000 * left, n, 5 * StrictMath.sqrt(20_000 * left)); // 33 ± 6
        }
    }

    private static void says(String what, Runnable wrong) {
        String message = assertThrows(IllegalArgumentException.class, wrong::run).getMessage();
        assertTrue(message.contains(what), message);
    }
}
