package surprisal.models.agent;

/** What the branches after an action stand for in a tree of decisions, {@link Sophisticated}. */
public enum Branching {
    /**
     * The outcomes of all modalities, each combination with the product of its marginals Π_m Q(o_m|u), as in pymdp. A
     * combination is followed if that is more than {@code outcomePrune}.
     */
    OUTCOMES,
    /**
     * The outcomes of all modalities, each combination with its probability Q(o|u) = Σ_s Π_f Q(s_f|u) Π_m P(o_m|s). It is
     * followed if that is more than {@code outcomePrune}.
     */
    JOINT_OUTCOMES,
    /**
     * The hidden states of all factors, each combination i with Π_f Q(s_f|u), as in SPM. Its belief is what the outcomes that
     * it leads one to expect would say, Q(s) ∝ Q(s|u) Π_m Σ_o P(o|i) P(o|s). It is followed if it is more probable than the
     * share {@code outcomePrune} of the most probable one, 1/16 in SPM.
     */
    STATES
}
