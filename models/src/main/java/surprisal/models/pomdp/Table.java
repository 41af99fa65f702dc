package surprisal.models.pomdp;

import java.util.Arrays;
import java.util.List;
import surprisal.autodiff.Tensor;
import surprisal.kernels.Mixture;
import surprisal.kernels.Simplex;

/**
 * One array of a factored model in plain numbers: P(event | actions, parents), laid out [actions, parents.., event].
 * This is what agents compute with; the tensors of {@link FactoredPomdp} say what they compute. A table has scratch memory,
 * so it belongs to one thread.
 */
public final class Table {
    private final int[] parents;
    private final int[] sizes;
    private final int blocks;
    private final int rows;
    private final int events;
    private final double[] values;
    private final double[] part;
    private final Table original; // whose pattern holds for twins too
    private Sparse sparse; // of the original

    private Table(int blocks, int[] parents, int[] sizes, int events, double[] values) {
        this.blocks = blocks;
        this.parents = parents;
        this.sizes = sizes;
        this.rows = Arrays.stream(sizes).reduce(1, Math::multiplyExact);
        this.events = events;
        this.values = values;
        this.part = new double[sizes.length > 1 ? events : 0];
        this.original = this;
        this.sparse = Sparse.of(values, blocks * rows, events);
    }

    private Table(Table original) {
        this.blocks = original.blocks;
        this.parents = original.parents;
        this.sizes = original.sizes;
        this.rows = original.rows;
        this.events = original.events;
        this.values = original.values;
        this.part = new double[original.part.length];
        this.original = original.original;
    }

    /**
     * P(o_m | s), or another array of its shape, such as its counts.
     *
     * @param structure the model's structure
     * @param m which modality
     * @param A [S.., O]
     * @return a table of one block, with numbers of its own
     */
    public static Table ofA(Structure structure, int m, Tensor A) {
        return of(1, structure, structure.parentsA().get(m), structure.modalities().get(m).size(), A);
    }

    /**
     * P(s′_f | s, u), or another array of its shape, such as its counts.
     *
     * @param structure the model's structure
     * @param f which factor
     * @param B [U.., S.., S′]
     * @return a table with a block for each combination of the factor's actions, with numbers of its own
     */
    public static Table ofB(Structure structure, int f, Tensor B) {
        int blocks = structure.actionsB().get(f).stream().mapToInt(a -> structure.actions().get(a).size()).reduce(1, (a, b) -> a * b);
        return of(blocks, structure, structure.parentsB().get(f), structure.factors().get(f).size(), B);
    }

    private static Table of(int blocks, Structure structure, List<Integer> parents, int events, Tensor x) {
        int[] which = parents.stream().mapToInt(p -> p).toArray();
        int[] sizes = parents.stream().mapToInt(p -> structure.factors().get(p).size()).toArray();
        double[] values = new double[x.shape().size()];
        Arrays.setAll(values, x::at);
        return new Table(blocks, which, sizes, events, values);
    }

    /**
     * One row that nothing conditions, such as D, E or C and their counts.
     *
     * @param values its numbers, [events]; not copied
     * @return a table of one block and one row
     */
    public static Table row(double[] values) {
        return new Table(1, new int[0], new int[0], values.length, values);
    }

    /**
     * A table of this layout.
     *
     * @param values its numbers, [blocks, rows, events]; not copied
     * @return the table
     */
    public Table like(double[] values) {
        return new Table(blocks, parents, sizes, events, values);
    }

    /**
     * The factors that condition, in the order of the axes.
     *
     * @return the array itself: not to be changed
     */
    public int[] parents() {
        return parents;
    }

    /**
     * How many states each parent has.
     *
     * @return the array itself: not to be changed
     */
    public int[] sizes() {
        return sizes;
    }

    /**
     * How many combinations of actions condition.
     *
     * @return at least 1
     */
    public int blocks() {
        return blocks;
    }

    /**
     * How many combinations of the parents' states there are.
     *
     * @return at least 1
     */
    public int rows() {
        return rows;
    }

    /**
     * How many events there are.
     *
     * @return at least 1
     */
    public int events() {
        return events;
    }

    /**
     * The numbers, [blocks, rows, events].
     *
     * @return the array itself: learning changes it
     */
    public double[] values() {
        return values;
    }

    /**
     * Σ_s Π_d Q(s_d) P(event | s): rows without weight are not looked at.
     *
     * @param block which combination of actions
     * @param q for each factor of the model its belief
     * @param out what becomes of the events, overwritten
     */
    public void expect(int block, double[][] q, double[] out) {
        switch (sizes.length) {
            case 0 -> System.arraycopy(values, block * events, out, 0, events);
            case 1 -> mix(q[parents[0]], rows, block * rows, out);
            default -> {
                Arrays.fill(out, 0, events, 0);
                expect(0, block * rows, 1, q, out);
            }
        }
    }

    /** Whether an expectation is one mixture of whole rows. */
    boolean mixes() {
        return sizes.length == 1 && original.sparse == null;
    }

    private void expect(int axis, int row, double weight, double[][] q, double[] out) {
        double[] p = q[parents[axis]];
        if (axis == sizes.length - 1) {
            mix(p, sizes[axis], row, part);
            Simplex.addScaled(weight, part, 0, out, 0, events);
            return;
        }
        int stride = stride(axis);
        for (int s = 0; s < sizes[axis]; s++) {
            if (p[s] != 0) {
                expect(axis + 1, row + s * stride, weight * p[s], q, out);
            }
        }
    }

    private void mix(double[] p, int count, int row, double[] out) {
        Sparse pattern = original.sparse;
        if (pattern != null) {
            pattern.mix(p, 0, count, values, row, out, 0);
        } else {
            Mixture.mix(p, 0, count, values, row * events, events, out, 0);
        }
    }

    /**
     * The same numbers for another thread: a table that shares them, with scratch memory of its own.
     *
     * @return a table with the same array of numbers
     */
    public Table twin() {
        return new Table(this);
    }

    /** Says that entries which were zero are not so any more, here and in every twin. */
    void filled() {
        original.sparse = null;
    }

    /**
     * How many rows apart the states of a parent are.
     *
     * @param axis which parent, in the order of the axes
     * @return the product of the sizes of the parents after it
     */
    public int stride(int axis) {
        int stride = 1;
        for (int i = axis + 1; i < sizes.length; i++) {
            stride *= sizes[i];
        }
        return stride;
    }

    /**
     * ln max(x, 2.2e-16) of every number.
     *
     * @return a table of the same layout
     */
    public Table logs() {
        double[] logs = new double[values.length];
        Simplex.logs(values, 0, logs, 0, logs.length);
        return like(logs);
    }
}
