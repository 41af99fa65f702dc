package surprisal.bench.cases;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import surprisal.bench.timing.Case;
import surprisal.engine.Rng;
import surprisal.engine.io.Json;
import surprisal.engine.io.JsonPlace;
import surprisal.kernels.Workers;
import surprisal.models.agent.Agent;
import surprisal.models.agent.AgentBuilder;
import surprisal.models.agent.AgentBuilder.Perception;
import surprisal.models.agent.Choice;
import surprisal.models.agent.Efe;
import surprisal.models.agent.Policies;
import surprisal.models.agent.Sophisticated;
import surprisal.models.agent.Term;
import surprisal.models.env.PomdpWorld;
import surprisal.models.pomdp.Counts;
import surprisal.models.pomdp.MessagePassing;
import surprisal.models.pomdp.PomdpJson;
import surprisal.models.pomdp.Tables;

/**
 * What pymdp is measured by, on the same models and with its own updates, in float64: beliefs about a state (16 parallel
 * sweeps) and about a window, policies, episodes and trees. {@code batchN}: N agents of the same model in one call.
 */
public final class PymdpCases {
    private static final int SWEEPS = 16;

    /** By model: its cases. */
    private static final Map<String, List<String>> NAMES = Map.of(
            "random-10x10", List.of("infer_states/10x10"),
            "tmaze", List.of("infer_policies/tmaze/h1", "infer_policies/tmaze/h2", "infer_policies/tmaze/h4",
                    "infer_policies/tmaze/h4/batch64", "infer_policies/tmaze/h4/batch1024"),
            "grid7x7", List.of("infer_policies/grid7x7/3125"),
            "grid7x7-learn-b", List.of("rollout/grid7x7-learnB/50"),
            "cue-chaining", List.of("rollout/cue-chaining/15", "rollout/cue-chaining/15/batch16"),
            "16x8x4-sequence", List.of("mmp/16x8x4/t10", "vmp/16x8x4/t10"),
            "16x8x4-planning", List.of("infer_states/16x8x4", "infer_policies/16x8x4/576", "infer_states/16x8x4/batch64",
                    "infer_states/16x8x4/batch1024", "infer_policies/16x8x4/576/batch64", "infer_policies/16x8x4/576/batch1024"),
            "simplified-tmaze-sophisticated", List.of("sophisticated/simplified/h2-full", "sophisticated/simplified/h2-pruned",
                    "sophisticated/simplified/h3"),
            "tmaze-sophisticated", List.of("sophisticated/tmaze/h4"));

    private PymdpCases() {}

    static List<Case> all() {
        return Stream.of("random-10x10", "tmaze", "grid7x7", "grid7x7-learn-b", "cue-chaining", "16x8x4-sequence", "16x8x4-planning",
                        "simplified-tmaze-sophisticated", "tmaze-sophisticated")
                .flatMap(model -> NAMES.get(model).stream().map(name -> new Case("pymdp/" + name, 0, 0, prepare(model, name))))
                .toList();
    }

    private static Supplier<Case.Call> prepare(String model, String name) {
        return () -> {
            PomdpJson file = read(model);
            JsonPlace settings = file.root().at("cases").at("pymdp/" + name);
            int batch = settings.find("batch_size").map(JsonPlace::natural).orElse(1);
            return switch (settings.at("call").words()) {
                case "infer_states" -> settings.find("past_actions").isPresent() ? window(file, settings)
                        : states(file, settings, batch);
                case "infer_policies" -> policies(file, settings, batch);
                case "rollout" -> episodes(file, settings, batch);
                default -> tree(file, settings);
            };
        };
    }

