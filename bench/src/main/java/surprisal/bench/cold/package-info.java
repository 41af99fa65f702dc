/**
 * Whole programs, each in a fresh process from its start to its first result: what one waits for before anything is
 * warm. {@code ./surprisal cold NAME} runs one.
 */
package surprisal.bench.cold;
