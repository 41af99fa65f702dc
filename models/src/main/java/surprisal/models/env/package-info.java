/** Worlds to act in. */
package surprisal.models.env;
