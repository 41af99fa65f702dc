package surprisal.models.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;

class ConvCodecTest {

    /** ⟨K x, y⟩ = ⟨x, Kᵀ y⟩: a decoder's layer is the adjoint of the encoder's layer with its kernel. */
    @Property(tries = 30)
    void decodingIsTheAdjointOfEncoding(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 3) int height, @ForAll @IntRange(min = 1, max = 3) int width) {
        Rng rng = new Rng(seed);
        Shape image = Shape.of(2 * height, 2 * width, 3);
        Conv2d down = ConvEncoder.of(rng, Precision.FLOAT64, Unary.RELU, image, 5).layers().getFirst();
        ConvTranspose2d up =
                new ConvTranspose2d(down.weight(), Tensor.zeros(Shape.of(3), Precision.FLOAT64), down.stride(), down.padding());
        Tensor x = Tensor.of(rng.normal(Shape.of(2, 2 * height, 2 * width, 3), Precision.FLOAT64));
        Tensor y = Tensor.of(rng.normal(Shape.of(2, height, width, 5), Precision.FLOAT64));
        double forth = down.apply(x).times(y).sum().item();
        assertEquals(forth, x.times(up.apply(y)).sum().item(), 1e-12 * (1 + Math.abs(forth)));
    }

    /** Any axes in front are the batch, and rows of numbers are images. */
    @Test
    void axesInFrontAreTheBatch() {
        Rng rng = new Rng(0);
        Shape image = Shape.of(16, 8, 3);
        ConvEncoder encoder = ConvEncoder.of(rng, Unary.RELU, image, 4, 6, 8);
        ConvDecoder decoder = ConvDecoder.of(rng, Unary.RELU, 5, image, 4, 6, 8);
        assertEquals(2 * 8, encoder.features());
        Tensor x = Tensor.of(rng.normal(Shape.of(2, 5, 16, 8, 3), Precision.FLOAT32));
        Tensor y = encoder.apply(x);
        assertEquals(Shape.of(2, 5, 16), y.shape());
        Torch.bits("flat", y, encoder.apply(x.reshape(2, 5, 16 * 8 * 3)));
        Torch.bits("one", y.reshape(10, 16).gather(0, 3).reshape(16), encoder.apply(x.reshape(10, 16, 8, 3).gather(0, 3).reshape(image)));
        assertEquals(Shape.of(0, 5, 16), encoder.apply(Tensor.zeros(Shape.of(0, 5, 16, 8, 3), Precision.FLOAT32)).shape());
        Tensor z = Tensor.of(rng.normal(Shape.of(2, 5, 5), Precision.FLOAT32));
        assertEquals(x.shape(), decoder.apply(z).shape());
        Torch.bits("pixels", decoder.apply(z).reshape(2, 5, 384), decoder.flat(z));
        assertEquals(image, decoder.apply(Tensor.zeros(Shape.of(5), Precision.FLOAT32)).shape());
        assertEquals(Shape.of(0, 384), decoder.flat(Tensor.zeros(Shape.of(0, 5), Precision.FLOAT32)).shape());
    }

    /** Kernels of 4 and strides of 2 without padding bring 64 × 64 pixels down to 2 × 2 (Hafner et al. 2020). */
    @Test
    void layersOfAnySizeAreEncoders() {
        Rng rng = new Rng(1);
        int[] filters = {3, 4, 6, 8, 10};
        List<Conv2d> layers = IntStream.range(0, 4)
                .mapToObj(i -> Conv2d.of(filters[i], filters[i + 1], 4, 2, 0, Init.HE, Precision.FLOAT32, rng))
                .toList();
        ConvEncoder encoder = new ConvEncoder(layers, Unary.ELU, Shape.of(64, 64, 3));
        assertEquals(2 * 2 * 10, encoder.features());
        assertEquals(Shape.of(2, 40), encoder.apply(Tensor.zeros(Shape.of(2, 64, 64, 3), Precision.FLOAT32)).shape());
    }
}
