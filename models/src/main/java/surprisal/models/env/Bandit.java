package surprisal.models.env;

import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.PomdpBuilder;

/**
 * Two slot machines of which one is better, and somebody who knows which and may be asked for a hint (Smith, Friston and
 * Whyte 2022; the epistemic bandit of pymdp's tutorials).
 */
public final class Bandit {

    private Bandit() {}

    /**
     * A bandit.
     *
     * @param hint the probability that a hint is right
     * @param win the probability that the better machine pays
     * @param reward the log-preference for a reward
     * @param loss the log-preference for a loss, negative
     * @return factors better, choice; modalities hint, outcome, choice; actions start, ask, left, right
     * @throws IllegalArgumentException unless hint and win are probabilities
     */
    public static FactoredPomdp model(double hint, double win, double reward, double loss) {
        String[] choices = {"start", "ask", "left", "right"};
        String[] sides = {"left", "right"};
        PomdpBuilder world = FactoredPomdp.builder()
                .factor("better", sides)
                .factor("choice", choices)
                .action("play", choices)
                .modality("hint", "nothing", "left", "right").given().outcome("nothing");
        for (int side = 0; side < 2; side++) {
            world.given("choice", "ask", "better", sides[side]).outcome(sides[side], hint).outcome(sides[1 - side], 1 - hint);
        }
        world.modality("outcome", "nothing", "loss", "reward").given().outcome("nothing");
        for (int side = 0; side < 2; side++) {
            world.given("choice", sides[side], "better", sides[side]).outcome("reward", win).outcome("loss", 1 - win)
                    .given("choice", sides[side], "better", sides[1 - side]).outcome("reward", 1 - win).outcome("loss", win);
        }
        world.modality("choice", choices).dependsOn("choice");
        for (String choice : choices) {
            world.given("choice", choice).outcome(choice);
        }
        world.transition("choice").dependsOn("play", "choice");
        for (String choice : choices) {
            world.given("play", choice).next(choice);
        }
        return world.initially("choice", "start").prefer("outcome", "reward", reward).prefer("outcome", "loss", loss).build();
    }
}
