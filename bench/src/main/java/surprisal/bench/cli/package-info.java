/**
 * The {@code surprisal} command. A command checks its options and its folders before it works, and whatever goes
 * wrong ends as one sentence on standard error: exit code 2 for wrong options, 1 for everything else.
 */
package surprisal.bench.cli;
