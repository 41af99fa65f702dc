package surprisal.models.agent;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import surprisal.engine.Rng;
import surprisal.kernels.Simplex;
import surprisal.models.pomdp.Smoothing;
import surprisal.models.pomdp.Tables;

/**
 * Two agents, one above the other and slower (a deep temporal model, Friston et al. 2018). What the upper agent expects of
 * its outcomes is what the lower one begins with, D_f = Σ_s P(o|s) Q(s); k steps later the lower agent's belief about that
 * beginning, Q(s_1|o_1 … o_k), is what the upper one sees: a soft outcome. Factors without a link go on as the lower model
 * says. The upper level may also set what the lower one prefers, C_m = ln Σ_s P(o|s) Q(s).
 */
public final class Hierarchy {

    /**
     * What the upper level sets of the lower one: for each modality above a factor whose beginning it is, or a modality whose
     * preferences it is, or neither.
     *
     * @param beginnings by upper modality, the lower factor or −1
     * @param preferences by upper modality, the lower modality or −1
     */
    public record Links(int[] beginnings, int[] preferences) {

        /**
         * Links.
         *
         * @throws IllegalArgumentException if there are not as many of both, one modality sets two things, or two set the same
         */
        public Links {
            beginnings = beginnings.clone();
            preferences = preferences.clone();
            if (beginnings.length != preferences.length) {
                throw new IllegalArgumentException(beginnings.length + " beginnings and " + preferences.length
                        + " preferences: both take one for each upper modality, −1 for none");
            }
            for (int m = 0; m < beginnings.length; m++) {
                if (beginnings[m] >= 0 && preferences[m] >= 0) {
                    throw new IllegalArgumentException("upper modality " + m + " sets the beginning of a factor and preferences: one");
                }
            }
            once(beginnings, "the beginning of lower factor ");
            once(preferences, "the preferences of lower modality ");
        }

        private static void once(int[] set, String what) {
            for (int m = 0; m < set.length; m++) {
                for (int k = 0; k < m; k++) {
                    if (set[m] >= 0 && set[k] == set[m]) {
                        throw new IllegalArgumentException("upper modalities " + k + " and " + m + " both set " + what + set[m]
                                + ": one of them");
                    }
                }
            }
        }

        /**
         * Links to beginnings alone.
         *
         * @param factors by upper modality, the lower factor or −1
         * @return the links
         */
        public static Links beginnings(int... factors) {
            int[] none = new int[factors.length];
            Arrays.fill(none, -1);
            return new Links(factors, none);
        }
    }

    private final Agent upper;
    private final Agent lower;
    private final Links links;
    private final int period;
    private final double[][] outcomes; // by upper modality
    private final double[][] upperPrior;
    private final List<double[][]> beliefs = new ArrayList<>(); // of the lower agent since the last tick
    private final int[] actions;
    private int step;
    private int ticks;
    private int upperAction = -1; // since the last tick, or −1
    private boolean told; // whether the last observation was a tick

    /**
     * A hierarchy.
     *
     * @param upper the slow agent
     * @param lower the fast agent; with k &gt; 1 and links to beginnings its factors depend on themselves alone
     * @param links what the upper one sets
     * @param period k ≥ 1, the lower steps in an upper one
     * @throws IllegalArgumentException if a link does not fit the sizes of both models, the preferences that it sets change
     *     with the step, a lower factor depends on others where it must not, or k is less than 1
     */
    public Hierarchy(Agent upper, Agent lower, Links links, int period) {
        if (period < 1) {
            throw new IllegalArgumentException("an upper step of " + period + " lower ones: at least 1");
        }
        this.upper = upper;
        this.lower = lower;
        this.links = links;
        this.period = period;
        Tables above = upper.tables();
        Tables below = lower.tables();
        int modalities = above.structure().modalities().size();
        if (links.beginnings.length != modalities) {
            throw new IllegalArgumentException("links of " + links.beginnings.length + " upper modalities: there are " + modalities);
        }
        for (int m = 0; m < modalities; m++) {
            int f = links.beginnings[m];
            int c = links.preferences[m];
            if (f >= below.states().length || c >= below.structure().modalities().size()) {
                throw new IllegalArgumentException("upper modality " + m + " sets lower " + (c < 0 ? "factor " + f : "modality " + c)
                        + ": there is none");
            }
            int size = f >= 0 ? below.states()[f] : c >= 0 ? below.structure().modalities().get(c).size() : above.A(m).events();
            if (above.A(m).events() != size) {
                throw new IllegalArgumentException("upper modality " + above.structure().modalities().get(m).name() + " has "
                        + above.A(m).events() + " outcomes and what it sets below has " + size + ": as many");
            }
            if (c >= 0 && below.C(c, below.preferredSteps() - 1) != below.C(c, 0)) { // the first row is not the last one
                throw new IllegalArgumentException("C of lower modality " + below.structure().modalities().get(c).name()
                        + " changes with the step, so it can't be set from above: give it one row");
            }
        }
        if (smooths()) {
            alone(below, period);
        }
        outcomes = IntStream.range(0, modalities).mapToObj(m -> new double[above.A(m).events()]).toArray(double[][]::new);
        upperPrior = Arrays.stream(above.states()).mapToObj(double[]::new).toArray(double[][]::new);
        actions = new int[Math.max(1, period - 1)];
        begin();
    }

