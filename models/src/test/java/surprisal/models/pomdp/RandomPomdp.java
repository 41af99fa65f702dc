package surprisal.models.pomdp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import surprisal.autodiff.Tensor;
import surprisal.engine.Shape;
import surprisal.models.World;

/**
 * A small factored model with random dependencies and numbers, small enough that the tests enumerate its joint states and
 * outcomes in plain loops: the second way to every number.
 *
 * @param model one to four factors, modalities and actions; a factor may depend on others, and on none, one or several actions
 * @param seed what it was made of
 * @param zeros whether some entries of A, B, D and the beliefs are exactly zero
 */
public record RandomPomdp(FactoredPomdp model, long seed, boolean zeros) {

    /** Models with and without zeros, with preferences that are the same at every step or differ. */
    public static Arbitrary<RandomPomdp> any() {
        return Combinators.combine(Arbitraries.longs(), Arbitraries.of(false, true)).as(RandomPomdp::of);
    }

    public static RandomPomdp of(long seed, boolean zeros) {
        SplittableRandom r = new SplittableRandom(seed);
        int[] states = sizes(r, 1 + r.nextInt(4));
        int[] outcomes = sizes(r, 1 + r.nextInt(4));
        int[] controls = IntStream.range(0, 1 + r.nextInt(3)).map(a -> 1 + r.nextInt(3)).toArray();
        Structure structure = new Structure(named("s", states), named("o", outcomes), named("u", controls),
                some(r, outcomes.length, states.length, 0.7, false), some(r, states.length, states.length, 0.3, true),
                some(r, states.length, controls.length, 0.6, false));
        List<Tensor> A = IntStream.range(0, outcomes.length).mapToObj(m -> rows(r, structure.shapeA(m), zeros)).toList();
        List<Tensor> B = IntStream.range(0, states.length).mapToObj(f -> rows(r, structure.shapeB(f), zeros)).toList();
        boolean byTime = r.nextBoolean();
        List<Tensor> C = Arrays.stream(outcomes).mapToObj(n -> Tensor.of(byTime ? Shape.of(2, n) : Shape.of(n),
                r.doubles((long) n * (byTime ? 2 : 1), -3, 3).toArray())).toList();
        List<Tensor> D = Arrays.stream(states).mapToObj(n -> Tensor.of(World.row(r, n, zeros))).toList();
        return new RandomPomdp(FactoredPomdp.of(structure, A, B, C, D), seed, zeros);
    }

    private static int[] sizes(SplittableRandom r, int n) {
        return IntStream.range(0, n).map(i -> 1 + r.nextInt(n <= 2 ? 4 : n == 3 ? 3 : 2)).toArray();
    }

    private static List<Variable> named(String letter, int[] sizes) {
        return IntStream.range(0, sizes.length).mapToObj(i -> Variable.of(letter + i, sizes[i])).toList();
    }

    /** For each child some parents in some order, now and then none. */
    private static List<List<Integer>> some(SplittableRandom r, int children, int parents, double share, boolean itself) {
        List<List<Integer>> lists = new ArrayList<>();
        for (int i = 0; i < children; i++) {
            List<Integer> list = new ArrayList<>();
            for (int p = 0; p < parents; p++) {
                if (r.nextDouble() < (itself && p == i ? 0.9 : share)) {
                    list.add(p);
                }
            }
            Collections.shuffle(list, new Random(r.nextLong()));
            lists.add(list);
        }
        return lists;
    }

    private static Tensor rows(SplittableRandom r, Shape shape, boolean zeros) {
        int n = shape.last();
        return Tensor.of(shape, IntStream.range(0, shape.size() / n)
                .mapToObj(i -> World.row(r, n, zeros)).flatMapToDouble(Arrays::stream).toArray());
    }

    public Structure structure() { return model.structure(); }

    public Tables tables() { return new Tables(model); }

    public SplittableRandom random() { return new SplittableRandom(~seed); }

    /** A random product belief. */
    public double[][] belief(SplittableRandom r) {
        return structure().factors().stream().map(f -> World.row(r, f.size(), zeros)).toArray(double[][]::new);
    }

    /** Outcomes that are possible under a belief, some of them not seen (−1). */
    public int[] outcomes(SplittableRandom r, double[] joint) {
        int[] state = states()[draw(r, joint)];
        return IntStream.range(0, model.A().size())
                .map(m -> r.nextDouble() < 0.2 ? -1 : draw(r, IntStream.range(0, structure().modalities().get(m).size())
                        .mapToDouble(o -> A(m, state, o)).toArray()))
                .toArray();
    }

    /** Distributions over outcomes, one now and then all zeros. */
    public double[][] soft(SplittableRandom r) {
        return structure().modalities().stream()
                .map(o -> r.nextDouble() < 0.2 ? new double[o.size()] : World.row(r, o.size(), false)).toArray(double[][]::new);
    }

    private static int draw(SplittableRandom r, double[] p) {
        double u = r.nextDouble() * Arrays.stream(p).sum();
        int last = 0;
        for (int i = 0; i < p.length; i++) {
            if (p[i] > 0) {
                last = i;
                u -= p[i];
                if (u < 0) {
                    return i;
                }
            }
        }
        return last;
    }

