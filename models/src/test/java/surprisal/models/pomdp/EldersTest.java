package surprisal.models.pomdp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Shape;
import surprisal.engine.io.Json;
import surprisal.engine.io.JsonPlace;

/** SPM's numbers, to 1e-9. */
public class EldersTest {
    private static final double TOLERANCE = 1e-9;

    /** e^-16, which SPM adds before it divides or takes logs. */
    private static final double TINY = StrictMath.exp(-16);

    /**
     * A file of numbers.
     *
     * @param name without its ending
     * @return its content
     */
    public static JsonPlace elder(String name) {
        String path = "/surprisal/models/goldens/elders/" + name + ".json";
        InputStream plain = EldersTest.class.getResourceAsStream(path);
        try (InputStream in = plain != null ? plain : new GZIPInputStream(EldersTest.class.getResourceAsStream(path + ".gz"))) {
            return JsonPlace.root(Json.read(in, name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The numbers of an array.
     *
     * @param place of an object with a shape and data
     * @return row by row
     */
    public static double[] numbers(JsonPlace place) {
        if (place.at("data").elements().isEmpty()) {
            return new double[0];
        }
        Array x = place.at("data").array();
        return IntStream.range(0, x.size()).mapToDouble(x::at).toArray();
    }

    /**
     * An array.
     *
     * @param place of an object with a shape and data
     * @return of its shape
     */
    public static Tensor tensor(JsonPlace place) {
        return Tensor.of(Shape.of(place.at("shape").naturals()), numbers(place));
    }

    private static double[][] all(JsonPlace list) {
        return list.elements().stream().map(EldersTest::numbers).toArray(double[][]::new);
    }

    private static double[] column(double[] x, int columns, int which) {
        return IntStream.range(0, x.length / columns).mapToDouble(i -> x[i * columns + which]).toArray();
    }

    /** Posteriors on a grid, p = [1, 1] and r = [1, 8]. */
    @Test
    void bmr_test_a() {
        double[] F = numbers(elder("bmr_test_a").at("F"));
        for (int i = 0; i < 128; i++) {
            for (int j = 0; j < 128; j++) {
                double[] q = {1 + 31.0 * i / 127, 1 + 31.0 * j / 127};
                double[] p = {1, 1};
                double[] r = {1, 8};
                double dF = Reduction.change(q, p, r);
                assertEquals(F[i * 128 + j], dF, TOLERANCE, "q = " + Arrays.toString(q));
            }
        }
    }

    @Test
    void bmr_test_b() {
        JsonPlace root = elder("bmr_test_b");
        double[] q = numbers(root.at("q_dir"));
        double[] p = numbers(root.at("p_dir"));
        double[] F = numbers(root.at("F"));
        for (int c = 0; c < F.length; c++) {
            double[] r = column(numbers(root.at("r_dir")), 3, c);
            assertEquals(F[c], Reduction.change(q, p, r), TOLERANCE);
            double[] s = column(numbers(root.at("s_dir")), 3, c);
            assertArrayEquals(s, IntStream.range(0, q.length).mapToDouble(k -> q[k] + r[k] - p[k]).toArray(), TOLERANCE);
        }
    }

    private static void wnorm(JsonPlace counts, JsonPlace expected) {
        Tensor x = tensor(counts); // columns condition
        int n = x.shape().dim(0);
        int rows = x.shape().size() / n;
        double[] a = IntStream.range(0, n * rows).mapToDouble(i -> x.at(i % n * rows + i / n) + TINY).toArray();
        Structure structure = Structure.of(new int[] {rows}, new int[] {n}, new int[] {1});
        Counts learned = new Counts(Table.ofA(structure, 0, Tensor.of(Shape.of(rows, n), a.clone())), a, Counts.Zeros.KEPT,
                Counts.Gain.HEURISTIC);
        double[] w = numbers(expected);
        for (int i = 0; i < w.length; i++) {
            assertEquals(w[i], -learned.gain().values()[i % rows * n + i / rows], TOLERANCE * Math.max(1, Math.abs(w[i])));
        }
    }

    @Test
    void wnorm_a() {
        wnorm(elder("wnorm_a").at("A"), elder("wnorm_a").at("result"));
    }

    @Test
    void wnorm_b() {
        JsonPlace root = elder("wnorm_b");
        wnorm(root.at("A").elements().get(0), root.at("result_1"));
        wnorm(root.at("A").elements().get(1), root.at("result_2"));
    }

    /** A table whose rows are all axes of x but the last. */
    private static Table table(Tensor x) {
        int[] dims = x.shape().dims();
        int[] rows = Arrays.copyOf(dims, dims.length - 1);
        if (rows.length == 0) {
            return Table.row(IntStream.range(0, dims[0]).mapToDouble(x::at).toArray());
        }
        int[] controls = new int[rows.length];
        Arrays.fill(controls, 1);
        return Table.ofA(Structure.of(rows, new int[] {dims[rows.length]}, controls), 0, x);
    }

    private static double[] expect(Tensor x, double[]... q) {
        double[] out = new double[x.shape().last()];
        table(x).expect(0, q, out);
        return out;
    }

    /** The expectation of A over all states but one's axes, by turning the axis that is kept to the end. */
    private static double[] kept(Tensor A, int axis, double[]... q) {
        int rank = A.shape().rank();
        int[] order = IntStream.concat(IntStream.range(0, rank).filter(i -> i != axis), IntStream.of(axis)).toArray();
        return expect(A.transpose(order), q);
    }

    @ParameterizedTest
    @ValueSource(strings = {"dot_a", "dot_b", "dot_c", "dot_d", "dot_e"})
    void dot(String name) {
        JsonPlace root = elder(name);
        Tensor A = tensor(root.at("A"));
        int n = A.shape().dim(0);
        double[] o = numbers(root.at("o"));
        double[][] s = root.at("s").value() instanceof Json.Elements ? all(root.at("s")) : new double[][] {numbers(root.at("s"))};
        int rest = A.shape().size() / n;
        Tensor byOutcome = A.reshape(n, rest);
        assertArrayEquals(numbers(root.at("result1")), expect(byOutcome, o), TOLERANCE, "over the outcomes");
        assertArrayEquals(numbers(root.at("result2")), kept(A, 0, s), TOLERANCE, "over the states");
        if (s.length > 1) { // over all states but the first factor's
            double[][] others = Arrays.copyOfRange(s, 1, s.length);
            int first = A.shape().dim(1);
            double[] expected = numbers(root.at("result3"));
            for (int k = 0; k < n; k++) {
                double[] row = kept(A.slice(0, k, k + 1).reshape(Arrays.copyOfRange(A.shape().dims(), 1, s.length + 1)), 0, others);
                assertArrayEquals(Arrays.copyOfRange(expected, k * first, (k + 1) * first), row, TOLERANCE, "but one factor");
            }
        }
    }

    /** x ⊗ y ⊗ … as a table of ones that counts one event. */
    private static double[] outer(double[]... factors) {
        double[][] parents = Arrays.copyOf(factors, factors.length - 1);
        double[] event = factors[factors.length - 1];
        int[] dims = Arrays.stream(factors).mapToInt(x -> x.length).toArray();
        double[] ones = new double[Arrays.stream(dims).reduce(1, (a, b) -> a * b)];
        Arrays.fill(ones, 1);
        Counts counts = new Counts(table(Tensor.of(Shape.of(dims), ones)), ones.clone(), Counts.Zeros.KEPT);
        counts.add(0, parents, event, 1);
        return Arrays.stream(counts.copy()).map(x -> x - 1).toArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cross_a", "cross_b", "cross_c", "cross_d", "cross_e"})
    void cross(String name) {
        JsonPlace root = elder(name);
        List<double[]> factors = new ArrayList<>();
        for (String part : List.of("random_vec", "random_matrix")) {
            root.find(part).ifPresent(x -> factors.add(numbers(x)));
        }
        for (String part : List.of("s", "s1", "s2")) {
            root.find(part).ifPresent(x -> factors.addAll(List.of(all(x))));
        }
        assertArrayEquals(numbers(root.at("result1")), outer(factors.toArray(double[][]::new)), TOLERANCE);
    }

    /**
     * A model in SPM's arrays, without preferences.
     *
     * @param root with A and B
     * @return the model, with columns that sum to one
     */
    public static FactoredPomdp model(JsonPlace root) {
        List<Tensor> A = root.at("A").elements().stream().map(EldersTest::normalised).toList();
        List<Tensor> B = root.at("B").elements().stream().map(EldersTest::normalised).toList();
        List<Tensor> C = A.stream().map(a -> Tensor.of(new double[a.shape().dim(0)])).toList();
        List<Tensor> D = B.stream().map(b -> {
            double[] uniform = new double[b.shape().dim(0)];
            Arrays.fill(uniform, 1.0 / uniform.length);
            return Tensor.of(uniform);
        }).toList();
        return Pymdp.of(A, B, C, D).model(Pymdp.Preferences.RAW);
    }

    private static Tensor normalised(JsonPlace place) {
        Tensor x = tensor(place);
        return x.div(x.sum(0).reshape(IntStream.range(0, x.shape().rank()).map(i -> i == 0 ? 1 : x.shape().dim(i)).toArray()));
    }

    private static int[][] ones(JsonPlace place) { // [factor or step][..], from 1 on
        int[] shape = place.at("shape").naturals();
        double[] x = numbers(place);
        return IntStream.range(0, shape[0])
                .mapToObj(i -> IntStream.range(0, shape[1]).map(j -> (int) x[i * shape[1] + j] - 1).toArray())
                .toArray(int[][]::new);
    }

    /** The last observations of an episode, the policy's one step, five sweeps. */
    private static void messages(String name, int step, int lastLinked) {
        JsonPlace root = elder(name);
        Tables tables = new Tables(model(root));
        int now = (int) numbers(root.at("t"))[0] - 1;
        int from = Math.max(0, now - (int) numbers(root.at("t_horizon"))[0]);
        int[][] seen = ones(root.at("obs_idx"));
        int[][] did = ones(root.at("previous_actions"));
        int policy = tables.structure().encode(ones(root.at("policy"))[0]);
        PolicyMessages messages = new PolicyMessages(tables, now - from + 2);
        int count = step < 0 ? now - from + 1 + lastLinked : now - from + 2;
        messages.begin(count);
        for (int t = from; t <= now; t++) {
            int at = t;
            messages.observe(t - from, Arrays.stream(seen).mapToInt(o -> o[at]).toArray());
        }
        for (int t = from; t < now; t++) {
            messages.act(t - from, tables.structure().encode(did[t]));
        }
        if (now - from < count - 1) {
            messages.act(now - from, policy);
        }
        double[][] prior = tables.D();
        if (from > 0) {
            prior = Arrays.stream(prior).map(double[]::clone).toArray(double[][]::new);
            tables.predict(tables.D(), tables.structure().encode(did[from - 1]), prior);
        }
        for (int sweep = 0; sweep < 5; sweep++) {
            messages.sweep(prior, now - from, PolicyMessages.QUARTER);
        }
        double[][] expected = all(root.at("qs"));
        for (int f = 0; f < expected.length; f++) {
            assertArrayEquals(expected[f], messages.qs()[step < 0 ? count - 1 : step][f], TOLERANCE);
        }
    }

    @Test
    void mmp_a() {
        messages("mmp_a", -1, 1);
    }

    @Test
    void mmp_b() {
        messages("mmp_b", -1, 1);
    }

    @Test
    void mmp_c() {
        messages("mmp_c", -1, 1);
    }

    @Test
    void mmp_d() {
        messages("mmp_d", -1, 0);
    }
}
