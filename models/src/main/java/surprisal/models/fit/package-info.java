/** What somebody's actions tell about the agent that took them: likelihoods of recordings, and posteriors of its parameters. */
package surprisal.models.fit;
