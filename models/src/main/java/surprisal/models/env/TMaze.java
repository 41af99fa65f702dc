package surprisal.models.env;

import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.pomdp.Pomdp;

/**
 * A T-shaped maze with a prize in one of its arms, and a cue at its foot that tells in which (Friston et al. 2015). The
 * arms are traps: whoever enters the wrong one has lost, so it pays to look at the cue first.
 *
 * <p>States are place × side of the prize: {@code 2 · place + side} with places centre, left, right, cue and sides
 * left, right. Actions are 0 stay, 1 go left, 2 go right, 3 go to the cue. Outcomes are 0 centre, 1 the cue says left,
 * 2 it says right, 3 win and 4 loss in the left arm, 5 win and 6 loss in the right arm.
 */
public final class TMaze implements Environment {

    /** How often a win is seen in the right arm, unless said otherwise; it is seen as often as a loss in the wrong one. */
    public static final double WIN = 0.9;

    /** How often the cue lies, unless said otherwise. */
    public static final double LIE = 0.02;

    /** The number of actions. */
    public static final int ACTIONS = 4;

    private static final int PLACES = 4;
    private static final int OUTCOMES = 7;
    private static final int CUE = 3;
    private static final int LIMIT = 8;

    private final Pomdp world;
    private int place = -1;
    private int side;
    private int moves;

    /** A maze whose cue lies with probability 0.02 and whose prize is seen with probability 0.9. */
    public TMaze() {
        this(LIE, WIN);
    }

    /**
     * A maze.
     *
     * @param lie the probability that the cue lies
     * @param win the probability that a win is seen in the right arm, and a loss in the wrong one
     * @throws IllegalArgumentException unless both are in [0, 1]
     */
    public TMaze(double lie, double win) {
        this.world = model(lie, win);
    }

    /**
     * What an agent may know of the maze, in float64: prizes are seen with probability 0.9.
     *
     * @param lie the probability that the cue lies
     * @return A, B and D
     * @throws IllegalArgumentException unless it is in [0, 1]
     */
    public static Pomdp model(double lie) {
        return model(lie, WIN);
    }

    /**
     * What an agent may know of the maze, in float64.
     *
     * @param lie the probability that the cue lies
     * @param win the probability that a win is seen in the right arm, and a loss in the wrong one
     * @return A, B and D
     * @throws IllegalArgumentException unless both are in [0, 1]
     */
    public static Pomdp model(double lie, double win) {
        probability("lie", lie);
        probability("win", win);
        int states = 2 * PLACES;
        double[] A = new double[states * OUTCOMES];
        double[] B = new double[ACTIONS * states * states];
        double[] D = new double[states];
        for (int side = 0; side < 2; side++) {
            D[side] = 0.5;
            A[side * OUTCOMES] = 1;
            A[(2 * CUE + side) * OUTCOMES + 1 + side] = 1 - lie;
            A[(2 * CUE + side) * OUTCOMES + 2 - side] = lie;
            for (int arm = 0; arm < 2; arm++) {
                double wins = arm == side ? win : 1 - win;
                A[(2 * (1 + arm) + side) * OUTCOMES + 3 + 2 * arm] = wins;
                A[(2 * (1 + arm) + side) * OUTCOMES + 4 + 2 * arm] = 1 - wins;
            }
            for (int action = 0; action < ACTIONS; action++) {
                for (int place = 0; place < PLACES; place++) {
                    boolean trapped = place == 1 || place == 2;
                    int to = trapped || action == 0 ? place : action;
                    B[(action * states + 2 * place + side) * states + 2 * to + side] = 1;
                }
            }
        }
        return Pomdp.of(
                Tensor.of(Shape.of(states, OUTCOMES), A),
                Tensor.of(Shape.of(ACTIONS, states, states), B),
                Tensor.of(D));
    }

    private static void probability(String name, double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException(name + " is " + p + ": a probability is in [0, 1]");
        }
    }

    @Override
    public Tensor reset(Rng rng) {
        place = 0;
        side = rng.below(2);
        moves = 0;
        return observation(rng);
    }

    @Override
    public Step step(Tensor action, Rng rng) {
        int best = 0;
        for (int i = 1; i < action.shape().size(); i++) {
            if (action.at(i) > action.at(best)) {
                best = i;
            }
        }
        return step(best, rng);
    }

    /**
     * Takes one action. The episode ends in an arm, or after eight moves.
     *
     * @param action 0 stay, 1 go left, 2 go right, 3 go to the cue
     * @param rng where the randomness comes from
     * @return what is seen, one-hot; the reward is 1 for a win and −1 for a loss
     * @throws IllegalArgumentException if there is no such action
     * @throws IllegalStateException if the episode has ended or none has begun
     */
    public Step step(int action, Rng rng) {
        if (action < 0 || action >= ACTIONS) {
            throw new IllegalArgumentException("action " + action + " in the T-maze: there are 0 to " + (ACTIONS - 1));
        }
        if (place < 0 || trapped() || moves == LIMIT) {
            throw new IllegalStateException("the episode in the T-maze "
                    + (place < 0 ? "has not begun" : "has ended") + ": reset() begins one");
        }
        place = action == 0 ? place : action;
        moves++;
        Tensor seen = observation(rng);
        double reward = seen.at(3) + seen.at(5) - seen.at(4) - seen.at(6);
        return new Step(seen, reward, trapped(), !trapped() && moves == LIMIT);
    }

    /**
     * Whether the agent stands in the arm with the prize.
     *
     * @return true if so
     */
    public boolean atPrize() {
        return place == 1 + side;
    }

    private boolean trapped() {
        return place == 1 || place == 2;
    }

    /** o ~ P(o|s). */
    private Tensor observation(Rng rng) {
        double u = rng.uniform();
        int from = (2 * place + side) * OUTCOMES;
        int outcome = 0;
        for (double sum = world.A().at(from); u >= sum && outcome < OUTCOMES - 1; sum += world.A().at(from + outcome)) {
            outcome++;
        }
        Array seen = Array.zeros(Shape.of(OUTCOMES), Precision.FLOAT64);
        seen.set(outcome, 1);
        return Tensor.of(seen);
    }
}
