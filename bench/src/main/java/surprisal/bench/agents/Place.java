package surprisal.bench.agents;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import surprisal.models.env.ArmMaze;
import surprisal.models.env.Bandit;
import surprisal.models.env.CueChaining;
import surprisal.models.env.CueMaze;
import surprisal.models.env.GraphWorld;
import surprisal.models.env.GridWorld;
import surprisal.models.env.GridWorld.Cell;
import surprisal.models.env.Scene;
import surprisal.models.pomdp.FactoredPomdp;

/** The worlds to choose from, each with the horizon and the steps that it takes. */
public enum Place {
    /** pymdp's T-maze of five places. */
    TMAZE("a T-maze with a cue at its foot", 4, 8, "reward"),
    /** pymdp's T-maze of four places. */
    SIMPLIFIED("a T-maze whose places are one move apart", 2, 5, "reward"),
    /** 7 × 7 cells with a wall, whose moves have to be learned. */
    GRID("a grid whose moves are unknown", 3, 1000, ""),
    /** Two cues in a row. */
    CHAIN("a grid where one cue tells where the other is", 6, 16, "reward"),
    /** Halls and rooms, and an object in one of them. */
    GRAPH("halls and rooms with an object in one of them, or in none", 3, 15, "object"),
    /** Two slot machines and a hint. */
    BANDIT("two slot machines and somebody to ask", 2, 6, "reward"),
    /** Three T-mazes in one. */
    MAZE("a maze with three pairs of arms, each with a cue", 5, 20, "reward"),
    /** Pictures that say something together. */
    SCENE("a scene to be looked at and named", 3, 8, "right");

    private static final CueMaze CUES = CueMaze.USUAL;
    private static final GridWorld WALLED = new GridWorld(7, 7, Set.of(new Cell(3, 1), new Cell(3, 2), new Cell(3, 4), new Cell(3, 5)));

    final String says;
    private final int horizon;
    private final int steps;
    private final String wish;

    Place(String says, int horizon, int steps, String wish) {
        this.says = says;
        this.horizon = horizon;
        this.steps = steps;
        this.wish = wish;
    }

    /**
     * How many actions ahead it pays to look.
     *
     * @return at least 1
     */
    public int horizon() {
        return horizon;
    }

    /**
     * How many actions an episode takes.
     *
     * @return at least 1
     */
    public int steps() {
        return steps;
    }

    /** What an agent knows of the world, and what happens in it. */
    FactoredPomdp model() {
        return switch (this) {
            case TMAZE -> ArmMaze.model(0.95, 1, 2, -3);
            case SIMPLIFIED -> ArmMaze.simplified(0.95, 1, 2, -6);
            case GRID -> WALLED.model(new Cell(0, 0), new Cell(6, 6), 0, 0.1);
            case CHAIN -> CueChaining.USUAL.model(2, -4);
            case GRAPH -> GraphWorld.clusters(3, 3).model(0, 2);
            case BANDIT -> Bandit.model(0.9, 0.95, 2, -4);
            case MAZE -> CUES.model(2, -3);
            case SCENE -> Scene.model(1, 2, -8);
        };
    }

    /** The cells, where there are any. */
    GridWorld grid() {
        return switch (this) {
            case GRID -> WALLED;
            case CHAIN -> CueChaining.USUAL.grid();
            case MAZE -> CUES.grid();
            case TMAZE, SIMPLIFIED, GRAPH, BANDIT, SCENE -> null;
        };
    }

    /** What stands in the cells: S the start, letters the cues, + where rewards may be. */
    Map<Cell, Character> marks() {
        Map<Cell, Character> marks = new LinkedHashMap<>();
        if (this == CHAIN) {
            CueChaining chain = CueChaining.USUAL;
            chain.rewards().forEach(cell -> marks.put(cell, '+'));
            chain.second().forEach(cell -> marks.put(cell, 'b'));
            marks.put(chain.first(), 'a');
            marks.put(chain.start(), 'S');
        } else if (this == MAZE) {
            for (int k = 0; k < CUES.sets().size(); k++) {
                marks.put(CUES.sets().get(k).cue(), (char) ('A' + k));
                marks.put(CUES.sets().get(k).first(), (char) ('a' + k));
                marks.put(CUES.sets().get(k).other(), (char) ('a' + k));
            }
            marks.put(CUES.start(), 'S');
        } else if (this == GRID) {
            marks.put(new Cell(0, 0), 'S');
        }
        return marks;
    }

    /**
     * Whether what is wished for was seen before anything that is feared, and in the chain after both cues.
     *
     * @param episode what was seen, step by step
     * @param model the world's model, whose preferences tell what is feared
     * @return true if so
     */
    boolean succeeded(List<int[]> episode, FactoredPomdp model) {
        boolean first = false;
        boolean second = false;
        for (int[] outcomes : episode) {
            if (this == CHAIN) {
                first |= outcomes[1] != 0;
                second |= first && outcomes[2] != 0;
            }
            for (int m = 0; m < outcomes.length; m++) {
                int o = outcomes[m];
                if (model.C().get(m).at(o) < 0) {
                    return false;
                }
                if (model.structure().modalities().get(m).values().get(o).equals(wish)) {
                    return this != CHAIN || second;
                }
            }
        }
        return false;
    }

    /** What success is, in words. */
    String success() {
        return switch (this) {
            case CHAIN -> "came to the reward through both cues";
            case GRAPH -> "found the object";
            case SCENE -> "named the scene rightly at once";
            case GRID -> "";
            case TMAZE, SIMPLIFIED, BANDIT, MAZE -> "came to a reward, and to no punishment before it";
        };
    }
}
