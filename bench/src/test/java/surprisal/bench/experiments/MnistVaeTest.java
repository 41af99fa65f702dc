package surprisal.bench.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import surprisal.autodiff.Checkpoint;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.bench.digits.DigitFiles;
import surprisal.bench.learning.Figures;
import surprisal.bench.learning.Given;
import surprisal.bench.learning.Study;
import surprisal.bench.learning.Trainer;
import surprisal.bench.terminal.Screen;
import surprisal.bench.terminal.Talk;
import surprisal.engine.Array;
import surprisal.engine.io.Npz;
import surprisal.engine.io.Safetensors;
import surprisal.models.dist.Normal;
import surprisal.models.latent.Vae;

class MnistVaeTest {

    @TempDir
    private Path folder;

    private Given given(MnistVae experiment) throws IOException {
        return Given.usual(experiment, 0)
                .with("data", DigitFiles.write(folder.resolve("digits"), 60, 40))
                .with("hidden", List.of(6)).with("latent", 2).with("batch", 30);
    }

    /** F is what the pixels and the noise in the files make of the model in the files by the formula, z = μ + σ ε. */
    @Test
    void theCheckIsTheFormula() throws IOException {
        Given given = given(MnistVae.elbo()).with("epochs", 1);
        Talk silent = new Talk(new PrintWriter(new StringWriter()), Screen.PLAIN, System.err, Screen.PLAIN, true);
        new Study(MnistVae.elbo(), given, 1, 0, folder)
                .run(Study.Start.AFRESH, Study.Form.JSON, silent, new PrintWriter(new StringWriter()), "a test");
        Map<String, Array> check = Npz.read(folder.resolve("check.npz"));
        Tensor x = Tensor.of(check.get("x")), eps = Tensor.of(check.get("eps"));
        Vae model = MnistVae.elbo().begin(given).learner().model();
        Checkpoint.readModel(folder.resolve("model.safetensors"), model);
        Normal q = model.q(x);
        Tensor log = model.p(q.mean().plus(q.std().times(eps))).probs();
        for (int i = 0; i < 40; i++) {
            double f = 0;
            for (int j = 0; j < 36; j++) f -= Math.log(x.at(i * 36 + j) == 1 ? log.at(i * 36 + j) : 1 - log.at(i * 36 + j));
            for (int k = 0; k < 2; k++) {
                double m = q.mean().at(2 * i + k), s = q.std().at(2 * i + k);
                f += (m * m + s * s - 1) / 2 - Math.log(s);
            }
            assertEquals(f, check.get("free_energy").at(i), 1e-4, "sums of 36 float32 terms of size 1");
        }
    }

    /** A run that goes on from another has its weights, and says which tensors do not fit. */
    @Test
    void aRunBeginsWithTheWeightsOfAnother() throws IOException {
        Trainer<?> first = Trainer.of(MnistVae.elbo(), given(MnistVae.elbo()));
        first.epoch(loss -> {});
        first.export(folder.resolve("model.safetensors"));
        Given given = given(MnistVae.iwae()).with("from", folder);
        assertEquals(numbers(first.run().learner().model()), numbers(MnistVae.iwae().begin(given).learner().model()));
        assertEquals(85.5, MnistVae.goal(given).bound());
        IOException refused = assertThrows(IOException.class, () -> MnistVae.iwae().begin(given.with("latent", 3)));
        assertTrue(refused.getMessage().contains("[2, 6] in the file, FLOAT32 [3, 6] here"), refused.getMessage());
    }

    private static List<Float> numbers(Object model) {
        return Tree.leaves(model).values().stream()
                .flatMap(x -> IntStream.range(0, x.shape().size()).mapToObj(i -> x.array().floats()[i])).toList();
    }

