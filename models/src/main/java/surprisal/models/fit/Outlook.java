package surprisal.models.fit;

import static surprisal.models.fit.Knowledge.joint;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Shape;
import surprisal.models.agent.Efe;
import surprisal.models.agent.Policies;
import surprisal.models.agent.Term;
import surprisal.models.pomdp.Beliefs;
import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.Structure;

/**
 * What policies lead to, before preferences are known: G(π) = cost(π) − Σ_m Σ_o outcomes_m(π, o) C_m(o), with
 * C or ln σ(C). It is found once where only preferences and precisions are free.
 *
 * @param cost the part of G that no preference moves, [N, P]
 * @param outcomes for each modality the outcomes that are expected under each of its preferences, [N, P, T · O]
 */
record Outlook(Tensor cost, List<Tensor> outcomes) {

    private static final double TINY = 0x1p-52;

    /**
     * Imagines every policy from some beliefs. What policies have in common at their beginning is imagined once.
     *
     * @param known the model and the counts
     * @param now for each factor Q(s_f), [N, S_f]
     */
    static Outlook of(Knowledge known, Policies policies, Efe efe, Beliefs now) {
        FactoredPomdp model = known.model();
        Structure structure = model.structure();
        int rows = now.qs().getFirst().shape().dim(0);
        Tensor[] linearA = linearA(known, efe);
        Tensor[] linearB = linearB(known, efe);
        double entropy = efe.weight(Term.RISK) + efe.weight(Term.STATE_GAIN);
        int modalities = structure.modalities().size();
        Beliefs beliefs = now;
        Tensor cost = Tensor.zeros(Shape.of(rows), Precision.FLOAT64);
        List<List<Tensor>> seen = new ArrayList<>(); // by modality, by the step of its preferences
        IntStream.range(0, modalities).forEach(m -> seen.add(new ArrayList<>()));
        for (int t = 0; t < policies.horizon(); t++) {
            int[] from = spread(policies.parents(t), rows);
            Beliefs before = gather(beliefs, from);
            Tensor action = Tensor.oneHot(structure.jointActions(), Precision.FLOAT64, repeat(policies.nodeActions(t), rows));
            cost = cost.gather(0, from);
            for (int f = 0; linearB != null && f < linearB.length; f++) {
                cost = cost.plus(transition(structure, f, policies.nodeActions(t), rows, before, linearB[f]));
            }
            beliefs = model.predict(before, action);
            for (int m = 0; m < modalities; m++) {
                Tensor q = joint(beliefs, structure.parentsA().get(m));
                Tensor qo = q.matmul(flat(model.A().get(m)));
                if (entropy != 0) {
                    cost = cost.plus(qo.times(qo.atLeast(TINY).log()).sum(-1).times(entropy));
                }
                if (linearA[m] != null) {
                    cost = cost.plus(q.matmul(linearA[m]));
                }
                expect(seen.get(m), qo, from, t, preferredSteps(model.C().get(m)));
            }
        }
        int[] leaves = spread(policies.leaves(), rows);
        int P = policies.size();
        Tensor byPolicy = cost.gather(0, leaves).reshape(P, rows).transpose();
        List<Tensor> outcomes = new ArrayList<>();
        for (int m = 0; m < modalities; m++) {
            int O = structure.modalities().get(m).size();
            Tensor all = Tensor.concat(1, seen.get(m).toArray(Tensor[]::new)).gather(0, leaves);
            int wide = all.shape().last();
            int missing = preferredSteps(model.C().get(m)) * O - wide; // preferences for steps beyond the horizon
            if (missing > 0) {
                all = Tensor.concat(1, all, Tensor.zeros(Shape.of(P * rows, missing), Precision.FLOAT64));
            }
            outcomes.add(all.reshape(P, rows, wide + missing).transpose(1, 0, 2));
        }
        return new Outlook(byPolicy, outcomes);
    }

    /** How many preferences there are by time; the last one holds from then on. */
    static int preferredSteps(Tensor C) {
        return C.shape().rank() == 2 ? C.shape().dim(0) : 1;
    }

