package surprisal.autodiff.op;

import surprisal.engine.Shape;

/** An array seen from some neighbouring axes: [outer, n, inner]. */
record Blocks(int outer, int n, int inner) {

    static Blocks of(Shape shape, int axis, int count) {
        int outer = 1;
        int n = 1;
        int inner = 1;
        for (int i = 0; i < shape.rank(); i++) {
            if (i < axis) {
                outer *= shape.dim(i);
            } else if (i < axis + count) {
                n *= shape.dim(i);
            } else {
                inner *= shape.dim(i);
            }
        }
        return new Blocks(outer, n, inner);
    }

    /** The rows along the last axis. */
    static Blocks rows(Shape shape) {
        return of(shape, shape.rank() - 1, 1);
    }
}
