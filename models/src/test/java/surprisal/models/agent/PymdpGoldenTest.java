package surprisal.models.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.io.Json;
import surprisal.engine.io.JsonPlace;
import surprisal.models.pomdp.Beliefs;
import surprisal.models.pomdp.Counts;
import surprisal.models.pomdp.Evidence;
import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.MeanField;
import surprisal.models.pomdp.MessagePassing;
import surprisal.models.pomdp.PomdpJson;
import surprisal.models.pomdp.Smoothing;
import surprisal.models.pomdp.Table;
import surprisal.models.pomdp.Tables;

/** Everything that pymdp computes, to 1e-9. */
class PymdpGoldenTest {
    private static final double TOLERANCE = 1e-9;

    private static Stream<JsonPlace> files(String kind, int count) {
        return IntStream.range(0, count).mapToObj(i -> root(kind + "-" + i));
    }

    private static JsonPlace root(String name) {
        try (InputStream in = PymdpGoldenTest.class.getResourceAsStream(
                "../goldens/" + (name.startsWith("trace") || name.startsWith("si") ? "traces/" : "pymdp/") + name + ".json")) {
            return JsonPlace.root(Json.read(in, name));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static Stream<JsonPlace> states() {
        return files("states", 6);
    }

    static Stream<JsonPlace> sequences() {
        return files("sequences", 6);
    }

    static Stream<JsonPlace> policies() {
        return files("policies", 6);
    }

    static Stream<JsonPlace> learning() {
        return files("learning", 6);
    }

    static Stream<JsonPlace> inductive() {
        return files("inductive", 6);
    }

    static Stream<JsonPlace> traces() {
        return Stream.of("trace-tmaze", "trace-gridworld", "trace-cue-chaining").map(PymdpGoldenTest::root);
    }

    static Stream<JsonPlace> trees() {
        return Stream.of("si-simplified-deep", "si-simplified-full", "si-simplified-pruned").map(PymdpGoldenTest::root);
    }

    private static FactoredPomdp model(JsonPlace root) {
        return PomdpJson.of(root, root.names().toArray(String[]::new)).model();
    }

    private static double[] numbers(JsonPlace place) {
        Array x = place.array();
        return IntStream.range(0, x.size()).mapToDouble(x::at).toArray();
    }

    private static double[][] rows(JsonPlace place) {
        return place.elements().stream().map(PymdpGoldenTest::numbers).toArray(double[][]::new);
    }

    private static void same(String what, double[][] expected, double[][] actual) {
        for (int f = 0; f < expected.length; f++) {
            assertArrayEquals(expected[f], actual[f], TOLERANCE, what + " of factor " + f);
        }
    }

    @ParameterizedTest
    @MethodSource
    void states(JsonPlace root) {
        Tables tables = new Tables(model(root));
        Evidence evidence = new Evidence(tables.logs(), tables.states());
        MeanField field = new MeanField(evidence, tables.states());
        for (JsonPlace c : root.at("cases").elements()) {
            evidence.observe(c.at("obs").naturals());
            field.parallel(tables.D(), c.at("num_iter").natural());
            same("qs", rows(c.at("qs")), field.qs());
            assertEquals(c.at("vfe").number(), field.freeEnergy(), TOLERANCE);
        }
    }

    @ParameterizedTest
    @MethodSource
    void sequences(JsonPlace root) {
        FactoredPomdp model = model(root);
        Tables tables = new Tables(model);
        for (JsonPlace c : root.at("cases").elements()) {
            int[][] seen = c.at("obs").elements().stream().map(JsonPlace::naturals).toArray(int[][]::new);
            int[] actions = c.at("actions").elements().stream().mapToInt(u -> model.structure().encode(u.naturals())).toArray();
            int steps = seen[0].length;
            String algorithm = c.at("algo").words();
            if (algorithm.equals("ovf")) {
                double[][][] filtered = filtered(tables, seen, actions);
                for (int t = 0; t < steps; t++) {
                    same("filtered belief at " + t, rows(c.at("filtered").elements().get(t)), filtered[t]);
                }
                smoothed(c.at("smoothed"), Smoothing.smooth(tables, filtered, actions));
                continue;
            }
            MessagePassing messages = new MessagePassing(tables, steps);
            for (int t = 0; t < steps; t++) {
                messages.observe(t, outcomes(seen, t));
            }
            for (int t = 0; t < steps - 1; t++) {
                messages.act(t, actions[t]);
            }
            double[][][] qs = messages.infer(
                    algorithm.equals("mmp") ? MessagePassing.Scheme.MARGINAL : MessagePassing.Scheme.VARIATIONAL,
                    c.at("num_iter").natural());
            for (int f = 0; f < tables.states().length; f++) {
                for (int t = 0; t < steps; t++) {
                    assertArrayEquals(numbers(c.at("qs").elements().get(f).elements().get(t)), qs[t][f], TOLERANCE, algorithm);
                }
            }
        }
    }

    private static int[] outcomes(int[][] seen, int t) {
        return Arrays.stream(seen).mapToInt(o -> o[t]).toArray();
    }

    private static double[][][] filtered(Tables tables, int[][] seen, int[] actions) {
        Evidence evidence = new Evidence(tables.logs(), tables.states());
        MeanField field = new MeanField(evidence, tables.states());
        double[][][] filtered = new double[seen[0].length][][];
        double[][] prior = Arrays.stream(tables.D()).map(double[]::clone).toArray(double[][]::new);
        for (int t = 0; t < filtered.length; t++) {
            if (t > 0) {
                tables.predict(filtered[t - 1], actions[t - 1], prior);
            }
            evidence.observe(outcomes(seen, t));
            field.parallel(prior, 16);
            filtered[t] = Arrays.stream(field.qs()).map(double[]::clone).toArray(double[][]::new);
        }
        return filtered;
    }

    private static void smoothed(JsonPlace expected, Smoothing.Smoothed actual) {
        List<JsonPlace> marginals = expected.at("marginals").elements();
        List<JsonPlace> joints = expected.at("joints").elements();
        for (int f = 0; f < marginals.size(); f++) {
            for (int t = 0; t < actual.qs().length; t++) {
                assertArrayEquals(numbers(marginals.get(f).elements().get(t)), actual.qs()[t][f], TOLERANCE, "smoothed belief");
            }
            for (int t = 0; t < actual.joints().length; t++) {
                Tensor joint = Tensor.of(joints.get(f).elements().get(t).array()).transpose(); // [s′, s] → [s, s′]
                assertArrayEquals(new Beliefs(List.of(joint)).arrays()[0], actual.joints()[t][f], TOLERANCE, "joint");
            }
        }
    }

    @ParameterizedTest
    @MethodSource
    void policies(JsonPlace root) {
        PomdpJson file = PomdpJson.of(root, root.names().toArray(String[]::new));
        Tables tables = new Tables(file.model());
        double[][] gainA = IntStream.range(0, file.model().A().size())
                .mapToObj(m -> new Counts(tables.A(m), Table.ofA(tables.structure(), m, file.pA().get().get(m)).values(),
                        Counts.Zeros.REVIVED).gain().values())
                .toArray(double[][]::new);
        Table[] gainB = IntStream.range(0, file.model().B().size())
                .mapToObj(f -> new Counts(tables.B(f), Table.ofB(tables.structure(), f, file.pB().get().get(f)).values(),
                        Counts.Zeros.REVIVED).gain())
                .toArray(Table[]::new);
        for (JsonPlace c : root.at("cases").elements()) {
            Efe efe = Efe.of();
            efe = c.at("use_utility").truth() ? efe.plus(Efe.of(Term.UTILITY)) : efe;
            efe = c.at("use_states_info_gain").truth() ? efe.plus(Efe.of(Term.STATE_GAIN)) : efe;
            efe = c.at("use_param_info_gain").truth() ? efe.plus(Efe.of(Term.PYMDP_NOVELTY_A, Term.PYMDP_NOVELTY_B)) : efe;
            Policies policies = Policies.all(tables.structure(), c.at("policy_len").natural());
            double[] G = new PolicyTree(tables, policies, efe, gainA, gainB, null).G(rows(c.at("qs")));
            assertArrayEquals(numbers(c.at("neg_efe")), Arrays.stream(G).map(g -> -g).toArray(), TOLERANCE, "neg_efe of " + efe);
            double[] logE = Arrays.stream(numbers(c.at("E"))).map(StrictMath::log).toArray();
            double[] q = new double[G.length];
            Precision.posterior(G, c.at("gamma").number(), logE, q);
            assertArrayEquals(numbers(c.at("q_pi")), q, TOLERANCE);
        }
    }

    @ParameterizedTest
    @MethodSource
    void learning(JsonPlace root) {
        PomdpJson file = PomdpJson.of(root, root.names().toArray(String[]::new));
        for (JsonPlace c : root.at("cases").elements()) {
            Tables tables = new Tables(file.model());
            int[][] seen = c.at("obs").elements().stream().map(JsonPlace::naturals).toArray(int[][]::new);
            int[][] actions = c.at("actions").elements().stream().map(JsonPlace::naturals).toArray(int[][]::new);
            double[][][] beliefs = c.at("beliefs").elements().stream().map(PymdpGoldenTest::rows).toArray(double[][][]::new); // [f][t]
            int steps = seen[0].length;
            for (int m = 0; m < seen.length; m++) {
                Counts counts = new Counts(tables.A(m), Table.ofA(tables.structure(), m, file.pA().get().get(m)).values(),
                        Counts.Zeros.REVIVED);
                counts.normalise();
                for (int t = 0; t < steps; t++) {
                    double[] seenOne = new double[tables.A(m).events()];
                    seenOne[seen[m][t]] = 1;
                    counts.add(0, at(beliefs, t), seenOne, c.at("lr_pA").number());
                }
                Tensor pA = PomdpJson.likelihoods(c.at("pA"), tables.structure()).get(m);
                Tensor A = PomdpJson.likelihoods(c.at("A"), tables.structure()).get(m);
                assertArrayEquals(Table.ofA(tables.structure(), m, pA).values(), counts.counts().values(), TOLERANCE);
                assertArrayEquals(Table.ofA(tables.structure(), m, A).values(), tables.A(m).values(), TOLERANCE);
            }
            for (int f = 0; f < beliefs.length; f++) {
                Counts counts = new Counts(tables.B(f), Table.ofB(tables.structure(), f, file.pB().get().get(f)).values(),
                        Counts.Zeros.REVIVED);
                counts.normalise();
                for (int t = 1; t < steps; t++) {
                    int joint = tables.structure().encode(actions[t - 1]);
                    counts.add(tables.block(f, joint), at(beliefs, t - 1), beliefs[f][t], c.at("lr_pB").number());
                }
                Tensor pB = PomdpJson.transitions(c.at("pB"), tables.structure()).get(f);
                Tensor B = PomdpJson.transitions(c.at("B"), tables.structure()).get(f);
                assertArrayEquals(Table.ofB(tables.structure(), f, pB).values(), counts.counts().values(), TOLERANCE);
                assertArrayEquals(Table.ofB(tables.structure(), f, B).values(), tables.B(f).values(), TOLERANCE);
            }
        }
    }

    private static double[][] at(double[][][] beliefs, int t) {
        return Arrays.stream(beliefs).map(q -> q[t]).toArray(double[][]::new);
    }

    @ParameterizedTest
    @MethodSource
    void inductive(JsonPlace root) {
        FactoredPomdp model = model(root);
        List<double[]> H = root.at("H").elements().stream().map(PymdpGoldenTest::numbers).toList();
        for (JsonPlace c : root.at("cases").elements()) {
            int depth = c.at("depth").natural();
            double threshold = c.at("threshold").number();
            Tables tables = new Tables(model);
            for (int f = 0; f < H.size(); f++) {
                same("I", rows(c.at("I").elements().get(f)),
                        new Intentions(tables.B(f), H.get(f), depth, threshold, c.at("epsilon").number()).reach());
            }
            Agent agent = Agent.of(new FactoredPomdp(model.structure(), model.A(), model.B(), model.C(), Beliefs.of(rows(c.at("qs"))).qs()))
                    .gamma(1)
                    .efe(Efe.of(Term.INDUCTIVE))
                    .intentions(H, depth, threshold, c.at("epsilon").number())
                    .build();
            agent.observe(model.A().stream().mapToInt(m -> -1).toArray()); // the belief stays what it is
            assertArrayEquals(numbers(c.at("q_pi")), agent.plan(), TOLERANCE);
            assertArrayEquals(numbers(c.at("neg_efe")), Arrays.stream(agent.G()).map(g -> -g).toArray(), TOLERANCE);
        }
    }

    @ParameterizedTest
    @MethodSource
    void traces(JsonPlace root) {
        FactoredPomdp model = model(root);
        Agent agent = Agent.of(model)
                .perception(AgentBuilder.Perception.PYMDP)
                .efe(Efe.PYMDP)
                .horizon(root.at("settings").at("policy_len").natural())
                .gamma(root.at("settings").at("gamma").number())
                .choice(Choice.FULL, Choice.DETERMINISTIC)
                .build();
        for (JsonPlace step : root.at("steps").elements()) {
            same("qs", rows(step.at("qs")), agent.observe(step.at("obs").naturals()));
            assertArrayEquals(numbers(step.at("q_pi")), agent.plan(), TOLERANCE);
            assertArrayEquals(numbers(step.at("neg_efe")), Arrays.stream(agent.G()).map(g -> -g).toArray(), TOLERANCE);
            assertArrayEquals(step.at("action").naturals(), model.structure().decode(agent.act(null)));
        }
    }

    @ParameterizedTest
    @MethodSource
    void trees(JsonPlace root) {
        FactoredPomdp model = model(root);
        JsonPlace s = root.at("settings");
        Sophisticated.Limits limits = new Sophisticated.Limits(s.at("horizon").natural(), s.at("gamma").number(),
                s.at("policy_prune_threshold").number(), s.at("observation_prune_threshold").number(),
                s.at("entropy_stop_threshold").number(), s.at("max_nodes").natural());
        Sophisticated[] tree = new Sophisticated[1];
        Agent agent = Agent.of(model)
                .perception(AgentBuilder.Perception.PYMDP)
                .gamma(limits.gamma())
                .search(tables -> tree[0] = new Sophisticated(tables, limits, Efe.PYMDP, AgentBuilder.Perception.PYMDP))
                .build();
        agent.observe(root.at("obs").naturals());
        assertArrayEquals(numbers(root.at("q_pi_f64")), agent.plan(), TOLERANCE);
        assertEquals(root.at("nodes_f64").natural(), tree[0].nodes());
        assertTrue(tree[0].depth() <= limits.horizon());
    }
}
