package surprisal.models.env;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.PomdpBuilder;

/**
 * Cells in rows and columns with walls, after pymdp's {@code GridWorld} (Heins et al. 2022): where one is, is seen, and a
 * move may fail.
 *
 * @param rows how many rows
 * @param columns how many columns
 * @param walls the cells that cannot be entered
 */
public record GridWorld(int rows, int columns, Set<GridWorld.Cell> walls) {

    /**
     * A cell.
     *
     * @param row from the top
     * @param column from the left
     */
    public record Cell(int row, int column) {
        @Override
        public String toString() {
            return "(" + row + ", " + column + ")";
        }
    }

    /** The moves, in the order of pymdp's grid world. */
    public static final List<String> MOVES = List.of("up", "right", "down", "left", "stay");

    private static final int[] DOWN = {-1, 0, 1, 0, 0};
    private static final int[] RIGHT = {0, 1, 0, -1, 0};

    /**
     * A grid.
     *
     * @throws IllegalArgumentException if it has no cells, or a wall is outside
     */
    public GridWorld {
        walls = Set.copyOf(walls);
        if (rows < 1 || columns < 1) {
            throw new IllegalArgumentException("a grid of " + rows + " × " + columns + " cells: at least one row and one column");
        }
        for (Cell wall : walls) {
            if (wall.row < 0 || wall.row >= rows || wall.column < 0 || wall.column >= columns) {
                throw new IllegalArgumentException("a wall at " + wall + ": the grid has " + rows + " × " + columns + " cells");
            }
        }
    }

    /**
     * A grid without walls.
     *
     * @param rows how many rows
     * @param columns how many columns
     * @return the grid
     */
    public static GridWorld open(int rows, int columns) {
        return new GridWorld(rows, columns, Set.of());
    }

    /**
     * The cells by their names, row by row.
     *
     * @return names such as (0, 3)
     */
    public String[] names() {
        return IntStream.range(0, rows * columns).mapToObj(i -> cell(i).toString()).toArray(String[]::new);
    }

    /**
     * The cell of a number.
     *
     * @param index row · columns + column
     * @return the cell
     */
    public Cell cell(int index) {
        return new Cell(index / columns, index % columns);
    }

    /**
     * Where a move leads: against a wall or the border, nowhere.
     *
     * @param from where it begins
     * @param move one of {@link #MOVES}
     * @return where it ends
     */
    public Cell move(Cell from, String move) {
        int u = MOVES.indexOf(move);
        Cell to = new Cell(from.row + DOWN[u], from.column + RIGHT[u]);
        boolean inside = to.row >= 0 && to.row < rows && to.column >= 0 && to.column < columns;
        return inside && !walls.contains(to) ? to : from;
    }

    /** Says how a factor "place" moves: after dependsOn of the moves and the place. */
    void moves(PomdpBuilder world, List<String> moves, double slip) {
        for (int i = 0; i < rows * columns; i++) {
            Cell from = cell(i);
            for (String move : moves) {
                Cell to = move(from, move);
                world.given("place", from.toString(), "move", move);
                if (to.equals(from)) {
                    world.next(from.toString());
                } else {
                    world.next(to.toString(), 1 - slip).next(from.toString(), slip);
                }
            }
        }
    }

    /**
     * A world in which one wants to be somewhere.
     *
     * @param start where it begins
     * @param goal the cell that is preferred
     * @param wish its log-preference; 0 to prefer nothing
     * @param slip the probability that a move fails and one stays
     * @return one factor, one modality, five moves
     * @throws IllegalArgumentException if start or goal is a wall or outside, or slip is no probability
     */
    public FactoredPomdp model(Cell start, Cell goal, double wish, double slip) {
        for (Cell cell : List.of(start, goal)) {
            if (walls.contains(cell)) {
                throw new IllegalArgumentException("the cell " + cell + " is a wall: start and goal are free cells");
            }
        }
        PomdpBuilder world = FactoredPomdp.builder()
                .factor("place", names())
                .action("move", MOVES.toArray(String[]::new))
                .modality("place", names());
        for (String name : names()) {
            world.given("place", name).outcome(name);
        }
        world.transition("place").dependsOn("move", "place");
        moves(world, MOVES, slip);
        return world.initially("place", start.toString()).prefer("place", goal.toString(), wish).build();
    }
}
