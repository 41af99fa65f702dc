package surprisal.models.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.pomdp.EldersTest.elder;
import static surprisal.models.pomdp.EldersTest.model;
import static surprisal.models.pomdp.EldersTest.numbers;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import surprisal.autodiff.Tensor;
import surprisal.engine.Shape;
import surprisal.engine.io.JsonPlace;
import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.PolicyMessages;
import surprisal.models.pomdp.Structure;
import surprisal.models.pomdp.Tables;

/** SPM's scheme of beliefs under each policy. */
class TrialAgentTest {
    private static final double TOLERANCE = 1e-9;

    /** Ten steps under three policies of one step, three steps looked back: every belief and error of every sweep. */
    @Test
    void vbx_test_1a() {
        JsonPlace root = elder("vbx_test_1a");
        int[] seen = ones(root.at("obs"));
        int[] did = ones(root.at("actions"));
        double[] xn = numbers(root.at("xn").elements().getFirst()); // [sweep, state, step, now, policy]
        double[] vn = numbers(root.at("vn").elements().getFirst());
        double[] C = numbers(root.at("C").elements().getFirst());
        FactoredPomdp bare = model(root);
        Tensor preferred = Tensor.of(IntStream.range(0, 4).mapToDouble(o -> C[o * 10]).toArray()).logSoftmax();
        FactoredPomdp model = new FactoredPomdp(bare.structure(), bare.A(), bare.B(), List.of(preferred), bare.D());
        Tables tables = new Tables(model);
        Policies policies = Policies.all(model.structure(), 1);
        PolicyTree tree = new PolicyTree(tables, policies, Efe.of(Term.UTILITY, Term.JOINT_GAIN), null, null, null);
        PolicyMessages messages = new PolicyMessages(tables, 4);
        double[][][] priors = {tables.D(), tables.D(), tables.D()};
        for (int now = 0; now < 10; now++) {
            int from = Math.max(0, now - 2);
            double[] F = new double[3];
            double[] G = new double[3];
            for (int p = 0; p < 3; p++) {
                messages.begin(now - from + 2);
                for (int t = from; t <= now; t++) {
                    messages.observe(t - from, seen[t]);
                    messages.act(t - from, t < now ? did[t] : p);
                }
                for (int sweep = 0; sweep < 10; sweep++) {
                    messages.sweep(priors[p], now - from, PolicyMessages.QUARTER);
                    for (int t = from; t < Math.min(10, now + 2); t++) {
                        for (int s = 0; s < 3; s++) {
                            int at = (((sweep * 3 + s) * 10 + t) * 10 + now) * 3 + p;
                            assertEquals(xn[at], messages.qs()[t - from][0][s], TOLERANCE, "belief");
                            assertEquals(vn[at], messages.errors()[t - from][0][s], TOLERANCE, "error");
                        }
                    }
                }
                F[p] = messages.freeEnergy(priors[p], now - from);
                G[p] = tree.G(messages.qs()[now - from])[p];
                if (now >= 2) { // the first belief of the window is the prior of the next one
                    priors[p] = new double[][] {messages.qs()[0][0].clone()};
                }
            }
            double[] q = new double[3];
            Precision.posterior(G, F, 16, null, q);
            if (now < did.length) {
                double[][] marginals = {new double[3]};
                assertEquals(did[now], Choice.MARGINAL.choose(policies, q, Choice.DETERMINISTIC, marginals, null, null));
            }
        }
    }

    private static int[] ones(JsonPlace place) {
        return Arrays.stream(numbers(place)).mapToInt(x -> (int) x - 1).toArray();
    }

    /** Two places; to stay (0) or to go to the other (1); the place is seen with 95 %. */
    private static FactoredPomdp places(double... C) {
        return places(Tensor.of(C));
    }

    private static FactoredPomdp places(Tensor C) {
        Structure structure = Structure.of(new int[] {2}, new int[] {2}, new int[] {2});
        return FactoredPomdp.of(structure, List.of(Tensor.of(Shape.of(2, 2), 0.95, 0.05, 0.05, 0.95)),
                List.of(Tensor.of(Shape.of(2, 2, 2), 1, 0, 0, 1, 0, 1, 1, 0)), List.of(C), List.of(Tensor.of(0.5, 0.5)));
    }

