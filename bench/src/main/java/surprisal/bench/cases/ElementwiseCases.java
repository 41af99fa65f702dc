package surprisal.bench.cases;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import surprisal.bench.timing.Case;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Binary;
import surprisal.kernels.Loop;
import surprisal.kernels.Reduce;
import surprisal.kernels.Rows;
import surprisal.kernels.Unary;

/**
 * Elementwise and reduction kernels in float32, into a ready output: {@code elementwise/OP/N}. N counts input
 * elements; the inputs are standard normal (for log: uniform in [0.01, 10]); softmax and log-sum-exp work on rows of
 * 64.
 */
final class ElementwiseCases {
    private static final int ROW = 64;

    private ElementwiseCases() {}

    private record Data(int n, float[] x, float[] y, float[] positive, float[] out) {
        static Data of(int n) {
            Rng rng = new Rng(0);
            Shape shape = Shape.of(n);
            float[] x = rng.normal(shape, Precision.FLOAT32).floats(),
                    y = rng.normal(shape, Precision.FLOAT32).floats();
            float[] positive = rng.uniform(shape, Precision.FLOAT32).floats();
            for (int i = 0; i < n; i++) positive[i] = positive[i] * 9.99f + 0.01f;
            return new Data(n, x, y, positive, new float[n]);
        }

        Case.Call map(Unary op, float[] x) {
            return () -> Loop.map(op, x, 0, out, 0, n);
        }

        Case.Call zip(Binary op) {
            return () -> Loop.zip(op, x, 0, 1, y, 0, 1, out, 0, n);
        }

        Case.Call normal() {
            Rng rng = new Rng(0);
            Array array = Array.of(Shape.of(n), out);
            return () -> rng.fillNormal(array);
        }
    }

    private static final Map<String, Function<Data, Case.Call>> OPERATIONS = new LinkedHashMap<>();

    static {
        OPERATIONS.put("exp", d -> d.map(Unary.EXP, d.x));
        OPERATIONS.put("log", d -> d.map(Unary.LOG, d.positive));
        OPERATIONS.put("tanh", d -> d.map(Unary.TANH, d.x));
        OPERATIONS.put("sigmoid", d -> d.map(Unary.SIGMOID, d.x));
        OPERATIONS.put("softplus", d -> d.map(Unary.SOFTPLUS, d.x));
        OPERATIONS.put("gelu", d -> d.map(Unary.GELU, d.x));
        OPERATIONS.put("add", d -> d.zip(Binary.PLUS));
        OPERATIONS.put("mul", d -> d.zip(Binary.TIMES));
        OPERATIONS.put("sum", d -> () -> d.out[0] = Reduce.sum(d.x, 0, d.n));
        OPERATIONS.put("max", d -> () -> Reduce.max(d.x, 0, 1, d.n, 1, d.out, 0));
        OPERATIONS.put("softmax64", d -> () -> Rows.softmax(d.x, 0, d.n / ROW, ROW, d.out, 0));
        OPERATIONS.put("logsumexp64", d -> () -> Rows.logSumExp(d.x, 0, d.n / ROW, ROW, d.out, 0));
        OPERATIONS.put("normal", Data::normal);
    }

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (int n : new int[] {4096, 1 << 20})
            OPERATIONS.forEach((name, make) ->
                    cases.add(new Case("elementwise/" + name + "/" + n, 0, n, () -> make.apply(Data.of(n)))));
        return List.copyOf(cases);
    }
}
