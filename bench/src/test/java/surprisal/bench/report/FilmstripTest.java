package surprisal.bench.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class FilmstripTest {

    @Test
    void filmsShowTheirPicturesAtTheTimesThatAreNamed() {
        List<float[]> truth = List.of(new float[] {1, 0}, new float[] {0, 1}, new float[] {0, 0});
        Filmstrip strip = Filmstrip.of("what was imagined", 2, 0, 2).film("true", truth).film("imagined", truth);
        assertEquals(List.of("true", "imagined"), strip.films().stream().map(Images.Strip::label).toList());
        for (Images.Strip film : strip.films()) {
            assertEquals(2, film.pictures().size());
            assertArrayEquals(truth.get(2), film.pictures().get(1));
        }
        Html html = new Html();
        strip.write(html);
        assertEquals(2, html.toString().split("<img", -1).length - 1);
        assertEquals("the film 'short' has 2 pictures, and picture 2 is to be shown",
                assertThrows(IllegalArgumentException.class, () -> strip.film("short", truth.subList(0, 2))).getMessage());
    }

    @Test
    void timesGoFromTheFirstPictureToTheLast() {
        assertArrayEquals(new int[] {0, 14, 29}, Filmstrip.times(30, 3));
        assertArrayEquals(new int[] {0, 1}, Filmstrip.times(2, 9));
        assertArrayEquals(new int[] {0}, Filmstrip.times(5, 1));
    }
}
