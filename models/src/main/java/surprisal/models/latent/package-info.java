/** Models with latent variables, fitted by their free energy. */
package surprisal.models.latent;
