/** What an array is: shapes, dense arrays, random streams, and the files they live in. */
module surprisal.engine {
    requires transitive surprisal.kernels;

    exports surprisal.engine;
    exports surprisal.engine.io;
}
