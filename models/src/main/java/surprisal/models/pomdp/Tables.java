package surprisal.models.pomdp;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;

/**
 * A factored model in plain float64 numbers, as an agent computes with it and learns it: the numbers are its own.
 */
public final class Tables {
    private final Structure structure;
    private final int[] states;
    private final Table[] A;
    private final Table[] B;
    private final double[][][] C;
    private final double[][] D;
    private final int[][] blocks;

    /**
     * The numbers of a model, copied.
     *
     * @param model the model
     */
    public Tables(FactoredPomdp model) {
        structure = model.structure();
        states = structure.factors().stream().mapToInt(Variable::size).toArray();
        A = IntStream.range(0, model.A().size()).mapToObj(m -> Table.ofA(structure, m, model.A().get(m))).toArray(Table[]::new);
        B = IntStream.range(0, model.B().size()).mapToObj(f -> Table.ofB(structure, f, model.B().get(f))).toArray(Table[]::new);
        C = model.C().stream().map(Tables::byTime).toArray(double[][][]::new);
        D = new Beliefs(model.D()).arrays();
        blocks = new int[B.length][structure.jointActions()];
        for (int u = 0; u < structure.jointActions(); u++) {
            int[] single = structure.decode(u);
            for (int f = 0; f < B.length; f++) {
                for (int a : structure.actionsB().get(f)) {
                    blocks[f][u] = blocks[f][u] * structure.actions().get(a).size() + single[a];
                }
            }
        }
    }

    private Tables(Tables that) {
        structure = that.structure;
        states = that.states;
        A = Arrays.stream(that.A).map(Table::twin).toArray(Table[]::new);
        B = Arrays.stream(that.B).map(Table::twin).toArray(Table[]::new);
        C = that.C;
        D = that.D;
        blocks = that.blocks;
    }

    /**
     * The same numbers for another thread, which only reads them.
     *
     * @return tables that share the numbers, with scratch memory of their own
     */
    public Tables twin() {
        return new Tables(this);
    }

    private static double[][] byTime(Tensor C) {
        int n = C.shape().last();
        double[][] rows = new double[C.shape().size() / n][n];
        for (int i = 0; i < C.shape().size(); i++) {
            rows[i / n][i % n] = C.at(i);
        }
        return rows;
    }

    /**
     * The variables and their dependencies.
     *
     * @return the structure
     */
    public Structure structure() {
        return structure;
    }

    /**
     * The number of states of each factor.
     *
     * @return the array itself: not to be changed
     */
    public int[] states() {
        return states;
    }

    /**
     * P(o_m | s).
     *
     * @param m which modality
     * @return the table, which learning changes
     */
    public Table A(int m) {
        return A[m];
    }

    /**
     * P(s′_f | s, u).
     *
     * @param f which factor
     * @return the table, which learning changes
     */
    public Table B(int f) {
        return B[f];
    }

    /**
     * The log-preferences of a modality at an imagined step; those of the last step hold on.
     *
     * @param m which modality
     * @param step 0 is the first imagined step
     * @return C_m, [O]: the array itself
     */
    public double[] C(int m, int step) {
        return C[m][Math.min(step, C[m].length - 1)];
    }

    /**
     * How many steps the log-preferences tell apart.
     *
     * @return 1 if they are the same at every step
     */
    public int preferredSteps() {
        return Arrays.stream(C).mapToInt(byTime -> byTime.length).max().orElse(1);
    }

    /**
     * P(s_f) at the beginning.
     *
     * @return for each factor, the arrays themselves: learning changes them
     */
    public double[][] D() {
        return D;
    }

    /**
     * Checks that there is a combination of actions.
     *
     * @param joint which
     * @throws IllegalArgumentException if there is no such combination
     */
    public void checkAction(int joint) {
        if (joint < 0 || joint >= blocks[0].length) {
            throw new IllegalArgumentException("combination " + joint + " of actions: there are 0 to " + (blocks[0].length - 1));
        }
    }

    /**
     * The block of B_f that a combination of actions chooses.
     *
     * @param f which factor
     * @param joint which combination
     * @return the block
     */
    public int block(int f, int joint) {
        return blocks[f][joint];
    }

    /**
     * The blocks of B_f that the combinations of actions choose.
     *
     * @param f which factor
     * @return [combination]: the array itself, not to be changed
     */
    public int[] blocks(int f) {
        return blocks[f];
    }

    /**
     * Q(s′_f) = Σ_s P(s′_f|s, u) Π_d Q(s_d) for every factor.
     *
     * @param q for each factor Q(s_f)
     * @param joint which combination of actions
     * @param next for each factor, overwritten; other arrays than q
     */
    public void predict(double[][] q, int joint, double[][] next) {
        for (int f = 0; f < B.length; f++) {
            B[f].expect(blocks[f][joint], q, next[f]);
        }
    }

    /**
     * ln P(o_m|s) of every modality, as they are now.
     *
     * @return one table for each modality
     */
    public Table[] logs() {
        return Arrays.stream(A).map(Table::logs).toArray(Table[]::new);
    }

    /**
     * The model as tensors again.
     *
     * @return copies of the numbers as they are now
     */
    public FactoredPomdp model() {
        List<Tensor> C = Arrays.stream(this.C)
                .map(rows -> rows.length == 1
                        ? Tensor.of(rows[0].clone())
                        : Tensor.of(surprisal.engine.Shape.of(rows.length, rows[0].length),
                                Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray()))
                .toList();
        return new FactoredPomdp(
                structure,
                IntStream.range(0, A.length).mapToObj(m -> Tensor.of(structure.shapeA(m), A[m].values().clone())).toList(),
                IntStream.range(0, B.length).mapToObj(f -> Tensor.of(structure.shapeB(f), B[f].values().clone())).toList(),
                C,
                Beliefs.of(D).qs());
    }
}
