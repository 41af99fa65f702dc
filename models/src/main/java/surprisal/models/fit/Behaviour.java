package surprisal.models.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Shape;
import surprisal.models.agent.Agent;
import surprisal.models.agent.Choice;
import surprisal.models.agent.Policies;
import surprisal.models.pomdp.Beliefs;
import surprisal.models.pomdp.Structure;
import surprisal.models.pomdp.Variable;

/**
 * ln p(actions | outcomes, θ) = Σ_t ln p(a_t | o_1…t, a_1…t−1, θ): how likely a recorded behaviour is under an agent, with
 * exact gradients in every number of the agent (Schwartenbeck and Friston 2016). Each step is what an
 * {@link surprisal.models.agent.Agent} does: Q(s), then q(π) = σ(ln E − γ G), then the action, then what is learned.
 *
 * <p>Episodes are rows of one batch, unless something is learned from one to the next. Where only preferences, precisions
 * and habits are free (the subject is made from the first one by {@link Subject#preferences} and the like, with its very tensors
 * for A, B and D and its terms of G), what policies lead to is imagined once and kept. After an action that was not seen the
 * belief goes on by what the agent would have done on average.
 */
public final class Behaviour {

    /** Episodes side by side; a short one is padded with what is not seen. */
    private record Group(int rows, int steps, List<Tensor> observations, List<Tensor> actions, List<Tensor> unseen,
            int[][][] outcomes, int[][] done, int guesses) {}

    private final Subject base;
    private final List<Group> groups;
    private final Options options;
    private final int[] order; // of the recording's steps among the rows that are computed
    private final List<Tensor> taken; // by draw, one-hot in the options that there are; no 1 where the action was not seen
    private final Outlook kept;

    private Behaviour(Subject base, Recording recording) {
        Structure structure = base.model().structure();
        recording.check(structure);
        for (int m = 0; m < base.model().C().size(); m++) {
            Tensor C = base.model().C().get(m);
            for (int i = 0; i < C.shape().size(); i++) {
                if (!Double.isFinite(C.at(i))) {
                    throw new IllegalArgumentException("C[" + m + "] of modality " + structure.modalities().get(m).name()
                            + " has the entry "
                            + C.at(i) + ": a preference that is fitted is finite, −20 for what must not be");
                }
            }
        }
        this.base = base;
        options = Options.of(base.policies(), base.choice());
        List<Recording.Episode> episodes = recording.episodes();
        groups = base.learning().any() ? episodes.stream().map(e -> group(List.of(e))).toList() : List.of(group(episodes));
        order = order(episodes, groups.size() > 1);
        taken = options.taken(recording);
        possible(base.agent(), episodes);
        kept = groups.stream().allMatch(g -> g.guesses == 0) ? Outlook.concat(outlooks(base)).rows(order) : null;
    }

    /**
     * The likelihood of a recording.
     *
     * @param base the subject with its fixed numbers; those that are free are replaced later
     * @param recording what was seen and done
     * @return the likelihood, as a function of the subject
     * @throws IllegalArgumentException if an outcome or an action is out of range, an action is one that no policy begins
     *     with, an outcome is impossible, or a preference is not finite
     */
    public static Behaviour of(Subject base, Recording recording) {
        return new Behaviour(base, recording);
    }

    /** Throws where an outcome is impossible under the first subject; after an action that was not seen nobody knows. */
    private static void possible(Agent agent, List<Recording.Episode> episodes) {
        for (int e = 0; e < episodes.size(); e++) {
            Recording.Episode episode = episodes.get(e);
            agent.begin();
            for (int t = 0; t < episode.actions().length && (t == 0 || episode.actions()[t - 1] != Recording.UNSEEN); t++) {
                try {
                    agent.observe(episode.outcomes()[t]);
                } catch (IllegalArgumentException impossible) {
                    throw new IllegalArgumentException("episode " + e + ", step " + t + ": " + impossible.getMessage(), impossible);
                }
                agent.learn();
                agent.acted(episode.actions()[t]);
            }
        }
    }

