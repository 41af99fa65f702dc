package surprisal.bench.replay;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;
import surprisal.engine.io.Json;
import surprisal.engine.io.JsonPlace;
import surprisal.kernels.Simplex;
import surprisal.models.agent.AgentBuilder.Perception;
import surprisal.models.agent.Efe;
import surprisal.models.agent.Intentions;
import surprisal.models.agent.MonteCarlo;
import surprisal.models.agent.Policies;
import surprisal.models.agent.PolicyTree;
import surprisal.models.agent.Precision;
import surprisal.models.agent.Search;
import surprisal.models.agent.Sophisticated;
import surprisal.models.pomdp.Counts;
import surprisal.models.pomdp.Evidence;
import surprisal.models.pomdp.MeanField;
import surprisal.models.pomdp.MessagePassing;
import surprisal.models.pomdp.PomdpJson;
import surprisal.models.pomdp.Smoothing;
import surprisal.models.pomdp.Structure;
import surprisal.models.pomdp.Table;
import surprisal.models.pomdp.Tables;

/**
 * One file of another program's answers, computed again with pymdp's updates: beliefs about a state or a window of steps,
 * policies, learning, inductive plans, episodes and trees. See the table of names in {@code bench/README.md}.
 */
public final class Replay {
    private static final String[] BESIDE = {
        "cases", "E", "H", "settings", "obs", "policies", "steps", "q_pi", "q_pi_f64", "nodes", "nodes_f64"
    };
    private static final String[] SWITCHES = {
        "policy_len", "gamma", "E", "num_iter", "use_utility", "use_states_info_gain", "use_param_info_gain", "use_inductive",
        "inductive_depth", "inductive_threshold", "inductive_epsilon", "terms", "perception"
    };
    private static final String[] LIMITS = {
        "horizon", "policy_prune_threshold", "observation_prune_threshold", "entropy_stop_threshold", "max_nodes", "max_branching",
        "branching"
    };
    private static final int SWEEPS = 16;

    private final JsonPlace root;
    private final PomdpJson file;
    private final Structure structure;
    private final Tables tables;
    private final int[] states;
    private final Differences differences = new Differences();

    private Replay(JsonPlace root) {
        this.root = root;
        file = PomdpJson.of(root, BESIDE);
        structure = file.model().structure();
        tables = new Tables(file.model());
        states = tables.states();
    }

    /**
     * Computes a file again.
     *
     * @param path the file
     * @return how far its numbers are from ours
     * @throws IOException if it cannot be read or is not JSON
     * @throws IllegalArgumentException if it says something that is not known; the message says in which file what
     */
    public static Differences of(Path path) throws IOException {
        Json json = Json.read(path);
        try {
            return new Replay(JsonPlace.root(json)).run();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
        }
    }

    private Differences run() {
        if (root.find("steps").isPresent()) {
            episode();
        } else if (root.find("q_pi").isPresent() || root.find("q_pi_f64").isPresent()) {
            tree();
        } else if (root.find("cases").isPresent()) {
            for (JsonPlace one : root.at("cases").elements()) {
                one(one);
            }
        }
        if (differences.quantities().isEmpty()) {
            throw root.fault("there is nothing to compare: a file has cases, steps, or q_pi of a tree");
        }
        return differences;
    }

    private void one(JsonPlace one) {
        if (one.find("beliefs").isPresent()) {
            learning(one);
        } else if (one.find("I").isPresent()) {
            inductive(one);
        } else if (one.find("neg_efe").isPresent()) {
            policies(one);
        } else if (one.find("actions").isPresent()) {
            window(one);
        } else {
            state(one);
        }
    }

    private static String algorithm(JsonPlace one, String... known) {
        JsonPlace name = one.at("algo");
        if (!Arrays.asList(known).contains(name.words())) {
            throw name.fault("unknown algorithm " + name.words() + ": known here are " + String.join(", ", known));
        }
        return name.words();
    }

    private static int sweeps(JsonPlace one) {
        return one.find("num_iter").map(JsonPlace::natural).orElse(SWEEPS);
    }

    /** The belief about one state, by parallel sweeps, and its free energy. */
    private void state(JsonPlace one) {
        one.only("algo", "num_iter", "obs", "prior", "qs", "vfe");
        if (algorithm(one, "fpi", "exact", "ovf").equals("exact") && states.length > 1) {
            throw one.at("algo").fault("the algorithm exact is for one factor: the model has " + states.length);
        }
        Evidence evidence = new Evidence(tables.logs(), states);
        evidence.observe(Given.observation(structure, one.at("obs")));
        MeanField field = new MeanField(evidence, states);
        field.parallel(one.find("prior").map(prior -> Given.belief(structure, prior)).orElse(tables.D()), sweeps(one));
        differences.compare("qs", one.at("qs"), field.qs());
        one.find("vfe").ifPresent(vfe -> differences.compare("vfe", vfe, field.freeEnergy()));
    }

