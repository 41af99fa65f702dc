package surprisal.models.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import surprisal.autodiff.Tensor;
import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.Structure;
import surprisal.models.pomdp.Tables;

class JointGainLawsTest {

    /** Four factors; three modalities that hang together and one by itself. */
    private static Tables tables(SplittableRandom random) {
        int[] states = {2, 3, 2, 3};
        Structure plain = Structure.of(states, new int[] {2, 3, 2, 3}, new int[] {2, 1, 1, 3});
        Structure structure = new Structure(plain.factors(), plain.modalities(), plain.actions(),
                List.of(List.of(0, 1), List.of(2, 0), List.of(3), List.of(1)), plain.parentsB(), plain.actionsB());
        List<Tensor> A = IntStream.range(0, 4).mapToObj(m -> rows(random, structure.shapeA(m))).toList();
        List<Tensor> B = IntStream.range(0, 4).mapToObj(f -> rows(random, structure.shapeB(f))).toList();
        List<Tensor> C = IntStream.of(2, 3, 2, 3).mapToObj(n -> Tensor.of(new double[n])).toList();
        return new Tables(FactoredPomdp.of(structure, A, B, C, IntStream.of(states).mapToObj(n -> Tensor.of(row(random, n))).toList()));
    }

    private static Tensor rows(SplittableRandom random, surprisal.engine.Shape shape) {
        return Tensor.of(shape, IntStream.range(0, shape.size() / shape.last())
                .mapToObj(i -> row(random, shape.last())).flatMapToDouble(Arrays::stream).toArray());
    }

    private static double[] row(SplittableRandom random, int n) {
        double[] p = IntStream.range(0, n).mapToDouble(i -> i > 0 && random.nextInt(3) == 0 ? 0 : 0.05 + random.nextDouble()).toArray();
        double sum = Arrays.stream(p).sum();
        return Arrays.stream(p).map(x -> x / sum).toArray();
    }

    /** Σ_s Q(s) Σ_o P(o|s) ln (P(o|s) / Q(o)), over all states and outcomes. */
    private static double enumerated(Tables tables, double[][] q) {
        double[] expected = new double[36];
        double[][] given = new double[36][36];
        double[] weight = new double[36];
        for (int i = 0; i < 36; i++) {
            int[] s = {i / 18, i / 6 % 3, i / 3 % 2, i % 3};
            weight[i] = q[0][s[0]] * q[1][s[1]] * q[2][s[2]] * q[3][s[3]];
            for (int j = 0; j < 36; j++) {
                given[i][j] = tables.A(0).values()[(s[0] * 3 + s[1]) * 2 + j / 18] * tables.A(1).values()[(s[2] * 2 + s[0]) * 3 + j / 6 % 3]
                        * tables.A(2).values()[s[3] * 2 + j / 3 % 2] * tables.A(3).values()[s[1] * 3 + j % 3];
                expected[j] += weight[i] * given[i][j];
            }
        }
        double gain = 0;
        for (int i = 0; i < 36; i++) {
            for (int j = 0; j < 36; j++) {
                gain += weight[i] * given[i][j] == 0 ? 0 : weight[i] * given[i][j] * StrictMath.log(given[i][j] / expected[j]);
            }
        }
        return gain;
    }

    @Property(tries = 100)
    void tableTreeAndPartsAreOneNumber(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Tables tables = tables(random);
        JointGain parts = new JointGain(tables);
        JointTable table = new JointTable(tables, new int[] {2, 1, 0, 3}, new int[] {0, 1, 2, 3});
        JointTree tree = new JointTree(tables, new int[] {0, 1, 2, 3}, new int[] {0, 1, 2, 3});
        double[][] q = Arrays.stream(tables.states()).mapToObj(n -> row(random, n)).toArray(double[][]::new);
        for (int i = 0; i < 8; i++) { // beliefs that have much in common
            double expected = enumerated(tables, q);
            assertEquals(expected, parts.of(q), 1e-12);
            assertEquals(expected, table.of(q), 1e-12);
            assertEquals(expected, tree.of(q), 1e-12);
            assertTrue(expected > -1e-15);
            int f = random.nextInt(4);
            q[f] = row(random, q[f].length);
        }
        double[] A = tables.A(2).values();
        System.arraycopy(new double[] {0.5, 0.5, 0.1, 0.9, 1, 0}, 0, A, 0, 6);
        parts.changed();
        table.changed();
        assertEquals(enumerated(tables, q), parts.of(q), 1e-12);
        assertEquals(enumerated(tables, q), table.of(q), 1e-12);
    }
}
