/** What {@code surprisal bench} measures: the same names, sizes and work as the peers' scripts. */
package surprisal.bench.cases;
