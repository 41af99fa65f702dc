/** What {@code surprisal agent run} does: agents in small worlds, what they did there, and the page about it. */
package surprisal.bench.agents;
