package surprisal.models.pomdp;

import java.util.Arrays;
import surprisal.kernels.Simplex;
import surprisal.kernels.Unary;

/**
 * Dirichlet counts of one table, and the table that they are the mean of: a ← a + η Σ_t Q(parents) ⊗ event, P = a / Σ a
 * (Friston et al. 2016). With each count comes the information that one more event of its kind would give,
 * w = ln Σa − ln a + ψ(a + 1) − ψ(Σa + 1) ≥ 0, so that Σ_k P_k w_k = I[θ; o].
 */
public final class Counts {

    /** What becomes of a count that is zero at the beginning. */
    public enum Zeros {
        /** It stays zero: what the model says can't happen is not learned. */
        KEPT,
        /** It is learned like any other, as in pymdp 1.0. */
        REVIVED
    }

    /** How much one more event is said to teach. */
    public enum Gain {
        /** w = ln Σa − ln a + ψ(a + 1) − ψ(Σa + 1), the information itself. */
        EXACT,
        /**
         * w = 1/a − 1/Σa, which SPM halves and pymdp took before 1.0: for many counts twice the exact one in the mean, and
         * far from it for few.
         */
        HEURISTIC
    }

    private final Table mean;
    private final Table counts;
    private final Table gain;
    private final Zeros zeros;
    private final Gain form;

    /**
     * Counts of a table, with exact gains; the table is left as it is until something is learned.
     *
     * @param mean the table that follows the counts
     * @param counts a ≥ 0, of the table's layout; the array itself is kept and changed
     * @param zeros what becomes of zeros
     * @throws IllegalArgumentException if there are not as many counts as probabilities, or one is negative or not finite
     */
    public Counts(Table mean, double[] counts, Zeros zeros) {
        this(mean, counts, zeros, Gain.EXACT);
    }

    /**
     * Counts of a table; the table is left as it is until something is learned.
     *
     * @param mean the table that follows the counts
     * @param counts a ≥ 0, of the table's layout; the array itself is kept and changed
     * @param zeros what becomes of zeros
     * @param form how much one more event is said to teach
     * @throws IllegalArgumentException if there are not as many counts as probabilities, or one is negative or not finite
     */
    public Counts(Table mean, double[] counts, Zeros zeros, Gain form) {
        checked(counts, mean);
        this.mean = mean;
        this.counts = mean.like(counts);
        this.gain = mean.like(new double[counts.length]);
        this.zeros = zeros;
        this.form = form;
        gain.filled();
        for (int row = 0; row < counts.length; row += mean.events()) {
            gains(row);
        }
    }

