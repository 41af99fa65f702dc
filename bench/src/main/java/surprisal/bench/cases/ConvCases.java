package surprisal.bench.cases;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import surprisal.autodiff.Grad;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Update;
import surprisal.bench.timing.Case;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.nn.Conv2d;
import surprisal.models.nn.ConvTranspose2d;
import surprisal.models.nn.Init;
import surprisal.models.nn.Linear;

/**
 * One training step of a convolutional encoder and decoder, forward, backward and Adam, in float32, on a ring of 8
 * batches of 32 images: convolutions with kernel 4 and stride 2 and rectifiers, three dense layers, a rectifier,
 * transposed convolutions with stride 2. The loss is half the squared error, summed over pixels, mean over the batch.
 */
public final class ConvCases {
    private static final int BATCH = 32;
    private static final int RING = 8;
    private static final double RATE = 6e-4;

    /**
     * A network's sizes: the image's side and channels, the encoder's widths, the width of the dense bottleneck, and the
     * decoder's widths and kernels.
     */
    private record Model(String name, int side, int channels, List<Integer> encoder, int dense, List<Up> decoder) {}

    private record Up(int width, int kernel) {}

    private static final List<Model> MODELS = List.of(
            new Model("64x64x3-d32", 64, 3, List.of(32, 64, 128, 256), 230,
                    List.of(new Up(128, 5), new Up(64, 5), new Up(32, 6), new Up(3, 6))),
            new Model("32x32x1-d16", 32, 1, List.of(16, 32, 64), 64,
                    List.of(new Up(32, 5), new Up(16, 6), new Up(1, 6))));

    private ConvCases() {}

    static List<Case> all() {
        return MODELS.stream()
                .map(model -> new Case("conv/step/%s/%d".formatted(model.name, BATCH), flops(model), 0, () -> step(model)))
                .toList();
    }

    private record Network(List<Conv2d> encoder, List<Linear> dense, int kernel, List<ConvTranspose2d> decoder) {

        static Network of(Model model, Rng rng) {
            List<Conv2d> encoder = new ArrayList<>();
            int width = model.channels;
            for (int next : model.encoder) {
                encoder.add(Conv2d.of(width, next, 4, 2, 0, Init.HE, Precision.FLOAT32, rng));
                width = next;
            }
            int flat = 4 * width;
            Up first = model.decoder.getFirst();
            List<Linear> dense = List.of(
                    Linear.of(flat, model.dense, Init.GLOROT, Precision.FLOAT32, rng),
                    Linear.of(model.dense, flat, Init.GLOROT, Precision.FLOAT32, rng),
                    Linear.of(flat, first.width * first.kernel * first.kernel, Init.HE, Precision.FLOAT32, rng));
            List<ConvTranspose2d> decoder = new ArrayList<>();
            width = first.width;
            for (Up up : model.decoder.subList(1, model.decoder.size())) {
                decoder.add(ConvTranspose2d.of(width, up.width, up.kernel, 2, 0, Init.HE, Precision.FLOAT32, rng));
                width = up.width;
            }
            return new Network(encoder, dense, first.kernel, decoder);
        }

        /** ½ Σ (y − x)² / batch. */
        Tensor loss(Tensor x) {
            Tensor y = x;
            for (Conv2d layer : encoder) y = layer.apply(y).relu();
            y = y.reshape(BATCH, -1);
            for (Linear layer : dense) y = layer.apply(y);
            y = y.reshape(BATCH, kernel, kernel, -1);
            for (ConvTranspose2d layer : decoder) y = layer.apply(y.relu());
            return y.minus(x).square().sum().times(0.5 / BATCH);
        }
    }

    /** Products alone, a multiply-add for every tap: forward, and backward without the gradient for the input. */
    private static double flops(Model model) {
        double first = 0;
        double sum = 0;
        int side = model.side;
        double width = model.channels;
        for (int next : model.encoder) {
            side = (side - 4) / 2 + 1;
            double product = side * side * 16 * width * next;
            first = sum == 0 ? product : first;
            sum += product;
            width = next;
        }
        width *= side * side;
        sum += 2 * width * model.dense;
        side = 1;
        for (Up up : model.decoder) {
            sum += side * side * up.kernel * up.kernel * width * up.width;
            width = up.width;
            side = 2 * (side - 1) + up.kernel;
        }
        return 2.0 * BATCH * (3 * sum - first);
    }

    /**
     * A training loop, ready for its first step.
     *
     * @param name the name of a model: {@code 64x64x3-d32} or {@code 32x32x1-d16}
     * @return one step at every call
     */
    public static Case.Call step(String name) {
        return step(MODELS.stream().filter(m -> m.name.equals(name)).findFirst().orElseThrow());
    }

    private static Case.Call step(Model sizes) {
        Rng rng = new Rng(0);
        Network model = Network.of(sizes, rng.split());
        Update adam = Update.adam(RATE);
        Tape tape = new Tape();
        Tensor[] ring = new Tensor[RING];
        Shape images = Shape.of(BATCH, sizes.side, sizes.side, sizes.channels);
        for (int i = 0; i < RING; i++) ring[i] = Tensor.of(rng.uniform(images, Precision.FLOAT32));
        return new Case.Call() {
            private int steps;
            private double loss;

            @Override
            public void run() {
                Tensor x = ring[steps++ % RING];
                Grad<Network> grad = tape.grad(model, m -> m.loss(x));
                adam.step(model, grad);
                loss = grad.loss();
            }

            @Override
            public Map<String, Object> notes() {
                return Map.of("steps", steps, "loss", Math.rint(loss * 1e3) / 1e3);
            }
        };
    }
}
