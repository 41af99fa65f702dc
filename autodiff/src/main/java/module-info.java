/** What can be computed and differentiated: tensors, the tape, its operations, optimisers and gradient checks. */
module surprisal.autodiff {
    requires transitive surprisal.engine;

    exports surprisal.autodiff;
}
