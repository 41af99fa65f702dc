/**
 * How numbers move: elementwise functions, matrix products, rows, reductions and random bits on plain arrays, in vector lanes and in
 * scalars, with the same bits in both.
 *
 * <p>{@link surprisal.kernels.Simd#describe} says what is in use, {@link surprisal.kernels.Workers} holds the threads.
 */
package surprisal.kernels;
