package surprisal.models.env;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import surprisal.models.env.GridWorld.Cell;
import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.PomdpBuilder;

/**
 * A maze with several T-mazes in it: each set has two cells, of which one has a reward and the other none, and a cue that
 * tells which (pymdp's {@code GeneralizedTMazeEnv}). It is drawn in text: {@code #} a wall, {@code .} free, {@code S} the
 * start, and for set k the cue {@code A, B, …} and both its cells {@code a, b, …}.
 *
 * @param grid the cells and walls
 * @param start where it begins
 * @param sets the sets
 */
public record CueMaze(GridWorld grid, Cell start, List<CueMaze.Cued> sets) {

    /**
     * A cue and its two cells.
     *
     * @param cue where it tells
     * @param first the one cell
     * @param other the other cell
     */
    public record Cued(Cell cue, Cell first, Cell other) {}

    /** The moves, in pymdp's order. */
    public static final List<String> MOVES = List.of("up", "down", "left", "right", "stay");

    /** Three sets in 5 × 5 cells, pymdp's maze. */
    public static final CueMaze USUAL = of(".a.b.", ".a.b.", "A.S.B", "..C..", ".c.c.");

    /**
     * A maze from a drawing.
     *
     * @param lines rows of equal length
     * @return the maze
     * @throws IllegalArgumentException if there is not one start, or a cue has not two cells
     */
    public static CueMaze of(String... lines) {
        Set<Cell> walls = new HashSet<>(find(lines, '#'));
        List<Cell> cues = new ArrayList<>();
        List<List<Cell>> cells = new ArrayList<>();
        for (char set = 'A'; set < 'S'; set++) {
            List<Cell> cue = find(lines, set);
            List<Cell> both = find(lines, Character.toLowerCase(set));
            if (cue.isEmpty() && both.isEmpty()) {
                break;
            }
            if (cue.size() != 1 || both.size() != 2) {
                throw new IllegalArgumentException("the drawing has %d × %c and %d × %c: a cue has one place and two cells"
                        .formatted(cue.size(), set, both.size(), Character.toLowerCase(set)));
            }
            cues.add(cue.getFirst());
            cells.add(both);
        }
        if (find(lines, 'S').size() != 1 || cues.isEmpty()) {
            throw new IllegalArgumentException("the drawing has " + find(lines, 'S').size() + " × S and " + cues.size()
                    + " cues: it takes one start and at least one cue, A");
        }
        Cell start = find(lines, 'S').getFirst();
        List<Cued> sets = new ArrayList<>();
        for (int i = 0; i < cues.size(); i++) {
            sets.add(new Cued(cues.get(i), cells.get(i).getFirst(), cells.get(i).getLast()));
        }
        return new CueMaze(new GridWorld(lines.length, lines[0].length(), walls), start, List.copyOf(sets));
    }

    private static List<Cell> find(String[] lines, char sign) {
        List<Cell> found = new ArrayList<>();
        for (int row = 0; row < lines.length; row++) {
            if (lines[row].length() != lines[0].length()) {
                throw new IllegalArgumentException("row " + row + " of the drawing has " + lines[row].length()
                        + " cells, and row 0 has " + lines[0].length());
            }
            for (int column = 0; column < lines[row].length(); column++) {
                if (lines[row].charAt(column) == sign) {
                    found.add(new Cell(row, column));
                }
            }
        }
        return found;
    }

    /**
     * What an agent knows of the maze: all but which cell of each set has the reward.
     *
     * @param reward the log-preference for a reward
     * @param punishment the log-preference for a cell without, negative
     * @return factors place and one for each set; modalities place, the cues, the outcomes
     */
    public FactoredPomdp model(double reward, double punishment) {
        String[] sides = {"first", "other"};
        PomdpBuilder world = FactoredPomdp.builder().factor("place", grid.names());
        for (int k = 0; k < sets.size(); k++) {
            world.factor("reward " + (k + 1), sides);
        }
        world.action("move", MOVES.toArray(String[]::new)).modality("place", grid.names()).dependsOn("place");
        for (String name : grid.names()) {
            world.given("place", name).outcome(name);
        }
        for (int k = 0; k < sets.size(); k++) {
            String hidden = "reward " + (k + 1);
            world.modality("cue " + (k + 1), "nothing", "first", "other").dependsOn("place", hidden).given().outcome("nothing");
            for (String side : sides) {
                world.given("place", sets.get(k).cue().toString(), hidden, side).outcome(side);
            }
        }
        for (int k = 0; k < sets.size(); k++) {
            String hidden = "reward " + (k + 1);
            Cued set = sets.get(k);
            world.modality("outcome " + (k + 1), "nothing", "punishment", "reward").dependsOn("place", hidden)
                    .given().outcome("nothing")
                    .given("place", set.first().toString(), hidden, "first").outcome("reward")
                    .given("place", set.other().toString(), hidden, "first").outcome("punishment")
                    .given("place", set.first().toString(), hidden, "other").outcome("punishment")
                    .given("place", set.other().toString(), hidden, "other").outcome("reward");
            world.prefer("outcome " + (k + 1), "reward", reward).prefer("outcome " + (k + 1), "punishment", punishment);
        }
        world.transition("place").dependsOn("move", "place");
        grid.moves(world, MOVES, 0);
        return world.initially("place", start.toString()).build();
    }
}
