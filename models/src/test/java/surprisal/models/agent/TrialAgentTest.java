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
        Structure structure = Structure.of(new int[] {2}, new int[] {2}, new int[] {2});
        return FactoredPomdp.of(structure, List.of(Tensor.of(Shape.of(2, 2), 0.95, 0.05, 0.05, 0.95)),
                List.of(Tensor.of(Shape.of(2, 2, 2), 1, 0, 0, 1, 0, 1, 1, 0)), List.of(Tensor.of(C)), List.of(Tensor.of(0.5, 0.5)));
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
