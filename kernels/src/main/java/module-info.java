/** How numbers move: elementwise functions, matrix products, reductions and random bits. */
module surprisal.kernels {
    requires jdk.incubator.vector;

    exports surprisal.kernels;
}
