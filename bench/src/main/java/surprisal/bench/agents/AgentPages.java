package surprisal.bench.agents;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import surprisal.bench.agents.AgentRun.Learned;
import surprisal.bench.agents.AgentRun.Mind;
import surprisal.bench.agents.AgentRun.Outcome;
import surprisal.bench.report.Chart;
import surprisal.bench.report.Report;
import surprisal.bench.report.Table;
import surprisal.bench.terminal.Columns;
import surprisal.bench.terminal.Sparkline;
import surprisal.bench.terminal.Talk;
import surprisal.engine.io.Json;
import surprisal.engine.io.JsonPlace;
import surprisal.kernels.Simd;
import surprisal.kernels.Workers;
import surprisal.models.agent.Policies;
import surprisal.models.agent.Term;
import surprisal.models.agent.Trace;
import surprisal.models.env.GridWorld;
import surprisal.models.env.GridWorld.Cell;
import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.PomdpJson;
import surprisal.models.pomdp.Structure;
import surprisal.models.pomdp.Variable;

/** What agents did: told in the terminal, as JSON, and on a page. */
public final class AgentPages {
    private static final int FEW = 8;
    private static final int CURVE = 50;

    private final AgentRun run;
    private final FactoredPomdp model;
    private final Structure structure;
    private final List<Outcome> outcomes; // curious, reward alone; none where moves are learned
    private final List<Learned> learned; // curious, at random; none elsewhere
    private final Trace shown;
    private final double seconds;

    /**
     * Runs the episodes.
     *
     * @param run which
     */
    public AgentPages(AgentRun run) {
        long start = System.nanoTime();
        this.run = run;
        model = run.place().model();
        structure = model.structure();
        boolean learns = run.place() == Place.GRID;
        outcomes = learns ? List.of() : Arrays.stream(Mind.values()).map(run::outcome).toList();
        learned = learns ? List.of(run.learned(true), run.learned(false)) : List.of();
        shown = learns ? learned.getFirst().shown() : outcomes.getFirst().shown();
        seconds = (System.nanoTime() - start) / 1e9;
    }

    /**
     * The model of the world.
     *
     * @return what the agent knows, where it has not to learn it
     */
    public FactoredPomdp model() {
        return model;
    }

    private double share(int mind) {
        return outcomes.get(mind).successes() / (double) run.episodes();
    }

    /**
     * The first episode of the agent that minimises G, as {@code surprisal replay} reads it; where moves are learned, its steps
     * alone.
     *
     * @return one object
     */
    public Json trace() {
        Map<String, Json> file = new LinkedHashMap<>();
        if (learned.isEmpty()) {
            JsonPlace known = JsonPlace.root(PomdpJson.json(model));
            known.names().forEach(name -> file.put(name, known.at(name).value()));
            Map<String, Json> terms = new LinkedHashMap<>();
            AgentRun.CURIOUS.weights().forEach((term, weight) -> terms.put(term.name(), Json.of(weight)));
            Map<String, Json> settings = run.settings();
            settings.put("gamma", Json.of(AgentRun.GAMMA));
            settings.put("perception", Json.of("coordinate"));
            settings.put("terms", Json.of(terms));
            file.put("settings", Json.of(settings));
        }
        file.put("steps", shown.json());
        return Json.of(file);
    }

    /**
     * The result as JSON.
     *
     * @return one object
     */
    public Json json() {
        Map<String, Json> line = new LinkedHashMap<>();
        line.put("world", Json.of(run.place().name().toLowerCase(Locale.ROOT)));
        line.put("planner", Json.of(run.planner().name().toLowerCase(Locale.ROOT)));
        line.put("horizon", Json.of(run.horizon()));
        if (run.planner() == AgentRun.Planner.MCTS) {
            line.put("simulations", Json.of(run.simulations()));
        }
        line.put("steps", Json.of(run.steps()));
        line.put("episodes", Json.of(run.episodes()));
        line.put("seed", Json.of(run.seed()));
        if (learned.isEmpty()) {
            line.put("success", Json.of(share(0)));
            line.put("success_reward_alone", Json.of(share(1)));
        } else {
            line.put("kl", Json.of(learned.get(0).kl()));
            line.put("kl_at_random", Json.of(learned.get(1).kl()));
        }
        line.put("seconds", Json.of(Math.rint(seconds * 1e3) / 1e3));
        return Json.of(line);
    }

