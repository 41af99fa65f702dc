package surprisal.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.ExpectedFreeEnergy.ambiguity;
import static surprisal.models.ExpectedFreeEnergy.epistemic;
import static surprisal.models.ExpectedFreeEnergy.novelty;
import static surprisal.models.ExpectedFreeEnergy.outcomes;
import static surprisal.models.ExpectedFreeEnergy.pragmatic;
import static surprisal.models.ExpectedFreeEnergy.risk;
import static surprisal.models.ExpectedFreeEnergy.stateRisk;
import static surprisal.models.World.column;
import static surprisal.models.World.dot;
import static surprisal.models.World.entropy;
import static surprisal.models.World.kl;
import static surprisal.models.World.numbers;
import static surprisal.models.World.posterior;
import static surprisal.models.World.tensor;
import static surprisal.models.World.xlogy;

import java.util.SplittableRandom;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/** Identities of G, each against an enumeration of all states, outcomes and parameters in plain numbers. */
class ExpectedFreeEnergyLawsTest {

    private static final double EXACT = 1e-12;

    @Provide
    Arbitrary<World> worlds() { return World.worlds(); }

    private static void close(double expected, double actual) {
        assertEquals(expected, actual, EXACT * (1 + Math.abs(expected)));
    }

    private static double[] predicted(World w) {
        double[] qo = new double[w.outcomes()];
        for (int o = 0; o < qo.length; o++) {
            qo[o] = dot(w.qs(), column(w.mixture(), o));
        }
        return qo;
    }

    /** Σ_o q(o) D_KL[q(s|o) ‖ q(s)], θ averaged out. */
    private static double informationAboutStates(World w) {
        double[] qo = predicted(w);
        double gain = 0;
        for (int o = 0; o < qo.length; o++) {
            gain += qo[o] == 0 ? 0 : qo[o] * kl(posterior(w.qs(), column(w.mixture(), o)), w.qs());
        }
        return gain;
    }

    /** Σ_s,o q(s) q(o|s) D_KL[q(θ|s, o) ‖ q(θ)]. */
    private static double informationAboutParameters(World w) {
        double gain = 0;
        for (int s = 0; s < w.states(); s++) {
            for (int o = 0; o < w.outcomes(); o++) {
                double[] likelihood = new double[w.candidates()];
                for (int k = 0; k < likelihood.length; k++) {
                    likelihood[k] = w.A()[k][s][o];
                }
                double weight = w.qs()[s] * dot(w.qt(), likelihood);
                gain += weight == 0 ? 0 : weight * kl(posterior(w.qt(), likelihood), w.qt());
            }
        }
        return gain;
    }

    /** Eq. 4's first line: E[log q(s) q(θ) − log p(o|C) q(s|o) q(θ|s, o)] over q(s) q(θ) p(o|s, θ). */
    private static double enumerated(World w) {
        double G = 0;
        for (int o = 0; o < w.outcomes(); o++) {
            double[] aboutState = posterior(w.qs(), column(w.mixture(), o));
            for (int s = 0; s < w.states(); s++) {
                double[] likelihood = new double[w.candidates()];
                for (int k = 0; k < likelihood.length; k++) {
                    likelihood[k] = w.A()[k][s][o];
                }
                double[] aboutParameters = posterior(w.qt(), likelihood);
                for (int k = 0; k < likelihood.length; k++) {
                    double weight = w.qs()[s] * w.qt()[k] * likelihood[k];
                    if (weight > 0) {
                        G += weight * (Math.log(w.qs()[s]) + Math.log(w.qt()[k]) - Math.log(w.C()[o])
                                - Math.log(aboutState[s]) - Math.log(aboutParameters[k]));
                    }
                }
            }
        }
        return G;
    }

    @Property
    void outcomesAreAveragedOverStates(@ForAll("worlds") World w) {
        double[] qo = numbers(outcomes(tensor(w.qs()), tensor(w.mixture())));
        for (int o = 0; o < qo.length; o++) {
            close(predicted(w)[o], qo[o]);
        }
    }

    @Property
    void informationGainsAndExtrinsicValueMakeG(@ForAll("worlds") World w) {
        Tensor qs = tensor(w.qs());
        Tensor A = tensor(w.mixture());
        Tensor G = epistemic(qs, A).neg()
                .minus(novelty(qs, tensor(w.A()), tensor(w.qt())))
                .minus(pragmatic(qs, A, tensor(w.C())));
        close(enumerated(w), G.item());
    }

    @Property
    void epistemicValueIsTheInformationAboutStates(@ForAll("worlds") World w) {
        double value = epistemic(tensor(w.qs()), tensor(w.mixture())).item();
        close(informationAboutStates(w), value);
        assertTrue(value >= -EXACT && value <= Math.log(Math.min(w.states(), w.outcomes())) + EXACT);
    }

