package surprisal.models.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.Kl.kl;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/** Distributions at the ends of their parameters. */
class EdgesTest {

    private static final double INF = Double.POSITIVE_INFINITY;

    private static Tensor tensor(Precision precision, double... x) { return Tensor.of(x).to(precision); }

    private static void finite(Tensor x) {
        for (int i = 0; i < x.shape().size(); i++) {
            assertTrue(Double.isFinite(x.at(i)), x.toString());
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void zerosAreExact(Precision precision) {
        Categorical a = new Categorical(tensor(precision, 0, 0.5, 0.5));
        Categorical b = new Categorical(tensor(precision, 0, 0.25, 0.75));
        Categorical full = new Categorical(tensor(precision, 0.25, 0.25, 0.5));
        assertEquals(Math.log(2), a.entropy().item(), 1e-7);
        assertEquals(0.5 * Math.log(2) + 0.5 * Math.log(2.0 / 3), kl(a, b).item(), 1e-7);
        assertEquals(INF, kl(full, a).item());
        assertEquals(-INF, a.logProb(tensor(precision, 1, 0, 0)).item());
        assertEquals(0, Math.abs(new Categorical(tensor(precision, 0, 1, 0)).entropy().item()));
        for (int i = 0; i < 200; i++) {
            assertEquals(0, a.sample(new Rng(i)).at(0));
        }
    }

    /** The slope of p log p at 0 is infinite; the one that is used there is 0, so that what is impossible stays so. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void gradientsAtZerosAreFinite(Precision precision) {
        Tensor p = tensor(precision, 0, 0.5, 0.5);
        Tensor q = tensor(precision, 0.25, 0.25, 0.5);
        finite(new Tape().grad(p, x -> new Categorical(x).entropy()).gradient());
        finite(new Tape().grad(p, x -> kl(new Categorical(x), new Categorical(q))).gradient());
        finite(new Tape().grad(p, x -> kl(new Categorical(x), new Categorical(p))).gradient());
        finite(new Tape().grad(p, x -> kl(new Categorical(p), new Categorical(x))).gradient());
        assertEquals(0, new Tape().grad(p, x -> new Categorical(x).entropy()).gradient().at(0));
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void saturatedLogOddsStayFinite(Precision precision) {
        Tensor l = tensor(precision, 100, -100, 0);
        Bernoulli coins = new Bernoulli(l);
        assertEquals(-100, coins.logProb(tensor(precision, 0, 0, 0.5)).item() + Math.log(2), 1e-4);
        assertEquals(-Math.log(2), coins.logProb(tensor(precision, 1, 0, 0)).item(), 1e-6);
        assertEquals(Math.log(2), coins.entropy().item(), 1e-6);
        assertEquals(200, kl(coins, new Bernoulli(l.neg())).item(), 1e-4);
        finite(new Tape().grad(l, x -> new Bernoulli(x).entropy()).gradient());
        finite(new Tape().grad(l, x -> kl(new Bernoulli(x), new Bernoulli(l.neg()))).gradient());
        Categorical choice = Categorical.ofLogits(l);
        assertEquals(0, choice.entropy().item(), 1e-40);
        assertEquals(-200, choice.logProb(tensor(precision, 0, 1, 0)).item(), 1e-4);
        assertEquals(200, kl(choice, Categorical.ofLogits(l.neg())).item(), 1e-4);
        finite(new Tape().grad(l, x -> Categorical.ofLogits(x).entropy()).gradient());
        finite(new Tape().grad(l, x -> kl(Categorical.ofLogits(x), Categorical.ofLogits(l.neg()))).gradient());
        assertEquals(0, Math.abs(Categorical.ofLogits(tensor(precision, 1e30, -1e30)).entropy().item()));
    }

    /** −∞ excludes a class. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void classesAreExcludedByTheirLogOdds(Precision precision) {
        Tensor l = tensor(precision, 0, -INF, 0);
        Categorical choice = Categorical.ofLogits(l);
        assertEquals(Math.log(2), choice.entropy().item(), 1e-7);
        assertEquals(0, kl(choice, choice).item(), 1e-7);
        assertEquals(-INF, choice.logProb(tensor(precision, 0, 1, 0)).item());
        assertEquals(INF, kl(Categorical.ofLogits(tensor(precision, 0, 0, 0)), choice).item());
        finite(new Tape().grad(l.plus(0), x -> Categorical.ofLogits(x).entropy()).gradient());
        assertEquals(0, choice.sample(new Rng(1)).at(1));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-4, 1e-12, 1e-25, 1e25})
    void normalsOfAnyWidthHaveADivergence(double std) {
        for (Precision precision : Precision.values()) {
            Normal q = new Normal(tensor(precision, 0, 0), tensor(precision, std, std));
            Normal p = new Normal(tensor(precision, 0, std), tensor(precision, std, 2 * std));
            assertEquals(0, kl(q, q).item());
            assertEquals(Math.log(2) + 0.125 + 0.125 - 0.5, kl(q, p).item(), 1e-5); // log σ rounds
            assertEquals(-2 * (Math.log(std) + 0.5 * Math.log(2 * Math.PI)), q.logProb(tensor(precision, 0, 0)).item(), 1e-4);
            finite(new Tape().grad(q.std(), s -> kl(new Normal(q.mean(), s), p)).gradient());
        }
    }

    /**
     * Outside its support a density is 0: −∞, whatever the other coordinates are. Inside, beside such a row, numbers and
     * gradients are those without it.
     */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void whatIsImpossibleHasNoProbability(Precision precision) {
        Tensor one = tensor(precision, 1, 1);
        Tensor three = tensor(precision, 3, 3);
        impossible(new Gamma(one, one), precision, 0.5, -1);
        impossible(new Gamma(three, one), precision, 0.5, -1);
        impossible(new Gamma(three.div(6), one), precision, 0.5, -1);
        impossible(new Beta(one, one), precision, 0.5, 2);
        impossible(new Beta(three, three.div(6)), precision, 0.5, -0.5);
        impossible(new TanhNormal(one, one), precision, 0.5, 1.5);
        PiecewiseConstant flat = new PiecewiseConstant(new Categorical(Tensor.full(Shape.of(2, 3), 1.0 / 3, precision)), 0, 1);
        assertEquals(-INF, flat.logProb(tensor(precision, 0.5, 1.5)).item());
        assertEquals(-INF, flat.logProb(tensor(precision, 0.5, Double.NaN)).item());
        assertEquals(-INF, new Dirichlet(three).logProb(tensor(precision, 1.5, -0.5)).item());
        assertEquals(0, new Beta(one, one).logProb(tensor(precision, 0, 1)).item()); // its ends are in it, where it is flat
        assertTrue(Double.isFinite(new TanhNormal(one, one).logProb(tensor(precision, -1, 1)).item()));
    }

    private static void impossible(Distribution p, Precision precision, double inside, double outside) {
        Tensor x = Tensor.of(Shape.of(3, 2), inside, inside, inside, outside, outside, outside).to(precision);
        Tensor possible = x.slice(0, 0, 1);
        var all = new Tape().grad(x, y -> p.logProb(y).where(tensor(precision, 1, 0, 0), Tensor.zeros(Shape.scalar(), precision)).sum());
        var alone = new Tape().grad(possible, y -> p.logProb(y).sum());
        assertEquals(-INF, p.logProb(x).at(1), p.toString());
        assertEquals(-INF, p.logProb(x).at(2), p.toString());
        assertTrue(Double.isFinite(alone.loss()));
        assertEquals(alone.loss(), all.loss());
        finite(all.gradient());
        assertEquals(alone.gradient().toString(), all.gradient().slice(0, 0, 1).toString());
    }

    @Test
    void widthsBroadcast() {
        Normal narrow = new Normal(Tensor.of(Shape.of(2, 3), 1.0, 2, 3, 4, 5, 6), Tensor.full(Shape.scalar(), 2, Precision.FLOAT64));
        Normal wide = new Normal(narrow.mean(), Tensor.full(Shape.of(2, 3), 2, Precision.FLOAT64));
        Normal prior = Normal.standard(3, Precision.FLOAT64);
        assertEquals(Shape.of(2), narrow.entropy().shape());
        assertEquals(wide.entropy().toString(), narrow.entropy().toString());
        assertEquals(kl(wide, prior).toString(), kl(narrow, prior).toString());
        assertEquals(wide.sample(new Rng(1)).toString(), narrow.sample(new Rng(1)).toString());
        assertEquals(wide.logProb(prior.mean()).toString(), narrow.logProb(prior.mean()).toString());
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-3, 1e-8, 1e-30, 1e6, 1e12})
    void dirichletsOfAnyCountsAreDrawn(double alpha) {
        for (Precision precision : Precision.values()) {
            Dirichlet counts = new Dirichlet(Tensor.full(Shape.of(50, 3), alpha, precision));
            Tensor x = counts.sample(new Rng(1));
            finite(x);
            for (int i = 0; i < 50; i++) {
                assertEquals(1, x.at(3 * i) + x.at(3 * i + 1) + x.at(3 * i + 2), 1e-6);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.5, -1e9, Double.NaN, Double.POSITIVE_INFINITY})
    void countsThatAreNoneAreSaid(double alpha) {
        Dirichlet counts = new Dirichlet(Tensor.of(1, alpha));
        assertEquals("a draw from a Dirichlet of shape [2] whose count 1 is " + alpha + ": counts are finite and > 0",
                assertThrows(IllegalArgumentException.class, () -> counts.sample(new Rng(0))).getMessage());
    }

    @Test
    void dirichletAtTheCorners() {
        Dirichlet flat = new Dirichlet(Tensor.of(1.0, 1, 1));
        assertEquals(Math.log(2), flat.logProb(Tensor.of(0.0, 0, 1)).item(), 1e-14);
        assertEquals(-INF, new Dirichlet(Tensor.of(2.0, 1)).logProb(Tensor.of(0.0, 1)).item());
        assertEquals(INF, new Dirichlet(Tensor.of(0.5, 1)).logProb(Tensor.of(0.0, 1)).item());
        assertEquals("[0.5, 0.25, 0.25]", new Dirichlet(Tensor.of(2.0, 1, 1)).mean().toString());
        assertEquals(4, new Dirichlet(Tensor.of(2.0, 1, 1)).total().item());
    }

    @Test
    void wrongShapesAreSaid() {
        String message = assertThrows(IllegalArgumentException.class,
                () -> Normal.standard(3).logProb(Tensor.of(1f, 2f))).getMessage();
        assertTrue(message.contains("[2]") && message.contains("[3]"), message);
        message = assertThrows(IllegalArgumentException.class,
                () -> kl(new Categorical(Tensor.of(0.5f, 0.5f)), new Categorical(Tensor.of(0.5, 0.5)))).getMessage();
        assertTrue(message.contains("FLOAT32") && message.contains("FLOAT64"), message);
    }
}
