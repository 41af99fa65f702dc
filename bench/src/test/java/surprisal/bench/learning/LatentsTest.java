package surprisal.bench.learning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import surprisal.autodiff.Tensor;
import surprisal.bench.report.Chart;
import surprisal.bench.report.Images;

class LatentsTest {

    @Test
    void aTraversalVariesOneNumberAndKeepsTheOthers() {
        Images images = Latents.traversals("t", Tensor.of(0.25, 0.5, 0.75), new int[] {2, 0}, 2, 3, 3, z -> z);
        assertEquals(List.of("−2.0", "0.0", "2.0"), images.columns());
        assertEquals(List.of("$z_{3}$", "$z_{1}$"), images.rows().stream().map(Images.Strip::label).toList());
        assertArrayEquals(new float[] {0.25f, 0.5f, -2}, images.rows().getFirst().pictures().getFirst());
        assertArrayEquals(new float[] {2, 0.5f, 0.75f}, images.rows().getLast().pictures().getLast());
    }

    @Test
    void aMapHasACloudForEachLabel() {
        Tensor codes = Tensor.of(1, 2, 3, 4, 5, 6).reshape(3, 2);
        Chart map = Latents.map("m", codes, 1, 0, 7, 3, 7);
        assertEquals(List.of("3", "7"), map.series().stream().map(Chart.Series::label).toList());
        assertArrayEquals(new double[] {2, 6}, map.series().getLast().x());
        assertArrayEquals(new double[] {1, 5}, map.series().getLast().y());
        assertEquals("a map of codes of shape [3, 2] with 2 labels",
                assertThrows(IllegalArgumentException.class, () -> Latents.map("m", codes, 0, 1, 1, 2)).getMessage());
    }

    @Test
    void aFilmIsOneOfItsBatch() {
        Tensor films = Tensor.of(0, 1, 2, 3, 4, 5, 6, 7).reshape(2, 2, 2);
        List<float[]> second = Frames.of(films, 1);
        assertEquals(2, second.size());
        assertArrayEquals(new float[] {6, 7}, second.get(1));
    }
}
