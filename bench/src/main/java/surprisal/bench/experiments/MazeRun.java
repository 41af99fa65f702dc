package surprisal.bench.experiments;

import static surprisal.models.ExpectedFreeEnergy.ambiguity;
import static surprisal.models.ExpectedFreeEnergy.epistemic;
import static surprisal.models.ExpectedFreeEnergy.pragmatic;
import static surprisal.models.ExpectedFreeEnergy.risk;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;
import surprisal.models.dist.Categorical;
import surprisal.models.env.Environment;
import surprisal.models.env.TMaze;
import surprisal.models.plan.Enumerate;
import surprisal.models.plan.Objective;
import surprisal.models.plan.Plan;
import surprisal.models.pomdp.Pomdp;

/**
 * Two agents in the same T-mazes. Both imagine every sequence of two moves. One minimises expected free energy, the
 * other wants reward alone; it has no use for a cue.
 *
 * @param seed where the random numbers start
 * @param mazes how many mazes each agent walks
 */
public record MazeRun(long seed, int mazes) {
    /** The probability that the cue lies. */
    static final double LIE = 0.02;

    /** The probability that a win is seen in the right arm. */
    static final double WIN = 0.9;

    /** The cost of a step outside the arms, in nats: time is worth something. */
    static final double WAITING = 0.1;

    private static final Enumerate PLANNER = new Enumerate(TMaze.ACTIONS, 2);
    private static final Pomdp MODEL = TMaze.model(LIE, WIN);

    /**
     * P(o|C): outside the arms (centre, cue says left, cue says right), then win and loss in the left and the right
     * arm.
     */
    private static final Tensor C =
            Categorical.ofLogits(-WAITING, -WAITING, -WAITING, 3, -3, 3, -3).probs();

    private static final List<String> MOVES = List.of("stay", "go left", "go right", "go to the cue");
    private static final List<String> OUTCOMES =
            List.of("the centre", "the cue point left", "the cue point right", "a win", "a loss", "a win", "a loss");

    private static final Objective<Tensor> RISK = qs -> risk(qs, MODEL.A(), C);
    private static final Objective<Tensor> AMBIGUITY = qs -> ambiguity(qs, MODEL.A());
    private static final Objective<Tensor> EPISTEMIC = qs -> epistemic(qs, MODEL.A());
    private static final Objective<Tensor> PRAGMATIC = qs -> pragmatic(qs, MODEL.A(), C);

    /** What an agent minimises. */
    enum Agent {
        /** G = risk + ambiguity. */
        EXPECTED_FREE_ENERGY(RISK.plus(AMBIGUITY)),
        /** G = −pragmatic value: the same without the information gain. */
        REWARD_ALONE(PRAGMATIC.times(-1));

        private final Objective<Tensor> G;

        Agent(Objective<Tensor> G) {
            this.G = G;
        }
    }

    /**
     * The best plan that begins with a move, both ways to take its G apart, summed over its steps.
     *
     * @param move the first move
     * @param then the second
     * @param risk D_KL[Q(o|π) ‖ P(o|C)]
     * @param ambiguity E_Q(s|π)[H[P(o|s)]]
     * @param epistemic I[s; o|π]
     * @param pragmatic E_Q(o|π)[log P(o|C)]
     */
    record Choice(String move, String then, double risk, double ambiguity, double epistemic, double pragmatic) {
        double G() {
            return risk + ambiguity;
        }
    }

    /**
     * One move of an episode.
     *
     * @param left the belief that the prize is in the left arm, before the move
     * @param choices what was compared
     * @param chosen which was taken
     * @param seen what it showed
     * @param leftAfter the belief that the prize is in the left arm, after that
     */
    record Move(double left, List<Choice> choices, int chosen, String seen, double leftAfter) {}

    /**
     * An episode.
     *
     * @param moves its moves
     * @param found whether the agent went into the arm with the prize
     * @param won whether it saw a win
     */
    record Episode(List<Move> moves, boolean found, boolean won) {}

    /** The mazes that found their prize, of each agent in the order of the enum. */
    int[] found() {
        int[] found = new int[Agent.values().length];
        for (Agent agent : Agent.values())
            for (int i = 0; i < mazes; i++) if (episode(agent, i).found()) found[agent.ordinal()]++;
        return found;
    }

    /** One agent in one maze: the same maze for both. */
    Episode episode(Agent agent, int maze) {
        Rng rng = new Rng(seed * 1_000_003 + maze);
        TMaze world = new TMaze(LIE, WIN);
        Tensor qs = MODEL.update(MODEL.D(), world.reset(rng));
        List<Move> moves = new ArrayList<>();
        while (true) {
            Tensor before = qs;
            Plan plan = PLANNER.plan(MODEL, agent.G, before);
            int action = plan.best()[0];
            Environment.Step step = world.step(action, rng);
            qs = MODEL.update(MODEL.predict(before, MODEL.action(action)), step.observation());
            String seen = OUTCOMES.get(outcome(step.observation()));
            moves.add(new Move(left(before), choices(plan, before), action, seen, left(qs)));
            if (step.terminated() || step.truncated()) return new Episode(moves, world.atPrize(), step.reward() > 0);
        }
    }

    /** For each first move the best plan that begins with it. */
    private static List<Choice> choices(Plan plan, Tensor qs) {
        List<Plan> terms = Stream.of(RISK, AMBIGUITY, EPISTEMIC, PRAGMATIC)
                .map(term -> PLANNER.plan(MODEL, term, qs))
                .toList();
        List<Choice> choices = new ArrayList<>();
        int[][] policies = plan.policies();
        for (int move = 0; move < TMaze.ACTIONS; move++) {
            int best = -1;
            for (int i = 0; i < policies.length; i++)
                if (policies[i][0] == move
                        && (best < 0 || plan.G().at(i) < plan.G().at(best))) best = i;
            double[] g = new double[terms.size()];
            for (int t = 0; t < g.length; t++) g[t] = terms.get(t).G().at(best);
            choices.add(new Choice(MOVES.get(move), MOVES.get(policies[best][1]), g[0], g[1], g[2], g[3]));
        }
        return choices;
    }

    private static double left(Tensor qs) {
        double left = 0;
        for (int s = 0; s < qs.shape().size(); s += 2) left += qs.at(s);
        return left;
    }

    private static int outcome(Tensor o) {
        for (int i = 0; i < o.shape().size(); i++) if (o.at(i) > 0.5) return i;
        throw new IllegalArgumentException("not an outcome: " + o);
    }
}
