package surprisal.models.pomdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.World.tensor;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import surprisal.autodiff.Tensor;
import surprisal.engine.Shape;
import surprisal.models.Kl;
import surprisal.models.World;
import surprisal.models.dist.Categorical;

/**
 * F = E[F_π,θ] + D_KL[q(π) ‖ p(π)] + D_KL[q(θ) ‖ p(θ)] of models with factors: policies are actions between two observations,
 * parameters are the tables A and B. The left side sums over all policies, parameters and paths of joint states.
 */
class FactoredFreeEnergyLawsTest {
    private static final int CANDIDATES = 2;

    /** Models of one structure with other numbers, what was seen in two steps, and beliefs about policies and parameters. */
    private record Case(RandomPomdp[] models, int[][] seen, double[][][][] qs, double[][] F, double[] pp, double[] pt) {

        static Case of(long seed) {
            RandomPomdp m = RandomPomdp.of(seed, false);
            Assume.that(m.states().length <= 8 && m.structure().jointActions() <= 6);
            SplittableRandom r = m.random();
            RandomPomdp[] models = {m, new RandomPomdp(resampled(m.model(), r), seed, false)};
            int[][] seen = {m.outcomes(r, m.joint(m.D())), m.outcomes(r, m.joint(m.D()))};
            int policies = m.structure().jointActions();
            double[][][][] qs = new double[policies * CANDIDATES][][][]; // [π, θ][t][f][s]
            double[][] F = new double[policies][CANDIDATES];
            for (int u = 0; u < policies; u++) {
                for (int k = 0; k < CANDIDATES; k++) {
                    MessagePassing messages = new MessagePassing(models[k].tables(), 2);
                    messages.observe(0, seen[0]);
                    messages.act(0, u);
                    messages.observe(1, seen[1]);
                    double[][][] q = messages.infer(MessagePassing.Scheme.VARIATIONAL, 1 + r.nextInt(4)); // any q will do
                    qs[u * CANDIDATES + k] = Arrays.stream(q)
                            .map(step -> Arrays.stream(step).map(double[]::clone).toArray(double[][]::new)).toArray(double[][][]::new);
                    F[u][k] = messages.freeEnergy();
                }
            }
            return new Case(models, seen, qs, F, World.row(r, policies, false), World.row(r, CANDIDATES, false));
        }

        private static FactoredPomdp resampled(FactoredPomdp model, SplittableRandom r) {
            return FactoredPomdp.of(model.structure(), model.A().stream().map(x -> rows(x, r)).toList(),
                    model.B().stream().map(x -> rows(x, r)).toList(), model.C(), model.D());
        }

        private static Tensor rows(Tensor x, SplittableRandom r) {
            int n = x.shape().last();
            return Tensor.of(Shape.of(x.shape().dims()), IntStream.range(0, x.shape().size() / n)
                    .mapToObj(i -> World.row(r, n, false)).flatMapToDouble(Arrays::stream).toArray());
        }

        int policies() { return pp.length; }

        /** p(o₁, s₁, o₂, s₂ | π, θ). */
        double joint(int u, int k, int first, int second) {
            RandomPomdp m = models[k];
            int[][] states = m.states();
            return m.joint(m.D())[first] * m.likelihood(states[first], seen[0]) * m.transition(states[first], u, states[second])
                    * m.likelihood(states[second], seen[1]);
        }

        /** Σ q(π, θ) q(s|π, θ) (ln q − ln p(o, s|π, θ) p(π) p(θ)), over everything. */
        double enumerated(double[][] q) {
            double sum = 0;
            for (int u = 0; u < policies(); u++) {
                for (int k = 0; k < CANDIDATES; k++) {
                    double[] first = models[k].joint(qs[u * CANDIDATES + k][0]);
                    double[] second = models[k].joint(qs[u * CANDIDATES + k][1]);
                    for (int i = 0; i < first.length; i++) {
                        for (int j = 0; j < second.length; j++) {
                            double weight = q[u][k] * first[i] * second[j];
                            sum += World.xlogy(weight, weight) - World.xlogy(weight, joint(u, k, i, j) * pp[u] * pt[k]);
                        }
                    }
                }
            }
            return sum;
        }