    /** Beliefs about a window of steps: messages, or filtering and smoothing. */
    private void window(JsonPlace one) {
        one.only("algo", "num_iter", "obs", "actions", "qs", "vfe", "filtered", "smoothed");
        String algorithm = algorithm(one, "mmp", "vmp", "ovf", "exact");
        double[][][] seen = Given.window(structure, one.at("obs"));
        int[] actions = Given.actions(structure, one.at("actions"), seen.length);
        if (algorithm.equals("mmp") || algorithm.equals("vmp")) {
            MessagePassing messages = new MessagePassing(tables, seen.length);
            for (int t = 0; t < seen.length; t++) {
                messages.observe(t, seen[t]);
                if (t < actions.length) {
                    messages.act(t, actions[t]);
                }
            }
            double[][][] qs = messages.infer(algorithm.equals("mmp") ? MessagePassing.Scheme.MARGINAL
                    : MessagePassing.Scheme.VARIATIONAL, sweeps(one));
            differences.compare("qs", one.at("qs"), byFactor(qs));
            one.find("vfe").ifPresent(vfe -> differences.compare("vfe", vfe, messages.freeEnergy()));
            return;
        }
        double[][][] filtered = filter(seen, actions, sweeps(one));
        one.find("filtered").ifPresent(given -> differences.compare("filtered", given, filtered));
        one.find("smoothed").ifPresent(given -> {
            Smoothing.Smoothed smoothed = Smoothing.smooth(tables, filtered, actions);
            given.only("marginals", "joints");
            differences.compare("smoothed", given.at("marginals"), byFactor(smoothed.qs()));
            given.find("joints").ifPresent(joints -> differences.compare("joints", joints, joints(smoothed.joints())));
        });
    }

    private double[][][] filter(double[][][] seen, int[] actions, int sweeps) {
        Evidence evidence = new Evidence(tables.logs(), states);
        MeanField field = new MeanField(evidence, states);
        double[][] prior = Arrays.stream(tables.D()).map(double[]::clone).toArray(double[][]::new);
        double[][][] filtered = new double[seen.length][][];
        for (int t = 0; t < seen.length; t++) {
            evidence.observe(seen[t]);
            field.parallel(prior, sweeps);
            filtered[t] = Arrays.stream(field.qs()).map(double[]::clone).toArray(double[][]::new);
            if (t < actions.length) {
                predict(filtered[t], actions[t], prior);
            }
        }
        return filtered;
    }

    /** Q(s′|u), and Q(s) where the action is not known. */
    private void predict(double[][] qs, int action, double[][] next) {
        if (action >= 0) {
            tables.predict(qs, action, next);
            return;
        }
        for (int f = 0; f < qs.length; f++) {
            System.arraycopy(qs[f], 0, next[f], 0, qs[f].length);
        }
    }

    /** [t][f][s] → [f][t][s]. */
    private static double[][][] byFactor(double[][][] qs) {
        return IntStream.range(0, qs[0].length)
                .mapToObj(f -> Arrays.stream(qs).map(q -> q[f]).toArray(double[][]::new))
                .toArray(double[][][]::new);
    }

    /** [t][f], in it [s, s′] → [f][t][s′][s]. */
    private double[][][][] joints(double[][][] joints) {
        double[][][][] turned = new double[states.length][joints.length][][];
        for (int f = 0; f < states.length; f++) {
            int n = states[f];
            for (int t = 0; t < joints.length; t++) {
                turned[f][t] = new double[n][n];
                for (int s = 0; s < n * n; s++) {
                    turned[f][t][s % n][s / n] = joints[t][f][s];
                }
            }
        }
        return turned;
    }

    private Optional<double[]> habit(JsonPlace settings, int policies) {
        return settings.find("E").or(() -> root.find("E")).map(place -> {
            place.elements(policies);
            double[] E = place.array().doubles();
            if (!Arrays.stream(E).allMatch(p -> p >= 0 && p < Double.POSITIVE_INFINITY) || Arrays.stream(E).sum() == 0) {
                throw place.fault("a habit is " + Arrays.toString(E) + ": it takes weights ≥ 0 for the policies, and one above 0");
            }
            return E;
        });
    }

