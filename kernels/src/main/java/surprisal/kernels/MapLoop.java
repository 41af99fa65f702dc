package surprisal.kernels;

/** The loops of one {@link Unary} over arrays of one kind; see {@link Loop} for why each op has its own copy. */
abstract class MapLoop<T> {

    /** y = f(x). */
    abstract void map(T x, int xo, T y, int yo, int n);

    /** c = f(c + bias) for {@code rows} of n numbers, {@code ld} apart. */
    abstract void finish(T bias, int bo, T c, int co, int ld, int rows, int n);

    /** gx += g · f′(x). */
    abstract void grad(T x, int xo, T y, int yo, T g, int go, T gx, int gxo, int n);

    /** gx = g · f′(x); gx may be g. */
    abstract void slope(T x, int xo, T y, int yo, T g, int go, T gx, int gxo, int n);
}
