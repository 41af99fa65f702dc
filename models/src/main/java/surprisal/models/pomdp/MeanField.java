package surprisal.models.pomdp;

import java.util.Arrays;
import surprisal.kernels.Simplex;

/**
 * Q(s) = Π_f Q(s_f) that minimises F = Σ_f D_KL[Q(s_f) ‖ P(s_f)] − E_Q[Σ_m ln P(o_m|s)], by the fixed point
 * Q(s_f) ∝ exp(ln P(s_f) + E_Q(s_d, d ≠ f)[Σ_m ln P(o_m|s)]). Everything works in memory that is made once.
 *
 * <p>{@link #coordinate} updates one factor at a time, so F never rises and the end is a minimum in each factor. {@link
 * #parallel} updates all factors from the old belief, as pymdp does: the numbers are pymdp's, but F may rise, and the
 * belief may swing for ever between two states.
 */
public final class MeanField {
    private final Evidence evidence;
    private final double[][] q;
    private final double[][] logPrior;
    private final double[][] next;

    /**
     * Memory for the beliefs of a model.
     *
     * @param evidence what is observed
     * @param states the number of states of each factor
     */
    public MeanField(Evidence evidence, int[] states) {
        this.evidence = evidence;
        this.q = arrays(states);
        this.logPrior = arrays(states);
        this.next = arrays(states);
    }

    static double[][] arrays(int[] sizes) {
        return Arrays.stream(sizes).mapToObj(double[]::new).toArray(double[][]::new);
    }

    /**
     * The belief that the last inference ended with.
     *
     * @return for each factor Q(s_f): the array itself, which the next inference overwrites
     */
    public double[][] qs() {
        return q;
    }

    /**
     * Updates one factor after the other, from the prior on, until no probability moves by more than the tolerance.
     *
     * @param prior for each factor P(s_f)
     * @param tolerance the largest move of a probability in the last sweep
     * @param most how many sweeps at most
     * @return how many sweeps it took; more than {@code most} if it did not end
     */
    public int coordinate(double[][] prior, double tolerance, int most) {
        logs(prior);
        for (int f = 0; f < q.length; f++) {
            System.arraycopy(prior[f], 0, q[f], 0, q[f].length);
        }
        for (int sweep = 1; sweep <= most; sweep++) {
            double moved = 0;
            for (int f = 0; f < q.length; f++) {
                double[] log = next[f];
                System.arraycopy(logPrior[f], 0, log, 0, log.length);
                evidence.add(f, q, log);
                for (int s = 0; s < log.length; s++) {
                    log[s] = prior[f][s] == 0 ? Double.NEGATIVE_INFINITY : log[s]; // what is impossible stays so
                }
                Simplex.softmax(log, 0, log, 0, log.length);
                for (int s = 0; s < log.length; s++) {
                    moved = Math.max(moved, Math.abs(log[s] - q[f][s]));
                    q[f][s] = log[s];
                }
            }
            if (q.length == 1 || moved <= tolerance) {
                return sweep;
            }
        }
        return most + 1;
    }

    /**
     * pymdp's update: all factors from the old belief, a fixed number of times, beginning with the uniform belief. One
     * factor takes one sweep.
     *
     * @param prior for each factor P(s_f)
     * @param sweeps how many, 16 in pymdp
     */
    public void parallel(double[][] prior, int sweeps) {
        uniform(prior);
        for (int sweep = q.length == 1 ? sweeps - 1 : 0; sweep < sweeps; sweep++) {
            sweep();
        }
    }

    /**
     * The parallel update as pymdp did it before 1.0: until F changes by less than the tolerance. The F to begin with is
     * without the accuracy.
     *
     * @param prior for each factor P(s_f)
     * @param most how many sweeps at most, 10 there
     * @param tolerance the least change of F, 0.001 there
     * @return how many sweeps it took
     */
    public int parallel(double[][] prior, int most, double tolerance) {
        uniform(prior);
        double F = complexity();
        for (int sweep = 1; sweep <= most; sweep++) {
            sweep();
            double before = F;
            F = freeEnergy();
            if (q.length == 1 || Math.abs(F - before) < tolerance) {
                return sweep;
            }
        }
        return most;
    }

    private void uniform(double[][] prior) {
        logs(prior);
        for (double[] x : q) {
            Arrays.fill(x, 1.0 / x.length);
        }
    }

    private void sweep() {
        for (int f = 0; f < q.length; f++) {
            System.arraycopy(logPrior[f], 0, next[f], 0, next[f].length);
        }
        evidence.addAll(q, next, 0);
        for (int f = 0; f < q.length; f++) {
            Simplex.softmax(next[f], 0, q[f], 0, q[f].length);
        }
    }

    /**
     * Q(s_f) = Σ_{s_d, d ≠ f} P(s|o): the marginals of Bayes' rule on the joint of all factors, by enumeration. It is for small
     * models; the prior is a product, what the factors had in common is forgotten between observations. {@link Exact} keeps it.
     *
     * @param prior for each factor P(s_f)
     * @return ln P(o), or −∞ if the observation is impossible; then the belief stays what it was
     */
    public double exact(double[][] prior) {
        logs(prior);
        return evidence.posterior(prior, q);
    }

    /**
     * Whether the observation is possible under the prior of the last inference by {@link #coordinate}. If the expected
     * log-likelihood is above ln 2⁻⁵² it must be; else the states are enumerated until one is found.
     *
     * @param prior for each factor P(s_f)
     * @return false if every state that the prior allows gives the outcomes probability 0
     */
    public boolean possible(double[][] prior) {
        return evidence.expected(q) > -36 || evidence.possible(prior);
    }

    private void logs(double[][] prior) {
        for (int f = 0; f < q.length; f++) {
            Simplex.logs(prior[f], 0, logPrior[f], 0, logPrior[f].length);
        }
    }

    /**
     * F = Σ_f D_KL[Q(s_f) ‖ P(s_f)] − E_Q[Σ_m ln P(o_m|s)] of the last inference.
     *
     * @return in nats
     */
    public double freeEnergy() {
        return complexity() - evidence.expected(q);
    }

    /** Σ_f D_KL[Q(s_f) ‖ P(s_f)]. */
    private double complexity() {
        double F = 0;
        for (int f = 0; f < q.length; f++) {
            F -= Simplex.entropy(q[f], 0, q[f].length) + Simplex.dot(q[f], 0, logPrior[f], 0, q[f].length);
        }
        return F;
    }
}
