package surprisal.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class PngTest {

    @Test
    void anotherReaderSeesTheSamePixels() throws IOException {
        Random random = new Random(0);
        for (int[] size : new int[][] {{1, 1}, {28, 28}, {301, 7}}) {
            byte[] ink = new byte[size[0] * size[1]];
            random.nextBytes(ink);
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(Png.ink(size[0], size[1], ink)));
            assertEquals(size[0], image.getWidth());
            assertEquals(size[1], image.getHeight());
            for (int y = 0; y < size[1]; y++)
                for (int x = 0; x < size[0]; x++)
                    assertEquals(
                            (ink[y * size[0] + x] & 0xff) << 24, image.getRGB(x, y), "black with the ink as alpha");
        }
    }

    @Test
    void sizesThatDoNotFitAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Png.ink(2, 2, new byte[3]));
        assertThrows(IllegalArgumentException.class, () -> Png.ink(0, 2, new byte[0]));
    }
}
