package surprisal.kernels;

/**
 * The loops of one {@link Binary} over arrays of one kind; see {@link Loop} for why each op has its own copy. A stride
 * is 1, or 0 for one number that meets all the others.
 */
abstract class ZipLoop<T> {

    /** y = f(a, b). */
    abstract void zip(T a, int ao, int as, T b, int bo, int bs, T y, int yo, int n);

    /** ga += g · ∂f/∂a, all n of them. */
    abstract void gradA(T a, int ao, int as, T b, int bo, int bs, T y, int yo, T g, int go, T ga, int gao, int n);

    /** gb += g · ∂f/∂b, all n of them. */
    abstract void gradB(T a, int ao, int as, T b, int bo, int bs, T y, int yo, T g, int go, T gb, int gbo, int n);
}