    private Group group(List<Recording.Episode> episodes) {
        Structure structure = base.model().structure();
        int rows = episodes.size();
        int steps = episodes.stream().mapToInt(e -> e.actions().length).max().orElse(0);
        int outcomes = structure.modalities().stream().mapToInt(Variable::size).sum();
        int[][][] seen = new int[steps][rows][];
        int[][] done = new int[steps][rows];
        List<Tensor> observations = new ArrayList<>();
        List<Tensor> actions = new ArrayList<>();
        List<Tensor> unseen = new ArrayList<>();
        int guesses = 0;
        for (int t = 0; t < steps; t++) {
            double[] o = new double[rows * outcomes];
            double[] u = new double[rows * structure.jointActions()];
            double[] not = new double[rows];
            for (int e = 0; e < rows; e++) {
                Recording.Episode episode = episodes.get(e);
                boolean over = t >= episode.actions().length;
                seen[t][e] = over ? new int[structure.modalities().size()] : episode.outcomes()[t];
                done[t][e] = over ? 0 : episode.actions()[t];
                if (over) {
                    Arrays.fill(seen[t][e], Recording.UNSEEN);
                }
                for (int m = 0, at = e * outcomes; m < seen[t][e].length; at += structure.modalities().get(m++).size()) {
                    if (seen[t][e][m] >= 0) {
                        o[at + seen[t][e][m]] = 1;
                    }
                }
                if (done[t][e] >= 0 || t == episode.actions().length - 1) { // what follows the end is not counted
                    u[e * structure.jointActions() + Math.max(done[t][e], 0)] = 1;
                } else {
                    not[e] = 1;
                    guesses++;
                }
            }
            observations.add(Tensor.of(Shape.of(rows, outcomes), o));
            actions.add(Tensor.of(Shape.of(rows, structure.jointActions()), u));
            unseen.add(Tensor.of(Shape.of(rows, 1), not));
        }
        return new Group(rows, steps, observations, actions, unseen, seen, done, guesses);
    }

    /** Rows are computed group by group, then step by step, then episode by episode. */
    private static int[] order(List<Recording.Episode> episodes, boolean apart) {
        List<Integer> order = new ArrayList<>();
        int first = 0;
        for (int e = 0; e < episodes.size(); e++) {
            int steps = episodes.get(e).actions().length;
            for (int t = 0; t < steps; t++) {
                order.add(apart ? first + t : t * episodes.size() + e);
            }
            first += steps;
        }
        return order.stream().mapToInt(i -> i).toArray();
    }

    /**
     * ln p(actions | outcomes, θ).
     *
     * @param subject the agent, of the structure, policies and choice of the first one
     * @return one number, ≤ 0
     * @throws IllegalArgumentException if it compares other policies than the first one, or chooses otherwise
     */
    public Tensor logLikelihood(Subject subject) {
        return logProbabilities(subject).sum();
    }

    /**
     * ln p(a_t | o_1…t, a_1…t−1, θ) of every step.
     *
     * @param subject the agent, of the structure, policies and choice of the first one
     * @return one number for each step of each episode in their order, 0 where the action was not seen
     * @throws IllegalArgumentException if it compares other policies than the first one, or chooses otherwise
     */
    public Tensor logProbabilities(Subject subject) {
        if (!subject.choosesLike(base)) {
            throw new IllegalArgumentException("a subject that chooses " + chosen(subject) + ", in the likelihood of one that chooses "
                    + chosen(base) + ": these are not the same, so make a Behaviour of this subject");
        }
        Outlook outlook = kept != null && subject.believesLike(base) ? kept : Outlook.concat(outlooks(subject)).rows(order);
        List<Tensor> log = options.log(posterior(outlook, subject), subject.alpha());
        Tensor sum = null;
        for (int a = 0; a < log.size(); a++) {
            Tensor of = log.get(a).times(taken.get(a)).sum(-1);
            sum = sum == null ? of : sum.plus(of);
        }
        return sum;
    }

    private static String chosen(Subject subject) {
        return subject.choice() + " among " + subject.policies().size() + " policies of " + subject.policies().horizon() + " steps";
    }

    /** ln q(π) = ln σ(ln E − γ G), [N, P]. */
    private static Tensor posterior(Outlook outlook, Subject subject) {
        Tensor G = outlook.G(subject.model().C(), subject.efe());
        return subject.habit().atLeast(0x1p-52).log().minus(G.times(subject.gamma())).logSoftmax();
    }

