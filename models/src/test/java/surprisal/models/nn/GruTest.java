package surprisal.models.nn;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/** The gated unit and the layer norm give PyTorch's numbers (nn/golden.py, in the resources), and the right gradients. */
class GruTest {

    @ParameterizedTest
    @EnumSource(Precision.class)
    void theUnitIsPyTorchsGruCell(Precision precision) throws IOException {
        Torch.same("gru.npz", precision, in -> {
            Linear input = new Linear(in.get("model.weight_ih"), in.get("model.bias_ih"));
            Linear state = new Linear(in.get("model.weight_hh"), in.get("model.bias_hh"));
            return new Gru(input, state).apply(in.get("x"), in.get("h"));
        });
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void theNormIsPyTorchsLayerNorm(Precision precision) throws IOException {
        double epsilon = LayerNorm.of(19, precision).epsilon();
        Torch.same("norm.npz", precision, in ->
                new LayerNorm(in.get("model.weight"), in.get("model.bias"), epsilon).apply(in.get("x")));
    }

    @Test
    void gradientsThroughFiveStepsAreTheLimitOfDifferences() {
        Rng rng = new Rng(1);
        Gru unit = Gru.of(3, 4, Precision.FLOAT64, rng);
        LayerNorm norm = LayerNorm.of(4, Precision.FLOAT64);
        Tensor x = Tensor.of(rng.normal(Shape.of(5, 2, 3), Precision.FLOAT64));
        GradCheck.standard().model(List.of(unit, norm), m -> {
            Tensor h = Tensor.zeros(Shape.of(2, 4), Precision.FLOAT64);
            for (int t = 0; t < 5; t++) {
                Tensor i = x.slice(0, t, t + 1).reshape(2, 3);
                h = ((LayerNorm) m.get(1)).apply(((Gru) m.get(0)).apply(i, h));
            }
            return h.square().times(Tensor.of(1.0, 2.0, 3.0, 4.0)).sum();
        });
    }

    @Test
    void aClosedUpdateGateKeepsTheState() {
        Gru unit = Gru.of(2, 3, Precision.FLOAT64, new Rng(0));
        for (int i = 3; i < 6; i++) {
            unit.input().bias().array().set(i, 1e3); // z = 1
        }
        Tensor h = Tensor.of(Shape.of(1, 3), 0.1, -7.0, 3.0);
        Torch.close("h", h.array(), unit.apply(Tensor.of(Shape.of(1, 2), 1.0, 2.0), h), 1e-15);
    }

    @Test
    void rowsAreNormalised() {
        Tensor y = LayerNorm.of(50, Precision.FLOAT64).apply(Tensor.of(new Rng(0).normal(Shape.of(7, 50), Precision.FLOAT64)));
        Torch.close("mean", Array.zeros(Shape.of(7), Precision.FLOAT64), y.mean(-1), 1e-14);
        Torch.close("variance", Tensor.full(Shape.of(7), 1, Precision.FLOAT64).array(), y.square().mean(-1), 1e-4);
    }
}
