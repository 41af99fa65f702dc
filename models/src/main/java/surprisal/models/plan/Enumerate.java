package surprisal.models.plan;

import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.engine.Precision;
import surprisal.engine.Shape;

/**
 * Every sequence of actions up to a horizon, G(π) = Σ_τ G_τ. Sequences share their beginnings: no belief is imagined
 * twice.
 *
 * @param actions how many actions there are
 * @param horizon how many steps are imagined
 */
public record Enumerate(int actions, int horizon) implements Planner {

    /** So many policies are held at most. */
    private static final long MOST = 1 << 22;

    /**
     * The planner.
     *
     * @throws IllegalArgumentException unless both numbers are at least 1 and there are at most 4,194,304 sequences
     */
    public Enumerate {
        if (actions < 1 || horizon < 1) {
            throw new IllegalArgumentException("enumerating " + actions + " actions over " + horizon
                    + " steps: both are at least 1");
        }
        if (StrictMath.pow(actions, horizon) > MOST) {
            throw new IllegalArgumentException("%d actions over %d steps make %.3g policies, more than %,d: shorten the horizon"
                    .formatted(actions, horizon, StrictMath.pow(actions, horizon), MOST));
        }
    }

    /**
     * Scores every sequence.
     *
     * @throws IllegalArgumentException if the objective does not give one number for each policy
     */
    @Override
    public <B> Plan plan(WorldModel<B> model, Objective<B> G, B now) {
        Precision precision = Tree.leaves(now).firstEntry().getValue().precision();
        B beliefs = Tree.map(now, x -> x.reshape(batched(x.shape())));
        Tensor total = Tensor.zeros(Shape.of(1), precision);
        int count = 1;
        for (int step = 0; step < horizon; step++) { // each sequence so far, then each action: [count] → [count · actions]
            int before = count;
            count *= actions;
            int[] parent = IntStream.range(0, count).map(i -> i / actions).toArray();
            int[] action = IntStream.range(0, count).map(i -> i % actions).toArray();
            B parents = before == count ? beliefs : Tree.map(beliefs, x -> x.gather(0, parent));
            beliefs = model.predict(parents, Tensor.oneHot(actions, precision, action));
            Tensor costs = G.g(beliefs);
            if (!costs.shape().equals(Shape.of(count))) { // one number for all would broadcast: sum() for sum(-1)
                throw new IllegalArgumentException("the objective gave " + costs.shape() + " for " + count
                        + " policies: it gives one number for each, [" + count + "]; reduce the last axis alone, with sum(-1)");
            }
            total = total.gather(0, parent).plus(costs);
        }
        int[][] policies = new int[count][horizon];
        for (int i = 0; i < count; i++) {
            for (int step = horizon - 1, rest = i; step >= 0; step--, rest /= actions) {
                policies[i][step] = rest % actions;
            }
        }
        return new Plan(policies, total);
    }

    private static Shape batched(Shape shape) {
        int[] dims = new int[shape.rank() + 1];
        dims[0] = 1;
        System.arraycopy(shape.dims(), 0, dims, 1, shape.rank());
        return Shape.of(dims);
    }
}
