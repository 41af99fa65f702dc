package surprisal.models.env;

import java.util.Arrays;
import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.PomdpBuilder;

/**
 * A scene of four quadrants that is looked at one by one, to say what it means (scene construction, Mirza et al. 2016). A
 * bird and a cat side by side: flee. A bird and seed side by side: feed. A bird and seed across: wait. The scene may be
 * mirrored left to right and top to bottom.
 *
 * <p>Its meaning and how it is turned are one factor: a picture says something of them together, which beliefs about each by
 * itself would forget, and be sure too early.
 */
public final class Scene {
    private static final String[] MEANINGS = {"flee", "feed", "wait"};
    private static final String[] TURNS = {"", " upside down", " mirrored", " mirrored upside down"};
    private static final String[] QUADRANTS = {"top left", "top right", "bottom left", "bottom right"};
    private static final String[][] PICTURES = {
        {"bird", "cat", "nothing", "nothing"}, {"bird", "seed", "nothing", "nothing"}, {"bird", "nothing", "nothing", "seed"}
    };

    private Scene() {}

    /**
     * A scene.
     *
     * @param clarity the probability that a quadrant shows what is in it; else it shows nothing of it
     * @param right the log-preference for a right answer
     * @param wrong the log-preference for a wrong one, negative
     * @return factors scene (each meaning, upright, upside down, mirrored, and both), look (the middle, four quadrants, three
     *     answers); modalities what, where
     * @throws IllegalArgumentException unless clarity is a probability
     */
    public static FactoredPomdp model(double clarity, double right, double wrong) {
        String[] looks = {
            "middle", QUADRANTS[0], QUADRANTS[1], QUADRANTS[2], QUADRANTS[3], "say flee", "say feed", "say wait"
        };
        PomdpBuilder world = FactoredPomdp.builder()
                .factor("scene", Arrays.stream(MEANINGS).flatMap(m -> Arrays.stream(TURNS).map(turn -> m + turn)).toArray(String[]::new))
                .factor("look", looks)
                .action("look at", looks)
                .modality("what", "nothing", "bird", "seed", "cat", "right", "wrong").given().outcome("nothing");
        for (int scene = 0; scene < MEANINGS.length; scene++) {
            for (int turn = 0; turn < TURNS.length; turn++) {
                String turned = MEANINGS[scene] + TURNS[turn];
                for (int quadrant = 0; quadrant < 4; quadrant++) {
                    int column = (quadrant + turn / 2) % 2;
                    int row = (quadrant / 2 + turn) % 2;
                    String what = PICTURES[scene][2 * row + column];
                    world.given("scene", turned, "look", QUADRANTS[quadrant]);
                    if (what.equals("nothing")) {
                        world.outcome(what);
                    } else {
                        world.outcome(what, clarity).outcome("nothing", 1 - clarity);
                    }
                }
                for (String answer : MEANINGS) {
                    world.given("scene", turned, "look", "say " + answer)
                            .outcome(answer.equals(MEANINGS[scene]) ? "right" : "wrong");
                }
            }
        }
        world.modality("where", looks).dependsOn("look");
        for (String look : looks) {
            world.given("look", look).outcome(look);
        }
        world.transition("look").dependsOn("look at", "look");
        for (String look : looks) {
            world.given("look at", look).next(look);
        }
        return world.initially("look", "middle").prefer("what", "right", right).prefer("what", "wrong", wrong).build();
    }
}