    /**
     * Tells it.
     *
     * @param talk where to
     */
    public void print(Talk talk) {
        talk.say(talk.screen().bold(run.place().name().toLowerCase(Locale.ROOT)) + ": " + run.place().says);
        talk.say("");
        Columns table = new Columns(talk.screen(), "step", "sees", "believes", "F", "G", "does");
        List<Trace.Step> steps = shown.steps();
        int most = learned.isEmpty() ? steps.size() : Math.min(steps.size(), FEW);
        for (int t = 0; t < most; t++) {
            Trace.Step step = steps.get(t);
            table.row(String.valueOf(t), sees(step), believes(step), number("%.2f", step.F()), number("%.2f", best(step)), does(step));
        }
        talk.block(table.lines());
        talk.say("  considered: " + planner());
        map().forEach(line -> talk.say("  " + line));
        talk.say("");
        if (learned.isEmpty()) {
            talk.say("  %s in %d episodes:  expected free energy %s   reward alone %s".formatted(run.place().success(),
                    run.episodes(), talk.screen().bold(percent(share(0))), percent(share(1))));
        } else {
            for (int i = 0; i < 2; i++) {
                double[] kl = learned.get(i).kl();
                talk.say("  %-22s D_KL to the truth %s  %s → %s nats for each state and move".formatted(mind(i),
                        Sparkline.of(talk.screen(), 30, kl), number("%.2f", kl[0]), talk.screen().bold(number("%.2f", kl[kl.length - 1]))));
            }
        }
    }

    /** How policies were compared, in words. */
    private String planner() {
        String ahead = run.horizon() + (run.horizon() == 1 ? " action ahead" : " actions ahead");
        return switch (run.planner()) {
            case ENUMERATE -> "every sequence of actions, " + ahead;
            case SOPHISTICATED -> "a tree of actions and outcomes, " + ahead;
            case MCTS -> "Monte-Carlo tree search, " + ahead + ", " + run.simulations() + " simulations for each action";
        };
    }

    private String mind(int i) {
        return learned.isEmpty() ? List.of("expected free energy", "reward alone").get(i)
                : List.of("where it learns most", "at random").get(i);
    }

    private static double best(Trace.Step step) {
        return Arrays.stream(step.G()).min().orElse(0);
    }

    private String sees(Trace.Step step) {
        return IntStream.range(0, step.outcomes().length)
                .filter(m -> step.outcomes()[m] != 0 || m == 0)
                .mapToObj(m -> structure.modalities().get(m).values().get(step.outcomes()[m]))
                .collect(Collectors.joining(", "));
    }

    private String believes(Trace.Step step) {
        List<String> all = new ArrayList<>();
        for (int f = 0; f < step.qs().length; f++) {
            Variable factor = structure.factors().get(f);
            int likely = likely(step.qs()[f]);
            if (!structure.modalities().getFirst().values().equals(factor.values())) { // where it is, it sees
                all.add(factor.name() + " " + factor.values().get(likely) + " " + number("%.2f", step.qs()[f][likely]));
            }
        }
        return String.join(", ", all);
    }

    private static int likely(double[] q) {
        int likely = 0;
        for (int s = 1; s < q.length; s++) {
            likely = q[s] > q[likely] ? s : likely;
        }
        return likely;
    }

    private String does(Trace.Step step) {
        return IntStream.range(0, step.action().length)
                .mapToObj(a -> structure.actions().get(a).values().get(step.action()[a]))
                .collect(Collectors.joining(", "));
    }

