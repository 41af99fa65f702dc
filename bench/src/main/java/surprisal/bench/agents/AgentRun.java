package surprisal.bench.agents;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.io.Json;
import surprisal.kernels.Workers;
import surprisal.models.agent.Agent;
import surprisal.models.agent.AgentBuilder;
import surprisal.models.agent.AgentBuilder.Perception;
import surprisal.models.agent.Branching;
import surprisal.models.agent.Choice;
import surprisal.models.agent.Efe;
import surprisal.models.agent.MonteCarlo;
import surprisal.models.agent.Rollout;
import surprisal.models.agent.Sophisticated;
import surprisal.models.agent.Term;
import surprisal.models.agent.Trace;
import surprisal.models.env.PomdpWorld;
import surprisal.models.pomdp.Counts;
import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.Structure;

/**
 * Many episodes of an agent that minimises expected free energy, and of one that does not care to know: the same worlds for
 * both. In the grid both learn its moves, and the other one moves at random.
 *
 * @param place the world
 * @param planner how policies are compared
 * @param horizon how many actions ahead
 * @param simulations how many courses of events Monte-Carlo tree search simulates for each action; else it counts nothing
 * @param steps how many actions in an episode
 * @param episodes how many
 * @param seed where the random numbers start
 */
public record AgentRun(Place place, Planner planner, int horizon, int simulations, int steps, int episodes, long seed) {
    static final double GAMMA = 16;
    static final Efe CURIOUS = Efe.of(Term.UTILITY, Term.STATE_GAIN);
    private static final double ACTIONS = 1.0 / 16; // less probable ones are not followed in a tree
    private static final double OUTCOMES = 1.0 / 64;
    private static final int NODES = 200_000;

    /** So many visits of each move the counts are compared with that the truth would give. */
    static final double VISITS = 10;

    /** How policies are compared. */
    public enum Planner {
        /** Every sequence of actions. */
        ENUMERATE,
        /** A tree of actions and outcomes. */
        SOPHISTICATED,
        /** A tree of actions and outcomes that grows by simulations. */
        MCTS
    }

    /** What an agent minimises. */
    enum Mind {
        /** G = −utility − state information gain. */
        CURIOUS,
        /** G = −utility. */
        REWARD_ALONE
    }

    /**
     * What an agent made of its episodes.
     *
     * @param shown the first episode
     * @param successes how many episodes succeeded
     */
    record Outcome(Trace shown, int successes) {}

    /**
     * What an agent learned of the moves.
     *
     * @param kl D_KL[Dir(learned) ‖ Dir(truth)] by step, a mean over the rows and episodes, in nats
     * @param shown the first episode
     * @param counts what the first agent learned
     */
    @SuppressWarnings("ArrayRecordComponent") // a curve, never compared
    record Learned(double[] kl, Trace shown, Counts counts) {}

    /** All episodes of one agent. */
    Outcome outcome(Mind mind) {
        FactoredPomdp model = place.model();
        Efe efe = mind == Mind.CURIOUS ? CURIOUS : Efe.of(Term.UTILITY);
        Rng[] streams = streams();
        boolean[] succeeded = new boolean[episodes];
        Trace[] shown = new Trace[1];
        Workers.run(episodes, i -> {
            Agent agent = planning(Agent.of(model).efe(efe), i).build();
            PomdpWorld world = new PomdpWorld(model);
            if (i == 0) {
                shown[0] = Rollout.episode(agent, world, steps, streams[i]);
                succeeded[i] = place.succeeded(shown[0].steps().stream().map(Trace.Step::outcomes).toList(), model);
            } else {
                succeeded[i] = place.succeeded(outcomes(agent, world, streams[i]), model);
            }
        });
        return new Outcome(shown[0], (int) IntStream.range(0, episodes).filter(i -> succeeded[i]).count());
    }

    /** An episode of which only what was seen is kept: recording every policy takes longer than planning. */
    private List<int[]> outcomes(Agent agent, PomdpWorld world, Rng rng) {
        List<int[]> outcomes = new ArrayList<>();
        int[] seen = world.begin(rng);
        for (int t = 0; t < steps; t++) {
            outcomes.add(seen.clone());
            agent.observe(seen);
            agent.plan();
            seen = world.act(agent.act(rng), rng);
        }
        return outcomes;
    }

