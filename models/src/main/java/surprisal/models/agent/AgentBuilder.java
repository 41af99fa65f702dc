package surprisal.models.agent;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import surprisal.autodiff.Tensor;
import surprisal.models.pomdp.Counts;
import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.Learning;
import surprisal.models.pomdp.MeanField;
import surprisal.models.pomdp.Tables;

/** What an {@link Agent} is made of: a model, and a value for everything that is not said of it. */
public final class AgentBuilder {

    /** How Q(s) is found. */
    @FunctionalInterface
    public interface Perception {

        /** One factor after the other until nothing moves by more than 1e-12: F never rises. */
        Perception COORDINATE = (field, prior) -> {
            field.coordinate(prior, 1e-12, 256);
            return field.possible(prior);
        };

        /** The marginals of Bayes' rule on the joint of all factors, for small models. */
        Perception EXACT = (field, prior) -> field.exact(prior) > Double.NEGATIVE_INFINITY;

        /** pymdp's sixteen parallel sweeps. An impossible observation is taken for a very improbable one. */
        Perception PYMDP = (field, prior) -> {
            field.parallel(prior, 16);
            return true;
        };

        /** pymdp's parallel sweeps before 1.0: at most ten, until F changes by less than 0.001. */
        Perception PYMDP_LEGACY = (field, prior) -> {
            field.parallel(prior, 10, 1e-3);
            return true;
        };

        /**
         * Infers from what is observed.
         *
         * @param field the belief
         * @param prior for each factor P(s_f)
         * @return false if what is observed is impossible under the prior
         */
        boolean infer(MeanField field, double[][] prior);
    }

    final FactoredPomdp model;
    Perception perception = Perception.COORDINATE;
    Policies policies;
    BiFunction<Tables, PolicyTree, Search> search;
    Efe efe = Efe.STANDARD;
    double gamma = 16;
    double[] habit;
    double alpha = Choice.DETERMINISTIC;
    Choice choice = Choice.MARGINAL;
    List<Tensor> pA = List.of();
    List<Tensor> pB = List.of();
    List<Tensor> pC = List.of();
    List<Tensor> pD = List.of();
    double[] pE;
    Learning.Rule rule = Learning.Rule.STANDARD;
    List<double[]> intended;
    int depth;
    double threshold;
    double epsilon;

    AgentBuilder(FactoredPomdp model) {
        this.model = model;
        this.policies = Policies.all(model.structure(), 1);
    }

    /**
     * How Q(s) is found; coordinate updates if nothing is said.
     *
     * @param perception the way
     * @return this
     */
    public AgentBuilder perception(Perception perception) {
        this.perception = perception;
        return this;
    }

    /**
     * Every policy of some length; one step if nothing is said.
     *
     * @param horizon how many steps
     * @return this
     * @throws IllegalArgumentException as {@link Policies#all}
     */
    public AgentBuilder horizon(int horizon) {
        return policies(Policies.all(model.structure(), horizon));
    }

    /**
     * The policies to compare.
     *
     * @param policies some or all
     * @return this
     */
    public AgentBuilder policies(Policies policies) {
        this.policies = policies;
        return this;
    }

    /**
     * Another search than that over policies.
     *
     * @param search makes the search for the agent's numbers
     * @return this
     */
    public AgentBuilder search(Function<Tables, Search> search) {
        return tree((tables, oneStep) -> search.apply(tables));
    }

    /**
     * A search that looks ahead step by step, such as {@link Sophisticated}, {@link MonteCarlo} or {@link Habit}. It is handed
     * G_1 of every combination of actions with all that the agent has: the terms of its G, its counts, its intentions (of which
     * a Habit takes none).
     *
     * @param search makes the search for the agent's numbers and its G_1
     * @return this
     */
    public AgentBuilder tree(BiFunction<Tables, PolicyTree, Search> search) {
        this.search = search;
        return this;
    }

    /**
     * The terms of G; risk and ambiguity if nothing is said.
     *
     * @param efe the terms
     * @return this
     */
    public AgentBuilder efe(Efe efe) {
        this.efe = efe;
        return this;
    }

