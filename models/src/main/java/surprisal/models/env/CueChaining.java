package surprisal.models.env;

import java.util.List;
import java.util.stream.IntStream;
import surprisal.models.env.GridWorld.Cell;
import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.PomdpBuilder;

/**
 * A grid in which one cue tells where the other is, and that one tells where the reward is (pymdp's epistemic chaining,
 * Heins et al. 2022). By default the world of pymdp's {@code CueChainingEnv}.
 *
 * @param grid the cells
 * @param start where it begins
 * @param first where the first cue is
 * @param second where the second cue may be
 * @param rewards the two cells of which one has the reward and the other the punishment
 * @param validity the probability that a cue tells the truth
 */
public record CueChaining(GridWorld grid, Cell start, Cell first, List<Cell> second, List<Cell> rewards, double validity) {

    /** The moves, in pymdp's order. */
    public static final List<String> MOVES = List.of("up", "down", "left", "right", "stay");

    /** 5 × 7 cells, and cues that tell the truth. */
    public static final CueChaining USUAL = new CueChaining(
            GridWorld.open(5, 7),
            new Cell(0, 0),
            new Cell(2, 0),
            List.of(new Cell(0, 2), new Cell(1, 3), new Cell(3, 3), new Cell(4, 2)),
            List.of(new Cell(1, 5), new Cell(3, 5)),
            1);

    /**
     * A world.
     *
     * @throws IllegalArgumentException unless there are a second cue, two rewards, and a validity in (0, 1]
     */
    public CueChaining {
        second = List.copyOf(second);
        rewards = List.copyOf(rewards);
        if (second.isEmpty() || rewards.size() != 2) {
            throw new IllegalArgumentException(second.size() + " places for the second cue and " + rewards.size()
                    + " for the reward: it takes at least one and exactly two");
        }
        if (!(validity > 0 && validity <= 1)) {
            throw new IllegalArgumentException("a cue tells the truth with probability " + validity + ": above 0, at most 1");
        }
    }

    /**
     * The same world with other cues.
     *
     * @param validity the probability that a cue tells the truth; else it tells one of the others
     * @return the world
     */
    public CueChaining withValidity(double validity) {
        return new CueChaining(grid, start, first, second, rewards, validity);
    }

    /**
     * What an agent knows of the world: all but where the second cue and the reward are.
     *
     * @param reward the log-preference for the reward
     * @param punishment the log-preference for the punishment, negative
     * @return factors place, second cue, reward; modalities place, first cue, second cue, outcome
     */
    public FactoredPomdp model(double reward, double punishment) {
        String[] cues = IntStream.range(0, second.size()).mapToObj(i -> second.get(i).toString()).toArray(String[]::new);
        String[] sides = {"first", "other"};
        PomdpBuilder world = FactoredPomdp.builder()
                .factor("place", grid.names())
                .factor("second cue", cues)
                .factor("reward", sides)
                .action("move", MOVES.toArray(String[]::new));
        world.modality("place", grid.names()).dependsOn("place");
        for (String name : grid.names()) {
            world.given("place", name).outcome(name);
        }
        world.modality("first cue", nothingOr(cues)).dependsOn("place", "second cue").given().outcome("nothing");
        for (String cue : cues) {
            tell(world.given("place", first.toString(), "second cue", cue), cue, cues);
        }
        world.modality("second cue", nothingOr(sides)).given().outcome("nothing");
        for (String cue : cues) {
            for (String side : sides) {
                tell(world.given("place", cue, "second cue", cue, "reward", side), side, sides);
            }
        }
        world.modality("outcome", "nothing", "reward", "punishment").dependsOn("place", "reward").given().outcome("nothing");
        for (int i = 0; i < 2; i++) {
            for (int side = 0; side < 2; side++) {
                world.given("place", rewards.get(i).toString(), "reward", sides[side])
                        .outcome(i == side ? "reward" : "punishment");
            }
        }
        world.transition("place").dependsOn("move", "place");
        grid.moves(world, MOVES, 0);
        return world.initially("place", start.toString())
                .prefer("outcome", "reward", reward)
                .prefer("outcome", "punishment", punishment)
                .build();
    }

    private void tell(PomdpBuilder world, String truth, String[] all) {
        for (String said : all) {
            world.outcome(said, said.equals(truth) ? all.length == 1 ? 1 : validity : (1 - validity) / (all.length - 1));
        }
    }

    private static String[] nothingOr(String[] names) {
        return IntStream.rangeClosed(0, names.length).mapToObj(i -> i == 0 ? "nothing" : names[i - 1]).toArray(String[]::new);
    }
}