    /** For each episode the randomness of its world: planners meet the same worlds. */
    private Rng[] streams() {
        Rng root = new Rng(seed);
        Rng[] streams = new Rng[episodes];
        Arrays.setAll(streams, i -> root.split());
        return streams;
    }

    /** Where the random numbers of an episode's search start, small enough to be written down. */
    private int searchSeed(int episode) {
        return new Rng(seed + 1).below(1 << 30) ^ episode;
    }

    /** An agent that looks ahead and does what is best, if it is said what of. */
    private AgentBuilder planning(AgentBuilder builder, int episode) {
        builder.gamma(GAMMA).choice(Choice.FULL, Choice.DETERMINISTIC);
        return switch (planner) {
            case ENUMERATE -> builder.horizon(horizon);
            case SOPHISTICATED -> builder.tree((tables, oneStep) -> new Sophisticated(tables,
                    new Sophisticated.Limits(horizon, GAMMA, ACTIONS, OUTCOMES, 0, NODES), oneStep, Perception.COORDINATE, null,
                    Branching.OUTCOMES));
            case MCTS -> builder.tree((tables, oneStep) -> new MonteCarlo(tables, new MonteCarlo.Budget(horizon, simulations), oneStep,
                    Perception.COORDINATE, null, new Rng(searchSeed(episode))));
        };
    }

    /** How the first episode was planned, by the names of {@code surprisal replay}. */
    Map<String, Json> settings() {
        Map<String, Json> settings = new LinkedHashMap<>();
        if (planner == Planner.ENUMERATE) {
            settings.put("policy_len", Json.of(horizon));
            return settings;
        }
        settings.put("planner", Json.of(planner.name().toLowerCase(Locale.ROOT)));
        settings.put("horizon", Json.of(horizon));
        if (planner == Planner.MCTS) {
            settings.put("simulations", Json.of(simulations));
            settings.put("seed", Json.of(searchSeed(0)));
        } else {
            settings.put("policy_prune_threshold", Json.of(ACTIONS));
            settings.put("observation_prune_threshold", Json.of(OUTCOMES));
            settings.put("entropy_stop_threshold", Json.of(0));
            settings.put("max_nodes", Json.of(NODES));
        }
        return settings;
    }

    /**
     * Episodes of an agent that begins with a count of one for every next state.
     *
     * @param curious whether it goes where it learns most, or at random
     */
    Learned learned(boolean curious) {
        FactoredPomdp truth = place.model();
        Structure structure = truth.structure();
        int states = structure.factors().getFirst().size();
        FactoredPomdp naive = FactoredPomdp.of(structure, truth.A(),
                List.of(Tensor.full(structure.shapeB(0), 1.0 / states, Precision.FLOAT64)), truth.C(), truth.D());
        IntFunction<Agent> agents = i -> {
            AgentBuilder builder = Agent.of(naive)
                    .efe(Efe.of(Term.NOVELTY_B))
                    .countsB(List.of(Tensor.full(structure.shapeB(0), 1, Precision.FLOAT64)));
            return (curious ? planning(builder, i) : builder.gamma(0).choice(Choice.FULL, 1)).build();
        };
        double[] target = truth.B().getFirst().times(VISITS).plus(1).array().doubles();
        double rows = target.length / (double) states;
        Rng[] streams = streams();
        double[][] kl = new double[episodes][steps];
        Agent[] first = new Agent[1];
        Workers.run(episodes, i -> {
            Agent agent = agents.apply(i);
            if (i == 0) {
                first[0] = agent;
            }
            PomdpWorld world = new PomdpWorld(truth);
            int[] seen = world.begin(streams[i]);
            for (int t = 0; t < steps; t++) {
                agent.observe(seen);
                agent.plan();
                agent.learn();
                kl[i][t] = agent.countsB().getFirst().kl(target) / rows;
                seen = world.act(agent.act(streams[i]), streams[i]);
            }
        });
        double[] mean = IntStream.range(0, steps)
                .mapToDouble(t -> Arrays.stream(kl).mapToDouble(curve -> curve[t]).sum() / episodes)
                .toArray();
        Trace shown = Rollout.episode(agents.apply(0), new PomdpWorld(truth), Math.min(steps, 40),
                streams()[0]);
        return new Learned(mean, shown, first[0].countsB().getFirst());
    }
}
