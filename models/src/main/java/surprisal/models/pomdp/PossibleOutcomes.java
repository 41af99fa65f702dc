package surprisal.models.pomdp;

import java.util.Arrays;
import surprisal.autodiff.Tensor;
import surprisal.engine.Shape;

/** Checks that outcomes can come from some state that a belief allows, for beliefs in tensors. */
final class PossibleOutcomes {

    /** Just above ln 2⁻⁵²: no outcome of probability 0 has an expected log-likelihood above it. */
    static final double SURELY = -36;

    private PossibleOutcomes() {}

    /**
     * Looks at the rows of a batch whose outcomes are very improbable under the posterior.
     *
     * @param expected E_Q(s)[Σ_m ln P(o_m|s)] of the posterior, without gradients; one number, or one for each row
     * @throws IllegalArgumentException if the outcomes of a row are impossible, as far as {@link Evidence#possible} looks
     */
    static void check(FactoredPomdp model, Beliefs prior, Tensor observation, Tensor expected) {
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < expected.shape().size(); i++) {
            least = Math.min(least, expected.at(i));
        }
        if (least > SURELY) {
            return;
        }
        Shape rows = observation.shape().dropLast();
        for (Tensor q : prior.qs()) {
            rows = rows.broadcast(q.shape().dropLast(), "update");
        }
        Shape all = rows;
        double[] outcomes = wide(observation, all);
        double[][] beliefs = prior.qs().stream().map(q -> wide(q, all)).toArray(double[][]::new);
        double[] logs = numbers(expected.expand(all));
        Tables tables = new Tables(model);
        Evidence evidence = new Evidence(tables.logs(), tables.states());
        for (int row = 0; row < logs.length; row++) {
            if (!(logs[row] > SURELY)) {
                double[][] seen = parts(outcomes, row, model.structure().modalities().stream().mapToInt(Variable::size).toArray());
                if (Double.isNaN(logs[row])) {
                    throw new ArithmeticException("the belief after the outcomes " + model.structure().words(seen)
                            + " is NaN: look for a number in them, in the belief before them or in A that is not finite");
                }
                evidence.observe(seen);
                int at = row;
                double[][] q = Arrays.stream(beliefs)
                        .map(x -> Arrays.copyOfRange(x, at * (x.length / logs.length), (at + 1) * (x.length / logs.length)))
                        .toArray(double[][]::new);
                if (!evidence.possible(q)) {
                    throw new IllegalArgumentException("the outcomes " + model.structure().words(seen)
                            + (logs.length == 1 ? "" : " of row " + row + " of the batch")
                            + " are impossible under the belief: every state that it allows gives them probability 0");
                }
            }
        }
    }

    private static double[] wide(Tensor x, Shape rows) {
        int[] dims = Arrays.copyOf(rows.dims(), rows.rank() + 1);
        dims[rows.rank()] = x.shape().last();
        return numbers(x.stopGradient().expand(Shape.of(dims)));
    }

    private static double[] numbers(Tensor x) {
        return x.array().doubles();
    }

    /** The parts of a row that stand one after the other. */
    private static double[][] parts(double[] x, int row, int[] sizes) {
        double[][] parts = new double[sizes.length][];
        int at = row * Arrays.stream(sizes).sum();
        for (int i = 0; i < sizes.length; at += sizes[i++]) {
            parts[i] = Arrays.copyOfRange(x, at, at + sizes[i]);
        }
        return parts;
    }
}
