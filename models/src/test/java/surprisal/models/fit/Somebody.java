package surprisal.models.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.agent.Choice;
import surprisal.models.agent.Efe;
import surprisal.models.agent.Policies;
import surprisal.models.agent.Term;
import surprisal.models.env.PomdpWorld;
import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.Structure;
import surprisal.models.pomdp.Variable;

/** Subjects and recordings drawn at random: one to three factors, sparse dependencies, zeros, preferences by time. */
final class Somebody {
    private final Rng rng;

    Somebody(long seed) {
        rng = new Rng(seed);
    }

    Subject subject() {
        int factors = 1 + rng.below(3);
        List<Variable> states = variables("s", factors, 2);
        List<Variable> outcomes = variables("o", 1 + rng.below(2), 2);
        List<Variable> actions = variables("u", 1 + rng.below(2), 2);
        List<List<Integer>> parentsA = outcomes.stream().map(o -> some(factors)).toList();
        List<List<Integer>> parentsB = IntStream.range(0, factors).mapToObj(f -> some(factors)).toList();
        List<List<Integer>> actionsB = IntStream.range(0, factors).mapToObj(f -> some(actions.size())).toList();
        Structure structure = new Structure(states, outcomes, actions, parentsA, parentsB, actionsB);
        List<Tensor> A = IntStream.range(0, outcomes.size()).mapToObj(m -> rows(structure.shapeA(m), true)).toList();
        List<Tensor> B = IntStream.range(0, factors).mapToObj(f -> rows(structure.shapeB(f), true)).toList();
        List<Tensor> C = outcomes.stream()
                .map(o -> normal(rng.below(2) == 0 ? Shape.of(o.size()) : Shape.of(1 + rng.below(3), o.size()))).toList();
        List<Tensor> D = states.stream().map(s -> rows(Shape.of(s.size()), false)).toList();
        Subject subject = Subject.of(FactoredPomdp.of(structure, A, B, C, D));
        subject = rng.below(3) == 0 ? subject.policies(few(structure)) : subject.horizon(1 + rng.below(2));
        return subject.efe(rng.below(2) == 0 ? Efe.of(Term.UTILITY, Term.STATE_GAIN) : Efe.STANDARD.plus(Efe.of(Term.UTILITY).times(0.3)))
                .choice(rng.below(2) == 0 ? Choice.FULL : Choice.MARGINAL)
                .gamma(number(0.2 + rng.uniform()))
                .alpha(number(0.3 + rng.uniform()))
                .habit(rows(Shape.of(subject.policies().size()), false));
    }

    Subject learner() {
        Subject subject = subject();
        FactoredPomdp model = subject.model();
        return subject
                .learning(new Subject.Learning(scaled(model.A()), scaled(model.B()), scaled(model.D()), number(rng.uniform())))
                .efe(subject.efe().plus(Efe.of(Term.NOVELTY_A, Term.NOVELTY_B)));
    }

    /** Actions at random in the subject's own world; now and then nothing is seen. */
    Recording recording(Subject subject, int unseen) {
        List<Recording.Episode> episodes = new ArrayList<>();
        PomdpWorld world = new PomdpWorld(subject.model());
        for (int e = 0; e < 3; e++) {
            int steps = 1 + rng.below(4);
            int[][] outcomes = new int[steps][];
            int[] actions = new int[steps];
            int[] seen = world.begin(rng);
            for (int t = 0; t < steps; t++) {
                outcomes[t] = Arrays.stream(seen).map(o -> rng.below(5) == 0 ? Recording.UNSEEN : o).toArray();
                actions[t] = subject.policies().joint(rng.below(subject.policies().size()), 0);
                seen = world.act(actions[t], rng);
            }
            if (unseen > 0) {
                actions[rng.below(steps)] = Recording.UNSEEN;
            }
            episodes.add(new Recording.Episode(outcomes, actions));
        }
        return new Recording(episodes);
    }

    private static Tensor number(double x) {
        return Tensor.of(x).reshape();
    }

    private List<Variable> variables(String letter, int n, int least) {
        return IntStream.range(0, n).mapToObj(i -> Variable.of(letter + i, least + rng.below(2))).toList();
    }

    private List<Integer> some(int n) {
        List<Integer> all = new ArrayList<>();
        for (int i : rng.permutation(n)) {
            if (all.isEmpty() || rng.below(2) == 0) {
                all.add(i);
            }
        }
        return all;
    }

    private Policies few(Structure structure) {
        int[][][] policies = new int[4][2][];
        for (int[][] policy : policies) {
            for (int t = 0; t < 2; t++) {
                policy[t] = structure.decode(rng.below(structure.jointActions()));
            }
        }
        return Policies.of(structure, policies);
    }

    private Tensor normal(Shape shape) {
        return Tensor.of(rng.normal(shape, surprisal.engine.Precision.FLOAT64));
    }

    private Tensor rows(Shape shape, boolean zeros) {
        double[] x = new double[shape.size()];
        int n = shape.last();
        for (int row = 0; row < x.length; row += n) {
            double sum = 0;
            for (int i = row; i < row + n; i++) {
                x[i] = i > row && zeros && rng.below(4) == 0 ? 0 : 0.1 + rng.uniform();
                sum += x[i];
            }
            for (int i = row; i < row + n; i++) {
                x[i] /= sum;
            }
        }
        return Tensor.of(shape, x);
    }

    private List<Tensor> scaled(List<Tensor> tables) {
        return tables.stream().map(table -> table.times(1 + 3 * rng.uniform())).toList();
    }
}
