/**
 * Warm times of named cases, by the rule of the peers' scripts and in their output: one JSON object a line.
 *
 * <p>A {@link surprisal.bench.timing.Case} names what is measured, {@link surprisal.bench.timing.Stopwatch} measures
 * it and {@link surprisal.bench.timing.Row} is the line.
 */
package surprisal.bench.timing;
