package surprisal.bench.experiments;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import surprisal.bench.digits.DigitFiles;
import surprisal.bench.learning.Experiment;
import surprisal.bench.learning.Figures;
import surprisal.bench.learning.Given;
import surprisal.bench.learning.Trainer;
import surprisal.bench.report.Report;

/** What every experiment owes, with settings that make it small. */
class ExperimentsTest {

    @TempDir
    private Path folder;

    static List<Experiment> all() {
        return Experiments.ALL;
    }

    /** Settings with which two epochs take no time. */
    private Given tiny(Experiment experiment) throws IOException {
        Given given = Given.usual(experiment, 3);
        return switch (experiment.name()) {
            case "bars" -> given.with("hidden", List.of(8));
            case "beta-vae" -> given.with("betas", List.of(1.0, 4.5)).with("positions", 2).with("hidden", List.of(5)).with("latent", 3);
            case "delta-vae" -> digits(given).with("hidden", List.of(5)).with("masked", 4).with("context", 3).with("latent", 4)
                    .with("parts", 2);
            case "linear-vae" -> given.with("examples", 40);
            case "mnist-vae" -> digits(given).with("warm-up", 3).with("fade", 4);
            case "mnist-iwae" -> digits(given).with("samples", 3).with("weighed", 20);
            case "rssm" -> given.with("units", 6).with("state", 2).with("layer", 5).with("hidden", 8).with("length", 3).with("held", 4)
                    .with("steps", 2).with("batch", 3);
            case "contrastive" -> given.with("signals", SensedWorld.SIGNALS).with("state", 2).with("units", 5).with("hidden", 7)
                    .with("length", 7).with("held", 16).with("steps", 2).with("batch", 4).with("sharing", 2);
            case "kalman" -> given.with("batch", 2);
            case "gap" -> given.with("hidden", List.of(8)).with("points", 12);
            default -> throw new IllegalArgumentException("what makes " + experiment.name() + " small?");
        };
    }

    private Given digits(Given given) throws IOException {
        Path data = folder.resolve("digits");
        if (!Files.exists(data)) DigitFiles.write(data, 50, 12);
        return given.with("data", data).with("hidden", List.of(7, 5)).with("latent", 2).with("batch", 20);
    }

    @ParameterizedTest
    @MethodSource("all")
    void aRunThatIsTakenUpAgainIsOneThatWasNeverStopped(Experiment experiment) throws IOException {
        byte[] once = model(experiment, 1), twice = model(experiment, 2);
        assertFalse(Arrays.equals(once, twice), "it learns");
        Trainer<?> stopped = Trainer.of(experiment, tiny(experiment));
        stopped.epoch(loss -> {});
        stopped.save(folder.resolve("checkpoint"));
        Trainer<?> resumed = Trainer.of(experiment, tiny(experiment));
        resumed.resume(folder.resolve("checkpoint"));
        resumed.epoch(loss -> {});
        resumed.export(folder.resolve("resumed"));
        assertArrayEquals(twice, Files.readAllBytes(folder.resolve("resumed")));
    }

    private byte[] model(Experiment experiment, int epochs) throws IOException {
        Trainer<?> trainer = Trainer.of(experiment, tiny(experiment));
        for (int i = 0; i < epochs; i++) trainer.epoch(loss -> {});
        Path file = folder.resolve("model" + epochs);
        trainer.export(file);
        return Files.readAllBytes(file);
    }

    @ParameterizedTest
    @MethodSource("all")
    void itsFigureIsANumberAndItsPageIsWritten(Experiment experiment) throws IOException {
        Trainer<?> trainer = Trainer.of(experiment, tiny(experiment));
        int[] steps = new int[1];
        Figures figures = trainer.epoch(loss -> steps[0]++).figures();
        assertEquals(trainer.run().learner().steps(), steps[0]);
        assertTrue(Double.isFinite(figures.at(trainer.run().watched().figure())));
        assertTrue(Double.isFinite(trainer.run().result(figures).at(trainer.run().goal().figure())));
        trainer.run().curves().forEach(curve -> curve.figures().forEach(figures::at));
        Report report = Report.titled(experiment.name());
        trainer.run().report(report);
        assertTrue(report.html().contains("<h2"), "it has a section");
    }
}