    private List<Outlook> outlooks(Subject subject) {
        List<Outlook> all = new ArrayList<>();
        Knowledge known = Knowledge.of(subject);
        for (Group group : groups) {
            Beliefs prior = new Beliefs(known.model().D().stream()
                    .map(D -> D.reshape(1, -1).expand(Shape.of(group.rows, D.shape().last()))).toList());
            Beliefs before = null;
            for (int t = 0; t < group.steps; t++) {
                Beliefs now = known.model().update(prior, group.observations.get(t));
                Outlook outlook = Outlook.of(known, subject.policies(), subject.efe(), now);
                all.add(outlook);
                if (subject.learning().any()) {
                    known = known.after(before, t == 0 ? Recording.UNSEEN : group.done[t - 1][0], now, group.outcomes[t][0]);
                }
                if (t < group.steps - 1) {
                    Tensor action = group.actions.get(t);
                    if (group.guesses > 0) {
                        action = action.plus(options.joint(posterior(outlook, subject), subject.alpha()).times(group.unseen.get(t)));
                    }
                    prior = known.model().predict(now, action);
                }
                before = now;
            }
        }
        return all;
    }

    /** From q(π) to actions: for each draw the values that policies begin with, and who begins with them. */
    private record Options(Structure structure, Choice choice, int[][] values, int[][][] policies) {

        static Options of(Policies policies, Choice choice) {
            Structure structure = policies.structure();
            int draws = choice == Choice.FULL ? 1 : structure.actions().size();
            int[][] values = new int[draws][];
            int[][][] who = new int[draws][][];
            for (int a = 0; a < draws; a++) {
                int draw = a;
                int[] first = IntStream.range(0, policies.size())
                        .map(p -> choice == Choice.FULL ? policies.joint(p, 0) : policies.actions(p, 0)[draw]).toArray();
                values[a] = Arrays.stream(first).sorted().distinct().toArray();
                who[a] = Arrays.stream(values[a])
                        .mapToObj(v -> IntStream.range(0, first.length).filter(p -> first[p] == v).toArray()).toArray(int[][]::new);
            }
            return new Options(structure, choice, values, who);
        }

        /** ln p of each value of each draw, [N, V]: p ∝ (Σ_π q(π))^α, or Σ_π of p(π) ∝ q(π)^α. */
        List<Tensor> log(Tensor logQ, Tensor alpha) {
            Tensor q = choice == Choice.FULL ? logQ.times(alpha).logSoftmax() : logQ;
            List<Tensor> all = new ArrayList<>();
            for (int[][] who : policies) {
                Tensor p = Tensor.stack(1, Arrays.stream(who).map(w -> q.gather(1, w).logSumExp(-1)).toArray(Tensor[]::new));
                all.add(choice == Choice.FULL ? p : p.times(alpha).logSoftmax());
            }
            return all;
        }

        /** The probability of each combination of actions, [N, U]. */
        Tensor joint(Tensor logQ, Tensor alpha) {
            List<Tensor> log = log(logQ, alpha);
            Tensor joint = null;
            for (int a = 0; a < values.length; a++) {
                int n = choice == Choice.FULL ? structure.jointActions() : structure.actions().get(a).size();
                Tensor p = log.get(a).exp().matmul(Tensor.oneHot(n, Precision.FLOAT64, values[a]));
                joint = joint == null ? p : Knowledge.outer(joint, p);
            }
            return joint;
        }

        /** What was done in every step of a recording, one-hot in the values of each draw. */
        List<Tensor> taken(Recording recording) {
            int steps = recording.steps();
            double[][] taken = Arrays.stream(values).map(v -> new double[steps * v.length]).toArray(double[][]::new);
            int row = 0;
            for (int e = 0; e < recording.episodes().size(); e++) {
                int[] actions = recording.episodes().get(e).actions();
                for (int t = 0; t < actions.length; t++, row++) {
                    for (int a = 0; a < values.length && actions[t] >= 0; a++) {
                        int draw = a;
                        int value = choice == Choice.FULL ? actions[t] : structure.decode(actions[t])[a];
                        int at = Arrays.binarySearch(values[a], value);
                        if (at < 0) {
                            throw new IllegalArgumentException("episode " + e + ", step " + t + ": action " + name(a, value)
                                    + " begins no policy, so its probability is 0 whatever the parameters; policies begin with "
                                    + Arrays.stream(values[a]).limit(16).mapToObj(v -> name(draw, v)).toList());
                        }
                        taken[a][row * values[a].length + at] = 1;
                    }
                }
            }
            return IntStream.range(0, values.length).mapToObj(a -> Tensor.of(Shape.of(steps, values[a].length), taken[a])).toList();
        }

        private String name(int a, int value) {
            return choice == Choice.FULL ? Arrays.toString(structure.decode(value))
                    : structure.actions().get(a).name() + " = " + structure.actions().get(a).values().get(value);
        }
    }
}
