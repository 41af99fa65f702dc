/**
 * JMH benchmarks, for the change that claims to be faster: its row before and after. Run by {@code surprisal jmh}.
 */
package surprisal.bench.jmh;
