package surprisal.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** C = D + A · B with a packed B has the bits of the product that adds to D. */
class PanelsLawsTest {

    @Property(tries = 400)
    void packedIsAsGoodAsLying(
            @ForAll @IntRange(min = 0, max = 40) int m,
            @ForAll @IntRange(min = 0, max = 150) int n,
            @ForAll @IntRange(min = 0, max = 600) int k,
            @ForAll int seed) {
        Random random = new Random(seed);
        double[] a = random.doubles((long) m * k, -1, 1).toArray();
        double[] b = random.doubles((long) k * n, -1, 1).toArray();
        double[] c = random.doubles((long) m * n, -1, 1).toArray();
        double[] transposed = new double[b.length];
        for (int i = 0; i < b.length; i++) {
            transposed[i % n * k + i / n] = b[i];
        }
        double[] panels = new double[Panels.size(n, k) + 3];
        Panels.pack(n, k, b, 0, panels, 3);
        agree(m, n, k, a, b, panels, 3, c);
        Panels.packTransposed(n, k, transposed, 0, panels, 3);
        agree(m, n, k, a, b, panels, 3, c);
        inFloats(m, n, k, floats(a), floats(b), floats(transposed), floats(c));
    }

    private static void inFloats(int m, int n, int k, float[] a, float[] b, float[] transposed, float[] c) {
        float[] panels = new float[Panels.size(n, k) + 0];
        Panels.pack(n, k, b, 0, panels, 0);
        agree(m, n, k, a, b, panels, 0, c);
        Panels.packTransposed(n, k, transposed, 0, panels, 0);
        agree(m, n, k, a, b, panels, 0, c);
    }

    /** New, added to C, added to another D, and to one row. */
    private static void agree(int m, int n, int k, double[] a, double[] b, double[] panels, int po, double[] c) {
        double[] set = c.clone();
        Gemm.multiply(Gemm.Form.NN, m, n, k, a, 0, b, 0, set, 0, Gemm.Store.SET);
        double[] y = c.clone();
        Panels.multiply(m, n, k, a, 0, panels, po, y, 0);
        assertArrayEquals(set, y);
        double[] added = c.clone();
        Gemm.multiply(Gemm.Form.NN, m, n, k, a, 0, b, 0, added, 0, Gemm.Store.ADD);
        Panels.multiply(m, n, k, a, 0, panels, po, c, 0, n, y, 0);
        assertArrayEquals(added, y);
        y = c.clone();
        Panels.multiply(m, n, k, a, 0, panels, po, y, 0, n, y, 0);
        assertArrayEquals(added, y);
        double[] row = Arrays.copyOf(c, n);
        for (int i = 0; i < m; i++) {
            System.arraycopy(row, 0, added, i * n, n);
        }
        Gemm.multiply(Gemm.Form.NN, m, n, k, a, 0, b, 0, added, 0, Gemm.Store.ADD);
        Panels.multiply(m, n, k, a, 0, panels, po, row, 0, 0, y, 0);
        assertArrayEquals(added, y);
    }

    private static void agree(int m, int n, int k, float[] a, float[] b, float[] panels, int po, float[] c) {
        float[] set = c.clone();
        Gemm.multiply(Gemm.Form.NN, m, n, k, a, 0, b, 0, set, 0, Gemm.Store.SET);
        float[] y = c.clone();
        Panels.multiply(m, n, k, a, 0, panels, po, y, 0);
        assertArrayEquals(set, y);
        float[] added = c.clone();
        Gemm.multiply(Gemm.Form.NN, m, n, k, a, 0, b, 0, added, 0, Gemm.Store.ADD);
        Panels.multiply(m, n, k, a, 0, panels, po, c, 0, n, y, 0);
        assertArrayEquals(added, y);
        y = c.clone();
        Panels.multiply(m, n, k, a, 0, panels, po, y, 0, n, y, 0);
        assertArrayEquals(added, y);
        float[] row = Arrays.copyOf(c, n);
        for (int i = 0; i < m; i++) {
            System.arraycopy(row, 0, added, i * n, n);
        }
        Gemm.multiply(Gemm.Form.NN, m, n, k, a, 0, b, 0, added, 0, Gemm.Store.ADD);
        Panels.multiply(m, n, k, a, 0, panels, po, row, 0, 0, y, 0);
        assertArrayEquals(added, y);
    }

    private static float[] floats(double[] x) {
        float[] y = new float[x.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = (float) x[i];
        }
        return y;
    }
}