    /** The habit as trees take it: its sum is 1. */
    private double[] treeHabit(JsonPlace settings, int policies) {
        return habit(settings, policies).map(E -> {
            double sum = Arrays.stream(E).sum();
            return Arrays.stream(E).map(p -> p / sum).toArray();
        }).orElse(null);
    }

    private Optional<double[]> logHabit(JsonPlace settings, int policies) {
        return habit(settings, policies).map(E -> {
            double[] log = new double[E.length];
            Simplex.logs(E, 0, log, 0, log.length);
            return log;
        });
    }

    private Optional<Counts[]> counts(String name, Optional<List<Tensor>> given, IntFunction<Table> table) {
        return given.map(list -> IntStream.range(0, list.size()).mapToObj(i -> {
            try {
                return new Counts(table.apply(i), flat(list.get(i)), Counts.Zeros.REVIVED);
            } catch (IllegalArgumentException e) {
                throw root.at(name).elements().get(i).fault(e.getMessage());
            }
        }).toArray(Counts[]::new));
    }

    private static double[] flat(Tensor x) {
        return IntStream.range(0, x.shape().size()).mapToDouble(x::at).toArray();
    }

    /** A search by the switches of a case or of an episode. */
    private PolicyTree search(JsonPlace settings, Policies policies, Optional<Counts[]> countsA, Optional<Counts[]> countsB,
            double[][] intended) {
        Efe efe = Given.efe(settings, countsA.isPresent(), countsB.isPresent(), intended != null);
        return new PolicyTree(tables, policies, efe,
                countsA.map(all -> Arrays.stream(all).map(c -> c.gain().values()).toArray(double[][]::new)).orElse(null),
                countsB.map(all -> Arrays.stream(all).map(Counts::gain).toArray(Table[]::new)).orElse(null), intended);
    }

    private Optional<Intentions[]> intentions(JsonPlace settings, String prefix) {
        double threshold = settings.find(prefix + "threshold").map(JsonPlace::number).orElse(0.1);
        double epsilon = settings.find(prefix + "epsilon").map(JsonPlace::number).orElse(1e-3);
        int depth = settings.find(prefix + "depth").map(JsonPlace::natural).orElse(1);
        return root.find("H").map(H -> {
            double[][] wanted = Given.states(structure, H);
            return IntStream.range(0, wanted.length)
                    .mapToObj(f -> new Intentions(tables.B(f), wanted[f], depth, threshold, epsilon))
                    .toArray(Intentions[]::new);
        });
    }

    /** The intentions of an episode or a tree, if they count. */
    private Optional<Intentions[]> intended(JsonPlace settings) {
        if (!settings.find("use_inductive").map(JsonPlace::truth).orElse(false)) {
            return Optional.empty();
        }
        return Optional.of(intentions(settings, "inductive_").orElseThrow(() -> root.fault("use_inductive is true and there is no H: "
                + "it takes the intended states of each factor")));
    }

    private double[][] costs(Intentions[] intentions, double[][] qs) {
        double[][] costs = Arrays.stream(states).mapToObj(double[]::new).toArray(double[][]::new);
        for (int f = 0; f < costs.length; f++) {
            intentions[f].costs(qs[f], costs[f]);
        }
        return costs;
    }

    private void compare(JsonPlace given, double[] G, double[] q) {
        differences.compare("neg_efe", given.at("neg_efe"), negated(G));
        differences.compare("q_pi", given.at("q_pi"), q);
    }

    private static double[] negated(double[] G) {
        return Arrays.stream(G).map(x -> -x).toArray();
    }

    private void policies(JsonPlace one) {
        one.only("policy_len", "use_utility", "use_states_info_gain", "use_param_info_gain", "use_inductive", "inductive_depth",
                "inductive_threshold", "inductive_epsilon", "gamma", "E", "qs", "policies", "neg_efe", "q_pi", "action_marginals");
        double[][] qs = Given.belief(structure, one.at("qs"));
        Policies policies = Given.policies(structure, one, one);
        double[][] intended = intended(one).map(all -> costs(all, qs)).orElse(null);
        double[] G = search(one, policies, counts("pA", file.pA(), tables::A), counts("pB", file.pB(), tables::B), intended).G(qs);
        double[] q = new double[policies.size()];
        Precision.posterior(G, Given.gamma(one),
                logHabit(one, policies.size()).orElse(null), q);
        compare(one, G, q);
        one.find("action_marginals").ifPresent(given -> differences.compare("action_marginals", given, first(policies, q)));
    }

