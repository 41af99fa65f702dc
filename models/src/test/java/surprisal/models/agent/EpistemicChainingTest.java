package surprisal.models.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static surprisal.models.pomdp.EldersTest.elder;
import static surprisal.models.pomdp.EldersTest.numbers;
import static surprisal.models.pomdp.EldersTest.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import surprisal.autodiff.Tensor;
import surprisal.engine.io.JsonPlace;
import surprisal.models.pomdp.Counts;
import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.Learning;
import surprisal.models.pomdp.Pymdp;
import surprisal.models.pomdp.Table;

/** ActiveInference.jl's fifty steps in a grid with two cues, learning A, B and D under 625 policies, to 1e-9. */
class EpistemicChainingTest {
    private static final double TOLERANCE = 1e-9;

    private static List<Tensor> all(JsonPlace root, String name, int count, int... axes) {
        return IntStream.rangeClosed(1, count).mapToObj(i -> tensor(root.at(name + i)))
                .map(x -> axes.length == 0 ? x : x.transpose(axes)).toList();
    }

    /** The grid, 5 rows and 7 columns; the agent begins in the first corner. */
    private static final class Grid {
        private int row;
        private int column;

        int[] see() {
            int outcome = row == 3 && column == 5 ? 1 : row == 1 && column == 5 ? 2 : 0;
            return new int[] {row + 5 * column, row == 2 && column == 0 ? 4 : 0, row == 4 && column == 2 ? 2 : 0, outcome};
        }

        void move(int action) {
            switch (action) {
                case 0 -> row = Math.max(0, row - 1);
                case 1 -> row = Math.min(4, row + 1);
                case 2 -> column = Math.max(0, column - 1);
                case 3 -> column = Math.min(6, column + 1);
                default -> { } // stays
            }
        }
    }

    @Test
    void epistemic_chaining_50_steps() {
        JsonPlace root = elder("epistemic-chaining-50-steps");
        FactoredPomdp model = Pymdp.of(all(root, "in_A_cross_", 4), all(root, "in_B_cross_", 3), all(root, "in_C_cross_", 4),
                all(root, "in_D_cross_", 3)).model(Pymdp.Preferences.SOFTMAXED);
        Agent agent = Agent.of(model)
                .perception(AgentBuilder.Perception.PYMDP_LEGACY)
                .horizon(4)
                .gamma(16)
                .efe(Efe.of(Term.UTILITY, Term.JOINT_GAIN, Term.PYMDP_NOVELTY_A, Term.PYMDP_NOVELTY_B))
                .countsA(all(root, "in_pA_cross_", 4, 1, 2, 3, 0))
                .countsB(all(root, "in_pB_cross_", 3, 2, 1, 0))
                .countsD(all(root, "in_pD_cross_", 3))
                .learning(new Learning.Rule(0.5, 0, Counts.Zeros.KEPT, Counts.Gain.HEURISTIC))
                .choice(Choice.MARGINAL, Choice.DETERMINISTIC)
                .build();
        int[] first = Arrays.stream(numbers(root.at("in_obs"))).mapToInt(o -> (int) o - 1).toArray(); // of another place: it is given
        Grid grid = new Grid();
        double[][] qs = null;
        for (int t = 0; t < 50; t++) {
            qs = agent.observe(t == 0 ? first : grid.see());
            agent.learn();
            agent.plan();
            grid.move(model.structure().decode(agent.act(null))[0]);
        }
        for (int f = 0; f < 3; f++) {
            assertArrayEquals(numbers(root.at("out_python_qs_" + (f + 1))), qs[f], TOLERANCE, "Q(s)");
            assertArrayEquals(numbers(root.at("out_python_B_cross_" + (f + 1))), agent.tables().B(f).values(), TOLERANCE, "B");
            assertArrayEquals(numbers(root.at("out_python_D_cross_" + (f + 1))), agent.tables().D()[f], TOLERANCE, "D");
        }
        for (int m = 0; m < 4; m++) {
            Tensor A = tensor(root.at("out_python_A_cross_" + (m + 1))).transpose(2, 1, 0, 3);
            assertArrayEquals(Table.ofA(model.structure(), m, A).values(), agent.tables().A(m).values(), TOLERANCE, "A");
        }
    }
}
