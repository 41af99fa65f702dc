package surprisal.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("bits")
class SimplexTest {

    private static final MathContext PLACES = new MathContext(40);
    private static final BigDecimal LN2 = new BigDecimal("0.6931471805599453094172321214581765680755001343602553");
    private static final double[] SPECIAL = {
        0, -0.0, Double.MIN_VALUE, Double.MIN_NORMAL, 1, -1, Double.MAX_VALUE, -Double.MAX_VALUE, Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY, Double.NaN, 709.782712893384, 709.7827128933841, 710, -708.3964185322641, -745.1332191019411,
        -745.1332191019412, -746, 746, -1e300, 0x1p-52, 0x1p-53
    };

    private static double[] draw(int key, int n, double scale) {
        double[] x = new double[n];
        Philox.normal(key, 0, 0, x, 0, n);
        for (int i = 0; i < n; i++) x[i] *= scale;
        return x;
    }

    /** The contract of a sum, literally: 16 lanes, then halves onto halves. */
    private static double lanes(double[] x) {
        double[] s = new double[16];
        for (int i = 0; i < x.length; i++) s[i % 16] += x[i];
        for (int half = 8; half > 0; half /= 2) for (int l = 0; l < half; l++) s[l] += s[l + half];
        return s[0];
    }

    private static double log(double p) { return Doubles.log(Math.max(p, 0x1p-52)); }

    private static void same(double expected, double actual, String what) {
        assertEquals(Double.doubleToLongBits(expected), Double.doubleToLongBits(actual), what);
    }

    /** Whatever the width, and after C2 has compiled it: the scalar twins and the sum of the contract, bit for bit. */
    @Test
    void everyFunctionIsItsScalarFormulaBitForBit() {
        for (int round = 0; round < 250; round++) {
            for (int n = 0; n <= 70; n++) bitForBit(round, n < 67 ? n : 300 + n);
        }
    }

