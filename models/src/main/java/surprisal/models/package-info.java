/**
 * The formulas: {@link surprisal.models.FreeEnergy}, {@link surprisal.models.ExpectedFreeEnergy} and the table of
 * {@link surprisal.models.Kl} divergences. Everything else in this module serves them. F and G are minimised, in nats.
 */
package surprisal.models;
