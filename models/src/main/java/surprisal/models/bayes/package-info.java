/**
 * Beliefs about parameters: networks whose weights are a distribution, many members or many masks, what they predict
 * together, and what an outcome would tell about them.
 */
package surprisal.models.bayes;
