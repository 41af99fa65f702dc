/** Distributions: the last axis is the event, the others are the batch. */
package surprisal.models.dist;
