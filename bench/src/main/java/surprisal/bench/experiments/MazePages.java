package surprisal.bench.experiments;

import java.util.List;
import java.util.Locale;
import surprisal.bench.experiments.MazeRun.Agent;
import surprisal.bench.experiments.MazeRun.Choice;
import surprisal.bench.experiments.MazeRun.Move;
import surprisal.bench.report.Report;
import surprisal.bench.report.Table;
import surprisal.bench.terminal.Columns;
import surprisal.bench.terminal.Talk;

/** What two agents did in the T-mazes: one episode move by move, and how many prizes each found. */
final class MazePages {
    private final MazeRun run;
    private final MazeRun.Episode episode;
    private final int[] found;

    MazePages(MazeRun run) {
        this.run = run;
        episode = run.episode(Agent.EXPECTED_FREE_ENERGY, 0);
        found = run.found();
    }

    /** The share of mazes in which an agent found the prize. */
    double success(Agent agent) {
        return found[agent.ordinal()] / (double) run.mazes();
    }

    /** Prints the episode and the success rates. */
    void print(Talk talk) {
        for (Move move : episode.moves()) {
            talk.say("  believes that the prize is left with %s, right with %s"
                    .formatted(number("%.3f", move.left()), number("%.3f", 1 - move.left())));
            Columns table = new Columns(
                    talk.screen().narrower(4),
                    "    move",
                    "then",
                    "G",
                    "= risk",
                    "+ ambiguity",
                    "= −epistemic",
                    "− pragmatic");
            for (int i = 0; i < move.choices().size(); i++) {
                Choice c = move.choices().get(i);
                table.row(
                        (i == move.chosen() ? "  → " : "    ") + c.move(),
                        c.then(),
                        nats(c.G()),
                        nats(c.risk()),
                        nats(c.ambiguity()),
                        nats(-c.epistemic()),
                        nats(-c.pragmatic()));
            }
            talk.block(table.lines());
            Choice chosen = move.choices().get(move.chosen());
            talk.say("  " + talk.screen().bold("chooses to " + chosen.move()) + " and sees " + move.seen());
        }
        talk.say("");
        talk.say("  prize found in %d mazes:  expected free energy %s   reward alone %s"
                .formatted(
                        run.mazes(),
                        talk.screen().bold(percent(success(Agent.EXPECTED_FREE_ENERGY))),
                        talk.screen().bold(percent(success(Agent.REWARD_ALONE)))));
    }

    /** Adds the section to a report. */
    void add(Report report, String heading) {
        Report.Section section = report.section(heading);
        section.text(("The prize is in the left or in the right arm of a T-shaped maze; both arms are traps. At the"
            + " foot of the T a cue tells which arm it is, and lies %s of the time. The agent compares every sequence"
            + " of two moves by its expected free energy, which can be taken apart in two ways:")
                        .formatted(percent(MazeRun.LIE)))
                .formula(
                        "G(π) = D_{KL}[Q(o|π) ‖ P(o|C)] + E_{Q(s|π)}[H[P(o|s)]] = −I[s; o|π] − E_{Q(o|π)}[log P(o|C)]",
                        "risk + ambiguity = −epistemic value − pragmatic value: to look at the cue costs time, and is"
                                + " worth it for what it tells");
        for (int i = 0; i < episode.moves().size(); i++)
            section.add(table(episode.moves().get(i), i + 1));
        section.text("The last move showed %s; the agent now believes that the prize is left with %s. It %s."
                .formatted(
                        episode.moves().getLast().seen(),
                        number("%.3f", episode.moves().getLast().leftAfter()),
                        episode.found() ? "went into the right arm" : "went into the wrong arm"));
        section.text(
                ("Take the information gain away, and only the pragmatic value is left: an agent that wants nothing"
                    + " but reward. It sees no use in the cue and picks an arm. Both walked the same %d mazes:")
                        .formatted(run.mazes()));
        Table rates = Table.of(
                "Mazes in which the agent entered the arm with the prize",
                "agent minimises",
                "found",
                "share of " + run.mazes());
        section.add(rates.row("$G$ = risk + ambiguity", found[0], share(Agent.EXPECTED_FREE_ENERGY))
                .row("$G$ = −pragmatic value alone", found[1], share(Agent.REWARD_ALONE)));
    }

    private Table.Bar share(Agent agent) {
        return new Table.Bar(100 * success(agent), 100, "%.1f %%");
    }

    private static Table table(Move move, int number) {
        Table table = Table.of(
                "Move %d. Before it the agent believes: prize left %s, right %s. It chooses to **%s** and sees %s."
                        .formatted(
                                number,
                                number("%.3f", move.left()),
                                number("%.3f", 1 - move.left()),
                                move.choices().get(move.chosen()).move(),
                                move.seen())
                        .replace("**", ""),
                "move",
                "then",
                "$G$ in nats",
                "= risk",
                "+ ambiguity",
                "= −epistemic",
                "− pragmatic");
        double most = move.choices().stream().mapToDouble(Choice::G).max().orElse(1);
        List<Choice> choices = move.choices();
        for (int i = 0; i < choices.size(); i++) {
            Choice c = choices.get(i);
            table = table.row(
                    (i == move.chosen() ? "→ " : "") + c.move(),
                    c.then(),
                    new Table.Bar(c.G(), most, "%.2f"),
                    new Table.Figure(c.risk(), "%.2f"),
                    new Table.Figure(c.ambiguity(), "%.2f"),
                    new Table.Figure(-c.epistemic(), "%.2f"),
                    new Table.Figure(-c.pragmatic(), "%.2f"));
        }
        return table;
    }

    private static String nats(double x) {
        return number("%.2f", Math.abs(x) < 0.005 ? 0.0 : x);
    }

    private static String percent(double share) {
        return number("%.1f %%", 100 * share).replace(".0 %", " %");
    }

    private static String number(String format, double x) {
        return String.format(Locale.ROOT, format, x).replace('-', '−');
    }
}