    /**
     * A model of the peers.
     *
     * @param name the name of its file
     * @return the model, and its cases in the root
     */
    public static PomdpJson read(String name) {
        try (InputStream in = PymdpCases.class.getResourceAsStream("/surprisal/bench/pymdp/" + name + ".json")) {
            return PomdpJson.of(JsonPlace.root(Json.read(in, name)), "cases", "env");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An agent by a case's settings, with pymdp's updates. */
    private static AgentBuilder agent(PomdpJson file, JsonPlace settings, Policies policies) {
        Efe efe = Efe.of();
        if (on(settings, "use_utility", true)) efe = efe.plus(Efe.of(Term.UTILITY));
        if (on(settings, "use_states_info_gain", true)) efe = efe.plus(Efe.of(Term.STATE_GAIN));
        if (on(settings, "use_param_info_gain", false)) efe = efe.plus(Efe.of(Term.PYMDP_NOVELTY_B));
        boolean drawn = settings.find("action_selection").map(JsonPlace::words).orElse("deterministic").equals("stochastic");
        AgentBuilder agent = Agent.of(file.model())
                .perception(Perception.PYMDP)
                .policies(policies)
                .efe(efe)
                .gamma(settings.find("gamma").map(JsonPlace::number).orElse(1.0))
                .choice(Choice.FULL, drawn ? settings.find("alpha").map(JsonPlace::number).orElse(1.0) : Choice.DETERMINISTIC);
        return on(settings, "learn_B", false) ? agent.countsB(file.pB().orElseThrow()).learning(1, Counts.Zeros.REVIVED) : agent;
    }

    private static boolean on(JsonPlace settings, String name, boolean otherwise) {
        return settings.find(name).map(JsonPlace::truth).orElse(otherwise);
    }

    private static Policies every(PomdpJson file, JsonPlace settings) {
        return Policies.all(file.model().structure(), settings.find("policy_len").map(JsonPlace::natural).orElse(1));
    }

    /** What one of the agents of a batch does, into its own row of the results. */
    private interface One {
        void run(Agent agent, double[] result);
    }

    /** N agents in parts, as many as there are threads; agents that do not learn differ in nothing but what they see. */
    private static Case.Call call(AgentBuilder builder, int batch, int results, Map<String, Object> notes, One ready, One one) {
        int parts = Math.min(batch, Workers.threads());
        Agent[] agents = new Agent[parts];
        double[][] rows = new double[batch][results];
        for (int part = 0; part < parts; part++) {
            agents[part] = builder.build();
            ready.run(agents[part], rows[part]);
        }
        return new Case.Call() {
            @Override
            public void run() {
                if (parts == 1) {
                    part(0);
                } else {
                    Workers.run(parts, this::part);
                }
            }

            private void part(int part) {
                for (int i = (int) ((long) part * batch / parts), end = (int) ((part + 1L) * batch / parts); i < end; i++) {
                    one.run(agents[part], rows[i]);
                }
            }

            @Override
            public Map<String, Object> notes() {
                return notes;
            }
        };
    }

    private static Case.Call states(PomdpJson file, JsonPlace settings, int batch) {
        int[] seen = settings.at("observation").naturals();
        double[][] sizes = new Tables(file.model()).D();
        return call(agent(file, settings, every(file, settings)), batch, Arrays.stream(sizes).mapToInt(d -> d.length).sum(),
                Map.of("batch", batch), (agent, row) -> {}, (agent, row) -> {
                    agent.begin();
                    int at = 0;
                    for (double[] q : agent.observe(seen)) {
                        System.arraycopy(q, 0, row, at, q.length);
                        at += q.length;
                    }
                });
    }

    private static Case.Call policies(PomdpJson file, JsonPlace settings, int batch) {
        int[] seen = settings.at("observation").naturals();
        Policies policies = every(file, settings);
        return call(agent(file, settings, policies), batch, policies.size(),
                Map.of("policies", policies.size(), "batch", batch),
                (agent, row) -> agent.observe(seen),
                (agent, row) -> System.arraycopy(agent.plan(), 0, row, 0, row.length));
    }

    private static Case.Call window(PomdpJson file, JsonPlace settings) {
        int[][] seen = settings.at("observation").elements().stream().map(JsonPlace::naturals).toArray(int[][]::new);
        int[] done = settings.at("past_actions").elements().stream()
                .mapToInt(u -> file.model().structure().encode(u.naturals())).toArray();
        MessagePassing messages = new MessagePassing(new Tables(file.model()), done.length + 1);
        MessagePassing.Scheme scheme = settings.at("inference_algo").words().equals("mmp") ? MessagePassing.Scheme.MARGINAL
                : MessagePassing.Scheme.VARIATIONAL;
        int[] outcomes = new int[seen.length];
        return () -> {
            for (int t = 0; t <= done.length; t++) {
                for (int m = 0; m < outcomes.length; m++) outcomes[m] = seen[m][t];
                messages.observe(t, outcomes);
                if (t < done.length) messages.act(t, done[t]);
            }
            messages.infer(scheme, SWEEPS);
        };
    }

    /** Whole episodes: see, infer, plan, learn, act, steps + 1 times. An agent that learns begins each call anew. */
    private static Case.Call episodes(PomdpJson file, JsonPlace settings, int batch) {
        int steps = settings.at("steps").natural() + 1;
        PomdpJson truth = file.root().find("env").map(PomdpJson::of).orElse(file);
        AgentBuilder builder = agent(file, settings, every(file, settings));
        boolean learns = on(settings, "learn_B", false);
        Agent[] agents = new Agent[batch];
        PomdpWorld[] worlds = new PomdpWorld[batch];
        Arrays.setAll(agents, i -> builder.build());
        Arrays.setAll(worlds, i -> new PomdpWorld(truth.model()));
        int[][] done = new int[batch][steps];
        return new Case.Call() {
            @Override
            public void run() {
                if (batch == 1) episode(0);
                else Workers.run(batch, this::episode);
            }

            private void episode(int i) {
                Agent agent = learns ? builder.build() : agents[i];
                Rng rng = new Rng(i);
                agent.begin();
                int[] seen = worlds[i].begin(rng);
                for (int t = 0; t < steps; t++) {
                    agent.observe(seen);
                    agent.plan();
                    if (learns) agent.learn();
                    done[i][t] = agent.act(rng);
                    seen = worlds[i].act(done[i][t], rng);
                }
            }

            @Override
            public Map<String, Object> notes() {
                return Map.of("policies", agents[0].policies().size(), "batch", batch, "steps", steps);
            }
        };
    }

    private static Case.Call tree(PomdpJson file, JsonPlace settings) {
        JsonPlace search = settings.at("search");
        Sophisticated.Limits limits = new Sophisticated.Limits(search.at("horizon").natural(), search.at("gamma").number(),
                search.at("policy_prune_threshold").number(), search.at("observation_prune_threshold").number(),
                search.at("entropy_stop_threshold").number(), search.at("max_nodes").natural());
        Agent agent = Agent.of(file.model())
                .perception(Perception.PYMDP)
                .gamma(limits.gamma())
                .search(tables -> new Sophisticated(tables, limits, Efe.PYMDP, Perception.PYMDP))
                .build();
        agent.observe(settings.at("observation").naturals());
        return agent::plan;
    }
}
