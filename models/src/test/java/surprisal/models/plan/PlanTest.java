package surprisal.models.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import surprisal.autodiff.Tensor;
import surprisal.models.env.TMaze;
import surprisal.models.pomdp.Pomdp;

class PlanTest {

    private static final double INF = Double.POSITIVE_INFINITY;
    private static final int[][] THREE = {{0}, {1}, {2}};

    @Test
    void ofEqualsTheFirstIsBest() {
        assertArrayEquals(new int[] {1}, new Plan(THREE, Tensor.of(2.0, 1, 1)).best());
        assertArrayEquals(new int[] {0}, new Plan(THREE, Tensor.of(INF, INF, INF)).best());
    }

    @Test
    void impossiblePoliciesHaveNoProbability() {
        Plan plan = new Plan(THREE, Tensor.of(1, INF, 1));
        assertEquals("[0.5, 0, 0.5]", plan.posterior(0).toString());
        assertEquals("[0.5, 0, 0.5]", plan.posterior(3).toString());
        assertEquals("[0, 0, 1]", plan.posterior(3, Tensor.of(0.0, 0.5, 0.5)).toString());
        Plan none = new Plan(THREE, Tensor.of(INF, INF, INF));
        String message = assertThrows(ArithmeticException.class, () -> none.posterior(1)).getMessage();
        assertEquals("G is infinite, or the habit zero, for every policy: none is left to choose; "
                + "let C allow for every outcome (a small probability will do)", message);
        assertThrows(ArithmeticException.class, () -> none.posterior(0));
    }

    @Test
    void wrongNumbersAreSaid() {
        assertEquals("a plan of 3 policies with G of shape [2]: one G for each policy",
                assertThrows(IllegalArgumentException.class, () -> new Plan(THREE, Tensor.of(1.0, 2))).getMessage());
        String message = assertThrows(ArithmeticException.class,
                () -> new Plan(THREE, Tensor.of(1, Double.NaN, 2))).getMessage();
        assertTrue(message.startsWith("G of policy [1] is NaN"), message);
        Plan plan = new Plan(THREE, Tensor.of(1.0, 2, 3));
        for (double gamma : new double[] {-1, Double.NaN, INF}) {
            assertEquals("precision γ is " + gamma + ": it takes a finite number ≥ 0",
                    assertThrows(IllegalArgumentException.class, () -> plan.posterior(gamma)).getMessage());
        }
        assertEquals("enumerating 0 actions over 1 steps: both are at least 1",
                assertThrows(IllegalArgumentException.class, () -> new Enumerate(0, 1)).getMessage());
        assertEquals("10 actions over 20 steps make 1.00e+20 policies, more than 4,194,304: shorten the horizon",
                assertThrows(IllegalArgumentException.class, () -> new Enumerate(10, 20)).getMessage());
    }

    /** A sum over everything would give all policies one G, by broadcasting. */
    @Test
    void objectivesThatForgetTheBatchAreSaid() {
        Pomdp model = TMaze.model(0.02);
        assertEquals("the objective gave [] for 4 policies: it gives one number for each, [4]; "
                        + "reduce the last axis alone, with sum(-1)",
                assertThrows(IllegalArgumentException.class,
                        () -> new Enumerate(4, 1).plan(model, Tensor::sum, model.D())).getMessage());
    }

    @Test
    void actionsThatTheModelLacksAreSaid() {
        Pomdp model = TMaze.model(0.02);
        for (int actions : new int[] {1, 3, 5}) {
            assertEquals("an action of shape [" + actions + ", " + actions + "]: it is [.., U] with U = 4 in this model",
                    assertThrows(IllegalArgumentException.class,
                            () -> new Enumerate(actions, 1).plan(model, qs -> qs.sum(-1), model.D())).getMessage());
        }
    }
}
