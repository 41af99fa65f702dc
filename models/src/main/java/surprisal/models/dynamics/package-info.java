/** How states go on in time: priors and posteriors of sequences, their free energy, and what is imagined with the prior alone. */
package surprisal.models.dynamics;