    /** Adds the outcomes of a step to those that came before under the same preferences. */
    private static void expect(List<Tensor> seen, Tensor qo, int[] from, int t, int steps) {
        seen.replaceAll(x -> x.gather(0, from));
        if (t < steps) {
            seen.add(qo);
        } else {
            seen.set(steps - 1, seen.get(steps - 1).plus(qo));
        }
    }

    /** What G has of every modality that is linear in Q(s), and no preference: [Π S], or null. */
    private static Tensor[] linearA(Knowledge known, Efe efe) {
        double ambiguity = efe.weight(Term.AMBIGUITY) + efe.weight(Term.STATE_GAIN);
        double novelty = efe.weight(Term.NOVELTY_A);
        return IntStream.range(0, known.model().A().size()).mapToObj(m -> {
            Tensor A = known.model().A().get(m);
            Tensor sum = null;
            if (ambiguity != 0) {
                sum = A.times(A.atLeast(TINY).log()).sum(-1).times(-ambiguity);
            }
            if (novelty != 0) {
                Tensor gain = A.times(Knowledge.gain(known.counts().pA().get(m))).sum(-1).times(-novelty);
                sum = sum == null ? gain : sum.plus(gain);
            }
            return sum == null ? null : sum.reshape(-1);
        }).toArray(Tensor[]::new);
    }

    /** What G has of every transition: [U.., Π S], or null. */
    private static Tensor[] linearB(Knowledge known, Efe efe) {
        double novelty = efe.weight(Term.NOVELTY_B);
        return novelty == 0 ? null : IntStream.range(0, known.model().B().size())
                .mapToObj(f -> known.model().B().get(f).times(Knowledge.gain(known.counts().pB().get(f))).sum(-1).times(-novelty))
                .toArray(Tensor[]::new);
    }

    private static Tensor transition(Structure structure, int f, int[] actions, int rows, Beliefs before, Tensor linear) {
        Tensor q = joint(before, structure.parentsB().get(f));
        int[] block = new int[actions.length];
        for (int i = 0; i < actions.length; i++) {
            int[] single = structure.decode(actions[i]);
            for (int a : structure.actionsB().get(f)) {
                block[i] = block[i] * structure.actions().get(a).size() + single[a];
            }
        }
        return q.times(linear.reshape(-1, q.shape().last()).gather(0, repeat(block, rows))).sum(-1);
    }

    private static Beliefs gather(Beliefs q, int[] index) {
        return new Beliefs(q.qs().stream().map(x -> x.gather(0, index)).toList());
    }

    private static Tensor flat(Tensor x) {
        return x.reshape(-1, x.shape().last());
    }

    /** Rows are node · rows + row. */
    private static int[] spread(int[] nodes, int rows) {
        return IntStream.range(0, nodes.length * rows).map(i -> nodes[i / rows] * rows + i % rows).toArray();
    }

    private static int[] repeat(int[] x, int rows) {
        return IntStream.range(0, x.length * rows).map(i -> x[i / rows]).toArray();
    }

    /** All rows of some outlooks. */
    static Outlook concat(List<Outlook> parts) {
        return parts.size() == 1 ? parts.getFirst() : new Outlook(
                Tensor.concat(0, parts.stream().map(Outlook::cost).toArray(Tensor[]::new)),
                IntStream.range(0, parts.getFirst().outcomes.size())
                        .mapToObj(m -> Tensor.concat(0, parts.stream().map(p -> p.outcomes.get(m)).toArray(Tensor[]::new)))
                        .toList());
    }

    /** Some rows. */
    Outlook rows(int... index) {
        return new Outlook(cost.gather(0, index), outcomes.stream().map(o -> o.gather(0, index)).toList());
    }

    /** G of every policy, [N, P]. */
    Tensor G(List<Tensor> C, Efe efe) {
        double utility = efe.weight(Term.UTILITY);
        double risk = efe.weight(Term.RISK);
        Tensor G = cost;
        for (int m = 0; m < outcomes.size(); m++) {
            if (utility != 0) {
                G = G.minus(outcomes.get(m).matmul(C.get(m).reshape(-1)).times(utility));
            }
            if (risk != 0) {
                G = G.minus(outcomes.get(m).matmul(C.get(m).logSoftmax().reshape(-1)).times(risk));
            }
        }
        return G;
    }
}
