package surprisal.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** A product with a packed matrix has the bits of the product. */
class PanelsLawsTest {

    @Property(tries = 400)
    void packedIsAsGoodAsLying(
            @ForAll @IntRange(min = 0, max = 40) int m,
            @ForAll @IntRange(min = 0, max = 150) int n,
            @ForAll @IntRange(min = 0, max = 600) int k,
            @ForAll Gemm.Store store,
            @ForAll int seed) {
        Random random = new Random(seed);
        double[] a = random.doubles((long) m * k, -1, 1).toArray();
        double[] b = random.doubles((long) k * n, -1, 1).toArray();
        double[] c = random.doubles((long) m * n, -1, 1).toArray();
        double[] transposed = new double[b.length];
        for (int i = 0; i < b.length; i++) {
            transposed[i % n * k + i / n] = b[i];
        }
        double[] expected = c.clone();
        Gemm.multiply(Gemm.Form.NN, m, n, k, a, 0, b, 0, expected, 0, store);
        double[] panels = new double[Panels.size(n, k) + 3];
        Panels.pack(n, k, b, 0, panels, 3);
        double[] y = c.clone();
        Panels.multiply(m, n, k, a, 0, panels, 3, y, 0, store);
        assertArrayEquals(expected, y);
        Panels.packTransposed(n, k, transposed, 0, panels, 3);
        y = c.clone();
        Panels.multiply(m, n, k, a, 0, panels, 3, y, 0, store);
        assertArrayEquals(expected, y);
        inFloats(m, n, k, floats(a), floats(b), floats(transposed), floats(c), store);
    }

    private static void inFloats(
            int m, int n, int k, float[] a, float[] b, float[] transposed, float[] c, Gemm.Store store) {
        float[] expected = c.clone();
        Gemm.multiply(Gemm.Form.NN, m, n, k, a, 0, b, 0, expected, 0, store);
        float[] panels = new float[Panels.size(n, k)];
        Panels.pack(n, k, b, 0, panels, 0);
        float[] y = c.clone();
        Panels.multiply(m, n, k, a, 0, panels, 0, y, 0, store);
        assertArrayEquals(expected, y);
        Panels.packTransposed(n, k, transposed, 0, panels, 0);
        y = c.clone();
        Panels.multiply(m, n, k, a, 0, panels, 0, y, 0, store);
        assertArrayEquals(expected, y);
    }

    private static float[] floats(double[] x) {
        float[] y = new float[x.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = (float) x[i];
        }
        return y;
    }
}
