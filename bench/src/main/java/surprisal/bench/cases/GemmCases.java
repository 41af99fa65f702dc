package surprisal.bench.cases;

import java.util.ArrayList;
import java.util.List;
import surprisal.bench.timing.Case;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Gemm;
import surprisal.kernels.Gemm.Form;

/** C = op(A) · op(B) in float32 into a ready C: {@code gemm/FORM/MxNxK}, 2 m n k operations. */
final class GemmCases {
    private record Size(int m, int n, int k) {}

    private static final List<Size> SQUARES = List.of(64, 128, 256, 512, 1024).stream()
            .map(s -> new Size(s, s, s))
            .toList();

    /** The three products of a 784-400 layer at batch 128. */
    private static final List<Size> LAYER =
            List.of(new Size(128, 784, 400), new Size(128, 400, 784), new Size(784, 400, 128));

    private static final List<Size> SMALL = List.of(
            new Size(128, 400, 20),
            new Size(128, 20, 400),
            new Size(32, 256, 256),
            new Size(1, 512, 512),
            new Size(500, 200, 200),
            new Size(1, 200, 200));

    private GemmCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (List<Size> sizes : List.of(SQUARES, LAYER, SMALL))
            for (Size size : sizes) cases.add(product(Form.NN, size));
        for (Size size : LAYER) for (Form form : List.of(Form.TN, Form.NT)) cases.add(product(form, size));
        return List.copyOf(cases);
    }

    private static Case product(Form form, Size size) {
        int m = size.m, n = size.n, k = size.k;
        return new Case("gemm/%s/%dx%dx%d".formatted(form, m, n, k), 2.0 * m * n * k, 0, () -> {
            Rng rng = new Rng(0);
            float[] a = rng.normal(Shape.of(m, k), Precision.FLOAT32).floats();
            float[] b = rng.normal(Shape.of(k, n), Precision.FLOAT32).floats();
            float[] c = new float[m * n];
            return () -> Gemm.multiply(form, m, n, k, a, 0, b, 0, c, 0, Gemm.Store.SET);
        });
    }
}
