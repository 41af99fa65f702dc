package surprisal.models.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.pomdp.RandomPomdp.plogp;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import surprisal.autodiff.Tensor;
import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.RandomPomdp;
import surprisal.models.pomdp.Structure;
import surprisal.models.pomdp.Table;
import surprisal.models.pomdp.Tables;
import surprisal.models.pomdp.Variable;

/** G of many policies by a shared tree, held against each policy by itself in plain loops over joint states and outcomes. */
class PolicyTreeLawsTest {

    @Provide
    Arbitrary<RandomPomdp> models() { return RandomPomdp.any(); }

    /** What the terms beyond the model take: gains of each outcome and transition, and what intended states cost. */
    private record Extras(double[][] gainA, double[][] gainB, double[][] intended) {

        static Extras of(RandomPomdp m, SplittableRandom r) {
            return new Extras(
                    m.model().A().stream().map(x -> r.doubles(x.shape().size()).toArray()).toArray(double[][]::new),
                    m.model().B().stream().map(x -> r.doubles(x.shape().size()).toArray()).toArray(double[][]::new),
                    m.structure().factors().stream().map(f -> r.doubles(f.size()).toArray()).toArray(double[][]::new));
        }

        PolicyTree tree(RandomPomdp m, Policies policies, Efe efe) {
            Tables tables = m.tables();
            return new PolicyTree(tables, policies, efe, gainA,
                    IntStream.range(0, gainB.length).mapToObj(f -> tables.B(f).like(gainB[f])).toArray(Table[]::new), intended);
        }
    }

    /** One term of one step, after {@code before} was acted on and {@code q} is imagined. */
    private static double term(Term term, RandomPomdp m, Extras x, double[][] before, int u, double[][] q, int t) {
        int[][] states = m.states();
        double[] joint = m.joint(q);
        double[] jointBefore = m.joint(before);
        double sum = 0;
        for (int k = 0; k < m.model().A().size(); k++) {
            int n = m.structure().modalities().get(k).size();
            int modality = k;
            double[] C = IntStream.range(0, n).mapToDouble(o -> m.C(modality, t, o)).toArray();
            double norm = Math.log(Arrays.stream(C).map(Math::exp).sum());
            for (int o = 0; o < n; o++) {
                double qo = 0;
                double mean = 0;
                for (int i = 0; i < joint.length; i++) {
                    qo += joint[i] * m.A(k, states[i], o);
                    mean += joint[i] * x.gainA[k][m.place(k, states[i], o)];
                }
                sum += switch (term) {
                    case UTILITY -> -qo * C[o];
                    case RISK -> plogp(qo) - qo * (C[o] - norm);
                    case PYMDP_NOVELTY_A -> -qo * mean;
                    default -> 0;
                };
                for (int i = 0; i < joint.length; i++) {
                    double p = m.A(k, states[i], o);
                    sum += p == 0 || joint[i] == 0 ? 0 : switch (term) {
                        case AMBIGUITY -> -joint[i] * plogp(p);
                        case STATE_GAIN -> -joint[i] * p * Math.log(p / qo);
                        case NOVELTY_A -> -joint[i] * p * x.gainA[k][m.place(k, states[i], o)];
                        default -> 0;
                    };
                }
            }
        }
        for (int[] o : term == Term.JOINT_GAIN ? m.outcomes() : new int[0][]) {
            double[] weighed = m.weighed(joint, o);
            double p = RandomPomdp.sum(weighed);
            for (int i = 0; i < joint.length; i++) {
                sum -= weighed[i] == 0 ? 0 : weighed[i] * Math.log(m.likelihood(states[i], o) / p);
            }
        }
        for (int f = 0; f < q.length; f++) {
            for (int to = 0; to < q[f].length; to++) {
                double mean = 0;
                for (int i = 0; i < jointBefore.length; i++) {
                    double gain = x.gainB[f][m.place(f, states[i], u, to)];
                    mean += jointBefore[i] * gain;
                    sum -= term == Term.NOVELTY_B ? jointBefore[i] * m.B(f, states[i], u, to) * gain : 0;
                }
                sum -= term == Term.PYMDP_NOVELTY_B ? q[f][to] * mean : 0;
                sum += term == Term.INDUCTIVE ? q[f][to] * x.intended[f][to] : 0;
            }
        }
        return sum;
    }

    private static double naive(Efe efe, RandomPomdp m, Extras x, double[][] q, Policies policies, int policy) {
        double G = 0;
        double[][] before = q;
        for (int t = 0; t < policies.horizon(); t++) {
            int u = policies.joint(policy, t);
            double[][] after = m.predicted(before, u);
            for (Term term : Term.values()) {
                G += efe.weight(term) == 0 ? 0 : efe.weight(term) * term(term, m, x, before, u, after, t);
            }
            before = after;
        }
        return G;
    }

