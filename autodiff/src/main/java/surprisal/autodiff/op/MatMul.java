package surprisal.autodiff.op;

import java.util.Arrays;
import surprisal.autodiff.Op;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Shape;
import surprisal.kernels.Gemm.Form;
import surprisal.kernels.Gemm.Store;

/**
 * The matrix product: [.., m, k] × [k, n] → [.., m, n], or of equal batches [.., m, k] × [.., k, n] → [.., m, n]; with
 * {@link Form#NT} the second factor is stored [n, k]. A vector is a row on the left and a column on the right.
 *
 * <p>For C = A·B: ∂A = ∂C·Bᵀ, ∂B = Aᵀ·∂C; for C = A·Bᵀ: ∂A = ∂C·B, ∂B = ∂Cᵀ·A.
 *
 * @param form NN or NT
 */
public record MatMul(Form form) implements Op.Known {

    /** A · B. */
    public static final MatMul NN = new MatMul(Form.NN);

    /** A · Bᵀ. */
    public static final MatMul NT = new MatMul(Form.NT);

    /**
     * A product of this form.
     *
     * @throws IllegalArgumentException if the form transposes the first factor
     */
    public MatMul {
        if (form != Form.NN && form != Form.NT) {
            throw new IllegalArgumentException(
                    "matmul of form " + form + ": it takes NN or NT; transpose() the first factor");
        }
    }

    /** The sizes of one product, how many there are, and how far apart the operands of neighbours are. */
    private record Sizes(int batch, int m, int n, int k, int as, int bs) {}

    private Sizes sizes(Shape a, Shape b) {
        int k = a.last();
        int m = a.rank() == 1 ? 1 : a.dim(-2);
        int n = b.rank() == 1 ? 1 : columns(b);
        if (b.rank() <= 2) { // one B for all: the batch is more rows
            return new Sizes(1, batch(a) * m, n, k, 0, 0);
        }
        return new Sizes(batch(b), m, n, k, a.rank() <= 2 ? 0 : m * k, k * n);
    }

    private int columns(Shape b) {
        return form == Form.NN ? b.last() : b.dim(-2);
    }

    private static int batch(Shape x) {
        int batch = 1;
        for (int i = 0; i < x.rank() - 2; i++) {
            batch *= x.dim(i);
        }
        return batch;
    }

    private static int[] lead(Shape x) {
        return Arrays.copyOf(x.dims(), Math.max(0, x.rank() - 2));
    }

    @Override
    public Shape shape(Shape... in) {
        Shape a = in[0];
        Shape b = in[1];
        if (a.rank() == 0 || b.rank() == 0) {
            throw new IllegalArgumentException(said(a, b) + "a scalar is not a matrix; use times()");
        }
        int inner = b.rank() == 1 || form == Form.NT ? b.last() : b.dim(-2);
        if (a.last() != inner) {
            throw new IllegalArgumentException(said(a, b) + "inner sizes differ (" + a.last() + " ≠ " + inner + ")");
        }
        if (a.rank() > 2 && b.rank() > 2 && !Arrays.equals(lead(a), lead(b))) {
            throw new IllegalArgumentException(said(a, b) + "batches differ (" + Arrays.toString(lead(a)) + " ≠ "
                    + Arrays.toString(lead(b)) + ")");
        }
        int[] lead = a.rank() > 2 ? lead(a) : lead(b);
        int[] dims = Arrays.copyOf(lead, lead.length + 2);
        int rank = lead.length;
        if (a.rank() > 1) {
            dims[rank++] = a.dim(-2);
        }
        if (b.rank() > 1) {
            dims[rank++] = columns(b);
        }
        return Shape.of(Arrays.copyOf(dims, rank));
    }

    private String said(Shape a, Shape b) {
        return "matmul " + a + " × " + b + (form == Form.NT ? "ᵀ: " : ": ");
    }

    @Override
    public void forward(Array[] in, Array out) {
        Sizes s = sizes(in[0].shape(), in[1].shape());
        Compute.matmul(form, s.batch, s.m, s.n, s.k, in[0], s.as, in[1], s.bs, out, s.m * s.n, Store.SET);
    }

    @Override
    public void backward(Array[] in, Array out, Array gOut, Array[] gIn, Store[] stores) {
        Sizes s = sizes(in[0].shape(), in[1].shape());
        int step = s.m * s.n;
        for (int i = 0; s.batch == 0 && i < 2; i++) { // no product would set anything
            if (gIn[i] != null && stores[i] == Store.SET) {
                gIn[i].fill(0);
            }
        }
        if (gIn[0] != null) {
            Form back = form == Form.NN ? Form.NT : Form.NN;
            Compute.matmul(back, s.batch, s.m, s.k, s.n, gOut, step, in[1], s.bs, gIn[0], s.as, stores[0]);
        }
        if (gIn[1] != null && form == Form.NN) {
            Compute.matmul(Form.TN, s.batch, s.k, s.n, s.m, in[0], s.as, gOut, step, gIn[1], s.bs, stores[1]);
        } else if (gIn[1] != null) {
            Compute.matmul(Form.TN, s.batch, s.n, s.k, s.m, gOut, step, in[0], s.as, gIn[1], s.bs, stores[1]);
        }
    }

    @Override
    public String name() {
        return "matmul";
    }
}
