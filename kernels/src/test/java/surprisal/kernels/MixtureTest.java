package surprisal.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("bits")
class MixtureTest {

    private static double[] draw(int key, int n) {
        double[] x = new double[n];
        Philox.normal(key, 0, 0, x, 0, n);
        return x;
    }

    private static void same(double expected, double actual, String what) {
        assertEquals(Double.doubleToLongBits(expected), Double.doubleToLongBits(actual), what);
    }

    /** The contract, literally: four chains of fused multiply-adds, or one over the rows with weight. */
    private static double element(double[] w, double[] x, int n, int j) {
        double[] c = new double[4];
        for (int s = 0; s < w.length; s++) c[s % 4] = Math.fma(w[s], x[s * n + j], c[s % 4]);
        if (Arrays.stream(w).noneMatch(v -> v == 0)) return w.length == 0 ? 0 : c[0] + c[1] + (c[2] + c[3]);
        double sum = 0;
        boolean empty = true;
        for (int s = 0; s < w.length; s++) {
            if (w[s] == 0) continue;
            sum = empty ? w[s] * x[s * n + j] : Math.fma(w[s], x[s * n + j], sum);
            empty = false;
        }
        return sum;
    }

    /** At every width and after C2 has compiled it; zeros of weights hide what their rows hold, and nothing beyond is touched. */
    @Test
    void aMixtureIsItsScalarFormulaBitForBit() {
        for (int round = 0; round < 12; round++) {
            for (int rows = 0; rows <= 40; rows++) {
                for (int n = 1; n <= 40; n++) mixture(round, rows, n);
            }
        }
    }

    private static void mixture(int round, int rows, int n) {
        int wo = round % 3;
        int xo = round % 4;
        int yo = round % 5;
        double[] w = draw(round, rows);
        double[] x = draw(100 + round, rows * n);
        for (int s = round % 7; round % 2 == 1 && s < rows; s += 1 + round % 3) {
            w[s] = 0;
            x[s * n + round % n] = round % 3 == 0 ? Double.NaN : Double.POSITIVE_INFINITY;
        }
        double[] weights = new double[wo + rows];
        double[] table = new double[xo + rows * n];
        System.arraycopy(w, 0, weights, wo, rows);
        System.arraycopy(x, 0, table, xo, rows * n);
        double[] y = new double[yo + n + 9];
        Arrays.fill(y, -7);
        Mixture.mix(weights, wo, rows, table, xo, n, y, yo);
        String where = rows + " rows of " + n;
        for (int i = 0; i < y.length; i++) same(i < yo || i >= yo + n ? -7 : element(w, x, n, i - yo), y[i], where);
    }

    /** A row that is left out stays what it was. */
    @Test
    void severalMixturesAreOneAfterTheOther() {
        int n = 19;
        int rows = 8;
        double[] x = draw(1, 5 * rows * n);
        double[][] w = {draw(2, rows), draw(3, rows), draw(4, rows), draw(5, rows)};
        w[2][3] = 0;
        int[] at = {rows * n, -1, 3 * rows * n};
        double[] y = draw(6, 3 * n + 2);
        double[] expected = y.clone();
        Mixture.mix(w[1], 0, rows, x, at[0], n, expected, 2);
        Mixture.mix(w[3], 0, rows, x, at[2], n, expected, 2 + 2 * n);
        Mixture.each(3, w, 1, rows, x, at, n, y, 2);
        assertEquals(Bits.crc(expected), Bits.crc(y));
    }

    @Test
    void theBitsAreTheseOnEveryMachine() {
        double[] y = new double[37];
        double[] all = new double[0];
        for (int rows : new int[] {1, 4, 7, 8, 16, 33}) {
            Mixture.mix(draw(rows, rows), 0, rows, draw(9, rows * 37), 0, 37, y, 0);
            all = Arrays.copyOf(all, all.length + 37);
            System.arraycopy(y, 0, all, all.length - 37, 37);
        }
        assertEquals("e2442b2e", Bits.crc(all));
    }

    @Test
    void shortArraysAreFoundBeforeAnythingIsWritten() {
        double[] y = {1, 2, 3};
        assertThrows(IndexOutOfBoundsException.class, () -> Mixture.mix(new double[2], 1, 2, new double[6], 0, 3, y, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> Mixture.mix(new double[2], 0, 2, new double[5], 0, 3, y, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> Mixture.mix(new double[2], 0, 2, new double[6], 0, 3, y, 1));
        assertEquals(6, Arrays.stream(y).sum());
    }
}
