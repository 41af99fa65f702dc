package surprisal.autodiff.op;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import surprisal.autodiff.Op;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Shape;
import surprisal.kernels.Gemm.Store;

/**
 * The axes in another order: axis i of the result is axis {@code axes[i]} of the input. Its adjoint puts them back.
 *
 * @param axes each axis once
 */
public record Transpose(List<Integer> axes) implements Op.Known {

    /** The op, its axes copied. */
    public Transpose {
        axes = List.copyOf(axes);
    }

    private static final Transpose[] SWAPS = IntStream.range(0, 8)
            .mapToObj(rank -> new Transpose(IntStream.range(0, rank)
                    .map(i -> i < rank - 2 || rank < 2 ? i : 2 * rank - 3 - i).boxed().toList()))
            .toArray(Transpose[]::new);

    /**
     * The op that swaps the last two axes.
     *
     * @param rank the number of axes, ≥ 2
     * @return the op
     */
    public static Transpose swap(int rank) {
        return rank < SWAPS.length ? SWAPS[rank] : new Transpose(IntStream.range(0, rank)
                .map(i -> i < rank - 2 ? i : 2 * rank - 3 - i).boxed().toList());
    }

    /**
     * The op.
     *
     * @param shape the shape of the input
     * @param axes each axis once; negative counts from the end
     * @return the op
     * @throws IllegalArgumentException if an axis is missing or named twice
     */
    public static Transpose of(Shape shape, int... axes) {
        List<Integer> order = new ArrayList<>(axes.length);
        boolean twice = false;
        for (int axis : axes) {
            int at = shape.axis(axis);
            twice |= order.contains(at);
            order.add(at);
        }
        if (order.size() != shape.rank() || twice) {
            throw new IllegalArgumentException("transpose of " + shape + " to axes " + order + ": each of its "
                    + shape.rank() + " axes is named once");
        }
        return new Transpose(order);
    }

    @Override
    public Shape shape(Shape... in) {
        return Shape.of(axes.stream().mapToInt(in[0]::dim).toArray());
    }

    @Override
    public void forward(Array[] in, Array out) {
        if (swaps()) {
            swap(in[0], in[0].shape().dim(-2), in[0].shape().last(), out, Store.SET);
            return;
        }
        int[] step = steps(in[0].shape());
        each(out.shape(), step, 0, 0, 0, (x, y, n, s) -> {
            if (out.precision() == Precision.FLOAT32) {
                float[] from = in[0].floats();
                float[] to = out.floats();
                for (int i = 0; i < n; i++) {
                    to[y + i] = from[x + i * s];
                }
            } else {
                double[] from = in[0].doubles();
                double[] to = out.doubles();
                for (int i = 0; i < n; i++) {
                    to[y + i] = from[x + i * s];
                }
            }
        });
    }

    @Override
    public void backward(Array[] in, Array out, Array gOut, Array[] gIn, Store[] stores) {
        if (gIn[0] == null) {
            return;
        }
        if (swaps()) {
            swap(gOut, out.shape().dim(-2), out.shape().last(), gIn[0], stores[0]);
            return;
        }
        if (stores[0] == Store.SET) {
            gIn[0].fill(0);
        }
        int[] step = steps(in[0].shape());
        each(out.shape(), step, 0, 0, 0, (x, y, n, s) -> {
            if (out.precision() == Precision.FLOAT32) {
                float[] from = gOut.floats();
                float[] to = gIn[0].floats();
                for (int i = 0; i < n; i++) {
                    to[x + i * s] += from[y + i];
                }
            } else {
                double[] from = gOut.doubles();
                double[] to = gIn[0].doubles();
                for (int i = 0; i < n; i++) {
                    to[x + i * s] += from[y + i];
                }
            }
        });
    }

    /** Whether only the last two axes change places. */
    private boolean swaps() {
        return axes.size() >= 2 && axes.size() < SWAPS.length && equals(SWAPS[axes.size()]);
    }

    /** y[b, j, i] = x[b, i, j], or y[b, j, i] += x[b, i, j], x being [.., m, n]. */
    private static void swap(Array x, int m, int n, Array y, Store store) {
        int size = x.size();
        if (x.precision() == Precision.FLOAT32) {
            float[] from = x.floats();
            float[] to = y.floats();
            for (int o = 0; o < size; o += m * n) {
                for (int i = 0; i < m; i++) {
                    for (int j = 0; j < n; j++) {
                        int at = o + j * m + i;
                        to[at] = store == Store.SET ? from[o + i * n + j] : to[at] + from[o + i * n + j];
                    }
                }
            }
        } else {
            double[] from = x.doubles();
            double[] to = y.doubles();
            for (int o = 0; o < size; o += m * n) {
                for (int i = 0; i < m; i++) {
                    for (int j = 0; j < n; j++) {
                        int at = o + j * m + i;
                        to[at] = store == Store.SET ? from[o + i * n + j] : to[at] + from[o + i * n + j];
                    }
                }
            }
        }
    }

    /** How far apart neighbours along each axis of the result are in the input. */
    private int[] steps(Shape in) {
        int[] step = new int[in.rank()];
        int size = 1;
        for (int axis = in.rank() - 1; axis >= 0; axis--) {
            step[axes.indexOf(axis)] = size;
            size *= in.dim(axis);
        }
        return step;
    }

    /** A run along the last axis of the result: from x in steps of s in the input, from y on in the result. */
    private interface Run {
        void at(int x, int y, int n, int s);
    }

    /** Visits the result in the order of its memory; returns the position after the block. */
    private static int each(Shape out, int[] step, int axis, int x, int y, Run run) {
        if (axis >= out.rank() - 1) {
            int n = out.rank() == 0 ? 1 : out.last();
            run.at(x, y, n, out.rank() == 0 ? 1 : step[axis]);
            return y + n;
        }
        int next = y;
        for (int d = 0; d < out.dim(axis); d++) {
            next = each(out, step, axis + 1, x + d * step[axis], next, run);
        }
        return next;
    }
}
