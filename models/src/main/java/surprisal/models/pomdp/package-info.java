/** Discrete worlds that are seen in part. */
package surprisal.models.pomdp;