    /** q(u) of each combination of actions that some policy begins with. */
    private double[] first(Policies policies, double[] q) {
        double[] p = new double[structure.jointActions()];
        boolean[] there = new boolean[p.length];
        for (int i = 0; i < q.length; i++) {
            p[policies.joint(i, 0)] += q[i];
            there[policies.joint(i, 0)] = true;
        }
        return IntStream.range(0, p.length).filter(u -> there[u]).mapToDouble(u -> p[u]).toArray();
    }

    private void inductive(JsonPlace one) {
        one.only("depth", "threshold", "epsilon", "policy_len", "gamma", "E", "use_utility", "use_states_info_gain", "policies",
                "qs", "I", "neg_efe", "q_pi");
        double[][] qs = Given.belief(structure, one.at("qs"));
        Intentions[] intentions = intentions(one, "").orElseThrow(() -> root.fault("there is no H: it takes the intended states"));
        differences.compare("I", one.at("I"), Arrays.stream(intentions).map(Intentions::reach).toArray(double[][][]::new));
        Policies policies = Given.policies(structure, one, one);
        double[] G = search(one, policies, Optional.empty(), Optional.empty(), costs(intentions, qs)).G(qs);
        double[] q = new double[policies.size()];
        Precision.posterior(G, Given.gamma(one),
                logHabit(one, policies.size()).orElse(null), q);
        compare(one, G, q);
    }

    /** Counts after an episode, and the model that they are the mean of. */
    private void learning(JsonPlace one) {
        one.only("obs", "actions", "beliefs", "lr_pA", "lr_pB", "pA", "pB", "A", "B");
        double[][][] seen = Given.window(structure, one.at("obs"));
        int[] actions = Given.actions(structure, one.at("actions"), seen.length);
        double[][][] qs = new double[seen.length][states.length][];
        List<JsonPlace> factors = one.at("beliefs").elements(states.length);
        for (int f = 0; f < states.length; f++) {
            List<JsonPlace> steps = factors.get(f).elements(seen.length);
            for (int t = 0; t < seen.length; t++) {
                steps.get(t).elements(states[f]);
                qs[t][f] = steps.get(t).array().doubles();
            }
        }
        Tables learned = new Tables(file.model());
        counts("pA", file.pA(), learned::A).ifPresent(all -> {
            double rate = one.find("lr_pA").map(lr -> Given.positive(lr, "learning rate")).orElse(1.0);
            for (int m = 0; m < all.length; m++) {
                for (int t = 0; t < seen.length; t++) {
                    all[m].add(0, qs[t], seen[t][m], rate);
                }
                all[m].normalise();
            }
            compare("pA", one, PomdpJson::likelihoods, Arrays.stream(all).map(Counts::counts).toArray(Table[]::new));
            compare("A", one, PomdpJson::likelihoods, Arrays.stream(all).map(Counts::mean).toArray(Table[]::new));
        });
        counts("pB", file.pB(), learned::B).ifPresent(all -> {
            double rate = one.find("lr_pB").map(lr -> Given.positive(lr, "learning rate")).orElse(1.0);
            for (int f = 0; f < all.length; f++) {
                for (int t = 0; t < actions.length; t++) {
                    if (actions[t] >= 0) {
                        all[f].add(tables.block(f, actions[t]), qs[t], qs[t + 1][f], rate);
                    }
                }
                all[f].normalise();
            }
            compare("pB", one, PomdpJson::transitions, Arrays.stream(all).map(Counts::counts).toArray(Table[]::new));
            compare("B", one, PomdpJson::transitions, Arrays.stream(all).map(Counts::mean).toArray(Table[]::new));
        });
    }

    private interface Reading {
        List<Tensor> read(JsonPlace place, Structure structure);
    }

    private void compare(String name, JsonPlace one, Reading reading, Table[] found) {
        one.find(name).ifPresent(place -> {
            List<Tensor> given = reading.read(place, structure);
            for (int i = 0; i < found.length; i++) {
                for (int k = 0; k < given.get(i).shape().size(); k++) {
                    differences.number(name, given.get(i).at(k), found[i].values()[k]);
                }
            }
        });
    }

