package surprisal.models.agent;

/** Scores policies from a belief: the plain-number twin of a planner. Its memory belongs to one thread. */
public interface Search {

    /**
     * The policies that are scored; for a tree of decisions, the first actions.
     *
     * @return the policies
     */
    Policies policies();

    /**
     * G of every policy.
     *
     * @param qs for each factor the belief now
     * @return G(π) in nats: the array itself, which the next search overwrites
     */
    double[] G(double[][] qs);

    /** Takes in A and C as they are now, after they were learned. */
    void changed();

    /** Takes in B as it is now, after it was learned alone. Who reads it as he goes has nothing to do. */
    default void changedB() {}
}