    /** Every joint state; the last factor varies fastest. */
    public int[][] states() { return tuples(structure().factors()); }

    /** Every joint outcome; the last modality varies fastest. */
    public int[][] outcomes() { return tuples(structure().modalities()); }

    private static int[][] tuples(List<Variable> variables) {
        int count = variables.stream().mapToInt(Variable::size).reduce(1, (a, b) -> a * b);
        int[][] tuples = new int[count][variables.size()];
        for (int i = 0; i < count; i++) {
            for (int v = variables.size() - 1, rest = i; v >= 0; rest /= variables.get(v--).size()) {
                tuples[i][v] = rest % variables.get(v).size();
            }
        }
        return tuples;
    }

    /** The place of P(o_m | s) in A. */
    public int place(int m, int[] s, int o) {
        int at = 0;
        for (int d : structure().parentsA().get(m)) {
            at = at * structure().factors().get(d).size() + s[d];
        }
        return at * structure().modalities().get(m).size() + o;
    }

    /** P(o_m | s), from the tensor. */
    public double A(int m, int[] s, int o) { return model.A().get(m).at(place(m, s, o)); }

    /** The place of P(s′_f | s, u) in B. */
    public int place(int f, int[] s, int u, int to) {
        int[] single = structure().decode(u);
        int at = 0;
        for (int a : structure().actionsB().get(f)) {
            at = at * structure().actions().get(a).size() + single[a];
        }
        for (int d : structure().parentsB().get(f)) {
            at = at * structure().factors().get(d).size() + s[d];
        }
        return at * structure().factors().get(f).size() + to;
    }

    public double B(int f, int[] s, int u, int to) { return model.B().get(f).at(place(f, s, u, to)); }

    public double C(int m, int step, int o) {
        int n = structure().modalities().get(m).size();
        return model.C().get(m).at(Math.min(step, model.C().get(m).shape().size() / n - 1) * n + o);
    }

    public double[][] D() { return new Beliefs(model.D()).arrays(); }

    /** Π_f Q(s_f) of every joint state. */
    public double[] joint(double[][] q) {
        return Arrays.stream(states())
                .mapToDouble(s -> IntStream.range(0, s.length).mapToDouble(f -> q[f][s[f]]).reduce(1, (a, b) -> a * b)).toArray();
    }

    public double[][] marginals(double[] joint) {
        double[][] q = structure().factors().stream().map(f -> new double[f.size()]).toArray(double[][]::new);
        int[][] states = states();
        for (int i = 0; i < joint.length; i++) {
            for (int f = 0; f < q.length; f++) {
                q[f][states[i][f]] += joint[i];
            }
        }
        return q;
    }

    /** P(s′ | s, u) of joint states. */
    public double transition(int[] s, int u, int[] to) {
        return IntStream.range(0, s.length).mapToDouble(f -> B(f, s, u, to[f])).reduce(1, (a, b) -> a * b);
    }

    /** Σ_s P(s′|s, u) Q(s) of joint states. */
    public double[] next(double[] joint, int u) {
        int[][] states = states();
        double[] next = new double[joint.length];
        for (int i = 0; i < joint.length; i++) {
            for (int j = 0; j < joint.length; j++) {
                next[j] += joint[i] * transition(states[i], u, states[j]);
            }
        }
        return next;
    }

    /** Each factor from the marginals of its parents. */
    public double[][] predicted(double[][] q, int u) {
        double[] joint = joint(q);
        int[][] states = states();
        double[][] next = Arrays.stream(q).map(x -> new double[x.length]).toArray(double[][]::new);
        for (int f = 0; f < q.length; f++) {
            for (int i = 0; i < joint.length; i++) {
                for (int to = 0; to < q[f].length; to++) {
                    next[f][to] += joint[i] * B(f, states[i], u, to);
                }
            }
        }
        return next;
    }

    /** P(o | s) of what was seen. */
    public double likelihood(int[] s, int[] outcomes) {
        double p = 1;
        for (int m = 0; m < outcomes.length; m++) {
            p *= outcomes[m] < 0 ? 1 : A(m, s, outcomes[m]);
        }
        return p;
    }

    /** P(s) P(o|s) of every joint state. */
    public double[] weighed(double[] joint, int[] outcomes) {
        int[][] states = states();
        return IntStream.range(0, joint.length).mapToDouble(i -> joint[i] * likelihood(states[i], outcomes)).toArray();
    }

    public static double[] normalised(double[] x) {
        double sum = Arrays.stream(x).sum();
        return Arrays.stream(x).map(p -> p / sum).toArray();
    }

    public static double sum(double[] x) { return Arrays.stream(x).sum(); }

    public static double plogp(double p) { return p == 0 ? 0 : p * Math.log(p); }

    @Override
    public String toString() {
        return "seed " + seed + (zeros ? " with zeros, " : ", ") + structure() + "\nA "
                + model.A().stream().map(x -> Arrays.toString(World.numbers(x))).toList()
                + "\nB " + model.B().stream().map(x -> Arrays.toString(World.numbers(x))).toList() + "\nD " + Arrays.deepToString(D());
    }
}
