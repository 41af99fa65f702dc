package surprisal.models.pomdp;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import surprisal.autodiff.Tensor;
import surprisal.engine.Shape;

/**
 * A model in the arrays of pymdp (Heins et al. 2022), without its batch axis: columns condition and the first axis is the
 * event, where here rows condition and the last axis is.
 *
 * @param A for each modality P(o_m|s), [O, S..]
 * @param B for each factor P(s′_f|s, u), [S′, S.., U..]
 * @param C for each modality the preferences, [O] or by time [T, O]; what they mean says {@link Preferences}
 * @param D for each factor P(s_f), [S]
 * @param dependenciesA for each modality the factors of A's axes, pymdp's {@code A_dependencies}
 * @param dependenciesB for each factor the factors of B's axes, pymdp's {@code B_dependencies}
 * @param actionsB for each factor the controls of B's last axes, pymdp's {@code B_action_dependencies}; by default each
 *     factor has its own
 * @param controls the number of actions of each control, pymdp's {@code num_controls}
 */
public record Pymdp(
        List<Tensor> A,
        List<Tensor> B,
        List<Tensor> C,
        List<Tensor> D,
        List<List<Integer>> dependenciesA,
        List<List<Integer>> dependenciesB,
        List<List<Integer>> actionsB,
        List<Integer> controls) {

    /** How far a column may be from summing to one: the rounding of a few hundred floats. */
    private static final double SLACK = 1e-5;

    /** What pymdp takes C for. */
    public enum Preferences {
        /** pymdp from 1.0 on: the utility is o · C. C is the log-preferences as they are. */
        RAW,
        /** pymdp before 1.0: the utility is o · ln σ(C). */
        SOFTMAXED
    }

    /**
     * The usual dependencies: each modality on all factors, each factor on itself and its own control.
     *
     * @param A for each modality P(o_m|s), [O, S..]
     * @param B for each factor P(s′_f|s, u), [S′, S, U]
     * @param C for each modality the preferences, [O] or [T, O]
     * @param D for each factor P(s_f), [S]
     * @return the arrays
     */
    public static Pymdp of(List<Tensor> A, List<Tensor> B, List<Tensor> C, List<Tensor> D) {
        List<List<Integer>> own = own(B.size());
        List<Integer> all = own.stream().flatMap(List::stream).toList();
        return of(A, B, C, D, Stream.generate(() -> all).limit(A.size()).toList(), own);
    }

    /**
     * Dependencies on factors as given, each factor with a control of its own.
     *
     * @param A for each modality P(o_m|s), [O, S..]
     * @param B for each factor P(s′_f|s, u), [S′, S.., U]
     * @param C for each modality the preferences, [O] or [T, O]
     * @param D for each factor P(s_f), [S]
     * @param dependenciesA for each modality the factors of A's axes
     * @param dependenciesB for each factor the factors of B's axes
     * @return the arrays
     */
    public static Pymdp of(
            List<Tensor> A,
            List<Tensor> B,
            List<Tensor> C,
            List<Tensor> D,
            List<List<Integer>> dependenciesA,
            List<List<Integer>> dependenciesB) {
        List<Integer> controls = B.stream().map(b -> b.shape().rank() == 0 ? 1 : b.shape().last()).toList();
        return new Pymdp(A, B, C, D, dependenciesA, dependenciesB, own(B.size()), controls);
    }

    private static List<List<Integer>> own(int factors) {
        return IntStream.range(0, factors).mapToObj(List::of).toList();
    }

    /**
     * A model as pymdp takes it; C is as it is, see {@link Preferences#RAW}.
     *
     * @param model any
     * @return its arrays
     */
    public static Pymdp of(FactoredPomdp model) {
        Structure structure = model.structure();
        return new Pymdp(
                model.A().stream().map(Pymdp::eventFirst).toList(),
                IntStream.range(0, model.B().size())
                        .mapToObj(f -> actionsLast(model.B().get(f), structure.actionsB().get(f).size()))
                        .toList(),
                model.C(),
                model.D(),
                structure.parentsA(),
                structure.parentsB(),
                structure.actionsB(),
                structure.actions().stream().map(Variable::size).toList());
    }

    /**
     * The model. Its variables are called s0, s1 …, o0, o1 … and u0, u1 …
     *
     * @param preferences what C means
     * @return the model
     * @throws IllegalArgumentException if a number of arrays, a dependency, an axis, an entry or the sum of a column is
     *     wrong; the message names it
     */
    public FactoredPomdp model(Preferences preferences) {
        Structure structure = structure();
        for (int m = 0; m < A.size(); m++) {
            columns("A[" + m + "]", A.get(m));
        }
        for (int f = 0; f < B.size(); f++) {
            columns("B[" + f + "]", B.get(f));
            columns("D[" + f + "]", D.get(f));
        }
        return FactoredPomdp.of(structure, A.stream().map(Pymdp::eventLast).toList(),
                IntStream.range(0, B.size())
                        .mapToObj(f -> actionsFirst(B.get(f), actionsB.get(f).size()))
                        .toList(),
                switch (preferences) {
                    case RAW -> C;
                    case SOFTMAXED -> C.stream().map(Tensor::logSoftmax).toList();
                },
                D);
    }

    /** The structure, once the axes are known to fit it. */
    private Structure structure() {
        counted("D", D.size(), "B", B.size());
        counted("A_dependencies", dependenciesA.size(), "A", A.size());
        counted("C", C.size(), "A", A.size());
        counted("B_dependencies", dependenciesB.size(), "B", B.size());
        counted("B_action_dependencies", actionsB.size(), "B", B.size());
        Structure structure = new Structure(variables("s", "B", B), variables("o", "A", A),
                IntStream.range(0, controls.size()).mapToObj(u -> Variable.of("u" + u, controls.get(u))).toList(),
                dependenciesA, dependenciesB, actionsB);
        for (int m = 0; m < A.size(); m++) {
            axes("A[" + m + "]", A.get(m).shape(), "A_dependencies", dependenciesA.get(m), Optional.empty(), structure);
        }
        for (int f = 0; f < B.size(); f++) {
            axes("B[" + f + "]", B.get(f).shape(), "B_dependencies", dependenciesB.get(f), Optional.of(actionsB.get(f)),
                    structure);
            if (!D.get(f).shape().equals(Shape.of(B.get(f).shape().dim(0)))) {
                throw new IllegalArgumentException("D[%d] is %s: B[%d] has %d states".formatted(f, D.get(f).shape(), f,
                        B.get(f).shape().dim(0)));
            }
        }
        return structure;
    }

    private static void counted(String name, int n, String of, int expected) {
        if (n != expected) {
            throw new IllegalArgumentException("%s has %d entries and %s has %d: one for each".formatted(name, n, of, expected));
        }
    }

    private static List<Variable> variables(String letter, String name, List<Tensor> arrays) {
        return IntStream.range(0, arrays.size())
                .mapToObj(i -> {
                    Shape shape = arrays.get(i).shape();
                    if (shape.rank() == 0 || shape.dim(0) == 0) {
                        throw new IllegalArgumentException(name + "[" + i + "] is " + shape
                                + ": its first axis is the event, of at least one value");
                    }
                    return Variable.of(letter + i, shape.dim(0));
                })
                .toList();
    }

    private static void axes(
            String name, Shape shape, String from, List<Integer> parents, Optional<List<Integer>> actions, Structure structure) {
        Stream<Variable> sizes = Stream.concat(
                parents.stream().map(structure.factors()::get),
                actions.stream().flatMap(List::stream).map(structure.actions()::get));
        int[] expected = IntStream.concat(IntStream.of(shape.dim(0)), sizes.mapToInt(Variable::size)).toArray();
        if (!Arrays.equals(shape.dims(), expected)) {
            throw new IllegalArgumentException(
                    "%s is %s: with %s %s%s its axes are %s, the event first".formatted(name, shape, from, parents,
                            actions.map(u -> " and controls " + u).orElse(""), Arrays.toString(expected)));
        }
    }

    /** @throws IllegalArgumentException naming the column, if one has a negative entry or does not sum to 1 */
    private static void columns(String name, Tensor x) {
        int events = x.shape().dim(0);
        int columns = x.shape().size() / events;
        for (int c = 0; c < columns; c++) {
            double sum = 0;
            for (int i = 0; i < events; i++) {
                double p = x.at(i * columns + c);
                if (!(p >= 0)) {
                    throw new IllegalArgumentException(column(name, x.shape(), c) + " has the entry " + p + " at " + i
                            + ": probabilities are ≥ 0");
                }
                sum += p;
            }
            if (!(Math.abs(sum - 1) <= SLACK)) {
                throw new IllegalArgumentException(column(name, x.shape(), c) + " sums to " + sum
                        + ": it is a distribution over the first axis and sums to 1");
            }
        }
    }

    /** As NumPy writes it: {@code B[2][:, 0, 1]}. */
    private static String column(String name, Shape shape, int column) {
        int[] index = new int[shape.rank()];
        for (int axis = index.length - 1, rest = column; axis > 0; axis--) {
            index[axis] = rest % shape.dim(axis);
            rest /= shape.dim(axis);
        }
        return name + Arrays.stream(index).skip(1).mapToObj(i -> ", " + i).collect(Collectors.joining("", "[:", "]"));
    }

    /**
     * [event, S..] → [S.., event]: A, or Dirichlet counts of it, from pymdp's axes.
     *
     * @param x the array
     * @return the same, the event last
     */
    public static Tensor eventLast(Tensor x) {
        int n = x.shape().rank();
        return x.transpose(IntStream.concat(IntStream.range(1, n), IntStream.of(0)).toArray());
    }

    /**
     * [S.., event] → [event, S..]: A to pymdp's axes.
     *
     * @param x the array
     * @return the same, the event first
     */
    public static Tensor eventFirst(Tensor x) {
        int n = x.shape().rank();
        return x.transpose(IntStream.concat(IntStream.of(n - 1), IntStream.range(0, n - 1)).toArray());
    }

    /**
     * [S′, S.., U..] → [U.., S.., S′]: B, or Dirichlet counts of it, from pymdp's axes.
     *
     * @param x the array
     * @param actions how many axes of actions there are
     * @return the same, rows conditioning
     */
    public static Tensor actionsFirst(Tensor x, int actions) {
        int n = x.shape().rank();
        return x.transpose(Stream.of(IntStream.range(n - actions, n), IntStream.range(1, n - actions), IntStream.of(0))
                .flatMapToInt(axes -> axes)
                .toArray());
    }

    /**
     * [U.., S.., S′] → [S′, S.., U..]: B to pymdp's axes.
     *
     * @param x the array
     * @param actions how many axes of actions there are
     * @return the same, columns conditioning
     */
    public static Tensor actionsLast(Tensor x, int actions) {
        int n = x.shape().rank();
        return x.transpose(Stream.of(IntStream.of(n - 1), IntStream.range(actions, n - 1), IntStream.range(0, actions))
                .flatMapToInt(axes -> axes)
                .toArray());
    }}
