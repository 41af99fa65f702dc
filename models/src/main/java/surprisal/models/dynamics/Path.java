package surprisal.models.dynamics;

import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.engine.Shape;

/**
 * What was expected and what was believed along a batch of sequences, [T, B, ..].
 *
 * @param prior p(s_t | s_{t−1}, a_{t−1}), given the sample of s_{t−1} in the posterior
 * @param posterior q(s_t | s_{t−1}, a_{t−1}, o_t) and its sample
 * @param <B> the type of a belief
 */
public record Path<B>(B prior, B posterior) {

    /**
     * The number of steps, T.
     *
     * @return T
     */
    public int steps() {
        return Tree.leaves(posterior).firstEntry().getValue().shape().dim(0);
    }

    /**
     * The posterior of one step, from which to imagine or to go on.
     *
     * @param step which, from 0
     * @return the belief, [B, ..]
     * @throws IllegalArgumentException if the path has no such step
     */
    public B at(int step) {
        if (step < 0 || step >= steps()) {
            throw new IllegalArgumentException("step " + step + " of a sequence of " + steps() + ": the steps are 0 to "
                    + (steps() - 1));
        }
        return Tree.map(posterior, x -> at(x, step));
    }

    /** One step of [T, ..]. */
    static Tensor at(Tensor x, int step) {
        return x.slice(0, step, step + 1).reshape(x.shape().without(0));
    }

    /** How many steps two sequences have in common: all of them. */
    static int steps(Tensor actions, Tensor observations) {
        Shape a = actions.shape();
        Shape o = observations.shape();
        if (a.rank() < 3 || o.rank() < 3 || a.dim(0) != o.dim(0) || a.dim(1) != o.dim(1) || a.dim(0) == 0) {
            throw new IllegalArgumentException("actions " + a + " and observations " + o + ": they are [T, B, ..] with the same "
                    + "T ≥ 1 and the same B, the action at t being what was done before the observation at t");
        }
        return a.dim(0);
    }

    /** Beliefs of one structure side by side along a new first axis. */
    static <B> B stack(List<B> beliefs) {
        List<List<Tensor>> leaves = beliefs.stream().map(belief -> List.copyOf(Tree.leaves(belief).values())).toList();
        Iterator<Integer> leaf = IntStream.range(0, leaves.getFirst().size()).iterator();
        return Tree.map(beliefs.getFirst(), _ -> {
            int i = leaf.next();
            return Tensor.stack(0, leaves.stream().map(all -> all.get(i)).toArray(Tensor[]::new));
        });
    }
}
