package surprisal.autodiff;

import java.util.List;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Precision;
import surprisal.kernels.Descent;

/** Updates that hold a gradient within bounds. */
final class Clip {

    private Clip() {}

    private static double checked(double c) {
        if (!(c > 0)) {
            throw new IllegalArgumentException("clip to " + c + ": it takes a bound > 0");
        }
        return c;
    }

    /** g ← g · min(1, c / ‖g‖) (Pascanu, Mikolov and Bengio 2013). */
    record ByGlobalNorm(double c) implements Update {

        ByGlobalNorm {
            checked(c);
        }

        @Override
        public void apply(List<Array> g, List<Array> p) {
            double squares = 0;
            for (Array x : g) {
                squares += x.precision() == Precision.FLOAT32
                        ? Descent.squaredNorm(x.floats())
                        : Descent.squaredNorm(x.doubles());
            }
            double norm = Math.sqrt(squares);
            if (!Double.isFinite(norm)) {
                throw new ArithmeticException("the gradient's norm is " + norm
                        + ": the step is not taken; lower the learning rate or look for log, sqrt or div near 0");
            }
            if (norm > c) {
                for (Array x : g) {
                    Compute.linear(c / norm, x, 0, x);
                }
            }
        }
    }

    /** g ← min(max(g, −c), c). */
    record ByValue(double c) implements Update {

        ByValue {
            checked(c);
        }

        @Override
        public void apply(List<Array> g, List<Array> p) {
            for (Array x : g) {
                for (int i = 0; i < x.size(); i++) {
                    x.set(i, Math.min(Math.max(x.at(i), -c), c));
                }
            }
        }
    }
}
