/** Recomputes what another program left in files, to say how far apart the numbers are. */
package surprisal.bench.replay;
