package surprisal.models.agent;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import surprisal.engine.Rng;
import surprisal.kernels.Workers;
import surprisal.models.env.PomdpWorld;

/** Agents in their worlds: at each step see, infer, plan, learn, act (the order of pymdp's rollout). */
public final class Rollout {

    private Rollout() {}

    /**
     * One episode, from its beginning.
     *
     * @param agent begins anew, and keeps what it learned
     * @param world begins anew
     * @param steps how many times it acts, at least 1
     * @param rng where the randomness of the world and of the agent comes from
     * @return what happened
     * @throws IllegalArgumentException if there is no step
     */
    public static Trace episode(Agent agent, PomdpWorld world, int steps, Rng rng) {
        if (steps < 1) {
            throw new IllegalArgumentException("an episode of " + steps + " steps: at least 1");
        }
        List<Trace.Step> trace = new ArrayList<>();
        agent.begin();
        int[] seen = world.begin(rng);
        for (int t = 0; t < steps; t++) {
            agent.observe(seen);
            agent.plan();
            Trace.Step step = Trace.considered(agent, seen);
            agent.learn();
            int action = agent.act(rng);
            trace.add(step.acted(agent.tables().structure().decode(action)));
            seen = world.act(action, rng);
        }
        return new Trace(trace);
    }

    /**
     * Independent episodes, over the threads of {@link Workers}: bit for bit what they are one by one.
     *
     * @param episodes how many
     * @param agents makes the agent of each; called from several threads
     * @param worlds makes the world of each; called from several threads
     * @param steps how many times each acts
     * @param seed where the random numbers start; each episode has its own stream
     * @return what happened in each, in order
     * @throws IllegalArgumentException if there is no step
     */
    public static List<Trace> batch(
            int episodes, IntFunction<Agent> agents, IntFunction<PomdpWorld> worlds, int steps, long seed) {
        Rng root = new Rng(seed);
        Rng[] streams = new Rng[episodes];
        Arrays.setAll(streams, i -> root.split());
        Trace[] traces = new Trace[episodes];
        Workers.run(episodes, i -> traces[i] = episode(agents.apply(i), worlds.apply(i), steps, streams[i]));
        return List.of(traces);
    }

    /**
     * The same episode again: the agent sees what was seen and does what was done, and believes and plans by itself.
     *
     * @param agent begins anew
     * @param trace what was seen and done
     * @return what it believed and planned; its {@link Trace#distance} from the given one is 0 if the agent is the same
     * @throws IllegalArgumentException if an outcome or an action is none of the agent's
     */
    public static Trace replay(Agent agent, Trace trace) {
        List<Trace.Step> again = new ArrayList<>();
        agent.begin();
        int before = -1;
        for (Trace.Step step : trace.steps()) {
            agent.acted(before);
            agent.observe(step.outcomes());
            agent.plan();
            again.add(Trace.considered(agent, step.outcomes()).acted(step.action()));
            agent.learn();
            before = agent.tables().structure().encode(step.action());
        }
        return new Trace(again);
    }
}