    /** With some q(s|o) that is not Bayes', the gain is misjudged by E[D_KL[p(s|o) ‖ q(s|o)]], so that G is too high. */
    @Property
    void wrongPosteriorsUnderestimateTheGain(@ForAll("worlds") World w, @ForAll long seed) {
        SplittableRandom r = new SplittableRandom(seed);
        double[] qo = predicted(w);
        double estimate = 0;
        double gap = 0;
        for (int o = 0; o < qo.length; o++) {
            double[] wrong = World.row(r, w.states(), false);
            for (int s = 0; s < w.states(); s++) {
                double joint = w.qs()[s] * w.mixture()[s][o];
                estimate += xlogy(joint, wrong[s]) - xlogy(joint, w.qs()[s]);
            }
            gap += qo[o] == 0 ? 0 : qo[o] * kl(posterior(w.qs(), column(w.mixture(), o)), wrong);
        }
        close(estimate + gap, epistemic(tensor(w.qs()), tensor(w.mixture())).item());
    }

    @Property
    void noveltyIsTheInformationAboutParameters(@ForAll("worlds") World w) {
        double value = novelty(tensor(w.qs()), tensor(w.A()), tensor(w.qt())).item();
        close(informationAboutParameters(w), value);
        assertTrue(value >= -EXACT && value <= Math.log(w.candidates()) + EXACT);
    }

    @Property
    void gainsAddUpToTheInformationAboutBoth(@ForAll("worlds") World w) {
        double[] qo = predicted(w);
        double both = 0;
        for (int o = 0; o < qo.length; o++) {
            for (int s = 0; s < w.states(); s++) {
                for (int k = 0; k < w.candidates(); k++) {
                    double joint = w.qs()[s] * w.qt()[k] * w.A()[k][s][o];
                    both += xlogy(joint, w.A()[k][s][o]) - xlogy(joint, qo[o]);
                }
            }
        }
        double sum = epistemic(tensor(w.qs()), tensor(w.mixture())).item()
                + novelty(tensor(w.qs()), tensor(w.A()), tensor(w.qt())).item();
        close(both, sum);
    }

    @Property
    void riskPlusAmbiguityIsMinusEpistemicMinusPragmatic(@ForAll("worlds") World w) {
        Tensor qs = tensor(w.qs());
        Tensor A = tensor(w.mixture());
        Tensor C = tensor(w.C());
        double two = risk(qs, A, C).plus(ambiguity(qs, A)).item();
        close(two, epistemic(qs, A).plus(pragmatic(qs, A, C)).neg().item());
        close(enumerated(w), two - informationAboutParameters(w));
        close(kl(predicted(w), w.C()), risk(qs, A, C).item());
    }

    /** The ambiguity of the mixture has the novelty inside; that of each θ does not. */
    @Property
    void ambiguityWithoutNoveltyIsThatOfEachParameter(@ForAll("worlds") World w) {
        double each = 0;
        double mixed = 0;
        for (int s = 0; s < w.states(); s++) {
            mixed += w.qs()[s] * entropy(w.mixture()[s]);
            for (int k = 0; k < w.candidates(); k++) {
                each += w.qs()[s] * w.qt()[k] * entropy(w.A()[k][s]);
            }
        }
        double ambiguity = ambiguity(tensor(w.qs()), tensor(w.mixture())).item();
        close(mixed, ambiguity);
        close(each, ambiguity - novelty(tensor(w.qs()), tensor(w.A()), tensor(w.qt())).item());
    }

    /** Eq. 5 against Eq. 6: preferring states costs E[D_KL[q(s|o) ‖ p(s|o)]] more than preferring the outcomes they make. */
    @Property
    void preferredStatesCostMoreThanTheirOutcomes(@ForAll("worlds") World w, @ForAll long seed) {
        double[] preferred = World.row(new SplittableRandom(seed), w.states(), false);
        double[] qo = predicted(w);
        double[] po = new double[qo.length];
        double gap = 0;
        for (int o = 0; o < qo.length; o++) {
            double[] likelihood = column(w.mixture(), o);
            po[o] = dot(preferred, likelihood);
            gap += qo[o] == 0 ? 0 : qo[o] * kl(posterior(w.qs(), likelihood), posterior(preferred, likelihood));
        }
        Tensor qs = tensor(w.qs());
        Tensor A = tensor(w.mixture());
        double states = stateRisk(qs, tensor(preferred)).item();
        double outcomes = risk(qs, A, tensor(po)).item();
        close(states, outcomes + gap);
        assertTrue(states >= outcomes - EXACT);
        assertEquals(0, stateRisk(qs, qs).item());
        assertEquals(0, risk(qs, A, tensor(qo)).item(), EXACT);
    }

