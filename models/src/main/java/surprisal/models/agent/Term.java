package surprisal.models.agent;

/**
 * The terms of the expected free energy of one imagined step, each as it adds to G, in nats. With qo_m = E_Q(s)[P(o_m|s)],
 * all are computed from the marginals Q(s_f).
 */
public enum Term {
    /** −Σ_m Σ_o qo_m(o) C_m(o), with C as it is: the negative of pymdp's utility. */
    UTILITY,
    /** Σ_m D_KL[qo_m ‖ σ(C_m)]. */
    RISK,
    /** Σ_m E_Q(s)[H[P(o_m|s)]]. */
    AMBIGUITY,
    /** −Σ_m I[s; o_m]: the gain of each modality by itself, so that a modality that is there twice counts twice, as in pymdp. */
    STATE_GAIN,
    /** −I[s; o]: the gain of all modalities together, as in SPM. It is enumerated, over the states and outcomes of every modality. */
    JOINT_GAIN,
    /** −Σ_m E_Q(s)[I[A_m; o_m | s]] of Dirichlet counts: what the step teaches about A. */
    NOVELTY_A,
    /** −Σ_f E_Q(s)[I[B_f; s′_f | s, u]] of Dirichlet counts: what the step teaches about B. */
    NOVELTY_B,
    /** pymdp's form of {@link #NOVELTY_A}: the outcome and the state are averaged apart from each other. */
    PYMDP_NOVELTY_A,
    /** pymdp's form of {@link #NOVELTY_B}: the next state and the state are averaged apart from each other. */
    PYMDP_NOVELTY_B,
    /** −Σ_f E_Q(s′)[ln ε] where the next state is off every way to the intended states, as in pymdp (Friston et al. 2023). */
    INDUCTIVE
}
