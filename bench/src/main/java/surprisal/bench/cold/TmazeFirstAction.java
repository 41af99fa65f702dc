package surprisal.bench.cold;

import surprisal.bench.cases.PymdpCases;
import surprisal.engine.Rng;
import surprisal.models.agent.Agent;
import surprisal.models.agent.AgentBuilder.Perception;
import surprisal.models.agent.Choice;
import surprisal.models.agent.Efe;
import surprisal.models.pomdp.PomdpJson;

/** Reads the T-maze of the peers, infers the state, compares the policies of two steps, and prints what to do first. */
final class TmazeFirstAction {
    private TmazeFirstAction() {}

    static void run() {
        PomdpJson file = PymdpCases.read("tmaze");
        Agent agent = Agent.of(file.model()).perception(Perception.PYMDP).horizon(2).efe(Efe.PYMDP).gamma(1)
                .choice(Choice.FULL, Choice.DETERMINISTIC).build();
        agent.observe(0, 0, 0);
        agent.plan();
        int[] action = file.model().structure().decode(agent.act(new Rng(0)));
        System.out.println("[" + action[0] + ", " + action[1] + "]");
    }
}
