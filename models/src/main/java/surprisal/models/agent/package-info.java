/** Discrete active-inference agents: policies, their expected free energy, and what is done. */
package surprisal.models.agent;