        double expected(double[][] q) {
            double sum = 0;
            for (int u = 0; u < policies(); u++) {
                for (int k = 0; k < CANDIDATES; k++) {
                    sum += q[u][k] * F[u][k];
                }
            }
            return sum;
        }

        double surprise() {
            double p = 0;
            for (int u = 0; u < policies(); u++) {
                for (int k = 0; k < CANDIDATES; k++) {
                    for (int i = 0; i < models[k].states().length; i++) {
                        for (int j = 0; j < models[k].states().length; j++) {
                            p += pp[u] * pt[k] * joint(u, k, i, j);
                        }
                    }
                }
            }
            return -Math.log(p);
        }
    }

    private static double kl(double[] q, double[] p) {
        return Kl.kl(new Categorical(tensor(q)), new Categorical(tensor(p))).item();
    }

    private static double[][] outer(double[] a, double[] b) {
        return Arrays.stream(a).mapToObj(x -> Arrays.stream(b).map(y -> x * y).toArray()).toArray(double[][]::new);
    }

    @Property(tries = 60, maxDiscardRatio = 20)
    void splitsOverPoliciesAndParameters(@ForAll long seed) {
        Case c = Case.of(seed);
        SplittableRandom r = new SplittableRandom(~seed);
        double[] qp = World.row(r, c.policies(), true);
        double[] qt = World.row(r, CANDIDATES, true);
        double[][] q = outer(qp, qt);
        double F = c.expected(q) + kl(qp, c.pp()) + kl(qt, c.pt());
        assertEquals(c.enumerated(q), F, 1e-10 * (1 + Math.abs(F)));
        assertTrue(F >= c.surprise() - 1e-10, F + " below " + c.surprise());
    }

    /** Where policies and parameters hang together in q, what they tell of each other is missing: I[π; θ]. */
    @Property(tries = 60, maxDiscardRatio = 20)
    void splitsOnlyWherePoliciesAndParametersAreIndependent(@ForAll long seed) {
        Case c = Case.of(seed);
        SplittableRandom r = new SplittableRandom(~seed);
        double[] flat = World.row(r, c.policies() * CANDIDATES, false);
        double[][] q = new double[c.policies()][];
        Arrays.setAll(q, u -> Arrays.copyOfRange(flat, u * CANDIDATES, (u + 1) * CANDIDATES));
        double[] qp = Arrays.stream(q).mapToDouble(row -> Arrays.stream(row).sum()).toArray();
        double[] qt = IntStream.range(0, CANDIDATES).mapToDouble(k -> Arrays.stream(World.column(q, k)).sum()).toArray();
        double together = World.kl(flat, Arrays.stream(outer(qp, qt)).flatMapToDouble(Arrays::stream).toArray());
        double split = c.expected(q) + kl(qp, c.pp()) + kl(qt, c.pt());
        assertEquals(c.enumerated(q), split + together, 1e-10 * (1 + Math.abs(split)));
        assertTrue(together >= -1e-12);
    }

    /** q(π) = σ(ln p(π) − E_q(θ)[F_π,θ]) leaves the least F, and no other q(π) less. */
    @Property(tries = 60, maxDiscardRatio = 20)
    void thePosteriorOfPoliciesLeavesTheLeast(@ForAll long seed) {
        Case c = Case.of(seed);
        SplittableRandom r = new SplittableRandom(~seed);
        double[] qt = World.row(r, CANDIDATES, false);
        double[] scores = IntStream.range(0, c.policies())
                .mapToDouble(u -> Math.log(c.pp()[u]) - World.dot(qt, c.F()[u])).toArray();
        double[] best = World.numbers(tensor(scores).softmax());
        double least = c.enumerated(outer(best, qt));
        for (int i = 0; i < 3; i++) {
            assertTrue(c.enumerated(outer(World.row(r, c.policies(), false), qt)) >= least - 1e-10);
        }
        assertEquals(-Math.log(Arrays.stream(scores).map(Math::exp).sum()) + kl(qt, c.pt()), least, 1e-10 * (1 + Math.abs(least)));
    }
}