    private static void bitForBit(int round, int n) {
        int xo = round % 4, yo = round % 3;
        String where = "n = " + n;
        double[] x = draw(round, xo + n, 4), y = draw(1000 + round, yo + n + round % 2 * 9, 1);
        for (int i = xo; i < x.length; i += 7) x[i] = round % 5 == 0 ? Double.NEGATIVE_INFINITY : -800;
        double m = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) m = Math.max(m, x[xo + i]);
        double[] e = new double[n], plogs = new double[n], products = new double[n];
        for (int i = 0; i < n; i++) e[i] = Doubles.exp(x[xo + i] - m);
        for (int i = 0; i < n; i++) products[i] = x[xo + i] * y[yo + i];
        double z = lanes(e);
        same(lanes(products), Simplex.dot(x, xo, y, yo, n), where);
        double lse = Double.isFinite(m) ? m + Doubles.log(z) : m;
        same(lse, Simplex.logSumExp(x, xo, n), where);
        double[] sum = y.clone();
        Simplex.addScaled(0.3, x, xo, sum, yo, n);
        for (int i = 0; i < n; i++) same(y[yo + i] + 0.3 * x[xo + i], sum[yo + i], where);
        double[] beyond = y.clone();
        Simplex.softmax(x, xo, y, yo, n);
        for (int i = 0; i < n; i++) same(Double.isFinite(m) ? e[i] / z : Double.NaN, y[yo + i], where);
        for (int i = yo + n; i < y.length; i++) same(beyond[i], y[i], where + ": beyond its end");
        double[][] rows = {beyond.clone(), beyond.clone()};
        int stride = round % 2 == 0 ? Expectations.stride(n) : n + round % 3;
        double[] twice = new double[xo + stride + (round % 3 == 0 ? n : stride)];
        System.arraycopy(x, xo, twice, xo, n);
        System.arraycopy(x, xo, twice, xo + stride, n);
        Simplex.softmaxes(twice, xo, 2, n, stride, rows);
        for (double[] row : rows) {
            for (int i = 0; i < n; i++) same(y[yo + i], row[i], where + ": of rows");
            for (int i = n; i < row.length; i++) same(beyond[i], row[i], where + ": beyond the end of a row");
        }
        if (!Double.isFinite(m)) return;
        for (int i = 0; i < n; i++) plogs[i] = y[yo + i] * log(y[yo + i]);
        same(0 - lanes(plogs), Simplex.entropy(y, yo, n), where);
        if (round % 3 == 0) entropies(y, yo, n, stride, 0 - lanes(plogs));
        double[] p = y.clone();
        Simplex.logs(y, yo, y, yo, n);
        for (int i = 0; i < n; i++) same(log(p[yo + i]), y[yo + i], where);
        for (int i = yo + n; i < y.length; i++) same(beyond[i], y[i], where + ": beyond its end");
    }

    /** Of three rows, whatever lies between them and behind the last. */
    private static void entropies(double[] p, int po, int n, int stride, double expected) {
        double[] rows = new double[po + 3 * stride];
        Arrays.fill(rows, Double.NaN);
        for (int r = 0; r < 3; r++) System.arraycopy(p, po, rows, po + r * stride, n);
        double[] h = {7, 7, 7, 7, 7};
        Simplex.entropies(rows, po, 3, n, stride, h, 1);
        for (int r = 0; r < 5; r++) same(r == 0 || r == 4 ? 7 : expected, h[r], "row " + r + " of " + n + " numbers, " + stride + " apart");
    }

    /** Special arguments have StrictMath's results, in scalars and in vectors. */
    @Test
    void theBordersOfTheFormatAreStrictMaths() {
        double[] y = new double[SPECIAL.length];
        Loop.map(Unary.EXP, SPECIAL, 0, y, 0, y.length);
        for (int i = 0; i < y.length; i++) {
            assertEquals(StrictMath.exp(SPECIAL[i]), y[i], SPECIAL[i] == 1 ? 0x1p-51 : 0, "exp " + SPECIAL[i]);
            same(y[i], Doubles.exp(SPECIAL[i]), "exp " + SPECIAL[i]);
        }
        Loop.map(Unary.LOG, SPECIAL, 0, y, 0, y.length);
        for (int i = 0; i < y.length; i++) {
            same(StrictMath.log(SPECIAL[i]), y[i], "log " + SPECIAL[i]);
            same(y[i], Doubles.log(SPECIAL[i]), "log " + SPECIAL[i]);
        }
    }

    /** exp and log in double loops, at every length and in both tiers, have the bits of their scalar twins. */
    @Test
    void loopsHaveTheBitsOfTheirTwins() {
        for (int round = 0; round < 400; round++) {
            double[] x = draw(round, 83, round % 2 == 0 ? 3 : 400);
            for (int i = 0; i < SPECIAL.length; i++) x[(i * 3 + round) % 83] = SPECIAL[i];
            double[] y = new double[83], z = new double[83];
            Loop.map(Unary.EXP, x, 0, y, 0, 83);
            Loop.map(Unary.LOG, x, 0, z, 0, 83);
            for (int i = 0; i < 83; i++) {
                same(Doubles.exp(x[i]), y[i], "exp " + x[i]);
                same(Doubles.log(x[i]), z[i], "log " + x[i]);
            }
        }
    }

    /** Within 0.95 and 0.85 ulp of Taylor series of 40 places. */
    @Test
    void expAndLogAreWithinAnUlp() {
        double[] u = new double[6000], v = new double[6000];
        Philox.uniform(1, 0, 0, u, 0, u.length);
        Philox.uniform(2, 0, 0, v, 0, v.length);
        for (int i = 0; i < u.length; i++) {
            double n = Math.floor(v[i] * 2098) - 1074;
            double x = i % 3 == 0 ? u[i] * 1454 - 745 : i % 3 == 1 ? u[i] * 2 - 1 : (n + 0.5 + (u[i] - 0.5) / 64) * LN2.doubleValue();
            if (x < 709.7 && x > -745) assertEquals(0, ulps(Doubles.exp(x), exp(x)), 0.95, "exp " + x);
            x = i % 3 == 0 ? StrictMath.scalb(1 + u[i], (int) n) : i % 3 == 1 ? 0.5 + u[i] * 1.5 : 1 + (u[i] - 0.5) / 32;
            assertEquals(0, ulps(Doubles.log(x), log(x, StrictMath.log(x))), 0.85, "log " + x);
        }
    }

    private static double ulps(double y, BigDecimal exact) {
        return new BigDecimal(y).subtract(exact).divide(new BigDecimal(Math.ulp(exact.doubleValue())), PLACES).doubleValue();
    }

    private static BigDecimal exp(double x) {
        int n = (int) Math.rint(x / LN2.doubleValue());
        BigDecimal r = new BigDecimal(x).subtract(LN2.multiply(BigDecimal.valueOf(n)));
        BigDecimal sum = BigDecimal.ONE, term = BigDecimal.ONE;
        for (int i = 1; i < 30; i++) {
            term = term.multiply(r, PLACES).divide(BigDecimal.valueOf(i), PLACES);
            sum = sum.add(term, PLACES);
        }
        BigDecimal scale = BigDecimal.TWO.pow(Math.abs(n));
        return n < 0 ? sum.divide(scale, PLACES) : sum.multiply(scale, PLACES);
    }

    /** near + log(1 + d), d = x e^−near − 1, which is tiny. */
    private static BigDecimal log(double x, double near) {
        BigDecimal d = new BigDecimal(x).multiply(exp(-near), PLACES).subtract(BigDecimal.ONE);
        return new BigDecimal(near).add(d, PLACES).subtract(d.multiply(d).divide(BigDecimal.TWO, PLACES), PLACES);
    }

    @Test
    void edges() {
        double inf = Double.POSITIVE_INFINITY, nan = Double.NaN;
        double[] none = {}, y = {7, 7, 7};
        Simplex.softmax(none, 0, none, 0, 0);
        assertEquals(-inf, Simplex.logSumExp(none, 0, 0));
        same(0.0, Simplex.entropy(none, 0, 0), "no entropy");
        same(0.0, Simplex.dot(none, 0, none, 0, 0), "no product");
        assertEquals(inf, Simplex.logSumExp(new double[] {1, inf}, 0, 2));
        assertEquals(nan, Simplex.logSumExp(new double[] {nan, inf}, 0, 2));
        assertEquals(nan, Simplex.logSumExp(new double[] {nan, 1}, 0, 2));
        Simplex.softmax(new double[] {-inf, 2}, 0, y, 0, 2);
        assertEquals("0.0 1.0 7.0", y[0] + " " + y[1] + " " + y[2]);
        Simplex.softmax(new double[] {-inf, -inf}, 0, y, 0, 2);
        assertEquals("NaN NaN 7.0", y[0] + " " + y[1] + " " + y[2]);
        Simplex.softmax(new double[] {1, nan, 2}, 0, y, 0, 3);
        assertEquals("NaN NaN NaN", y[0] + " " + y[1] + " " + y[2]);
        same(0.0, Simplex.entropy(new double[] {0, 1, 0}, 0, 3), "certainty");
        Simplex.logs(new double[] {0, -1, nan}, 0, y, 0, 3);
        assertEquals("-36.04365338911715 -36.04365338911715 NaN", y[0] + " " + y[1] + " " + y[2]);
        assertThrows(IndexOutOfBoundsException.class, () -> Simplex.entropies(y, 0, 2, 2, 2, y, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> Simplex.dot(y, 1, y, 0, 3));
    }
}
