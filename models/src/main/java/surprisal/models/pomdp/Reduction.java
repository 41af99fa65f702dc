package surprisal.models.pomdp;

import java.util.Arrays;
import java.util.stream.IntStream;
import surprisal.kernels.Unary;

/**
 * Bayesian model reduction of Dirichlet counts (Friston, Parr and Zeidman 2018): how the evidence of what was seen
 * changes if the prior had been another one, without seeing it again. With prior p, posterior q and reduced prior r, the
 * reduced posterior is q + r − p and
 *
 * <p>ΔF = ln B(q) + ln B(r) − ln B(p) − ln B(q + r − p) = ln P(o|p) − ln P(o|r),
 *
 * <p>with ln B(a) = Σ ln Γ(a) − ln Γ(Σ a). A negative ΔF speaks for the reduced prior. A count that r sets to zero is an
 * event that can't happen: if there is data for it, ΔF is infinite.
 */
public final class Reduction {

    private Reduction() {}

    /**
     * Counts under a reduced prior.
     *
     * @param prior r, [rows, events]
     * @param posterior q + r − p, [rows, events]
     * @param dF ΔF ≤ 0 in nats, of all rows
     */
    public record Reduced(double[] prior, double[] posterior, double dF) {}

    /**
     * ΔF of one row.
     *
     * @param posterior q
     * @param prior p
     * @param reduced r
     * @return ΔF in nats; infinite if r rules out what was seen
     * @throws IllegalArgumentException if the sizes differ, or a count is negative or less in the posterior than in the prior
     *     by more than the reduced prior makes up for
     */
    public static double change(double[] posterior, double[] prior, double[] reduced) {
        if (prior.length != posterior.length || reduced.length != posterior.length) {
            throw new IllegalArgumentException("a posterior of " + posterior.length + " counts, a prior of " + prior.length
                    + " and a reduced prior of " + reduced.length + ": they are equally many");
        }
        double change = 0;
        double sumQ = 0;
        double sumP = 0;
        double sumR = 0;
        double sumNew = 0;
        for (int i = 0; i < posterior.length; i++) {
            double q = posterior[i];
            double p = prior[i];
            double r = reduced[i];
            double after = r == p ? q : r == 0 ? q - p : q + r - p;
            if (!(q >= 0 && p >= 0 && r >= 0 && after >= 0)) {
                throw new IllegalArgumentException("count " + i + " is " + p + " a priori, " + q + " a posteriori and reduced to " + r
                        + ": counts are ≥ 0, and so is posterior + reduced − prior");
            }
            if (p == 0 && r == 0) {
                continue; // what can't happen anyway
            }
            if (r == 0 && after > 0) {
                return Double.POSITIVE_INFINITY;
            }
            if (p > 0) {
                change += Unary.LGAMMA.f(q) - Unary.LGAMMA.f(p);
            }
            if (r > 0) {
                change += Unary.LGAMMA.f(r) - Unary.LGAMMA.f(after);
            }
            sumQ += p > 0 ? q : 0;
            sumP += p;
            sumR += r;
            sumNew += r > 0 ? after : 0;
        }
        return change - logGammas(sumQ, sumP) + logGammas(sumNew, sumR);
    }

    /** ln Γ(a) − ln Γ(b), 0 where nothing is left of both. */
    private static double logGammas(double a, double b) {
        return b > 0 ? Unary.LGAMMA.f(a) - Unary.LGAMMA.f(b) : 0;
    }

    /**
     * Silences events, row by row: those with the least data first, each by p_k → share · p_k, as many as lower F most, in
     * every row where that is by enough.
     *
     * @param counts the posterior, which is left as it is: {@link Counts#become} takes the result over
     * @param prior the counts before anything was seen, of the same layout
     * @param share what is left of a silenced event's prior, in [0, 1); with 0 it can't happen any more, so only events
     *     without any data are silenced
     * @param nats how much F must fall in a row, 3 for twenty to one
     * @return the counts that result
     * @throws IllegalArgumentException if the share is outside of [0, 1) or the prior is not of the counts' layout
     */
    public static Reduced prune(Counts counts, double[] prior, double share, double nats) {
        if (!(share >= 0 && share < 1)) {
            throw new IllegalArgumentException("silenced events keep the share " + share + " of their prior: it takes [0, 1)");
        }
        return byRow(counts, prior, nats, (q, p) -> {
            int[] order = IntStream.range(0, q.length).filter(k -> p[k] > 0).boxed()
                    .sorted((a, b) -> Double.compare(q[a] - p[a], q[b] - p[b])).mapToInt(k -> k).toArray();
            double[] r = p.clone();
            double[] best = p.clone();
            double lowest = 0;
            for (int i = 0; i < order.length - 1; i++) { // something must be left to happen
                r[order[i]] = share * p[order[i]];
                double dF = q[order[i]] + r[order[i]] < p[order[i]] ? Double.POSITIVE_INFINITY : change(q, p, r);
                if (dF < lowest) {
                    lowest = dF;
                    best = r.clone();
                }
            }
            return best;
        });
    }

    /**
     * Sharpens rows: the prior of one event is raised, the one that lowers F most, in every row where that is by enough.
     *
     * @param counts the posterior, which is left as it is: {@link Counts#become} takes the result over
     * @param prior the counts before anything was seen, of the same layout
     * @param more what the prior of the event is raised by, &gt; 0
     * @param nats how much F must fall in a row
     * @return the counts that result
     * @throws IllegalArgumentException if nothing is to be raised or the prior is not of the counts' layout
     */
    public static Reduced sharpen(Counts counts, double[] prior, double more, double nats) {
        if (!(more > 0 && more < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a prior raised by " + more + ": by a finite number > 0");
        }
        return byRow(counts, prior, nats, (q, p) -> {
            double[] best = p;
            double lowest = 0;
            for (int k = 0; k < p.length; k++) {
                if (p[k] > 0) {
                    double[] r = p.clone();
                    r[k] += more;
                    double dF = change(q, p, r);
                    if (dF < lowest) {
                        lowest = dF;
                        best = r;
                    }
                }
            }
            return best;
        });
    }

    /** The best reduced prior of a row, or its prior. */
    @FunctionalInterface
    private interface Candidate {
        double[] of(double[] posterior, double[] prior);
    }

    private static Reduced byRow(Counts counts, double[] prior, double nats, Candidate candidate) {
        double[] posterior = counts.copy();
        if (prior.length != posterior.length) {
            throw new IllegalArgumentException("a prior of " + prior.length + " counts for " + posterior.length + ": one for each");
        }
        double[] reduced = prior.clone();
        double sum = 0;
        int n = counts.mean().events();
        for (int row = 0; row < posterior.length; row += n) {
            double[] q = Arrays.copyOfRange(posterior, row, row + n);
            double[] p = Arrays.copyOfRange(prior, row, row + n);
            double[] r = candidate.of(q, p);
            double dF = change(q, p, r);
            if (dF < 0 && dF <= -nats) {
                sum += dF;
                for (int k = 0; k < n; k++) {
                    reduced[row + k] = r[k];
                    posterior[row + k] = r[k] == p[k] ? q[k] : r[k] == 0 ? q[k] - p[k] : q[k] + r[k] - p[k];
                }
            }
        }
        return new Reduced(reduced, posterior, sum);
    }
}
