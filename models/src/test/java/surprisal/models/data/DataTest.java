package surprisal.models.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

class DataTest {

    @Property
    void anEpochIsAPermutationInBatches(@ForAll @IntRange(min = 1, max = 60) int n, @ForAll @IntRange(min = 1, max = 70) int size,
            @ForAll long seed) {
        Batches batches = new Batches(Array.zeros(Shape.of(n, 2), Precision.FLOAT32), size);
        for (List<int[]> epoch : List.of(batches.epoch(new Rng(seed)), batches.inOrder())) {
            assertEquals((n + size - 1) / size, epoch.size());
            int[] times = new int[n];
            for (int b = 0; b < epoch.size(); b++) {
                int expected = b < epoch.size() - 1 ? size : n - (epoch.size() - 1) * size;
                assertEquals(expected, epoch.get(b).length);
                for (int i : epoch.get(b)) {
                    times[i]++;
                }
            }
            for (int t : times) {
                assertEquals(1, t);
            }
        }
    }

    @Example
    void examplesAreTakenByTheirIndices() {
        Batches batches = new Batches(Array.of(Shape.of(3, 2), new float[] {0, 1, 2, 3, 4, 5}), 2);
        Tensor x = batches.take(2, 0, 2);
        assertEquals("[[4, 5], [0, 1], [4, 5]]", x.toString().replaceAll("\\s+", " "));
        assertEquals(Shape.of(0, 2), batches.take().shape());
        x.array().set(0, 9);
        assertEquals(4, batches.examples().at(4));
        for (int wrong : new int[] {3, -1, Integer.MAX_VALUE}) {
            assertEquals("example " + wrong + " of examples of shape [3, 2]: there are 0 to 2",
                    assertThrows(IllegalArgumentException.class, () -> batches.take(0, wrong)).getMessage());
        }
        assertEquals("batches of 0 from examples of shape [3, 2]: it takes at least one example and a size ≥ 1",
                assertThrows(IllegalArgumentException.class, () -> new Batches(batches.examples(), 0)).getMessage());
    }

    /** Every bar is as frequent as any other, within five standard errors. */
    @Property(tries = 5)
    void barsAreAllEquallyLikely(@ForAll @IntRange(min = 2, max = 6) int size) {
        Bars bars = new Bars(size);
        int n = 12_000;
        Tensor x = bars.batch(n, new Rng(size));
        Map<String, Integer> counts = new TreeMap<>();
        for (int i = 0; i < n; i++) {
            StringBuilder picture = new StringBuilder();
            for (int k = 0; k < size * size; k++) {
                picture.append((int) x.at(i * size * size + k));
            }
            counts.merge(picture.toString(), 1, Integer::sum);
        }
        assertEquals(2 * size, counts.size());
        double p = 1.0 / (2 * size);
        counts.forEach((picture, count) -> {
            assertEquals(size, picture.chars().filter(c -> c == '1').count());
            boolean row = picture.contains("1".repeat(size));
            assertTrue(row || picture.indexOf('1') + size == picture.indexOf('1', picture.indexOf('1') + 1), picture);
            assertEquals(p, (double) count / n, 5 * Math.sqrt(p * (1 - p) / n));
        });
        assertEquals(Math.log(2 * size), bars.entropy(), 1e-15);
        assertThrows(IllegalArgumentException.class, () -> new Bars(1));
    }
}
