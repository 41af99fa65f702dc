package surprisal.bench.learning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/** The examples are all combinations of the values of some factors, as often as each other: nothing of it is a draw's luck. */
class InformationGapLawsTest {
    private static final int BINS = 20;

    /** All combinations of three factors of 3, 4 and `values` values. */
    private static int[][] factors(int values) {
        return IntStream.range(0, 12 * values)
                .mapToObj(i -> new int[] {i % 3, i / 3 % 4, i / 12})
                .toArray(int[][]::new);
    }

    private static Tensor codes(int n, IntToDoubleFunction... numbers) {
        double[] z = new double[n * numbers.length];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < numbers.length; j++) z[i * numbers.length + j] = numbers[j].applyAsDouble(i);
        return Tensor.of(z).reshape(n, numbers.length);
    }

    private static Tensor noise(int n, int latent, long seed) {
        return Tensor.of(new Rng(seed).normal(Shape.of(n, latent), Precision.FLOAT64));
    }

    @Property(tries = 30)
    void aCodeOfTheFactorsInAnyOrderHasAGapOfOne(@ForAll @IntRange(min = 2, max = BINS) int values, @ForAll long seed) {
        int[][] factors = factors(values);
        int[] order = new Rng(seed).permutation(4);
        double sign = seed % 2 == 0 ? 1 : -1;
        Tensor z = codes(factors.length, IntStream.of(order)
                .<IntToDoubleFunction>mapToObj(k -> i -> k == 3 ? 7 : sign * (5 - 0.3 * factors[i][k]))
                .toArray(IntToDoubleFunction[]::new));
        InformationGap gap = InformationGap.of(z, factors, BINS);
        for (int k = 0; k < 3; k++) {
            assertEquals(1, gap.of(k), 1e-12); // a sum of at most 400 terms
            assertEquals(k, order[gap.best(k)]);
        }
        assertEquals(1, gap.mean(), 1e-12);
    }

    /** z = (a + b, a − b): what each of the two tells about a is the same, and so for b. Any pair of copies likewise. */
    @Property(tries = 20)
    void aCodeThatMixesTheFactorsAlikeHasNone(@ForAll @IntRange(min = 2, max = 12) int values) {
        int n = values * values;
        int[][] factors = IntStream.range(0, n).mapToObj(i -> new int[] {i % values, i / values}).toArray(int[][]::new);
        InformationGap turned = InformationGap.of(
                codes(n, i -> factors[i][0] + factors[i][1], i -> factors[i][0] - factors[i][1]), factors, 2 * values);
        assertEquals(0, turned.mean(), 1e-12);
        assertTrue(turned.shares()[0][0] > 0.1, "and yet it tells of them");
        InformationGap twice = InformationGap.of(codes(n, i -> factors[i][0], i -> -factors[i][0]), factors, 2 * values);
        assertEquals(0, twice.of(0), 1e-12);
        assertEquals(1, twice.shares()[1][0], 1e-12);
    }

    /** A code of what is no factor: exactly none. */
    @Property(tries = 20)
    void anIndependentCodeHasNone(@ForAll @IntRange(min = 2, max = 9) int values) {
        int[][] known = factors(values), all = IntStream.range(0, 5 * known.length).mapToObj(i -> known[i / 5]).toArray(int[][]::new);
        InformationGap gap = InformationGap.of(codes(all.length, i -> i % 5, i -> 3 - i % 5), all, BINS);
        for (double[] row : gap.shares()) assertArrayEquals(new double[3], row, 1e-12);
        assertEquals(0, gap.mean(), 1e-12);
    }

    /** 2 n I is chi-square with (bins − 1)(values − 1) degrees of freedom: noise has that much by chance, and no more. */
    @Test
    void noiseHasWhatChanceGives() {
        int[][] known = factors(8), all = IntStream.range(0, 96 * 64).mapToObj(i -> known[i % 96]).toArray(int[][]::new);
        InformationGap gap = InformationGap.of(noise(all.length, 40, 3), all, BINS);
        double mean = 0, freedom = 19 * 7;
        for (double[] row : gap.shares()) mean += 2 * all.length * row[2] * StrictMath.log(8) / 40;
        assertEquals(freedom, mean, 5 * Math.sqrt(2 * freedom / 40));
    }

    @Property(tries = 20)
    void monotoneMapsAndTheOrderOfNumbersAndExamplesChangeNothing(@ForAll long seed) {
        int[][] factors = factors(6);
        int n = factors.length;
        Tensor z = noise(n, 3, seed);
        Tensor near = codes(
                n, i -> z.at(3 * i) + factors[i][0], i -> z.at(3 * i + 1) - factors[i][1], i -> z.at(3 * i + 2) + factors[i][2]);
        InformationGap gap = InformationGap.of(near, factors, 6);
        Tensor mapped = codes(
                n, i -> StrictMath.exp(near.at(3 * i)), i -> -5 * near.at(3 * i + 1), i -> StrictMath.cbrt(near.at(3 * i + 2)));
        for (int k = 0; k < 3; k++)
            assertArrayEquals(gap.shares()[k], InformationGap.of(mapped, factors, 6).shares()[k], 1e-12);
        int[] order = new Rng(seed).permutation(n);
        Tensor other = codes(n, i -> near.at(3 * order[i] + 2), i -> near.at(3 * order[i]), i -> near.at(3 * order[i] + 1));
        InformationGap turned = InformationGap.of(other, IntStream.of(order).mapToObj(i -> factors[i]).toArray(int[][]::new), 6);
        assertEquals(gap.mean(), turned.mean(), 1e-12);
        assertArrayEquals(gap.shares()[0], turned.shares()[1], 1e-12);
    }

    /** Two bits, a number that tells one and a number that tells half of it: by hand. */
    @Test
    void theGapIsTheDifferenceOfTheTwoThatTellMost() {
        int[][] bit = IntStream.range(0, 8).mapToObj(i -> new int[] {i % 2}).toArray(int[][]::new);
        Tensor z = codes(8, i -> i % 2, i -> i == 0 ? 1 : i % 2, i -> 0);
        InformationGap gap = InformationGap.of(z, bit, 2);
        // 3 zeros that are all of bit 0, and 5 ones of which 4 are of bit 1: H(bit) − 5/8 H(1/5)
        double left = 0.625 * (0.8 * StrictMath.log(0.8) + 0.2 * StrictMath.log(0.2)) / StrictMath.log(0.5);
        assertEquals(1 - left, gap.shares()[1][0], 1e-12);
        assertEquals(left, gap.of(0), 1e-12);
        assertEquals(left, gap.mean(), 1e-12);
    }

    @Test
    void whatTellsNothingIsSaid() {
        int[][] same = {{0, 2}, {1, 2}};
        assertEquals("factor 1 is 2 in all 2 examples: there is nothing to tell about it",
                assertThrows(IllegalArgumentException.class, () -> InformationGap.of(Tensor.of(1, 2).reshape(2, 1), same, 2)).getMessage());
        assertEquals("the information of codes [3, 1] about the factors of 2 examples, in 2 bins: it takes a code for each of at least 2"
                        + " examples, and at least 2 bins",
                assertThrows(IllegalArgumentException.class,
                        () -> InformationGap.of(Tensor.of(1, 2, 3).reshape(3, 1), same, 2)).getMessage());
    }
}
