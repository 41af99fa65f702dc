package surprisal.models.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;

/** Networks give PyTorch's numbers and gradients on equal weights (networks.py, in the resources); wrong sizes are said. */
class NetworksTest {

    private static Linear linear(Map<String, Tensor> in, String name) {
        return new Linear(in.get(name + "weight"), in.get(name + "bias"));
    }

    /** PyTorch keeps W_q, W_k and W_v side by side. */
    private static Attention attention(int heads, Map<String, Tensor> in, String name) {
        Linear all = linear(in, name + "in_proj_");
        int n = all.weight().shape().dim(0);
        List<Linear> parts = IntStream.range(0, 3).mapToObj(i ->
                new Linear(all.weight().slice(i * n, (i + 1) * n), all.bias().slice(i * n, (i + 1) * n))).toList();
        return new Attention(heads, parts.get(0), parts.get(1), parts.get(2), linear(in, name + "out_proj_"));
    }

    private static LayerNorm norm(Map<String, Tensor> in, String name) {
        return new LayerNorm(in.get(name + "weight"), in.get(name + "bias"), 1e-5);
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void tenStepsOfMemoryArePyTorchsLstm(Precision precision) throws IOException {
        Torch.same("lstm.npz", precision, in -> {
            Lstm unit = new Lstm(
                    new Linear(in.get("weight_ih_l0"), in.get("bias_ih_l0")),
                    new Linear(in.get("weight_hh_l0"), in.get("bias_hh_l0")));
            Lstm.State y = unit.sequence(in.get("x"), new Lstm.State(in.get("h"), in.get("c")));
            return Tensor.concat(0, y.h(), y.c().slice(0, 9, 10));
        });
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void attentionIsPyTorchsMultiheadAttention(Precision precision) throws IOException {
        Torch.same("attention.npz", precision, in -> attention(3, in, "").apply(in.get("x")));
        Tensor mask = Attention.causal(6, precision);
        Torch.same("causal.npz", precision, in -> attention(3, in, "").apply(in.get("x"), mask));
        Tensor none = Tensor.zeros(Shape.of(3, 5), precision);
        Torch.same("cross.npz", precision, in -> attention(4, in, "").apply(in.get("x"), in.get("context"), none));
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void twoCausalBlocksArePyTorchsTransformerEncoder(Precision precision) throws IOException {
        Torch.same("transformer.npz", precision, in -> {
            List<TransformerEncoder.Block> blocks = Stream.of("layers_0_", "layers_1_")
                    .map(b -> new TransformerEncoder.Block(
                            norm(in, b + "norm1_"), attention(3, in, b + "self_attn_"), norm(in, b + "norm2_"),
                            new Mlp(List.of(linear(in, b + "linear1_"), linear(in, b + "linear2_")), Unary.GELU)))
                    .toList();
            return new TransformerEncoder(blocks, norm(in, "norm_")).causal(in.get("x"));
        });
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void imagesAreEncodedAndDecodedAsByPyTorch(Precision precision) throws IOException {
        Shape image = Shape.of(12, 8, 3);
        Torch.same("encoder.npz", precision, in -> new ConvEncoder(
                List.of(new Conv2d(in.get("0_weight"), in.get("0_bias"), 2, 1),
                        new Conv2d(in.get("2_weight"), in.get("2_bias"), 2, 1)), Unary.ELU, image).apply(in.get("x")));
        Torch.same("decoder.npz", precision, in -> new ConvDecoder(
                linear(in, "0_"),
                List.of(new ConvTranspose2d(in.get("3_weight"), in.get("3_bias"), 2, 1),
                        new ConvTranspose2d(in.get("5_weight"), in.get("5_bias"), 2, 1)),
                Unary.ELU, Shape.of(3, 2, 6)).apply(in.get("z")));
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void geluIsPyTorchs(Precision precision) throws IOException {
        Torch.same("gelu.npz", precision, in -> in.get("x").gelu());
    }

    /** sin and cos of t / 10000^(2i/n), the paper's formula written out for n = 4. */
    @Test
    void positionsAreThoseOfTheFormula() {
        Tensor p = Positions.sinusoidal(3, 4, Precision.FLOAT64);
        double[] expected = {
            0, 1, 0, 1,
            Math.sin(1), Math.cos(1), Math.sin(0.01), Math.cos(0.01),
            Math.sin(2), Math.cos(2), Math.sin(0.02), Math.cos(0.02)
        };
        Torch.close("P", Tensor.of(Shape.of(3, 4), expected).array(), p, 1e-15);
    }

    @Test
    void wrongSizesAreSaid() {
        Rng rng = new Rng(0);
        Shape digits = Shape.of(28, 28, 1);
        said("a convolutional encoder of images [28, 28, 1] with filters [8, 8, 8]: 3 layers halve height and width, "
                + "so both are multiples of 8; pad the images or take fewer layers",
                () -> ConvEncoder.of(rng, Unary.RELU, digits, 8, 8, 8));
        said("a convolutional decoder of images [28, 28] with filters [8]: an image is [height, width, channels], "
                + "and there are 1 to 30 layers", () -> ConvDecoder.of(rng, Unary.RELU, 4, Shape.of(28, 28), 8));
        said("images [5, 28, 27, 1] for an encoder of [28, 28, 1]: the last axes are these, or one of 784",
                () -> ConvEncoder.of(rng, Unary.RELU, digits, 8, 8).apply(Tensor.zeros(Shape.of(5, 28, 27, 1), Precision.FLOAT32)));
        said("attention of 3 heads over vectors of 8: each head takes an equal part, so the heads divide the vector",
                () -> Attention.of(8, 3, Precision.FLOAT32, rng));
        said("attention over [8]: it takes [.., places, n]",
                () -> Attention.of(8, 2, Precision.FLOAT32, rng).apply(Tensor.zeros(Shape.of(8), Precision.FLOAT32)));
        said("a transformer of 0 blocks: it has at least one", () -> TransformerEncoder.of(8, 2, 8, 0, Precision.FLOAT32, rng));
        said("positions of [2, 5, 8]: 5 places, but only 4 have been learned; make a longer table",
                () -> Positions.of(4, 8, Precision.FLOAT32, rng).apply(Tensor.zeros(Shape.of(2, 5, 8), Precision.FLOAT32)));
        said("0 positions of length 8: both are at least 1", () -> Positions.of(0, 8, Precision.FLOAT32, rng));
        Lstm unit = Lstm.of(3, 2, Precision.FLOAT32, rng);
        said("an lstm over a sequence [0, 4, 3]: it takes [time, .., in] with at least one step",
                () -> unit.sequence(Tensor.zeros(Shape.of(0, 4, 3), Precision.FLOAT32), unit.start(4)));
        said("an lstm 3 → 0: both sizes are at least 1", () -> Lstm.of(3, 0, Precision.FLOAT32, rng));
        said("dropout with p = 1.0: it is the probability of leaving a number out, 0 ≤ p < 1", () -> new Dropout(1));
        said("0 masks for a perceptron of 1 hidden layers: it takes one for each",
                () -> Dropout.apply(Mlp.of(rng, 2, 3, 1), List.of(), Tensor.of(1f, 2f)));
        GraphNet graph = GraphNet.of(rng, Precision.FLOAT32, Unary.RELU, 3, 4, 1);
        said("a graph network of 0 rounds of messages: it has at least one",
                () -> GraphNet.of(rng, Precision.FLOAT32, Unary.RELU, 3, 4, 0));
        Tensor nodes = Tensor.zeros(Shape.of(5, 3), Precision.FLOAT32);
        said("an adjacency [4, 5] of nodes [5, 3]: it is [5, 5], row i what node i hears",
                () -> graph.apply(nodes, Tensor.zeros(Shape.of(4, 5), Precision.FLOAT32)));
        said("a graph network over [0, 3]: it takes [.., nodes, in] with at least one node",
                () -> graph.apply(Tensor.zeros(Shape.of(0, 3), Precision.FLOAT32)));
    }

    private static void said(String message, Runnable wrong) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, wrong::run).getMessage());
    }
}
