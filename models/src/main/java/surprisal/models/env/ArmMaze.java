package surprisal.models.env;

import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.PomdpBuilder;

/**
 * The T-mazes of pymdp 1.0 ({@code TMaze} and {@code SimplifiedTMaze}; Heins et al. 2022): a reward in one arm, a
 * punishment in the other, and a cue at the foot that tells which is which. The arms are no traps.
 */
public final class ArmMaze {

    private ArmMaze() {}

    /**
     * A maze of five places: the cue – the corridor – the junction – the two arms. An action names a place and leads there
     * if it is next to where one stands. It begins in the corridor.
     *
     * @param validity the probability that the cue tells the truth
     * @param chance the probability that the right arm shows the reward, and the wrong one the punishment
     * @param reward the log-preference for a reward
     * @param punishment the log-preference for a punishment, negative
     * @return places 0 corridor, 1 left, 2 right, 3 cue, 4 junction; modalities place, outcome, cue
     * @throws IllegalArgumentException unless validity and chance are probabilities
     */
    public static FactoredPomdp model(double validity, double chance, double reward, double punishment) {
        String[] places = {"corridor", "left", "right", "cue", "junction"};
        String[][] ways = {{"corridor", "cue"}, {"corridor", "junction"}, {"junction", "left"}, {"junction", "right"}};
        PomdpBuilder maze = FactoredPomdp.builder()
                .factor("place", places)
                .factor("reward", "left", "right")
                .action("go", places)
                .modality("place", places).dependsOn("place");
        for (String place : places) {
            maze.given("place", place).outcome(place);
        }
        outcome(maze, chance);
        maze.modality("cue", "nothing", "left", "right").given().outcome("nothing");
        for (String side : new String[] {"left", "right"}) {
            maze.given("place", "cue", "reward", side).outcome(side, validity).outcome(other(side), 1 - validity);
        }
        maze.transition("place").dependsOn("go", "place");
        for (String[] way : ways) {
            maze.given("place", way[0], "go", way[1]).next(way[1]).given("place", way[1], "go", way[0]).next(way[0]);
        }
        return maze.initially("place", "corridor")
                .prefer("outcome", "reward", reward)
                .prefer("outcome", "punishment", punishment)
                .build();
    }

    /**
     * A maze of four places, each one move from every other; the cue is part of what is seen of the place. It begins
     * in the centre.
     *
     * @param validity the probability that the cue tells the truth
     * @param chance the probability that the right arm shows the reward, and the wrong one the punishment
     * @param reward the log-preference for a reward
     * @param punishment the log-preference for a punishment, negative
     * @return places 0 centre, 1 left, 2 right, 3 cue; modalities place (centre, left, right, cue left, cue right), outcome
     * @throws IllegalArgumentException unless validity and chance are probabilities
     */
    public static FactoredPomdp simplified(double validity, double chance, double reward, double punishment) {
        String[] places = {"centre", "left", "right", "cue"};
        PomdpBuilder maze = FactoredPomdp.builder()
                .factor("place", places)
                .factor("reward", "left", "right")
                .action("go", places)
                .modality("place", "centre", "left", "right", "cue left", "cue right")
                .given("place", "centre").outcome("centre")
                .given("place", "left").outcome("left")
                .given("place", "right").outcome("right");
        for (String side : new String[] {"left", "right"}) {
            maze.given("place", "cue", "reward", side)
                    .outcome("cue " + side, validity)
                    .outcome("cue " + other(side), 1 - validity);
        }
        outcome(maze, chance);
        maze.transition("place").dependsOn("go", "place");
        for (String place : places) {
            maze.given("go", place).next(place);
        }
        return maze.initially("place", "centre")
                .prefer("outcome", "reward", reward)
                .prefer("outcome", "punishment", punishment)
                .build();
    }

    private static void outcome(PomdpBuilder maze, double chance) {
        maze.modality("outcome", "nothing", "reward", "punishment").given().outcome("nothing");
        for (String side : new String[] {"left", "right"}) {
            maze.given("place", side, "reward", side).outcome("reward", chance).outcome("punishment", 1 - chance)
                    .given("place", other(side), "reward", side).outcome("reward", 1 - chance).outcome("punishment", chance);
        }
    }

    private static String other(String side) {
        return side.equals("left") ? "right" : "left";
    }
}
