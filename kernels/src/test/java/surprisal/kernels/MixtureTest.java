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
        return chain(w, 0, w.length, x, j, n);
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

    /** Four chains whatever the weights; a row that is left out stays what it was. */
    @Test
    void severalMixturesAreFourChainsEach() {
        for (int rows : new int[] {1, 4, 7, 8, 16}) {
            for (int n : new int[] {3, 8, 16, 19, 24}) several(rows, n);
        }
    }

    private static void several(int rows, int n) {
        double[] x = draw(1, 5 * rows * n);
        double[][] w = {draw(2, rows), draw(3, rows), draw(4, rows), draw(5, rows)};
        w[3][rows / 2] = 0;
        int[] at = {rows * n, -1, 3 * rows * n};
        double[] y = draw(6, 3 * n + 2);
        double[] expected = y.clone();
        for (int t = 0; t < 3; t += 2) {
            for (int j = 0; j < n; j++) {
                double[] c = new double[4];
                for (int s = 0; s < rows; s++) c[s % 4] = Math.fma(w[1 + t][s], x[at[t] + s * n + j], c[s % 4]);
                expected[2 + t * n + j] = c[0] + c[1] + (c[2] + c[3]);
            }
        }
        for (int round = 0; round < 500; round++) Mixture.each(3, w, 1, rows, x, at, n, y, 2);
        for (int i = 0; i < y.length; i++) same(expected[i], y[i], rows + " rows of " + n);
    }

    /** One chain over the rows with weight, for rows of weights and tables of any number; 512 columns go by way of a copy. */
    @Test
    void chainsAreTheirScalarFormulaBitForBit() {
        for (int round = 0; round < 8; round++) {
            for (int rows = 1; rows <= 9; rows++) {
                for (int count = 1; count <= 9; count++) {
                    for (int n : new int[] {1, 5, 8, 16, 24, 40, 48, 72}) chains(round, 1 + round % 3, count, rows, n);
                }
            }
            chains(round, 2, 9, 6, 512);
            chains(round, 1, 16, 16, 1024);
        }
    }

    private static void chains(int round, int tables, int count, int rows, int n) {
        double[] w = draw(round, 2 + count * rows);
        double[] x = draw(100 + round, 3 + tables * rows * n);
        if (round % 4 == 1) {
            for (int r = 0; r < count; r++) w[2 + r * rows + round % rows] = 0;
            for (int t = 0; t < tables; t++) x[3 + (t * rows + round % rows) * n] = Double.NaN;
        }
        double[] y = draw(200, 1 + tables * count * n + 5);
        double[] expected = y.clone();
        for (int i = 0; i < tables * count * n; i++) {
            expected[1 + i] = chain(w, 2 + i / n % count * rows, rows, x, 3 + i / n / count * rows * n + i % n, n);
        }
        Mixture.chains(tables, count, w, 2, rows, x, 3, n, y, 1);
        String where = tables + " tables of " + rows + " × " + n + " by " + count;
        for (int i = 0; i < y.length; i++) same(expected[i], y[i], where);
    }

    private static double chain(double[] w, int wo, int rows, double[] x, int xo, int n) {
        double sum = 0;
        boolean empty = true;
        for (int s = 0; s < rows; s++) {
            if (w[wo + s] == 0) continue;
            sum = empty ? w[wo + s] * x[xo + s * n] : Math.fma(w[wo + s], x[xo + s * n], sum);
            empty = false;
        }
        return sum;
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
        double[] chains = new double[2 * 7 * 48];
        Mixture.chains(2, 7, draw(1, 7 * 11), 0, 11, draw(2, 2 * 11 * 48), 0, 48, chains, 0);
        assertEquals("e3466eae", Bits.crc(chains));
    }

    @Test
    void shortArraysAreFoundBeforeAnythingIsWritten() {
        double[] y = {1, 2, 3};
        assertThrows(IndexOutOfBoundsException.class, () -> Mixture.mix(new double[2], 1, 2, new double[6], 0, 3, y, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> Mixture.mix(new double[2], 0, 2, new double[5], 0, 3, y, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> Mixture.mix(new double[2], 0, 2, new double[6], 0, 3, y, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> Mixture.chains(2, 1, new double[1], 0, 1, new double[3], 0, 2, y, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> Mixture.chains(1, 2, new double[1], 0, 1, new double[3], 0, 1, y, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> Mixture.chains(2, 2, new double[2], 0, 1, new double[2], 0, 1, y, 0));
        double[][] w = {{1, 2}};
        assertThrows(IndexOutOfBoundsException.class, () -> Mixture.each(1, w, 0, 2, new double[5], new int[] {0}, 3, y, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> Mixture.each(1, w, 0, 3, new double[9], new int[] {0}, 3, y, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> Mixture.each(1, w, 0, 2, new double[6], new int[] {0}, 3, y, 1));
        assertEquals(6, Arrays.stream(y).sum());
    }
}
