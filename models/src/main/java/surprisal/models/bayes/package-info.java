/**
 * Beliefs about parameters: networks whose weights are a distribution, many members, masks or Markov chains, what they
 * predict together, and what an outcome would tell about them.
 */
package surprisal.models.bayes;
