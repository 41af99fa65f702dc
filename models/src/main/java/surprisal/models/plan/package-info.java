/** World model, objective, planner: three nouns that don't know each other. */
package surprisal.models.plan;