    /** The cells in rows: what stands there, and at which step the agent was there last. */
    private List<List<String>> cells() {
        GridWorld grid = run.place().grid();
        if (grid == null) {
            return List.of();
        }
        Map<Cell, Character> marks = run.place().marks();
        List<List<String>> rows = new ArrayList<>();
        for (int row = 0; row < grid.rows(); row++) {
            List<String> line = new ArrayList<>();
            for (int column = 0; column < grid.columns(); column++) {
                Cell cell = new Cell(row, column);
                String mark = grid.walls().contains(cell) ? "#" : marks.getOrDefault(cell, ' ').toString();
                int last = -1;
                for (int t = 0; t < shown.steps().size(); t++) {
                    last = grid.cell(shown.steps().get(t).outcomes()[0]).equals(cell) ? t : last;
                }
                line.add((mark + (last < 0 ? "." : String.valueOf(last))).strip());
            }
            rows.add(line);
        }
        return rows;
    }

    /** A drawing: the cells, or the T, with the step at which the agent was last in each place. */
    private List<String> map() {
        if (run.place() == Place.TMAZE || run.place() == Place.SIMPLIFIED) {
            String top = run.place() == Place.TMAZE ? "junction" : "centre";
            List<String> lines = new ArrayList<>(List.of("", "%14s ─── %s ─── %s".formatted(last("left"), last(top), last("right"))));
            for (String place : run.place() == Place.TMAZE ? List.of("corridor", "cue") : List.of("cue")) {
                lines.add(" ".repeat(22) + "│");
                lines.add(" ".repeat(19) + last(place));
            }
            return lines;
        }
        return cells().stream()
                .map(row -> row.stream().map("%5s"::formatted).collect(Collectors.joining()))
                .toList();
    }

    private String last(String place) {
        int index = structure.factors().getFirst().index(place);
        int last = -1;
        for (int t = 0; t < shown.steps().size(); t++) {
            last = likely(shown.steps().get(t).qs()[0]) == index ? t : last;
        }
        return place + (last < 0 ? "" : " " + last);
    }

    /**
     * The page.
     *
     * @param command the command line that made it
     * @return a report, ready to be written
     */
    public Report report(String command) {
        Report report = Report.titled("An agent in " + run.place().says);
        if (learned.isEmpty()) {
            report.figure(percent(share(0)), "", run.place().success() + ", minimising expected free energy")
                    .figure(percent(share(1)), "", "the same for reward alone");
        } else {
            for (int i = 0; i < 2; i++) {
                double[] kl = learned.get(i).kl();
                report.figure(number("%.2f", kl[kl.length - 1]), "nats", "from the true moves, moving " + mind(i));
            }
            learning(report.section("What it learned"));
        }
        episode(report.section("One episode"));
        policies(report.section("What it considered"));
        return report.made("made by", "`" + command + "`")
                .made("episodes", run.episodes() + " of " + run.steps() + " steps, seed " + run.seed())
                .made("planner", planner())
                .made("machine", Simd.describe() + "; " + Workers.threads() + " threads; Java " + Runtime.version())
                .made("time", String.format(Locale.ROOT, "%.1f s", seconds));
    }

    private void learning(Report.Section section) {
        section.formula("D_{KL}[Dir(a) ‖ Dir(1 + 10 P(s′|s, u))]", "how far the learned counts are from those that ten visits of each "
                + "move would give, a mean over states and moves");
        Chart chart = Chart.of("Distance of the learned moves from the true ones", "step", "nats for each state and move");
        for (int i = 0; i < 2; i++) {
            chart = chart.line(mind(i), steps(learned.get(i).kl().length), learned.get(i).kl());
        }
        section.add(chart);
        Table table = Table.of("Counts of the moves from the start, beyond the one that each began with", "move", "next cells");
        surprisal.models.pomdp.Table counts = learned.getFirst().counts().counts();
        for (int u = 0; u < counts.blocks(); u++) {
            List<String> next = new ArrayList<>();
            for (int s = 0; s < counts.events(); s++) {
                double count = counts.values()[u * counts.rows() * counts.events() + s] - 1;
                if (count > 0.5) {
                    next.add(structure.factors().getFirst().values().get(s) + " " + number("%.0f", count) + " ×");
                }
            }
            table = table.row(structure.actions().getFirst().values().get(u), String.join(", ", next));
        }
        section.add(table);
    }

