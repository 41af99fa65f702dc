package surprisal.bench.experiments;

import java.util.function.UnaryOperator;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.nn.ConvEncoder;
import surprisal.models.nn.Init;
import surprisal.models.nn.Linear;

/**
 * e = conv(o) W + b, [.., pixels] → [.., d]: filters tell what is brighter than the rest wherever it is, the line what is where.
 *
 * @param filters conv
 * @param places W and b
 */
record Eye(ConvEncoder filters, Linear places) implements UnaryOperator<Tensor> {
    private static final int FIRST = 8;

    /**
     * A fresh eye, two layers of rectified filters.
     *
     * @param side of a picture, a multiple of 4
     * @param embedding d
     * @param precision its precision
     * @param rng where its weights come from
     */
    static Eye of(int side, int embedding, Precision precision, Rng rng) {
        ConvEncoder filters = ConvEncoder.of(rng, precision, Unary.RELU, Shape.of(side, side, 1), FIRST, 2 * FIRST);
        return new Eye(filters, Linear.of(filters.features(), embedding, Init.GLOROT, precision, rng));
    }

    @Override
    public Tensor apply(Tensor picture) {
        return places.apply(filters.apply(picture));
    }
}