    private static void checked(double[] counts, Table mean) {
        if (counts.length != mean.values().length) {
            throw new IllegalArgumentException(counts.length + " counts for " + mean.values().length + " probabilities: one for each");
        }
        for (int i = 0; i < counts.length; i++) {
            if (!(counts[i] >= 0 && counts[i] < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("count " + i % mean.events() + " of row " + i / mean.events() + " is " + counts[i]
                        + ": counts are finite and ≥ 0");
            }
        }
    }

    /**
     * The counts.
     *
     * @return a table of the layout of the probabilities, which learning changes
     */
    public Table counts() {
        return counts;
    }

    /**
     * The probabilities.
     *
     * @return the table that the counts are of
     */
    public Table mean() {
        return mean;
    }

    /**
     * What one more event of each kind would teach, w ≥ 0 in nats; 0 where a count is 0.
     *
     * @return a table of the layout of the probabilities, which learning changes
     */
    public Table gain() {
        return gain;
    }

    /** Sets every row of the table to the mean of its counts. */
    public void normalise() {
        for (int row = 0; row < counts.values().length; row += mean.events()) {
            normalise(row);
        }
    }

    /**
     * a ← a + η Π_d Q(s_d) ⊗ event, and the table with it. Rows without weight are not touched.
     *
     * @param block which combination of actions
     * @param q for each factor of the model its belief
     * @param event a distribution over the events
     * @param rate η ≥ 0
     */
    public void add(int block, double[][] q, double[] event, double rate) {
        add(0, block * mean.rows(), rate, q, event);
    }

    private void add(int axis, int row, double weight, double[][] q, double[] event) {
        int[] sizes = mean.sizes();
        if (axis == sizes.length) {
            addRow(row, weight, event, 0);
            return;
        }
        double[] p = q[mean.parents()[axis]];
        int stride = mean.stride(axis);
        for (int s = 0; s < sizes[axis]; s++) {
            if (p[s] != 0) {
                add(axis + 1, row + s * stride, weight * p[s], q, event);
            }
        }
    }

    /**
     * a ← a + η J for one block, with the joint belief of parents and event, as smoothing gives it.
     *
     * @param block which combination of actions
     * @param joint J(parents, event), [rows, events]
     * @param rate η ≥ 0
     */
    public void addJoint(int block, double[] joint, double rate) {
        for (int row = 0; row < mean.rows(); row++) {
            addRow(block * mean.rows() + row, rate, joint, row * mean.events());
        }
    }

    private void addRow(int row, double weight, double[] event, int eo) {
        int n = mean.events();
        double[] a = counts.values();
        boolean changed = false;
        for (int e = 0; e < n; e++) {
            double more = weight * event[eo + e];
            if (more != 0 && (zeros == Zeros.REVIVED || a[row * n + e] > 0)) {
                a[row * n + e] += more;
                changed = true;
            }
        }
        if (changed) {
            normalise(row * n);
            gains(row * n);
        }
    }

    /**
     * a ← these: counts that come from elsewhere, as from {@link Reduction}.
     *
     * @param other counts of the same layout, copied
     * @throws IllegalArgumentException if there are not as many, or one is negative or not finite
     */
    public void become(double[] other) {
        checked(other, mean);
        System.arraycopy(other, 0, counts.values(), 0, other.length);
        refreshed();
    }

    /**
     * a ← (1 − φ) a + φ a₀: old observations fade, and without new ones the counts come back to the prior.
     *
     * @param prior a₀, of the counts' layout
     * @param rate φ in [0, 1]
     */
    public void forget(double[] prior, double rate) {
        double[] a = counts.values();
        for (int i = 0; i < a.length; i++) {
            a[i] += rate * (prior[i] - a[i]);
        }
        refreshed();
    }

    private void refreshed() {
        for (int row = 0; row < counts.values().length; row += mean.events()) {
            normalise(row);
            gains(row);
        }
    }

    private void normalise(int at) {
        int n = mean.events();
        double[] a = counts.values();
        double floor = zeros == Zeros.REVIVED ? Simplex.EPSILON : 0;
        double sum = 0;
        for (int i = at; i < at + n; i++) {
            sum += Math.max(a[i], floor);
        }
        if (sum > 0) { // a row without counts keeps its probabilities
            boolean revived = false;
            for (int i = at; i < at + n; i++) {
                double p = Math.max(a[i], floor) / sum;
                revived |= p > 0 && mean.values()[i] == 0;
                mean.values()[i] = p;
            }
            if (revived) { // by counts of what the table calls impossible
                mean.filled();
            }
        }
    }

    private void gains(int at) {
        int n = mean.events();
        double[] a = counts.values();
        double sum = 0;
        for (int i = at; i < at + n; i++) {
            sum += Math.max(a[i], Simplex.EPSILON);
        }
        if (form == Gain.HEURISTIC) {
            for (int i = at; i < at + n; i++) {
                gain.values()[i] = a[i] > 0 ? 1 / a[i] - 1 / sum : 0;
            }
            return;
        }
        double whole = StrictMath.log(sum) - Unary.DIGAMMA.f(sum + 1);
        for (int i = at; i < at + n; i++) {
            if (i > at && a[i] == a[i - 1]) { // as most counts are, at the beginning
                gain.values()[i] = gain.values()[i - 1];
            } else {
                gain.values()[i] = a[i] > 0 ? whole - StrictMath.log(Math.max(a[i], Simplex.EPSILON)) + Unary.DIGAMMA.f(a[i] + 1) : 0;
            }
        }
    }

    /**
     * D_KL[Dir(a) ‖ Dir(b)] summed over the rows that both have counts for.
     *
     * @param b counts of the same layout
     * @return in nats
     */
    public double kl(double[] b) {
        double[] a = counts.values();
        int n = mean.events();
        double kl = 0;
        for (int row = 0; row < a.length; row += n) {
            double sumA = 0;
            double sumB = 0;
            double part = 0;
            for (int i = row; i < row + n; i++) {
                if (a[i] > 0 && b[i] > 0) {
                    sumA += a[i];
                    sumB += b[i];
                    part += Unary.LGAMMA.f(b[i]) - Unary.LGAMMA.f(a[i]) + (a[i] - b[i]) * Unary.DIGAMMA.f(a[i]);
                } else if (a[i] != b[i]) {
                    return Double.POSITIVE_INFINITY;
                }
            }
            if (sumA > 0) {
                kl += part + Unary.LGAMMA.f(sumA) - Unary.LGAMMA.f(sumB) - (sumA - sumB) * Unary.DIGAMMA.f(sumA);
            }
        }
        return kl;
    }

    /**
     * Counts with the same numbers and the same table.
     *
     * @return a copy of the counts alone, [blocks, rows, events]
     */
    public double[] copy() {
        return Arrays.copyOf(counts.values(), counts.values().length);
    }
}