    @Property
    void flatPreferencesLeaveTheInformation(@ForAll("worlds") World w) {
        int O = w.outcomes();
        Tensor flat = Tensor.full(Shape.of(O), 1.0 / O, Precision.FLOAT64);
        double G = risk(tensor(w.qs()), tensor(w.mixture()), flat).plus(ambiguity(tensor(w.qs()), tensor(w.mixture()))).item();
        close(Math.log(O) - informationAboutStates(w), G);
    }

    @Property
    void outcomesThatSayNothingHaveNoValue(@ForAll("worlds") World w) {
        double[][] same = w.mixture();
        for (int s = 1; s < same.length; s++) {
            same[s] = same[0];
        }
        assertEquals(0, epistemic(tensor(w.qs()), tensor(same)).item(), EXACT);
        double[][][] sure = w.A().clone();
        for (int k = 1; k < sure.length; k++) {
            sure[k] = sure[0];
        }
        assertEquals(0, novelty(tensor(w.qs()), tensor(sure), tensor(w.qt())).item(), EXACT);
    }

    @Property
    void outcomesThatAreTheStatesAreNotAmbiguous(@ForAll("worlds") World w) {
        double[][] identity = new double[w.states()][w.states()];
        for (int s = 0; s < identity.length; s++) {
            identity[s][s] = 1;
        }
        Tensor qs = tensor(w.qs());
        assertEquals(0, ambiguity(qs, tensor(identity)).item());
        close(entropy(w.qs()), epistemic(qs, tensor(identity)).item());
    }

    /** Any axes before the last are a batch. */
    @Property
    void aBatchIsOneByOne(@ForAll("worlds") World w, @ForAll long seed) {
        Tensor A = tensor(w.mixture());
        Tensor C = tensor(w.C());
        Tensor many = Tensor.of(new Rng(seed).normal(Shape.of(2, 3, w.states()), Precision.FLOAT64)).softmax();
        Tensor[] batch = {
            risk(many, A, C), ambiguity(many, A), epistemic(many, A), pragmatic(many, A, C),
            novelty(many, tensor(w.A()), tensor(w.qt())), stateRisk(many, tensor(w.qs())),
        };
        for (int i = 0; i < 6; i++) {
            Tensor qs = many.reshape(6, w.states()).slice(0, i, i + 1).reshape(w.states());
            Tensor[] one = {
                risk(qs, A, C), ambiguity(qs, A), epistemic(qs, A), pragmatic(qs, A, C),
                novelty(qs, tensor(w.A()), tensor(w.qt())), stateRisk(qs, tensor(w.qs())),
            };
            for (int k = 0; k < one.length; k++) {
                assertEquals(Shape.of(2, 3), batch[k].shape());
                if (Double.isInfinite(one[k].item())) {
                    assertEquals(one[k].item(), batch[k].at(i));
                } else {
                    close(one[k].item(), batch[k].at(i));
                }
            }
        }
    }

    @Property(tries = 40)
    void gradientsAreLimitsOfDifferences(@ForAll("worlds") World w, @ForAll long seed) {
        Rng rng = new Rng(seed);
        int S = w.states();
        int O = w.outcomes();
        int K = w.candidates();
        Tensor q = Tensor.of(rng.normal(Shape.of(2, S), Precision.FLOAT64));
        Tensor a = Tensor.of(rng.normal(Shape.of(S, O), Precision.FLOAT64));
        Tensor c = Tensor.of(rng.normal(Shape.of(O), Precision.FLOAT64));
        Tensor many = Tensor.of(rng.normal(Shape.of(K, S, O), Precision.FLOAT64));
        Tensor t = Tensor.of(rng.normal(Shape.of(K), Precision.FLOAT64));
        Tensor p = Tensor.of(rng.normal(Shape.of(S), Precision.FLOAT64));
        GradCheck check = GradCheck.standard();
        check.function(x -> risk(x[0].softmax(), x[1].softmax(), x[2].softmax()), q, a, c);
        check.function(x -> ambiguity(x[0].softmax(), x[1].softmax()), q, a);
        check.function(x -> epistemic(x[0].softmax(), x[1].softmax()), q, a);
        check.function(x -> pragmatic(x[0].softmax(), x[1].softmax(), x[2].softmax()), q, a, c);
        check.function(x -> novelty(x[0].softmax(), x[1].softmax(), x[2].softmax()), q, many, t);
        check.function(x -> stateRisk(x[0].softmax(), x[1].softmax()), q, p);
    }
}