    @Test
    void policiesThatContradictWhatWasSeenAreNotBelieved() {
        FactoredPomdp model = places(0, 0);
        TrialAgent agent = new TrialAgent(model, Policies.all(model.structure(), 3), new double[0], TrialAgent.Settings.STANDARD);
        agent.observe(0);
        agent.plan();
        agent.observe(1); // it went
        double[] q = agent.plan();
        double stayed = IntStream.range(0, 8).filter(p -> p < 4).mapToDouble(p -> q[p]).sum();
        assertTrue(stayed < 0.2, "probability of having stayed: " + stayed);
        agent.observe(1); // and stayed
        double[] after = agent.plan();
        int best = IntStream.range(0, 8).boxed().max((a, b) -> Double.compare(after[a], after[b])).orElseThrow();
        assertEquals(0b100, best & 0b110);
        assertTrue(agent.qs(0)[0][0] > 0.9, "it began in the first place, in hindsight");
        agent.observe(1);
        agent.plan();
        assertThrows(IllegalStateException.class, () -> agent.observe(1));
        assertThrows(IllegalStateException.class, () -> agent.act(null));
    }

    @Test
    void goesWhereItIsPreferred() {
        FactoredPomdp model = places(0, 4);
        TrialAgent agent = new TrialAgent(model, Policies.all(model.structure(), 2), new double[0], TrialAgent.Settings.STANDARD);
        agent.observe(0);
        agent.plan();
        assertEquals(1, agent.act(null));
        agent.observe(1);
        agent.plan();
        assertEquals(0, agent.act(null));
    }

    /** What is wanted of the last outcome alone is wanted when that is the next one. */
    @Test
    void preferencesKeepTheTimeOfTheTrial() {
        FactoredPomdp model = places(Tensor.of(Shape.of(2, 2), 0, 0, 0, 4));
        TrialAgent agent = trial(model, 2);
        agent.observe(0);
        agent.plan();
        agent.observe(0); // it stayed
        agent.plan();
        assertEquals(1, agent.act(null), "it goes where it wants to be at last");
        double[] G = new PolicyTree(new Tables(places(0, 4)), Policies.all(model.structure(), 1), Efe.STANDARD, null, null, null)
                .G(agent.qs(0b01, 1));
        assertEquals(G[1], agent.G()[0b01], "risk by the last row of C");
    }

    /** Two ways to it: what is left of the policies with all of C, and with a model that has what is left of C alone. */
    @Test
    void whatIsLeftOfATrialIsScoredWithWhatIsLeftOfC() {
        double[] rows = {1, 0, -2, 3, 0.5, -1, 4, 2};
        for (int length = 1; length <= 4; length++) {
            FactoredPomdp model = places(Tensor.of(Shape.of(length, 2), Arrays.copyOf(rows, 2 * length)));
            TrialAgent agent = trial(model, 3);
            for (int now = 0; now < 3; now++) {
                agent.observe(now % 2);
                agent.plan();
                int from = Math.min(now, length - 1);
                Tables later = new Tables(places(Tensor.of(Shape.of(length - from, 2), Arrays.copyOfRange(rows, 2 * from, 2 * length))));
                Policies rest = Policies.all(model.structure(), 3 - now);
                for (int p = 0; p < 8; p++) {
                    double[] G = new PolicyTree(later, rest, Efe.STANDARD, null, null, null).G(agent.qs(p, now));
                    assertEquals(G[p % rest.size()], agent.G()[p], 1e-12, "C of " + length + " rows at step " + now);
                }
            }
        }
    }

    private static TrialAgent trial(FactoredPomdp model, int actions) {
        return new TrialAgent(model, Policies.all(model.structure(), actions), new double[0], TrialAgent.Settings.STANDARD);
    }

    private static void says(String words, Executable made) {
        String message = assertThrows(IllegalArgumentException.class, made).getMessage();
        assertTrue(message.contains(words), message);
    }

    /** What is wrong is said before the step is counted: the trial goes on as if it had not been. */
    @Test
    void wrongOutcomesLoseNoStep() {
        TrialAgent told = trial(places(0, 4), 2);
        TrialAgent untold = trial(places(0, 4), 2);
        for (int t = 0; t < 3; t++) {
            says("outcome o0 = 2: it takes 0 to 1", () -> told.observe(2));
            says("2 outcomes given: the model has 1 modalities", () -> told.observe(0, 0));
            says("0 outcomes given: the model has 1 modalities", told::observe);
            told.observe(t % 2);
            untold.observe(t % 2);
            assertArrayEquals(untold.plan(), told.plan());
            assertArrayEquals(untold.F(), told.F());
        }
    }

    @Test
    void theOrderOfATrialIsNamed() {
        TrialAgent agent = trial(places(0, 4), 2);
        for (int trial = 0; trial < 2; trial++) {
            agent.begin();
            early("observe, then plan", agent::plan);
            early("plan, then act", () -> agent.act(null));
            early("plan, then ask", () -> agent.qs(0));
            early("observe, then ask", () -> agent.qs(0, 0));
            agent.observe(0);
            early("plan, then act", () -> agent.act(null));
            early("plan, then ask", () -> agent.qs(0));
            agent.plan();
            assertEquals(1, agent.act(null));
        }
    }

