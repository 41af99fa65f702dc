/**
 * JMH benchmarks, for the change that claims to be faster: its row before and after. Run by {@code surprisal jmh}; with
 * narrower vectors by {@code surprisal jmh RowsBench -jvmArgsAppend -Dsurprisal.simd=256}.
 */
package surprisal.bench.jmh;