    /** Whether the belief about the beginning takes in what came later. */
    private boolean smooths() {
        return period > 1 && Arrays.stream(links.beginnings).anyMatch(f -> f >= 0);
    }

    private static void alone(Tables below, int period) {
        for (int f = 0; f < below.states().length; f++) {
            if (!Arrays.equals(below.B(f).parents(), new int[] {f})) {
                throw new IllegalArgumentException("lower factor " + below.structure().factors().get(f).name() + " depends on others: "
                        + "what " + period + " steps say of their beginning takes factors that depend on themselves alone; join them, "
                        + "or let each be an upper step");
            }
        }
    }

    /** Begins an episode at both levels. */
    public void begin() {
        upper.begin();
        lower.begin();
        beliefs.clear();
        step = 0;
        ticks = 0;
        upperAction = -1;
        told = false;
    }

    /**
     * Takes in an observation at the lower level, and after every k-th what it says at the upper one.
     *
     * @param seen for each lower modality its outcome, or −1 where nothing was seen
     * @return for each lower factor its belief: the arrays themselves
     * @throws IllegalArgumentException as {@link Agent#observe(int...)} of the lower agent, or of the upper one, which then goes
     *     on as if this upper step had not been
     * @throws IllegalStateException if the upper level has seen something and not acted since
     */
    public double[][] observe(int... seen) {
        if (step == 0) {
            descend();
        }
        double[][] qs = lower.observe(seen);
        beliefs.add(Arrays.stream(qs).map(double[]::clone).toArray(double[][]::new));
        step++;
        told = false;
        if (step == period) {
            ascend();
        }
        return qs;
    }

    /** Sets what the lower level begins with and prefers, from what the upper one expects. */
    private void descend() {
        Tables above = upper.tables();
        if (ticks > 0 && upperAction < 0) {
            throw new IllegalStateException("the upper level saw something after " + period
                    + " lower steps and has not acted since: act, then observe");
        }
        if (ticks == 0) {
            for (int f = 0; f < upperPrior.length; f++) {
                System.arraycopy(above.D()[f], 0, upperPrior[f], 0, upperPrior[f].length);
            }
        } else {
            above.predict(upper.qs(), upperAction, upperPrior);
        }
        boolean preferred = false;
        for (int m = 0; m < outcomes.length; m++) {
            if (links.beginnings[m] >= 0) {
                above.A(m).expect(0, upperPrior, outcomes[m]);
                lower.expect(links.beginnings[m], outcomes[m]);
            } else if (links.preferences[m] >= 0) {
                above.A(m).expect(0, upperPrior, outcomes[m]);
                double[] C = lower.tables().C(links.preferences[m], 0);
                Simplex.logs(outcomes[m], 0, C, 0, C.length);
                preferred = true;
            }
        }
        if (preferred) {
            lower.changedAC();
        }
    }

    /** Shows the upper level how the lower one began, and lets it plan. */
    private void ascend() {
        double[][] first = smooths()
                ? Smoothing.smooth(lower.tables(), beliefs.toArray(double[][][]::new), actions).qs()[0]
                : beliefs.getFirst();
        beliefs.clear();
        step = 0;
        for (int m = 0; m < outcomes.length; m++) {
            Arrays.fill(outcomes[m], 0);
            if (links.beginnings[m] >= 0) {
                System.arraycopy(first[links.beginnings[m]], 0, outcomes[m], 0, outcomes[m].length);
            }
        }
        upper.observe(outcomes);
        ticks++;
        upperAction = -1;
        told = true;
        upper.plan();
    }

    /**
     * Plans at the lower level.
     *
     * @return q(π) of the lower agent: the array itself
     */
    public double[] plan() {
        return lower.plan();
    }

    /**
     * Chooses an action at the lower level, and at the upper one if that has just seen something.
     *
     * @param rng where the randomness comes from; deterministic choices take none
     * @return the lower combination of actions
     */
    public int act(Rng rng) {
        if (told) {
            upperAction = upper.act(rng);
        }
        int action = lower.act(rng);
        if (step > 0) {
            actions[step - 1] = action;
        }
        return action;
    }

    /** Learns at the lower level, and at the upper one if that has just seen something. */
    public void learn() {
        lower.learn();
        if (told) {
            upper.learn();
        }
    }

    /**
     * The slow agent.
     *
     * @return what it believes is about the last k steps
     */
    public Agent upper() {
        return upper;
    }

    /**
     * The fast agent.
     *
     * @return what it believes is about now
     */
    public Agent lower() {
        return lower;
    }
}
