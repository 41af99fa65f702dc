package surprisal.autodiff.op;

import surprisal.engine.Shape;

/**
 * Where two operands are read for each run of the result: the innermost axes as one run of n numbers, in which an
 * operand advances (stride 1) or stays (stride 0), and the axes around it.
 */
final class Broadcast {

    /** What happens to one run. */
    interface Run {
        void at(int n, int ao, int as, int bo, int bs, int yo);
    }

    private final int axes;
    private final int[] length;
    private final int[] aStep;
    private final int[] bStep;
    private final int size;

    private Broadcast(Shape a, Shape b, Shape y) {
        int rank = y.rank();
        length = new int[rank];
        aStep = new int[rank];
        bStep = new int[rank];
        size = y.size();
        int used = 0;
        int aSize = 1;
        int bSize = 1;
        for (int back = 1; back <= rank; back++) { // from the last axis on, neighbours of one kind merged
            int d = y.dim(-back);
            int da = back <= a.rank() ? a.dim(-back) : 1;
            int db = back <= b.rank() ? b.dim(-back) : 1;
            if (d == 1) {
                continue;
            }
            boolean aMoves = da != 1;
            boolean bMoves = db != 1;
            if (used > 0 && aMoves == aStep[used - 1] > 0 && bMoves == bStep[used - 1] > 0) {
                length[used - 1] *= d;
            } else {
                length[used] = d;
                aStep[used] = aMoves ? aSize : 0;
                bStep[used] = bMoves ? bSize : 0;
                used++;
            }
            aSize *= da;
            bSize *= db;
        }
        axes = used;
    }

    /** How many numbers of x are one row that y repeats, or −1 if y is not made so: [3, 4] of [2, 3, 4], [] of anything. */
    static int row(Shape x, Shape y) {
        int n = 1;
        for (int back = 1; n < x.size(); back++) {
            if (back > x.rank() || back > y.rank() || x.dim(-back) != y.dim(-back)) {
                return -1;
            }
            n *= y.dim(-back);
        }
        return n == x.size() ? n : -1;
    }

    static Broadcast of(Shape a, Shape b, Shape y) {
        return new Broadcast(a, b, y);
    }

    /** Visits the runs in the order of the result's memory. */
    void each(Run run) {
        if (size > 0 && axes == 0) {
            run.at(1, 0, 1, 0, 1, 0);
        } else if (size > 0) {
            visit(axes - 1, 0, 0, 0, run);
        }
    }

    private int visit(int axis, int ao, int bo, int yo, Run run) {
        if (axis == 0) {
            run.at(length[0], ao, aStep[0], bo, bStep[0], yo);
            return yo + length[0];
        }
        int next = yo;
        for (int i = 0; i < length[axis]; i++) {
            next = visit(axis - 1, ao + i * aStep[axis], bo + i * bStep[axis], next, run);
        }
        return next;
    }
}
