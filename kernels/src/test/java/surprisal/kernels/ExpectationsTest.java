package surprisal.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("bits")
class ExpectationsTest {

    private static double[] draw(int key, int n) {
        double[] x = new double[n];
        Philox.normal(key, 0, 0, x, 0, n);
        return x;
    }

    private static void same(double expected, double actual, String what) {
        assertEquals(Double.doubleToLongBits(expected), Double.doubleToLongBits(actual), what);
    }

    /** What was to be added to, 3 elements in, with 2 more behind it. */
    private record Sums(double[] a, double[] b, double[] c) {
        static Sums of(int I, int J, int K) { return new Sums(draw(5, I + 5), draw(6, J + 5), draw(7, K + 5)); }
    }

    private static double[] table(int I, int J, int K) {
        int n = Expectations.stride(K);
        double[] numbers = draw(4, I * J * K);
        double[] x = new double[I * J * n];
        for (int row = 0; row < I * J; row++) System.arraycopy(numbers, row * K, x, row * n, K);
        return x;
    }

    private static Sums sums(int I, int J, int K, double[] a, double[] b, double[] c) {
        Sums sums = Sums.of(I, J, K);
        double[] scratch = draw(8, Expectations.memory(I, J, K));
        Expectations.add(I, J, K, table(I, J, K), a, b, c, sums.a, 3, sums.b, 3, sums.c, 3, scratch);
        return sums;
    }

    /** At every width and after C2 has compiled it, also for weights of zero. */
    @Test
    void expectationsAreTheirScalarFormulaBitForBit() {
        for (int round = 0; round < 4; round++) {
            for (int I = 1; I <= 9; I++) {
                for (int J = 1; J <= 9; J++) {
                    for (int K = 1; K <= 26; K++) bitForBit(round, I, J, K);
                }
            }
        }
    }

    private static void bitForBit(int round, int I, int J, int K) {
        int n = Expectations.stride(K);
        double[] x = table(I, J, K);
        double[] a = draw(1, I);
        double[] b = draw(2, J);
        double[] c = draw(3, K);
        if (round % 2 == 1) a[round % I] = b[round % J] = c[round % K] = 0;
        double[] Y = new double[J * K];
        double[] Z = new double[I * K];
        double[] C = new double[K];
        for (int i = 0; i < I; i++) {
            for (int j = 0; j < J; j++) {
                for (int k = 0; k < K; k++) {
                    Y[j * K + k] = Math.fma(a[i], x[(i * J + j) * n + k], Y[j * K + k]);
                    Z[i * K + k] = Math.fma(b[j], x[(i * J + j) * n + k], Z[i * K + k]);
                }
            }
            for (int k = 0; k < K; k++) C[k] = Math.fma(a[i], Z[i * K + k], C[k]);
        }
        Sums expected = Sums.of(I, J, K);
        for (int i = 0; i < I; i++) expected.a[3 + i] += Simplex.dot(Z, i * K, c, 0, K);
        for (int j = 0; j < J; j++) expected.b[3 + j] += Simplex.dot(Y, j * K, c, 0, K);
        for (int k = 0; k < K; k++) expected.c[3 + k] += C[k];
        Sums actual = sums(I, J, K, a, b, c);
        String where = I + " × " + J + " × " + K;
        for (int i = 0; i < I + 5; i++) same(expected.a[i], actual.a[i], where);
        for (int j = 0; j < J + 5; j++) same(expected.b[j], actual.b[j], where);
        for (int k = 0; k < K + 5; k++) same(expected.c[k], actual.c[k], where);
    }

    /** Σ_i a_i A_i, Σ_j b_j B_j and Σ_k c_k C_k are one number, Σ_ijk a_i b_j c_k x_ijk: rounding is some 1e-14 here. */
    @Test
    void theThreeExpectationsAgreeAboutTheWhole() {
        double[] a = draw(1, 5);
        double[] b = draw(2, 7);
        double[] c = draw(3, 11);
        Sums before = Sums.of(5, 7, 11);
        Sums after = sums(5, 7, 11, a, b, c);
        double[] wholes = {whole(a, before.a, after.a), whole(b, before.b, after.b), whole(c, before.c, after.c)};
        assertEquals(wholes[0], wholes[1], 1e-12);
        assertEquals(wholes[0], wholes[2], 1e-12);
    }

    private static double whole(double[] w, double[] before, double[] after) {
        double sum = 0;
        for (int i = 0; i < w.length; i++) sum += w[i] * (after[3 + i] - before[3 + i]);
        return sum;
    }

    @Test
    void theBitsAreTheseOnEveryMachine() {
        StringBuilder bits = new StringBuilder();
        for (int[] s : new int[][] {{4, 8, 16}, {1, 5, 9}, {6, 3, 8}, {7, 2, 40}}) {
            Sums sums = sums(s[0], s[1], s[2], draw(1, s[0]), draw(2, s[1]), draw(3, s[2]));
            bits.append(Bits.crc(sums.a)).append(Bits.crc(sums.b)).append(Bits.crc(sums.c)).append(' ');
        }
        assertEquals(
                "ec5e4c157e47cccdaf76d41a 0a35760235fd184ec77ef778 8a33f105f1e257e0499430dd 521b1184bd67eda8dd328e06",
                bits.toString().strip());
    }

    @Test
    void shortArraysAreFoundBeforeAnythingIsWritten() {
        double[] to = new double[8];
        assertThrows(IndexOutOfBoundsException.class, () -> Expectations.add(
                2, 3, 8, new double[47], new double[2], new double[3], new double[8], to, 0, to, 0, to, 0, new double[56]));
        assertThrows(IndexOutOfBoundsException.class, () -> Expectations.add(
                2, 3, 8, new double[48], new double[2], new double[3], new double[8], to, 0, to, 0, to, 1, new double[56]));
        assertThrows(IndexOutOfBoundsException.class, () -> Expectations.add(
                2, 3, 8, new double[48], new double[2], new double[3], new double[8], to, 0, to, 0, to, 0, new double[55]));
        assertEquals(0, Arrays.stream(to).sum());
    }
}
