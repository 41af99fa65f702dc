package surprisal.bench.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import surprisal.bench.agents.AgentPages;
import surprisal.bench.agents.AgentRun;
import surprisal.bench.agents.Place;
import surprisal.bench.terminal.Talk;
import surprisal.models.pomdp.PomdpJson;

/** Episodes of an agent in a world, told and reported. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = "Run episodes of an agent that minimises expected free energy, and of one that wants reward alone.",
        footer = {
            "",
            "In the grid the moves are unknown: one agent goes where it learns most, the other at random.",
            "Examples:",
            "  surprisal agent run chain --episodes 100 --out out/chain",
            "  surprisal agent run scene --planner mcts --simulations 300"
        })
final class AgentRunCommand implements Callable<Integer> {
    private static final long BYTES = 64 << 20;
    private static final int SIMULATIONS = 1000;

    @Spec
    private CommandSpec spec;

    @Mixin
    private Compute compute;

    @Parameters(paramLabel = "WORLD", description = "One of: ${COMPLETION-CANDIDATES}.")
    private Place world;

    @Option(
            names = "--planner",
            paramLabel = "P",
            defaultValue = "enumerate",
            description = "One of: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private AgentRun.Planner planner;

    @Option(
            names = "--simulations",
            paramLabel = "N",
            converter = Ranges.Count.class,
            description = "How many courses of events mcts simulates for each action. Default: " + SIMULATIONS + ".")
    private Integer simulations;

    @Option(
            names = "--horizon",
            paramLabel = "N",
            converter = Ranges.Count.class,
            description = "How many actions ahead. Default: what the world takes.")
    private Integer horizon;

    @Option(
            names = "--steps",
            paramLabel = "N",
            converter = Ranges.Count.class,
            description = "How many actions in an episode. Default: what the world takes.")
    private Integer steps;

    @Option(
            names = "--episodes",
            paramLabel = "N",
            converter = Ranges.Count.class,
            defaultValue = "10",
            description = "How many episodes of each agent. Default: ${DEFAULT-VALUE}.")
    private int episodes;

    @Option(
            names = "--seed",
            paramLabel = "N",
            converter = Ranges.Seed.class,
            defaultValue = "0",
            description = "Where the random numbers start. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--json", description = "Print the result as one JSON object.")
    private boolean json;

    @Option(names = "--out", paramLabel = "DIR", description = "Write report.html, trace.json and model.json here.")
    private Path out;

    @Override
    public Integer call() throws IOException {
        compute.threads();
        if (simulations != null && planner != AgentRun.Planner.MCTS) {
            throw new ParameterException(spec.commandLine(), "--simulations " + simulations + " is for --planner mcts: "
                    + planner.name().toLowerCase(Locale.ROOT) + " simulates nothing");
        }
        if (out != null) OutputFolder.ready(out, BYTES);
        AgentPages pages = new AgentPages(new AgentRun(
                world,
                planner,
                horizon != null ? horizon : world.horizon(),
                simulations != null ? simulations : SIMULATIONS,
                steps != null ? steps : world.steps(),
                episodes,
                seed));
        Talk talk = Talk.to(spec.commandLine().getOut(), json);
        pages.print(talk);
        if (json) talk.result(pages.json().text());
        if (out != null) {
            pages.report("surprisal " + String.join(" ", spec.commandLine().getParseResult().originalArgs()))
                    .write(out.resolve("report.html"));
            pages.trace().write(out.resolve("trace.json"));
            PomdpJson.write(out.resolve("model.json"), pages.model());
            talk.say("");
            talk.say("  report  " + out.resolve("report.html"));
        }
        return 0;
    }
}
