package surprisal.kernels;

import java.util.Arrays;
import java.util.Objects;

/**
 * What a table x_ijk comes to for each of its axes, expected over the other two by weights a_i, b_j and c_k:
 * A_i = Σ_jk b_j c_k x_ijk, B_j = Σ_ik a_i c_k x_ijk and C_k = Σ_ij a_i b_j x_ijk, in one pass over the table.
 *
 * <p>The pass makes Y_jk = Σ_i a_i x_ijk and Z_ik = Σ_j b_j x_ijk, and then C_k = Σ_i a_i Z_ik, each a chain of fused
 * multiply-adds from zero; A_i and B_j are {@link Simplex#dot dots} of c with the rows of Z and Y. Nothing is left out where
 * a weight is zero: the table is to be finite.
 */
public final class Expectations {
    private Expectations() {}

    /**
     * How far apart the rows x_ij of a table are: n and what fills the last vector, on every machine the same.
     *
     * @param n elements of a row
     * @return n, rounded up to a multiple of 8
     */
    public static int stride(int n) {
        return (n + 7) & -8;
    }

    /**
     * How much memory {@link #add} works in.
     *
     * @param I length of the first axis
     * @param J length of the second axis
     * @param K length of the third axis
     * @return the least length of its scratch memory
     */
    public static int memory(int I, int J, int K) {
        return (I + J + 2) * stride(K);
    }

    /**
     * Adds A to toA, B to toB and C to toC, each from an offset on.
     *
     * @param I length of the first axis
     * @param J length of the second axis
     * @param K length of the third axis
     * @param x the table [I, J, {@link #stride stride(K)}], zero from K on
     * @param a [I]
     * @param b [J]
     * @param c [K]
     * @param toA added to
     * @param ao where A_0 goes
     * @param toB added to
     * @param bo where B_0 goes
     * @param toC added to
     * @param co where C_0 goes
     * @param scratch overwritten, of the length that {@link #memory} says or longer
     * @throws IndexOutOfBoundsException if an array is too short
     */
    public static void add(int I, int J, int K, double[] x, double[] a, double[] b, double[] c,
            double[] toA, int ao, double[] toB, int bo, double[] toC, int co, double[] scratch) {
        int n = stride(K);
        Objects.checkFromIndexSize(0, I * J * n, x.length);
        Objects.checkFromIndexSize(0, memory(I, J, K), scratch.length);
        Objects.checkFromIndexSize(0, I, a.length);
        Objects.checkFromIndexSize(0, J, b.length);
        Objects.checkFromIndexSize(ao, I, toA.length);
        Objects.checkFromIndexSize(bo, J, toB.length);
        Objects.checkFromIndexSize(co, K, toC.length);
        int z = J * n;
        int sum = z + I * n;
        int last = sum + n;
        if (Simd.wide(I * J * n)) {
            ExpectationsLanes.pass(I, J, n, x, a, b, scratch, z, sum, last);
            double[] weights = c;
            if (K < n) {
                weights = scratch;
                System.arraycopy(c, 0, scratch, last, K);
            }
            int at = K < n ? last : 0;
            ExpectationsLanes.dots(I, n, scratch, z, weights, at, toA, ao);
            ExpectationsLanes.dots(J, n, scratch, 0, weights, at, toB, bo);
            ExpectationsLanes.add(K, scratch, sum, toC, co);
        } else {
            Arrays.fill(scratch, 0, z, 0);
            Arrays.fill(scratch, sum, last, 0);
            pass(I, J, K, n, x, a, b, scratch, z, sum);
            for (int i = 0; i < I; i++) toA[ao + i] += Simplex.dot(scratch, z + i * n, c, 0, K);
            for (int j = 0; j < J; j++) toB[bo + j] += Simplex.dot(scratch, j * n, c, 0, K);
            for (int k = 0; k < K; k++) toC[co + k] += scratch[sum + k];
        }
    }

    private static void pass(int I, int J, int K, int n, double[] x, double[] a, double[] b, double[] s, int z, int sum) {
        for (int i = 0; i < I; i++) {
            for (int k = 0; k < K; k++) {
                double zik = 0;
                for (int j = 0, at = i * J * n + k; j < J; j++, at += n) {
                    s[j * n + k] = Fma.fma(a[i], x[at], s[j * n + k]);
                    zik = Fma.fma(b[j], x[at], zik);
                }
                s[z + i * n + k] = zik;
                s[sum + k] = Fma.fma(a[i], zik, s[sum + k]);
            }
        }
    }
}
