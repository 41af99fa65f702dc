package surprisal.models;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import surprisal.autodiff.Tensor;
import surprisal.engine.Shape;
import surprisal.models.pomdp.Pomdp;

/**
 * A small discrete world with random tables, as plain numbers: the tests enumerate with them what the library computes with
 * tensors.
 *
 * @param A P(o|s), [K][S][O], for K candidates θ of the likelihood's parameters; the first is the world's
 * @param B P(s′|s, u), [U][S][S]
 * @param D P(s), [S]
 * @param qs a belief about s, [S]
 * @param qt a belief about θ, [K]
 * @param C preferred outcomes, [O], without zeros
 */
public record World(double[][][] A, double[][][] B, double[] D, double[] qs, double[] qt, double[] C) {

    /** Worlds of at most five states, outcomes, actions and candidates; some have exact zeros everywhere but in C. */
    public static Arbitrary<World> worlds() {
        Arbitrary<Integer> sizes = Arbitraries.integers().between(1, 5);
        return Combinators.combine(Arbitraries.longs(), sizes, sizes, sizes, sizes, Arbitraries.of(false, true))
                .as((seed, S, O, U, K, zeros) -> random(seed, S, O, U, K, zeros));
    }

    private static World random(long seed, int S, int O, int U, int K, boolean zeros) {
        SplittableRandom r = new SplittableRandom(seed);
        double[][][] A = new double[K][][];
        Arrays.setAll(A, k -> rows(r, S, O, zeros));
        double[][][] B = new double[U][][];
        Arrays.setAll(B, u -> rows(r, S, S, zeros));
        return new World(A, B, row(r, S, zeros), row(r, S, zeros), row(r, K, zeros), row(r, O, false));
    }

    private static double[][] rows(SplittableRandom r, int m, int n, boolean zeros) {
        double[][] rows = new double[m][];
        Arrays.setAll(rows, i -> row(r, n, zeros));
        return rows;
    }

    /** A draw from a flat Dirichlet; with zeros, each entry but one is 0 with probability 0.3. */
    public static double[] row(SplittableRandom r, int n, boolean zeros) {
        double[] row = new double[n];
        int kept = r.nextInt(n);
        for (int i = 0; i < n; i++) {
            double x = -Math.log(1 - r.nextDouble()) + 1e-6;
            row[i] = zeros && i != kept && r.nextDouble() < 0.3 ? 0 : x;
        }
        double sum = Arrays.stream(row).sum();
        return Arrays.stream(row).map(x -> x / sum).toArray();
    }

    public int states() { return D.length; }

    public int outcomes() { return C.length; }

    public int actions() { return B.length; }

    public int candidates() { return qt.length; }

    public double[][] likelihood() { return A[0]; }

    public Pomdp pomdp() { return Pomdp.of(tensor(likelihood()), tensor(B), tensor(D)); }

    /** P(o|s) with θ averaged out by q(θ), [S][O]. */
    public double[][] mixture() {
        double[][] mean = new double[states()][outcomes()];
        for (int k = 0; k < candidates(); k++) {
            for (int s = 0; s < states(); s++) {
                for (int o = 0; o < outcomes(); o++) {
                    mean[s][o] += qt[k] * A[k][s][o];
                }
            }
        }
        return mean;
    }

    // ---- plain arithmetic

    /** x log y with 0 log 0 = 0. */
    public static double xlogy(double x, double y) { return x == 0 ? 0 : x * Math.log(y); }

    public static double dot(double[] x, double[] y) {
        return IntStream.range(0, x.length).mapToDouble(i -> x[i] * y[i]).sum();
    }

    public static double[] column(double[][] rows, int j) {
        return Arrays.stream(rows).mapToDouble(row -> row[j]).toArray();
    }

    /** Σ q log q/p, one term after the other. */
    public static double kl(double[] q, double[] p) {
        return IntStream.range(0, q.length).mapToDouble(i -> xlogy(q[i], q[i]) - xlogy(q[i], p[i])).sum();
    }

    public static double entropy(double[] p) { return -Arrays.stream(p).map(x -> xlogy(x, x)).sum(); }

    /** Bayes' rule. */
    public static double[] posterior(double[] prior, double[] likelihood) {
        double evidence = dot(prior, likelihood);
        return IntStream.range(0, prior.length).mapToDouble(s -> prior[s] * likelihood[s] / evidence).toArray();
    }

    // ---- as tensors, float64

    public static Tensor tensor(double... x) { return Tensor.of(x.clone()); }

    public static Tensor tensor(double[][] x) {
        return Tensor.of(Shape.of(x.length, x[0].length), Arrays.stream(x).flatMapToDouble(Arrays::stream).toArray());
    }

    public static Tensor tensor(double[][][] x) {
        return Tensor.of(Shape.of(x.length, x[0].length, x[0][0].length),
                Arrays.stream(x).flatMap(Arrays::stream).flatMapToDouble(Arrays::stream).toArray());
    }

    public static double[] numbers(Tensor x) {
        return IntStream.range(0, x.shape().size()).mapToDouble(x::at).toArray();
    }

    @Override
    public String toString() {
        return "A " + Arrays.deepToString(A) + "\nB " + Arrays.deepToString(B) + "\nD " + Arrays.toString(D) + "\nqs "
                + Arrays.toString(qs) + "\nqθ " + Arrays.toString(qt) + "\nC " + Arrays.toString(C);
    }
}
