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

    /** Takes in what was learned of the model since the last search. */
    void changed();
}
