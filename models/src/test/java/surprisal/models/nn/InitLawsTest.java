package surprisal.models.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

class InitLawsTest {

    private static Tensor identity(int n, Precision precision) {
        return Axes.matrix(n, 0, 1, 0, precision);
    }

    /** WᵀW = I or WWᵀ = I, even where it is square, and the kernels of a convolution as rows. */
    @Property(tries = 40)
    void orthogonalIsOrthogonal(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 30) int in, @ForAll @IntRange(min = 1, max = 30) int out) {
        Tensor w = Init.ORTHOGONAL.draw(in, out, Precision.FLOAT64, new Rng(seed));
        Tensor product = in >= out ? w.transpose().matmul(w) : w.matmulTransposed(w);
        Array I = identity(Math.min(in, out), Precision.FLOAT64).array();
        Torch.close("WᵀW", I, product, 1e-14);
        Tensor kernel = Init.ORTHOGONAL.draw(Shape.of(3, 2, 2, 5), 12, 30, Precision.FLOAT64, new Rng(seed)).reshape(12, 5);
        Torch.close("kernel", identity(5, Precision.FLOAT64).array(), kernel.transpose().matmul(kernel), 1e-14);
    }

    /** No direction is preferred: each number of W has mean 0 and variance 1/n, and so has the diagonal (R's is positive). */
    @Property(tries = 3)
    void orthogonalIsUniform(@ForAll @IntRange(min = 0, max = 1000) int seed) {
        int draws = 4000;
        int n = 3;
        Rng rng = new Rng(seed);
        double[] mean = new double[n * n];
        double[] square = new double[n * n];
        for (int d = 0; d < draws; d++) {
            Tensor w = Init.ORTHOGONAL.draw(n, n, Precision.FLOAT64, rng);
            for (int i = 0; i < n * n; i++) {
                mean[i] += w.at(i) / draws;
                square[i] += w.at(i) * w.at(i) / draws;
            }
        }
        for (int i = 0; i < n * n; i++) { // on a sphere of 3 dimensions w is uniform on ±1: variances 1/3 of w and 4/45 of w²
            assertEquals(0, mean[i], 5.5 * Math.sqrt(1.0 / 3 / draws));
            assertEquals(1.0 / 3, square[i], 5.5 * Math.sqrt(4.0 / 45 / draws));
        }
    }

    /** A state that goes through it a hundred times keeps its length. */
    @Property(tries = 5)
    void orthogonalKeepsLengths(@ForAll long seed) {
        Rng rng = new Rng(seed);
        Tensor w = Init.ORTHOGONAL.draw(20, 20, Precision.FLOAT32, rng);
        Tensor x = Tensor.of(rng.normal(Shape.of(20), Precision.FLOAT32));
        Tensor y = x;
        for (int i = 0; i < 100; i++) {
            y = y.matmul(w);
        }
        double before = x.square().sum().item();
        assertEquals(before, y.square().sum().item(), 1e-4 * before); // a hundred roundings of some 1e-7
    }

    /** The caller's Rng moves on by as much, whatever the precision and however often numbers are drawn again. */
    @Property(tries = 20)
    void bothPrecisionsDrawTheSame(@ForAll Init init, @ForAll long seed, @ForAll @IntRange(min = 1, max = 200) int out) {
        Rng a = new Rng(seed);
        Rng b = new Rng(seed);
        Tensor x = init.draw(7, out, Precision.FLOAT32, a);
        Tensor y = init.draw(7, out, Precision.FLOAT64, b);
        assertEquals(a.state(), b.state());
        Torch.close("draws", y.array(), x, 1e-6);
        if (init == Init.TRUNCATED) {
            assertTrue(y.abs().max().item() <= 2 / 0.8796256610342398 / Math.sqrt(7) + 1e-15);
        }
    }
}
