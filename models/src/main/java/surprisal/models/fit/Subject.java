package surprisal.models.fit;

import java.util.List;
import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Shape;
import surprisal.models.agent.Agent;
import surprisal.models.agent.AgentBuilder;
import surprisal.models.agent.Choice;
import surprisal.models.agent.Efe;
import surprisal.models.agent.Policies;
import surprisal.models.agent.Term;
import surprisal.models.pomdp.Counts;
import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.Variable;

/**
 * An agent whose numbers are tensors, so that what it does can be differentiated: q(π) = σ(ln E − γ G(π)), and actions
 * by their probability to the power of α. All tensors are float64.
 *
 * @param model A, B, C and D; C is finite
 * @param policies what it compares
 * @param efe the terms of G: utility, risk, ambiguity, state gain, novelty of A and of B
 * @param choice over whole policies or over each action
 * @param gamma γ ≥ 0, one number
 * @param alpha α ≥ 0, one number
 * @param habit E(π), [P]
 * @param learning what it learns, and how fast
 */
public record Subject(
        FactoredPomdp model,
        Policies policies,
        Efe efe,
        Choice choice,
        Tensor gamma,
        Tensor alpha,
        Tensor habit,
        Subject.Learning learning) {

    private static final List<Term> KNOWN =
            List.of(Term.UTILITY, Term.RISK, Term.AMBIGUITY, Term.STATE_GAIN, Term.NOVELTY_A, Term.NOVELTY_B);

    /**
     * Dirichlet counts that are learned, zeros kept; an empty list where nothing is.
     *
     * @param pA for each modality counts of A's shape, or none
     * @param pB for each factor counts of B's shape, or none
     * @param pD for each factor counts of D's shape, or none
     * @param rate η ≥ 0, one number
     */
    public record Learning(List<Tensor> pA, List<Tensor> pB, List<Tensor> pD, Tensor rate) {

        /** Nothing is learned. */
        public static final Learning NONE = new Learning(List.of(), List.of(), List.of(), Tensor.of(1.0).reshape());

        boolean any() {
            return !pA.isEmpty() || !pB.isEmpty() || !pD.isEmpty();
        }
    }

    /**
     * A subject.
     *
     * @throws IllegalArgumentException if a term of G is none of the known ones, or counts whose numbers are missing
     */
    public Subject {
        for (Term term : efe.weights().keySet()) {
            if (!KNOWN.contains(term)) {
                throw new IllegalArgumentException("the term " + term + " has no gradient here: fit with some of " + KNOWN);
            }
        }
        if (efe.weight(Term.NOVELTY_A) != 0 && learning.pA().isEmpty() || efe.weight(Term.NOVELTY_B) != 0 && learning.pB().isEmpty()) {
            throw new IllegalArgumentException("a novelty counts in G but there are no counts of its table: give the subject some");
        }
    }

    /**
     * A subject that compares policies of one step by risk and ambiguity with γ = 1, draws each action by its marginal with
     * α = 1, has no habit and does not learn.
     *
     * @param model what it believes of the world
     * @return the subject
     */
    public static Subject of(FactoredPomdp model) {
        return new Subject(model, Policies.all(model.structure(), 1), Efe.STANDARD, Choice.MARGINAL, number(1), number(1),
                uniform(model.structure().jointActions()), Learning.NONE);
    }

    private static Tensor number(double x) {
        return Tensor.of(x).reshape();
    }

    private static Tensor uniform(int n) {
        return Tensor.full(Shape.of(n), 1.0 / n, Precision.FLOAT64);
    }

    /**
     * The same with other policies, and without a habit.
     *
     * @param policies what it compares
     * @return the subject
     */
    public Subject policies(Policies policies) {
        return new Subject(model, policies, efe, choice, gamma, alpha, uniform(policies.size()), learning);
    }

    /**
     * The same with all policies of some length, and without a habit.
     *
     * @param horizon how many steps
     * @return the subject
     */
    public Subject horizon(int horizon) {
        return policies(Policies.all(model.structure(), horizon));
    }

    /**
     * The same with other terms of G.
     *
     * @param efe the terms
     * @return the subject
     */
    public Subject efe(Efe efe) {
        return new Subject(model, policies, efe, choice, gamma, alpha, habit, learning);
    }

    /**
     * The same with another way to choose.
     *
     * @param choice over whole policies or over each action
     * @return the subject
     */
    public Subject choice(Choice choice) {
        return new Subject(model, policies, efe, choice, gamma, alpha, habit, learning);
    }

    /**
     * The same with another precision of policies.
     *
     * @param gamma γ, one number
     * @return the subject
     */
    public Subject gamma(Tensor gamma) {
        return new Subject(model, policies, efe, choice, gamma.reshape(), alpha, habit, learning);
    }

    /**
     * The same with another precision of actions.
     *
     * @param alpha α, one number
     * @return the subject
     */
    public Subject alpha(Tensor alpha) {
        return new Subject(model, policies, efe, choice, gamma, alpha.reshape(), habit, learning);
    }

    /**
     * The same with a habit.
     *
     * @param habit E(π), [P]
     * @return the subject
     * @throws IllegalArgumentException if there is not one probability for each policy
     */
    public Subject habit(Tensor habit) {
        if (habit.shape().size() != policies.size()) {
            throw new IllegalArgumentException("a habit over " + habit.shape().size() + " policies: there are " + policies.size());
        }
        return new Subject(model, policies, efe, choice, gamma, alpha, habit, learning);
    }

    /**
     * The same with other preferences.
     *
     * @param modality of which modality
     * @param C log-preferences up to a constant, [O] or by time [T, O]
     * @return the subject
     * @throws IllegalArgumentException if there is no such modality, or C is of another shape
     */
    public Subject preferences(int modality, Tensor C) {
        int outcomes = one(modality, model.structure().modalities(), "modality").size();
        if (C.shape().rank() < 1 || C.shape().rank() > 2 || C.shape().last() != outcomes || C.shape().size() == 0) {
            throw new IllegalArgumentException("preferences of modality " + modality + " are " + C.shape() + ": they are [" + outcomes
                    + "], or by time [T, " + outcomes + "]");
        }
        List<Tensor> all = IntStream.range(0, model.C().size()).mapToObj(m -> m == modality ? C : model.C().get(m)).toList();
        return model(new FactoredPomdp(model.structure(), model.A(), model.B(), all, model.D()));
    }

    /**
     * The same with another belief at the beginning.
     *
     * @param factor of which factor
     * @param D P(s_f), [S_f]
     * @return the subject
     * @throws IllegalArgumentException if there is no such factor, or D is of another shape
     */
    public Subject initially(int factor, Tensor D) {
        int states = one(factor, model.structure().factors(), "factor").size();
        if (!D.shape().equals(Shape.of(states))) {
            throw new IllegalArgumentException("the first belief about factor " + factor + " is " + D.shape() + ": it is [" + states + "]");
        }
        List<Tensor> all = IntStream.range(0, model.D().size()).mapToObj(f -> f == factor ? D : model.D().get(f)).toList();
        return model(new FactoredPomdp(model.structure(), model.A(), model.B(), model.C(), all));
    }

    private static Variable one(int i, List<Variable> all, String kind) {
        if (i < 0 || i >= all.size()) {
            throw new IllegalArgumentException(kind + " " + i + ": the model has 0 to " + (all.size() - 1) + ", "
                    + all.stream().map(Variable::name).toList());
        }
        return all.get(i);
    }

    /**
     * The same with another model of the same structure.
     *
     * @param model A, B, C and D
     * @return the subject
     */
    public Subject model(FactoredPomdp model) {
        return new Subject(model, policies, efe, choice, gamma, alpha, habit, learning);
    }

    /**
     * The same with counts to learn.
     *
     * @param learning what it learns, and how fast
     * @return the subject
     */
    public Subject learning(Learning learning) {
        return new Subject(model, policies, efe, choice, gamma, alpha, habit, learning);
    }

    /**
     * The agent with these numbers, to be simulated.
     *
     * @return an agent that chooses as the likelihood says
     */
    public Agent agent() {
        AgentBuilder agent = Agent.of(model).policies(policies).efe(efe).gamma(gamma.item()).choice(choice, alpha.item())
                .habit(IntStream.range(0, policies.size()).mapToDouble(habit::at).toArray())
                .learning(learning.rate().item(), Counts.Zeros.KEPT);
        if (!learning.pA().isEmpty()) {
            agent.countsA(learning.pA());
        }
        if (!learning.pB().isEmpty()) {
            agent.countsB(learning.pB());
        }
        if (!learning.pD().isEmpty()) {
            agent.countsD(learning.pD());
        }
        return agent.build();
    }

    /** Whether it chooses as another subject does, and among the same policies. */
    boolean choosesLike(Subject that) {
        return choice == that.choice && (policies == that.policies
                || policies.size() == that.policies.size() && policies.horizon() == that.policies.horizon()
                && IntStream.range(0, policies.size()).allMatch(p -> IntStream.range(0, policies.horizon())
                        .allMatch(t -> policies.joint(p, t) == that.policies.joint(p, t))));
    }

    /** Whether beliefs, and what is imagined from them for the same terms of G, are those of another subject, by the very tensors. */
    boolean believesLike(Subject that) {
        return efe.equals(that.efe)
                && IntStream.range(0, model.C().size()).allMatch(m ->
                        Outlook.preferredSteps(model.C().get(m)) == Outlook.preferredSteps(that.model.C().get(m)))
                && same(model.A(), that.model.A()) && same(model.B(), that.model.B()) && same(model.D(), that.model.D())
                && same(learning.pA(), that.learning.pA()) && same(learning.pB(), that.learning.pB())
                && same(learning.pD(), that.learning.pD())
                && (!learning.any() || learning.rate() == that.learning.rate());
    }

    private static boolean same(List<Tensor> a, List<Tensor> b) {
        return a.size() == b.size() && IntStream.range(0, a.size()).allMatch(i -> a.get(i) == b.get(i));
    }
}