    /** An episode: at each step the belief, its policies and the action, which is done whatever ours is, if it is known. */
    private void episode() {
        JsonPlace settings = root.find("settings").orElse(JsonPlace.root(Json.of(Map.of())));
        boolean flat = settings.find("planner").isEmpty();
        settings.only(flat ? SWITCHES : names(SWITCHES, LIMITS, new String[] {"planner", "simulations", "seed"}));
        Policies policies = Given.policies(structure, root, settings);
        Optional<Intentions[]> intentions = intended(settings);
        double[][] intended = intentions.isPresent() ? costs(intentions.get(), tables.D()) : null;
        PolicyTree oneStep = search(settings, policies, counts("pA", file.pA(), tables::A), counts("pB", file.pB(), tables::B), intended);
        double gamma = Given.gamma(settings);
        double[] logE = logHabit(settings, policies.size()).orElse(null);
        Perception perception = Given.perception(settings, sweeps(settings));
        Search search = flat ? oneStep : planner(settings, oneStep, perception);
        double[] q = new double[policies.size()];
        Evidence evidence = new Evidence(tables.logs(), states);
        MeanField field = new MeanField(evidence, states);
        double[][] prior = Arrays.stream(tables.D()).map(double[]::clone).toArray(double[][]::new);
        for (JsonPlace step : root.at("steps").elements()) {
            step.only("obs", "qs", "vfe", "neg_efe", "terms", "q_pi", "action", "margin");
            evidence.observe(Given.observation(structure, step.at("obs")));
            perception.infer(field, prior);
            differences.compare("qs", step.at("qs"), field.qs());
            step.find("vfe").ifPresent(vfe -> differences.compare("vfe", vfe, field.freeEnergy()));
            if (intentions.isPresent()) {
                double[][] now = costs(intentions.get(), field.qs());
                for (int f = 0; f < states.length; f++) {
                    System.arraycopy(now[f], 0, intended[f], 0, states[f]);
                }
            }
            double[] G = search.G(field.qs());
            Precision.posterior(G, gamma, logE, q);
            compare(step, G, q);
            int done = Given.joint(structure, step.at("action"));
            if (done >= 0) {
                action(policies, q, done);
            }
            predict(field.qs(), done, prior);
        }
    }

    /** The search of an episode whose agent looked ahead step by step. */
    private Search planner(JsonPlace settings, PolicyTree oneStep, Perception perception) {
        double[] E = treeHabit(settings, oneStep.policies().size());
        return switch (settings.at("planner").words()) {
            case "sophisticated" -> new Sophisticated(tables, Given.limits(settings), oneStep, perception, E, Given.branching(settings));
            case "mcts" -> new MonteCarlo(tables, new MonteCarlo.Budget(settings.at("horizon").natural(),
                    settings.at("simulations").natural()), oneStep, perception, E, new Rng(settings.at("seed").natural()));
            default -> throw settings.at("planner").fault("unknown planner " + settings.at("planner").words()
                    + ": known are sophisticated, mcts; without one every policy is compared");
        };
    }

    /** Whether ours is the same action; where two policies are as good as each other to rounding, either is. */
    private void action(Policies policies, double[] q, int done) {
        int best = 0;
        for (int i = 1; i < q.length; i++) {
            best = q[i] > q[best] ? i : best;
        }
        double of = 0;
        for (int i = 0; i < q.length; i++) {
            of = policies.joint(i, 0) == done ? Math.max(of, q[i]) : of;
        }
        differences.number("action", 0, q[best] - of);
    }

    /** q(π) of one search of a tree. */
    private void tree() {
        JsonPlace settings = root.at("settings");
        settings.only(names(SWITCHES, LIMITS));
        Perception perception = Given.perception(settings, sweeps(settings));
        Evidence evidence = new Evidence(tables.logs(), states);
        MeanField field = new MeanField(evidence, states);
        evidence.observe(Given.observation(structure, root.at("obs")));
        perception.infer(field, tables.D());
        Optional<Intentions[]> intentions = intended(settings);
        Policies policies = Given.policies(structure, root, settings);
        PolicyTree oneStep = search(settings, policies, counts("pA", file.pA(), tables::A), counts("pB", file.pB(), tables::B),
                intentions.map(all -> costs(all, field.qs())).orElse(null));
        double[] E = treeHabit(settings, policies.size());
        Sophisticated search = new Sophisticated(tables, Given.limits(settings), oneStep, perception, E, Given.branching(settings));
        double[] q = new double[policies.size()];
        Precision.posterior(search.G(field.qs()), Given.limits(settings).gamma(),
                logHabit(settings, policies.size()).orElse(null), q);
        // pymdp's own q_pi is in float32: what a float64 recursion found beside it is the one to match
        root.find("q_pi_f64").or(() -> root.find("q_pi")).ifPresent(given -> differences.compare("q_pi", given, q));
        root.find("nodes_f64").ifPresent(given -> differences.number("nodes", given.number(), search.nodes()));
    }

    private static String[] names(String[]... lists) {
        return Arrays.stream(lists).flatMap(Arrays::stream).toArray(String[]::new);
    }
}