    private static Policies list(RandomPomdp m, SplittableRandom r, int horizon) {
        int n = m.structure().jointActions();
        return Policies.of(m.structure(), IntStream.range(0, 1 + r.nextInt(8))
                .mapToObj(p -> IntStream.range(0, horizon)
                        .mapToObj(t -> m.structure().decode(r.nextInt(Math.min(n, 3)))).toArray(int[][]::new))
                .toArray(int[][][]::new));
    }

    private static Efe weights(SplittableRandom r) {
        Map<Term, Double> weights = new EnumMap<>(Term.class);
        for (Term term : Term.values()) {
            weights.put(term, r.nextInt(3) == 0 ? 0 : r.nextDouble(-2, 2));
        }
        return new Efe(weights);
    }

    private static double scale(double[] G) { return Math.max(1, Arrays.stream(G).map(Math::abs).max().orElse(0)); }

    @Property(tries = 150)
    void treeIsPolicyByPolicy(@ForAll("models") RandomPomdp m) {
        SplittableRandom r = m.random();
        Extras x = Extras.of(m, r);
        double[][] q = m.belief(r);
        Policies policies = m.structure().jointActions() <= 4 && r.nextBoolean()
                ? Policies.all(m.structure(), 2) : list(m, r, 1 + r.nextInt(3));
        Efe efe = weights(r);
        PolicyTree tree = x.tree(m, policies, efe);
        tree.G(m.belief(r)); // what a search leaves behind does not matter
        double[] G = tree.G(q).clone();
        for (int p = 0; p < G.length; p++) {
            assertEquals(naive(efe, m, x, q, policies, p), G[p], 1e-11 * scale(G));
        }
    }

    @Property(tries = 150)
    void eachTermIsWhatItSays(@ForAll("models") RandomPomdp m) {
        SplittableRandom r = m.random();
        Extras x = Extras.of(m, r);
        double[][] q = m.belief(r);
        Policies policies = list(m, r, 2);
        for (Term term : Term.values()) {
            double[] G = x.tree(m, policies, Efe.of(term)).G(q);
            for (int p = 0; p < G.length; p++) {
                assertEquals(naive(Efe.of(term), m, x, q, policies, p), G[p], 1e-12 * scale(G), term.name());
            }
        }
    }

    @Property(tries = 100)
    void sharedBeginningsChangeNoBit(@ForAll("models") RandomPomdp m) {
        SplittableRandom r = m.random();
        Extras x = Extras.of(m, r);
        double[][] q = m.belief(r);
        Policies policies = list(m, r, 3);
        Efe efe = weights(r);
        double[] G = x.tree(m, policies, efe).G(q);
        for (int p = 0; p < G.length; p++) {
            int policy = p;
            int[][] one = IntStream.range(0, 3).mapToObj(t -> policies.actions(policy, t)).toArray(int[][]::new);
            assertEquals(G[p], x.tree(m, Policies.of(m.structure(), new int[][][] {one}), efe).G(q)[0]);
        }
    }

    /** risk + ambiguity = −epistemic − pragmatic, with ln P(o|C) = C − ln Σ exp C. */
    @Property(tries = 100)
    void riskAndAmbiguityAreGainAndPreference(@ForAll("models") RandomPomdp m) {
        SplittableRandom r = m.random();
        double[][] q = m.belief(r);
        Policies policies = list(m, r, 3);
        Extras x = Extras.of(m, r);
        double[] one = x.tree(m, policies, Efe.STANDARD).G(q);
        double[] two = x.tree(m, policies, Efe.PYMDP).G(q);
        double norms = 0;
        for (int t = 0; t < 3; t++) {
            for (int k = 0; k < m.model().A().size(); k++) {
                double sum = 0;
                for (int o = 0; o < m.structure().modalities().get(k).size(); o++) {
                    sum += Math.exp(m.C(k, t, o));
                }
                norms += Math.log(sum);
            }
        }
        for (int p = 0; p < one.length; p++) {
            assertEquals(one[p], two[p] + norms, 1e-11);
        }
        double[] joint = x.tree(m, policies, Efe.of(Term.JOINT_GAIN)).G(q); // redundant modalities gain no more than each by itself
        double[] each = x.tree(m, policies, Efe.of(Term.STATE_GAIN)).G(q);
        double[] ambiguity = x.tree(m, policies, Efe.of(Term.AMBIGUITY)).G(q);
        for (int p = 0; p < one.length; p++) {
            assertTrue(joint[p] >= each[p] - 1e-11 && joint[p] <= 1e-11, joint[p] + " and " + each[p]);
            assertTrue(ambiguity[p] >= 0);
        }
    }

