/**
 * What an array is: {@link surprisal.engine.Shape}, {@link surprisal.engine.Precision}, the dense
 * {@link surprisal.engine.Array} and the random numbers that fill it.
 */
package surprisal.engine;
