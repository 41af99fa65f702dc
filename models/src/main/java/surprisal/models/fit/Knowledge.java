package surprisal.models.fit;

import java.util.ArrayList;
import java.util.List;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.models.pomdp.Beliefs;
import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.Structure;

/**
 * A model and the Dirichlet counts it is learned by, a ← a + η Q(parents) ⊗ event, on tensors: what
 * {@link surprisal.models.pomdp.Counts} does in place. Of what is learned, beliefs have one row.
 *
 * @param model the model as it is known now
 * @param counts the counts as they are now
 */
record Knowledge(FactoredPomdp model, Subject.Learning counts) {

    private static final double TINY = 0x1p-52;

    static Knowledge of(Subject subject) {
        return new Knowledge(subject.model(), subject.learning());
    }

    /**
     * What one step teaches.
     *
     * @param before the belief before the action, or null at the beginning
     * @param action what was done before, or UNSEEN
     * @param now the belief
     * @param outcomes what was seen
     */
    Knowledge after(Beliefs before, int action, Beliefs now, int[] outcomes) {
        Structure structure = model.structure();
        List<Tensor> A = new ArrayList<>(model.A());
        List<Tensor> pA = new ArrayList<>(counts.pA());
        for (int m = 0; m < pA.size(); m++) {
            if (outcomes[m] >= 0) {
                Tensor o = Tensor.oneHot(structure.modalities().get(m).size(), Precision.FLOAT64, outcomes[m]);
                learn(outer(joint(now, structure.parentsA().get(m)), o), A, pA, m);
            }
        }
        List<Tensor> B = new ArrayList<>(model.B());
        List<Tensor> pB = new ArrayList<>(counts.pB());
        for (int f = 0; before != null && action >= 0 && f < pB.size(); f++) {
            Tensor parents = joint(before, structure.parentsB().get(f));
            learn(outer(outer(block(f, action), parents), now.qs().get(f)), B, pB, f);
        }
        List<Tensor> D = new ArrayList<>(model.D());
        List<Tensor> pD = new ArrayList<>(counts.pD());
        for (int f = 0; before == null && f < pD.size(); f++) {
            learn(now.qs().get(f), D, pD, f);
        }
        return new Knowledge(new FactoredPomdp(structure, A, B, model.C(), D), new Subject.Learning(pA, pB, pD, counts.rate()));
    }

    private void learn(Tensor event, List<Tensor> means, List<Tensor> counts, int i) {
        Tensor old = counts.get(i);
        Tensor more = event.reshape(old.shape()).times(positive(old)); // what can't happen is not learned
        Tensor a = old.plus(more.times(this.counts.rate()));
        Tensor touched = column(positive(more.sum(-1)));
        counts.set(i, a);
        means.set(i, a.div(column(a.sum(-1).atLeast(TINY))).where(touched, means.get(i)));
    }

    /** 1 where x is positive and 0 elsewhere: a constant. */
    private static Tensor positive(Tensor x) {
        double[] mask = new double[x.shape().size()];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = x.at(i) > 0 ? 1 : 0;
        }
        return Tensor.of(x.shape(), mask);
    }

    /** One-hot over the combinations of the actions that a factor depends on, [1, U_f]. */
    private Tensor block(int f, int action) {
        int[] single = model.structure().decode(action);
        int n = 1;
        int at = 0;
        for (int a : model.structure().actionsB().get(f)) {
            n *= model.structure().actions().get(a).size();
            at = at * model.structure().actions().get(a).size() + single[a];
        }
        return Tensor.oneHot(n, Precision.FLOAT64, at);
    }

    /** What one more event of each kind would teach: w = ln Σa − ln a + ψ(a + 1) − ψ(Σa + 1), 0 where a is. */
    static Tensor gain(Tensor counts) {
        Tensor a = counts.atLeast(TINY);
        Tensor sum = column(a.sum(-1));
        return sum.log().minus(sum.plus(1).digamma()).minus(a.log()).plus(a.plus(1).digamma()).times(positive(counts));
    }

    /** Π_d Q(s_d) over some factors, [R, Π S_d]; with none of them 1. */
    static Tensor joint(Beliefs q, List<Integer> factors) {
        Tensor joint = Tensor.full(surprisal.engine.Shape.of(q.qs().getFirst().shape().dim(0), 1), 1, Precision.FLOAT64);
        for (int i = 0; i < factors.size(); i++) {
            Tensor next = q.qs().get(factors.get(i));
            joint = i == 0 ? next : outer(joint, next);
        }
        return joint;
    }

    /** a ⊗ b of each row, [R, m], [R, n] → [R, m · n]. */
    static Tensor outer(Tensor a, Tensor b) {
        if (a.shape().last() == 1) {
            return a.times(b);
        }
        return a.shape().dim(0) == 1 && b.shape().dim(0) == 1
                ? a.reshape(-1, 1).times(b).reshape(1, -1)
                : a.reshape(a.shape().dim(0), -1, 1).times(b.reshape(b.shape().dim(0), 1, -1)).reshape(a.shape().dim(0), -1);
    }

    /** A last axis of length 1. */
    static Tensor column(Tensor x) {
        int[] dims = java.util.Arrays.copyOf(x.shape().dims(), x.shape().rank() + 1);
        dims[dims.length - 1] = 1;
        return x.reshape(dims);
    }
}
