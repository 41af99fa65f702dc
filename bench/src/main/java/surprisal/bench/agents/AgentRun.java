package surprisal.bench.agents;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.kernels.Workers;
import surprisal.models.agent.Agent;
import surprisal.models.agent.AgentBuilder;
import surprisal.models.agent.AgentBuilder.Perception;
import surprisal.models.agent.Choice;
import surprisal.models.agent.Efe;
import surprisal.models.agent.Policies;
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
 * @param steps how many actions in an episode
 * @param episodes how many
 * @param seed where the random numbers start
 */
public record AgentRun(Place place, Planner planner, int horizon, int steps, int episodes, long seed) {
    static final double GAMMA = 16;
    static final Efe CURIOUS = Efe.of(Term.UTILITY, Term.STATE_GAIN);
    private static final int NODES = 200_000;

    /** So many visits of each move the counts are compared with that the truth would give. */
    static final double VISITS = 10;

    /** How policies are compared. */
    public enum Planner {
        /** Every sequence of actions. */
        ENUMERATE,
        /** A tree of actions and outcomes. */
        SOPHISTICATED
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
        AgentBuilder builder = agent(model, mind);
        Rng root = new Rng(seed);
        Rng[] streams = new Rng[episodes];
        Arrays.setAll(streams, i -> root.split());
        boolean[] succeeded = new boolean[episodes];
        Trace[] shown = new Trace[1];
        Workers.run(episodes, i -> {
            Agent agent = builder.build();
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

    private AgentBuilder agent(FactoredPomdp model, Mind mind) {
        Efe efe = mind == Mind.CURIOUS ? CURIOUS : Efe.of(Term.UTILITY);
        AgentBuilder builder = Agent.of(model).efe(efe).gamma(GAMMA).choice(Choice.FULL, Choice.DETERMINISTIC);
        return switch (planner) {
            case ENUMERATE -> builder.policies(Policies.all(model.structure(), horizon));
            case SOPHISTICATED -> builder.search(tables -> new Sophisticated(tables,
                    new Sophisticated.Limits(horizon, GAMMA, 1.0 / 16, 1.0 / 64, 0, NODES), efe, Perception.COORDINATE));
        };
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
        AgentBuilder builder = Agent.of(naive)
                .policies(Policies.all(structure, curious ? horizon : 1))
                .efe(Efe.of(Term.NOVELTY_B))
                .gamma(curious ? GAMMA : 0)
                .choice(Choice.FULL, curious ? Choice.DETERMINISTIC : 1)
                .countsB(List.of(Tensor.full(structure.shapeB(0), 1, Precision.FLOAT64)));
        double[] target = truth.B().getFirst().times(VISITS).plus(1).array().doubles();
        double rows = target.length / (double) states;
        Rng root = new Rng(seed);
        Rng[] streams = new Rng[episodes];
        Arrays.setAll(streams, i -> root.split());
        double[][] kl = new double[episodes][steps];
        Agent[] first = new Agent[1];
        Workers.run(episodes, i -> {
            Agent agent = builder.build();
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
        Trace shown = Rollout.episode(builder.build(), new PomdpWorld(truth), Math.min(steps, 40), new Rng(seed).split());
        return new Learned(mean, shown, first[0].countsB().getFirst());
    }
}