    @Property(tries = 100)
    void aModalityTwiceCountsTwiceByModalityAndOnceJointly(@ForAll("models") RandomPomdp random) {
        FactoredPomdp noisy = random.model();
        List<Tensor> A = noisy.A().stream().map(PolicyTreeLawsTest::noiseless).toList(); // else a second look teaches more
        Structure s = noisy.structure();
        FactoredPomdp once = FactoredPomdp.of(s, A, noisy.B(), noisy.C(), noisy.D());
        Structure twice = new Structure(s.factors(),
                Stream.concat(s.modalities().stream(),
                        s.modalities().stream().map(v -> new Variable(v.name() + " again", v.values()))).toList(),
                s.actions(), twice(s.parentsA()), s.parentsB(), s.actionsB());
        FactoredPomdp doubled = FactoredPomdp.of(twice, twice(A), noisy.B(),
                twice(noisy.C()), noisy.D());
        double[][] q = random.belief(random.random());
        double[] gain = G(once, Term.STATE_GAIN, q);
        double[] more = G(doubled, Term.STATE_GAIN, q);
        double[] joint = G(once, Term.JOINT_GAIN, q);
        double[] same = G(doubled, Term.JOINT_GAIN, q);
        for (int p = 0; p < gain.length; p++) {
            assertEquals(2 * gain[p], more[p], 1e-11);
            assertEquals(joint[p], same[p], 1e-11);
        }
    }

    private static <T> List<T> twice(List<T> list) {
        return Stream.generate(() -> list).limit(2).flatMap(List::stream).toList();
    }

    private static double[] G(FactoredPomdp model, Term term, double[][] q) {
        return new PolicyTree(new Tables(model), Policies.all(model.structure(), 1), Efe.of(term), null, null, null).G(q);
    }

    private static Tensor noiseless(Tensor A) {
        int n = A.shape().last();
        double[] x = new double[A.shape().size()];
        for (int row = 0; row < x.length; row += n) {
            int best = 0;
            for (int o = 1; o < n; o++) {
                best = A.at(row + o) > A.at(row + best) ? o : best;
            }
            x[row + best] = 1;
        }
        return Tensor.of(A.shape(), x);
    }

    /** G of a whole path, −I[s̃; õ] − E ln P(õ|C), exceeds the sum of the steps by the total correlation of the outcomes. */
    @Property(tries = 100, maxDiscardRatio = 20)
    void stepsAddUpButForTotalCorrelation(@ForAll("models") RandomPomdp m) {
        Assume.that(m.D().length == 1);
        SplittableRandom r = m.random();
        double[][] q = m.belief(r);
        Policies policies = list(m, r, 2);
        double[] G = Extras.of(m, r).tree(m, policies, Efe.of(Term.JOINT_GAIN, Term.UTILITY)).G(q);
        int[][] states = m.states();
        int[][] outcomes = m.outcomes();
        for (int p = 0; p < G.length; p++) {
            double[] first = m.next(q[0], policies.joint(p, 0));
            double[] second = m.next(first, policies.joint(p, 1));
            double path = 0;
            double together = 0;
            double apart = 0;
            for (int t = 0; t < 2; t++) {
                for (int[] o : outcomes) {
                    double po = RandomPomdp.sum(m.weighed(t == 0 ? first : second, o));
                    apart -= plogp(po);
                    for (int k = 0; k < o.length; k++) {
                        path -= po * m.C(k, t, o[k]);
                    }
                }
            }
            for (int[] o1 : outcomes) {
                for (int[] o2 : outcomes) {
                    double[] one = m.weighed(first, o1);
                    double po = RandomPomdp.sum(m.weighed(m.next(one, policies.joint(p, 1)), o2));
                    together -= plogp(po);
                    for (int i = 0; i < states.length; i++) {
                        for (int j = 0; j < states.length; j++) {
                            double l = m.likelihood(states[i], o1) * m.likelihood(states[j], o2);
                            double joint = first[i] * m.transition(states[i], policies.joint(p, 1), states[j]) * l;
                            path -= joint == 0 ? 0 : joint * Math.log(l / po);
                        }
                    }
                }
            }
            assertEquals(path, G[p] + apart - together, 1e-11);
            assertTrue(apart - together >= -1e-12);
        }
    }