    private static void early(String words, Executable use) {
        String message = assertThrows(IllegalStateException.class, use).getMessage();
        assertTrue(message.contains(words), message);
    }

    @Test
    void whatAnAgentOfTrialsCanNotDoIsSaidAtOnce() {
        FactoredPomdp model = places(0, 4);
        Policies policies = Policies.all(model.structure(), 1);
        says("the habit sums to 10.0", () -> new TrialAgent(model, policies, new double[] {5, 5}, TrialAgent.Settings.STANDARD));
        says("the habit has the entry -1.0 at policy 0",
                () -> new TrialAgent(model, policies, new double[] {-1, 2}, TrialAgent.Settings.STANDARD));
        says("a habit over 3 policies: there are 2",
                () -> new TrialAgent(model, policies, new double[] {0.5, 0.25, 0.25}, TrialAgent.Settings.STANDARD));
        for (Term term : List.of(Term.NOVELTY_A, Term.NOVELTY_B, Term.PYMDP_NOVELTY_A, Term.PYMDP_NOVELTY_B, Term.INDUCTIVE)) {
            says(term + " counts in G with weight 1.0", () -> settings(Efe.of(term), 1, 16, 0.25, 1));
        }
        says("the prior β of the precision is 0.0", () -> settings(Efe.STANDARD, 0, 16, 0.25, 1));
        says("the prior β of the precision is NaN", () -> settings(Efe.STANDARD, Double.NaN, 16, 0.25, 1));
        says("beliefs are updated 0 times", () -> settings(Efe.STANDARD, 1, 0, 0.25, 1));
        says("the rate τ of the messages is -0.25", () -> settings(Efe.STANDARD, 1, 16, -0.25, 1));
        says("precision α is NaN", () -> settings(Efe.STANDARD, 1, 16, 0.25, Double.NaN));
    }

    private static TrialAgent.Settings settings(Efe efe, double beta, int sweeps, double rate, double alpha) {
        return new TrialAgent.Settings(efe, beta, sweeps, rate, Choice.MARGINAL, alpha);
    }

    @Test
    void messagesTakeWhatTheirWindowHas() {
        PolicyMessages messages = new PolicyMessages(new Tables(places(0, 0)), 3);
        says("an observation at step 3: a window of 3 steps has 3 of them", () -> messages.observe(3, 0));
        messages.begin(2);
        says("an observation at step 2: a window of 2 steps has 2 of them", () -> messages.observe(2, 0));
        says("an observation at step -1", () -> messages.observe(-1, 0));
        says("an action after step 1: a window of 2 steps has 1 of them", () -> messages.act(1, 0));
        says("combination 2 of actions: there are 0 to 1", () -> messages.act(0, 2));
        says("outcome o0 = 2: it takes 0 to 1, or a negative number", () -> messages.observe(0, 2));
        says("0 outcomes given: the model has 1 modalities", () -> messages.observe(0));
    }

    /** One step, one factor: Bayes' rule and the surprise. */
    @Test
    void oneStepIsBayes() {
        Tables tables = new Tables(places(0, 0));
        double[][] prior = {{0.3, 0.7}};
        PolicyMessages messages = new PolicyMessages(tables, 1);
        messages.begin(1);
        messages.observe(0, 1);
        double evidence = 0.3 * 0.05 + 0.7 * 0.95;
        assertEquals(-StrictMath.log(evidence), messages.infer(prior, 200, PolicyMessages.QUARTER), 1e-12);
        assertArrayEquals(new double[] {0.3 * 0.05 / evidence, 0.7 * 0.95 / evidence}, messages.qs()[0][0], 1e-12);
    }

    /** By messages nothing is quite impossible: where an outcome must not be, every policy costs ∞, and that is what is said. */
    @Test
    void whereNothingIsLeftToChooseItIsSaid() {
        FactoredPomdp model = places(0, Double.NEGATIVE_INFINITY);
        TrialAgent agent = new TrialAgent(model, Policies.all(model.structure(), 2), new double[0], TrialAgent.Settings.STANDARD);
        agent.observe(0);
        assertEquals("G is infinite for every policy: none is left to choose; let C allow for every outcome (−30 will do)",
                assertThrows(ArithmeticException.class, agent::plan).getMessage());
    }

    /** Policies that explain the past alike leave γ what it was: π = π₀. */
    @Test
    void precisionMovesByWhatThePastSays() {
        double[] G = {1, 2, 4};
        double[] q = new double[3];
        assertEquals(0.5, Precision.infer(G, null, null, 2, q), 1e-12);
        assertTrue(Precision.infer(G, new double[] {0, 3, 3}, null, 2, q) > 0.5, "the past agrees with G: more precise");
        assertTrue(Precision.infer(G, new double[] {3, 3, 0}, null, 2, q) < 0.5, "the past contradicts G: less precise");
    }
}