    /** −log p(x) ≤ F: the likelihood from many samples is below the free energy of the same digits. */
    @Test
    void theLikelihoodIsBelowTheFreeEnergy() throws IOException {
        Given given = given(MnistVae.iwae()).with("samples", 5).with("weighed", 500);
        Trainer<?> trainer = Trainer.of(MnistVae.iwae(), given);
        for (int i = 0; i < 30; i++) trainer.epoch(loss -> {});
        Figures last = trainer.epochs().getLast().figures(), result = trainer.run().result(last);
        assertTrue(result.at("nll") < last.at("test_f"), result.toString());
        assertEquals(40, result.at("nll_images"));
        assertEquals("nll", trainer.run().goal().figure());
        Figures few = Trainer.of(MnistVae.iwae(), given.with("images", 1)).run().result(Figures.NONE);
        assertEquals(0, few.at("nll_standard_error"), "of a single digit there is none");
    }

    /** While it is cold, complexity is for free: the first step goes up the accuracy alone. */
    @Test
    void theWarmUpBeginsAtZero() throws IOException {
        Figures cold = Trainer.of(MnistVae.elbo(), given(MnistVae.elbo()).with("warm-up", 1).with("batch", 60)).epoch(l -> {}).figures();
        assertEquals(-cold.at("train_accuracy"), cold.at("train_loss"), "one step, with the weight 0");
        Figures warm = Trainer.of(MnistVae.elbo(), given(MnistVae.elbo()).with("batch", 60)).epoch(l -> {}).figures();
        assertEquals(warm.at("train_complexity") - warm.at("train_accuracy"), warm.at("train_loss"), 1e-5, "float32 of size 25");
        assertEquals(cold.at("train_complexity"), warm.at("train_complexity"), "both are measured before the step");
    }

    /** Images of the same number and size that are others: a checkpoint of before the checksum was noted is taken at its word. */
    @Test
    void aRunGoesOnWithItsOwnImagesAlone() throws IOException {
        Given given = given(MnistVae.elbo());
        Path file = folder.resolve("checkpoint.safetensors"), older = folder.resolve("older.safetensors");
        Trainer<?> first = Trainer.of(MnistVae.elbo(), given);
        first.epoch(loss -> {});
        first.save(file);
        Trainer.of(MnistVae.elbo(), given).resume(file);
        Path images = folder.resolve("digits/train-images-idx3-ubyte");
        byte[] bytes = Files.readAllBytes(images);
        bytes[100] ^= 1;
        Files.write(images, bytes);
        String said = assertThrows(IllegalArgumentException.class, () -> Trainer.of(MnistVae.elbo(), given).resume(file)).getMessage();
        assertTrue(said.startsWith(file + " is of a run with images-crc32 ") && said.contains("start afresh in another folder"), said);
        Safetensors saved = Safetensors.read(file);
        Map<String, String> notes = new TreeMap<>(saved.metadata());
        notes.remove("images-crc32");
        Safetensors.write(older, saved.tensors(), notes);
        Trainer<?> on = Trainer.of(MnistVae.elbo(), given);
        on.resume(older);
        assertEquals(1, on.epochs().size());
    }

    @Test
    void aWarmUpOfABoundWithoutComplexityIsRefused() throws IOException {
        Given given = given(MnistVae.iwae()).with("warm-up", 5);
        String said = assertThrows(IllegalArgumentException.class, () -> MnistVae.iwae().begin(given)).getMessage();
        assertEquals("--warm-up 5 with --samples 50: a bound of several samples has no complexity to weigh; leave one of them out", said);
    }

    @Test
    void eachRecipeHasItsTarget() throws IOException {
        Given vae = given(MnistVae.elbo()), iwae = given(MnistVae.iwae());
        assertEquals(102, MnistVae.goal(vae).bound());
        assertEquals(97.2, MnistVae.goal(vae.with("epochs", 100)).bound());
        assertEquals(95, MnistVae.goal(vae.with("epochs", 100).with("fade", 100)).bound());
        assertEquals(91.5, MnistVae.goal(vae.with("epochs", 1000).with("fade", 1000)).bound());
        assertEquals(87, MnistVae.goal(iwae).bound());
        assertEquals(85.5, MnistVae.goal(iwae.with("epochs", 1000)).bound());
        assertEquals("test_f", MnistVae.goal(iwae.with("weighed", 0)).figure());
    }
}
