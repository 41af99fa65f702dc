/** Data to learn from. */
package surprisal.models.data;
