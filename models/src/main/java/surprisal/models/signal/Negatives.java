package surprisal.models.signal;

import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Shape;

/**
 * With which observations a state is contrasted, besides its own. States [T, .., n] are T times of B rows, where B is the
 * product of the axes between; states [B, n] are one time.
 */
public enum Negatives {

    /** All others, those of other rows and of other times: K = T B. */
    EVERYWHERE {
        @Override
        boolean holds(boolean sameTime, boolean sameRow) {
            return true;
        }

        @Override
        int count(int times, int rows) {
            return times * rows;
        }
    },

    /** Those of other rows, at any time, so that what stays the same in a row is worth knowing: K = 1 + T (B − 1). */
    OTHER_ROWS {
        @Override
        boolean holds(boolean sameTime, boolean sameRow) {
            return !sameRow;
        }

        @Override
        int count(int times, int rows) {
            return 1 + times * (rows - 1);
        }
    },

    /**
     * Those of other rows at the same time: K = B. Where rows share something that changes with time, a background say, it is
     * not worth knowing.
     */
    SAME_TIME {
        @Override
        boolean holds(boolean sameTime, boolean sameRow) {
            return sameTime;
        }

        @Override
        int count(int times, int rows) {
            return rows;
        }
    },

    /** Those of the same row at other times, so that only what changes is worth knowing: K = T. */
    OTHER_TIMES {
        @Override
        boolean holds(boolean sameTime, boolean sameRow) {
            return sameRow;
        }

        @Override
        int count(int times, int rows) {
            return times;
        }
    };

    /** What excludes an observation: e to it is 0 beside any score, and unlike −∞ it goes through sums and differences. */
    private static final double EXCLUDED = -1e30;

    abstract boolean holds(boolean sameTime, boolean sameRow);

    abstract int count(int times, int rows);

    private static int times(Shape states) {
        return states.rank() < 2 ? 1 : states.dim(0);
    }

    /** K, its own included. */
    int count(Shape states) {
        int times = times(states);
        return count(times, times == 0 ? 0 : states.size() / times);
    }

    /** The scores [N, N] without the pairs that are left out. */
    Tensor among(Tensor scores, Shape states) {
        return this == EVERYWHERE ? scores : scores.plus(mask(states, scores.precision()));
    }

    private Tensor mask(Shape states, Precision precision) {
        int n = states.size();
        int rows = n / Math.max(1, times(states));
        Array mask = Array.zeros(Shape.of(n, n), precision);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                if (i != j && !holds(i / rows == j / rows, i % rows == j % rows)) {
                    mask.set(i * n + j, EXCLUDED);
                }
            }
        }
        return Tensor.of(mask);
    }
}
