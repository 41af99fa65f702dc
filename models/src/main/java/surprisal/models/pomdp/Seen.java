package surprisal.models.pomdp;

import java.util.Arrays;

/** One observation as weights of outcomes, and what it says of whole joint states, by enumeration. */
final class Seen {

    /** ln P below this is the stabilised logarithm of 0: the probability itself is 0, or as good as. */
    private static final double LOG_OF_ZERO = -36.04;

    private static final int MOST = 1 << 20;

    private final Table[] logs;
    private final double[][] weights;
    private final int[] hot; // by modality its only outcome with a weight, or −1 if there may be others
    private final int[] last; // by modality its last parent, or −1
    private final int[] state;
    private int looked;

    Seen(Table[] logs, int factors) {
        this.logs = logs;
        weights = Arrays.stream(logs).map(log -> new double[log.events()]).toArray(double[][]::new);
        hot = new int[logs.length];
        last = Arrays.stream(logs).mapToInt(log -> Arrays.stream(log.parents()).max().orElse(-1)).toArray();
        state = new int[factors];
    }

    /** For another observation of the same model. */
    Seen beside() {
        return new Seen(logs, state.length);
    }

    void observe(int[] outcomes) {
        counted(outcomes.length);
        for (int m = 0; m < weights.length; m++) {
            if (outcomes[m] >= weights[m].length) {
                throw new IllegalArgumentException("outcome " + outcomes[m] + " of modality " + m + ": it takes 0 to "
                        + (weights[m].length - 1) + ", or a negative number where nothing was seen");
            }
            if (hot[m] < 0) {
                Arrays.fill(weights[m], 0);
            } else {
                weights[m][hot[m]] = 0;
            }
            hot[m] = outcomes[m];
            if (outcomes[m] >= 0) {
                weights[m][outcomes[m]] = 1;
            }
        }
    }

    private void counted(int outcomes) {
        if (outcomes != weights.length) {
            throw new IllegalArgumentException(outcomes + " outcomes given: the model has " + weights.length + " modalities");
        }
    }

    void observe(double[][] outcomes) {
        counted(outcomes.length);
        for (int m = 0; m < weights.length; m++) {
            System.arraycopy(outcomes[m], 0, weights[m], 0, weights[m].length);
            hot[m] = -1;
        }
    }

    /** Σ ln P(o_m) of the modalities that depend on no factor. */
    double alone() {
        double sum = 0;
        for (int m = 0; m < logs.length; m++) {
            if (last[m] < 0) {
                for (int o = 0; o < weights[m].length; o++) {
                    sum += weights[m][o] == 0 ? 0 : weights[m][o] * logs[m].values()[o];
                }
            }
        }
        return sum;
    }

    /**
     * Whether Π_f P(s_f) Π_m P(o_m|s) > 0 for some state. A million beginnings of states are looked at; if that is not all, the
     * observation is taken for possible.
     *
     * @param prior for each factor P(s_f)
     * @return false if what was observed can't come from any state that the prior allows
     */
    boolean possible(double[][] prior) {
        looked = 0;
        return possible(0, prior);
    }

    private boolean possible(int f, double[][] prior) {
        if (log(f - 1) == Double.NEGATIVE_INFINITY) {
            return false;
        }
        boolean possible = f == state.length || ++looked > MOST;
        for (int s = 0; !possible && s < prior[f].length; s++) {
            if (prior[f][s] > 0) {
                state[f] = s;
                possible = possible(f + 1, prior);
            }
        }
        return possible;
    }

    /**
     * Bayes' rule on the joint of all factors, Q(s) ∝ Π_f P(s_f) Π_m P(o_m|s), by enumeration: its marginals.
     *
     * @param prior for each factor P(s_f)
     * @param q for each factor, overwritten if the observation is possible
     * @return ln P(o), −∞ if the observation is impossible
     */
    double posterior(double[][] prior, double[][] q) {
        double most = most(0, 0, prior);
        if (most == Double.NEGATIVE_INFINITY) {
            return most;
        }
        for (double[] x : q) {
            Arrays.fill(x, 0);
        }
        double sum = add(0, 0, prior, most, q);
        for (double[] x : q) {
            for (int s = 0; s < x.length; s++) {
                x[s] /= sum;
            }
        }
        return most + StrictMath.log(sum);
    }

    /** The largest ln P(s, o) over the states that go on from the first f. */
    private double most(int f, double log, double[][] prior) {
        double joint = log + log(f - 1);
        if (f == state.length || joint == Double.NEGATIVE_INFINITY) {
            return joint;
        }
        double most = Double.NEGATIVE_INFINITY;
        for (int s = 0; s < prior[f].length; s++) {
            if (prior[f][s] > 0) {
                state[f] = s;
                most = Math.max(most, most(f + 1, joint + StrictMath.log(prior[f][s]), prior));
            }
        }
        return most;
    }

    /** Adds exp(ln P(s, o) − most) of every state to its marginals. */
    private double add(int f, double log, double[][] prior, double most, double[][] q) {
        double joint = log + log(f - 1);
        if (joint == Double.NEGATIVE_INFINITY) {
            return 0;
        }
        if (f == state.length) {
            return StrictMath.exp(joint - most);
        }
        double sum = 0;
        for (int s = 0; s < prior[f].length; s++) {
            if (prior[f][s] > 0) {
                state[f] = s;
                double part = add(f + 1, joint + StrictMath.log(prior[f][s]), prior, most, q);
                q[f][s] += part;
                sum += part;
            }
        }
        return sum;
    }

    /** Σ ln P(o_m|s) of the modalities whose last parent is f; −∞ where it is the logarithm of 0. */
    private double log(int f) {
        double sum = 0;
        for (int m = 0; m < logs.length; m++) {
            if (last[m] == f) {
                int row = 0;
                for (int d = 0; d < logs[m].parents().length; d++) {
                    row = row * logs[m].sizes()[d] + state[logs[m].parents()[d]];
                }
                double[] log = logs[m].values();
                double greatest = 0;
                double part = 0;
                boolean any = false;
                for (int o = 0, at = row * logs[m].events(); o < weights[m].length; o++, at++) {
                    if (weights[m][o] != 0) {
                        part += weights[m][o] * log[at];
                        greatest = any ? Math.max(greatest, log[at]) : log[at];
                        any = true;
                    }
                }
                if (any && greatest < LOG_OF_ZERO) {
                    return Double.NEGATIVE_INFINITY;
                }
                sum += part;
            }
        }
        return sum;
    }
}