    private static double[] steps(int n) {
        return IntStream.range(0, n).asDoubleStream().toArray();
    }

    private void episode(Report.Section section) {
        Table table = Table.of("What it saw, believed and did", "step", "sees", "believes", "$F$", "least $G$", "does");
        for (int t = 0; t < Math.min(CURVE, shown.steps().size()); t++) {
            Trace.Step step = shown.steps().get(t);
            table = table.row(t, sees(step), believes(step), new Table.Figure(step.F(), "%.2f"), new Table.Figure(best(step), "%.2f"),
                    does(step));
        }
        section.add(table);
        List<List<String>> cells = cells();
        if (!cells.isEmpty()) {
            String[] heads = IntStream.range(0, cells.getFirst().size()).mapToObj(String::valueOf).toArray(String[]::new);
            Table map = Table.of("The cells, and at which step it was there last", heads);
            for (List<String> row : cells) {
                map = map.row(row.toArray());
            }
            section.add(map);
        }
        for (int f = 0; f < structure.factors().size(); f++) {
            Variable factor = structure.factors().get(f);
            if (factor.size() <= FEW) {
                Chart chart = Chart.of("Belief about " + factor.name(), "step", "probability");
                for (int s = 0; s < factor.size(); s++) {
                    int factorIndex = f;
                    int state = s;
                    chart = chart.line(factor.values().get(s), steps(shown.steps().size()),
                            shown.steps().stream().mapToDouble(step -> step.qs()[factorIndex][state]).toArray());
                }
                section.add(chart);
            }
        }
    }

    private void policies(Report.Section section) {
        section.formula("G(π) = Σ_τ −E_{Q(o|π)}[C(o)] − I[s; o|π]",
                "expected free energy by its terms, each as it adds to G; lower is better");
        Policies policies = run.planner() == AgentRun.Planner.ENUMERATE ? Policies.all(structure, run.horizon())
                : Policies.all(structure, 1);
        for (int t = 0; t < Math.min(4, shown.steps().size()); t++) {
            Trace.Step step = shown.steps().get(t);
            List<Term> terms = List.copyOf(step.terms().keySet());
            List<String> heads = new ArrayList<>(List.of("policy", "$G$"));
            terms.forEach(term -> heads.add(term.name().toLowerCase(Locale.ROOT).replace('_', ' ')));
            heads.add("$q(π)$");
            Table table = Table.of("Step %d: the best of %,d policies".formatted(t, policies.size()), heads.toArray(String[]::new));
            double[] G = step.G();
            List<Integer> order = IntStream.range(0, G.length).boxed()
                    .sorted(Comparator.comparingDouble(p -> G[p])).limit(FEW).toList();
            for (int p : order) {
                List<Object> row = new ArrayList<>(List.of(name(policies, p), new Table.Figure(G[p], "%.3f")));
                terms.forEach(term -> row.add(new Table.Figure(step.terms().get(term)[p], "%.3f")));
                row.add(new Table.Bar(step.posterior()[p], 1, "%.3f"));
                table = table.row(row.toArray());
            }
            section.add(table);
        }
    }

    private String name(Policies policies, int p) {
        return IntStream.range(0, policies.horizon())
                .mapToObj(t -> {
                    int[] single = policies.actions(p, t);
                    return IntStream.range(0, single.length).mapToObj(a -> structure.actions().get(a).values().get(single[a]))
                            .collect(Collectors.joining("/"));
                })
                .collect(Collectors.joining(", "));
    }

    private static String percent(double share) {
        return number("%.1f %%", 100 * share).replace(".0 %", " %");
    }

    private static String number(String format, double x) {
        return String.format(Locale.ROOT, format, Math.abs(x) < 0.005 ? 0.0 : x).replace('-', '−');
    }
}