    /**
     * The precision of policies; 16 if nothing is said.
     *
     * @param gamma γ ≥ 0
     * @return this
     * @throws IllegalArgumentException unless γ is finite and ≥ 0
     */
    public AgentBuilder gamma(double gamma) {
        if (!(gamma >= 0 && gamma < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("precision γ is " + gamma + ": it takes a finite number ≥ 0");
        }
        this.gamma = gamma;
        return this;
    }

    /**
     * A habit.
     *
     * @param E a probability for each policy; {@link #build} checks that they sum to one
     * @return this
     */
    public AgentBuilder habit(double... E) {
        this.habit = E.clone();
        return this;
    }

    /**
     * How an action is chosen: each action by its marginal, always the best, if nothing is said.
     *
     * @param choice over whole policies or over each action
     * @param alpha the precision of the choice, {@link Choice#DETERMINISTIC} for always the best
     * @return this
     * @throws IllegalArgumentException unless α ≥ 0
     */
    public AgentBuilder choice(Choice choice, double alpha) {
        if (!(alpha >= 0)) {
            throw new IllegalArgumentException("precision α is " + alpha + ": it takes a number ≥ 0, or DETERMINISTIC");
        }
        this.choice = choice;
        this.alpha = alpha;
        return this;
    }

    /**
     * Dirichlet counts of A, which are learned.
     *
     * @param pA for each modality counts of A's shape
     * @return this
     */
    public AgentBuilder countsA(List<Tensor> pA) {
        this.pA = List.copyOf(pA);
        return this;
    }

    /**
     * Dirichlet counts of B, which are learned.
     *
     * @param pB for each factor counts of B's shape
     * @return this
     */
    public AgentBuilder countsB(List<Tensor> pB) {
        this.pB = List.copyOf(pB);
        return this;
    }

    /**
     * Dirichlet counts of C, which are learned: C becomes the log of how familiar each outcome is.
     *
     * @param pC for each modality counts of its outcomes
     * @return this
     */
    public AgentBuilder countsC(List<Tensor> pC) {
        this.pC = List.copyOf(pC);
        return this;
    }

    /**
     * Dirichlet counts of policies, which are learned: E(π) is how often policies were thought best, and becomes a habit.
     * Unless {@link #habit} says otherwise, it begins with their mean.
     *
     * @param pE a count for each policy
     * @return this
     */
    public AgentBuilder countsE(double... pE) {
        this.pE = pE.clone();
        return this;
    }

    /**
     * Dirichlet counts of D, which are learned.
     *
     * @param pD for each factor counts of D's shape
     * @return this
     */
    public AgentBuilder countsD(List<Tensor> pD) {
        this.pD = List.copyOf(pD);
        return this;
    }

    /**
     * The learning rate and what becomes of counts that are zero; 1 and kept if nothing is said.
     *
     * @param rate η ≥ 0
     * @param zeros kept, or revived as pymdp does
     * @return this
     * @throws IllegalArgumentException unless η is finite and ≥ 0
     */
    public AgentBuilder learning(double rate, Counts.Zeros zeros) {
        return learning(new Learning.Rule(rate, rule.forgetting(), zeros, rule.gain()));
    }

    /**
     * How counts grow and fade; {@link Learning.Rule#STANDARD} if nothing is said.
     *
     * @param rule the rates, what becomes of zeros, and the form of the gains
     * @return this
     */
    public AgentBuilder learning(Learning.Rule rule) {
        this.rule = rule;
        return this;
    }

    /**
     * Intended states, for the inductive term.
     *
     * @param H for each factor 1 for an intended state and else 0, or null for a factor without intentions
     * @param depth how many steps back from them are known
     * @param threshold what probability counts as possible, 0.1 in pymdp
     * @param epsilon ε in (0, 1): a state off the way costs −ln ε; 0.001 in pymdp
     * @return this
     */
    public AgentBuilder intentions(List<double[]> H, int depth, double threshold, double epsilon) {
        this.intended = java.util.Collections.unmodifiableList(new java.util.ArrayList<>(H));
        this.depth = depth;
        this.threshold = threshold;
        this.epsilon = epsilon;
        return this;
    }

    /**
     * The agent.
     *
     * @return ready to observe
     * @throws IllegalArgumentException if a term of G counts whose numbers are missing, or the habit does not fit
     */
    public Agent build() {
        return new Agent(this);
    }
}
