package surprisal.bench.experiments;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import surprisal.bench.learning.Given;
import surprisal.bench.learning.Study;
import surprisal.bench.terminal.Screen;
import surprisal.bench.terminal.Talk;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.io.Json;

class GapExperimentTest {
    private static final Gap GAP = new Gap();

    @TempDir
    private Path folder;

    private Json.Members run(Given given, String name, Study.Start start) throws IOException {
        Talk talk = new Talk(new PrintWriter(new StringWriter()), Screen.PLAIN, System.err, Screen.PLAIN, true);
        Path to = Files.createDirectories(folder.resolve(name));
        Json.Members result = (Json.Members) new Study(GAP, given, 1, 0, to)
                .run(start, Study.Form.JSON, talk, new PrintWriter(new StringWriter()), "surprisal train gap");
        return (Json.Members) ((Json.Elements) result.members().get("seeds")).elements().getFirst();
    }

    private static double number(Json.Members json, String name) {
        return ((Json.Num) json.members().get(name)).value();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ensemble", "dropout", "masks", "bayes", "chains", "bumps", "head"})
    void figuresAreNumbersAndARunThatIsTakenUpAgainIsOneThatNeverStopped(String model) throws IOException {
        Given tiny = Given.usual(GAP, 3).with("model", model).with("hidden", java.util.List.of(8)).with("points", 12)
                .with("members", 3).with("draws", 4).with("climb", 150).with("leaps", 2);
        Json.Members whole = run(tiny.with("epochs", 2), "whole", Study.Start.AFRESH);
        run(tiny.with("epochs", 1), "parts", Study.Start.AFRESH);
        assertEquals(whole, run(tiny.with("epochs", 2), "parts", Study.Start.RESUMED));
        assertArrayEquals(Files.readAllBytes(folder.resolve("whole/model.safetensors")),
                Files.readAllBytes(folder.resolve("parts/model.safetensors")));
        whole.members().forEach((name, value) -> assertTrue(
                !(value instanceof Json.Num n) || Double.isFinite(n.value()), () -> name + " is " + value));
        assertTrue(Files.readString(folder.resolve("whole/report.html")).contains("Parameter information gain"));
    }

    /** The exact posterior of the right noise: what the figures are of a belief that is right. */
    @Test
    void whoKnowsIsUncertainInTheGapAloneAndNotCuriousAboutNoise() throws IOException {
        Json.Members exact = run(Given.usual(GAP, 0).with("model", "exact").with("epochs", 1), "exact", Study.Start.AFRESH);
        assertTrue(number(exact, "gap_ratio") > 3, exact::toString);
        assertTrue(number(exact, "gain_noisy") < 0.1 * number(exact, "gain_gap"), exact::toString);
        assertTrue(number(exact, "gain_noise_correlation") < 0.5, exact::toString);
        assertTrue(number(exact, "error_noisy") > 3 * number(exact, "error_quiet"), exact::toString);
        for (String region : new String[] {"quiet", "gap", "noisy"}) // 200 points: a deviation of 0.015
            assertTrue(number(exact, "coverage_" + region) > 0.87, exact::toString);
    }

    /** Both noises are drawn as they are said to be: the mean square of (y − sin 2x)/σ(x) is 1. */
    @Test
    void theNoiseIsWhatItIsSaidToBe() {
        int n = 20_000;
        for (GapData data : new GapData[] {
            GapData.quiet(n / 2, Precision.FLOAT64, new Rng(1)), GapData.gap(n, Precision.FLOAT64, new Rng(2)),
            GapData.noisy(n, Precision.FLOAT64, new Rng(3))
        }) {
            double square = data.y().minus(GapData.curve(data.x())).div(GapData.noise(data.x())).square().mean().item();
            assertEquals(1, square, 5 * Math.sqrt(2. / n)); // five standard errors
        }
    }
}