    /** Other numbers for states, outcomes and actions, and other places for factors, modalities and actions, change nothing. */
    @Property(tries = 100)
    void relabellingRelabelsTheAnswer(@ForAll("models") RandomPomdp m) {
        SplittableRandom r = m.random();
        Structure s = m.structure();
        Labels factors = Labels.of(r, s.factors());
        Labels modalities = Labels.of(r, s.modalities());
        Labels actions = Labels.of(r, s.actions());
        Structure structure = new Structure(factors.apply(s.factors()), modalities.apply(s.modalities()), actions.apply(s.actions()),
                factors.parents(modalities.apply(s.parentsA())), factors.parents(factors.apply(s.parentsB())),
                actions.parents(factors.apply(s.actionsB())));
        FactoredPomdp model = FactoredPomdp.of(structure,
                IntStream.range(0, m.model().A().size()).map(k -> modalities.order[k])
                        .mapToObj(k -> turned(m.model().A().get(k),
                                    Stream.concat(factors.of(s.parentsA().get(k)), Stream.of(modalities.values[k])))).toList(),
                IntStream.range(0, m.model().B().size()).map(f -> factors.order[f])
                        .mapToObj(f -> turned(m.model().B().get(f), Stream.concat(Stream.concat(actions.of(s.actionsB().get(f)),
                                factors.of(s.parentsB().get(f))), Stream.of(factors.values[f])))).toList(),
                IntStream.range(0, m.model().C().size()).map(k -> modalities.order[k]).mapToObj(k -> {
                    Tensor C = m.model().C().get(k);
                    int[] steps = IntStream.range(0, C.shape().size() / C.shape().last()).toArray();
                    return turned(C, C.shape().rank() == 1 ? Stream.of(modalities.values[k]) : Stream.of(steps, modalities.values[k]));
                }).toList(),
                IntStream.range(0, m.model().D().size()).map(f -> factors.order[f])
                        .mapToObj(f -> turned(m.model().D().get(f), Stream.of(factors.values[f]))).toList());
        double[][] q = m.belief(r);
        double[][] turned = IntStream.range(0, q.length).map(f -> factors.order[f])
                .mapToObj(f -> Arrays.stream(factors.values[f]).mapToDouble(v -> q[f][v]).toArray()).toArray(double[][]::new);
        Efe efe = Efe.of(Term.RISK, Term.AMBIGUITY, Term.JOINT_GAIN);
        double[] G = new PolicyTree(m.tables(), Policies.all(s, 1), efe, null, null, null).G(q);
        double[] other = new PolicyTree(new Tables(model), Policies.all(structure, 1), efe, null, null, null).G(turned);
        for (int u = 0; u < other.length; u++) {
            int[] single = structure.decode(u);
            int[] old = new int[single.length];
            for (int a = 0; a < old.length; a++) {
                old[actions.order[a]] = actions.values[actions.order[a]][single[a]];
            }
            assertEquals(G[s.encode(old)], other[u], 1e-11);
        }
    }

    /** New places for variables and for their values: what is new at i was old at order[i], and values[old variable][i]. */
    private record Labels(int[] order, int[][] values) {

        static Labels of(SplittableRandom r, List<Variable> variables) {
            return new Labels(permutation(r, variables.size()),
                    variables.stream().map(v -> permutation(r, v.size())).toArray(int[][]::new));
        }

        private static int[] permutation(SplittableRandom r, int n) {
            int[] p = IntStream.range(0, n).toArray();
            for (int i = 1; i < n; i++) {
                int j = r.nextInt(i + 1);
                int x = p[i];
                p[i] = p[j];
                p[j] = x;
            }
            return p;
        }

        <T> List<T> apply(List<T> old) { return Arrays.stream(order).mapToObj(old::get).toList(); }

        List<List<Integer>> parents(List<List<Integer>> old) {
            List<Integer> places = Arrays.stream(order).boxed().toList();
            return old.stream().map(list -> list.stream().map(places::indexOf).toList()).toList();
        }

        Stream<int[]> of(List<Integer> old) { return old.stream().map(v -> values[v]); }
    }

    /** new[i, j ..] = old[p(i), p(j) ..]. */
    private static Tensor turned(Tensor x, Stream<int[]> permutations) {
        int[][] p = permutations.toArray(int[][]::new);
        double[] y = new double[x.shape().size()];
        for (int i = 0; i < y.length; i++) {
            int from = 0;
            for (int axis = p.length - 1, rest = i, stride = 1; axis >= 0; axis--) {
                from += p[axis][rest % p[axis].length] * stride;
                rest /= p[axis].length;
                stride *= p[axis].length;
            }
            y[i] = x.at(from);
        }
        return Tensor.of(x.shape(), y);
    }

    @Property(tries = 30, maxDiscardRatio = 20)
    void allPoliciesAreAllSequences(@ForAll("models") RandomPomdp m) {
        Assume.that(m.structure().jointActions() <= 6);
        Policies all = Policies.all(m.structure(), 2);
        int n = m.structure().jointActions();
        assertEquals(n * n, all.size());
        for (int p = 0; p < all.size(); p++) {
            assertArrayEquals(new int[] {p / n, p % n}, new int[] {all.joint(p, 0), all.joint(p, 1)});
        }
    }
}
