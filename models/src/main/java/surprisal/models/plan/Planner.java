package surprisal.models.plan;

/** Proposes policies, scores them by what a model imagines of them, and says what it found. */
public interface Planner {

    /**
     * Plans from a belief.
     *
     * @param model how the world goes on
     * @param G what each imagined step costs
     * @param now what is believed now, without a batch axis
     * @param <B> the type of a belief
     * @return the policies with their G
     */
    <B> Plan plan(WorldModel<B> model, Objective<B> G, B now);
}
