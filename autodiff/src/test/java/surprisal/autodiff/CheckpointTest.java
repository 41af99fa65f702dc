package surprisal.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.engine.io.FormatException;
import surprisal.engine.io.Safetensors;

class CheckpointTest {

    @TempDir
    Path folder;

    private static void save(Training run, Path file) throws IOException {
        new Checkpoint(run.step, run.rng.state(), Map.of("data", "made up")).write(file, run.model, run.update);
    }

    private static Training resumed(Path file, Precision precision) throws IOException {
        Training run = new Training(precision, 99, 13); // other numbers, which are overwritten
        Checkpoint at = Checkpoint.restore(file, run.model, run.update);
        run.rng = Rng.of(at.rng());
        run.step = at.step();
        return run;
    }

    private static void same(Training a, Training b) {
        assertEquals(a.step, b.step);
        assertEquals(a.rng.state(), b.rng.state());
        Map<String, Tensor> other = Tree.leaves(b.model);
        Tree.leaves(a.model).forEach((name, leaf) -> assertEquals(
                bits(leaf.array()), bits(other.get(name).array()), name));
        Map<String, Array> state = b.update.state(Update.parameters(b.model));
        a.update.state(Update.parameters(a.model)).forEach((name, array) -> assertEquals(
                bits(array), bits(state.get(name)), name));
    }

    private static List<Long> bits(Array x) {
        Long[] bits = new Long[x.size()];
        Arrays.setAll(bits, i -> Double.doubleToRawLongBits(x.at(i)));
        return List.of(bits);
    }

    @Test
    void aResumedRunIsAnUninterruptedOne() throws IOException {
        Rng splits = new Rng(1);
        for (Precision precision : Precision.values()) {
            Training whole = new Training(precision, 5, 13).to(60);
            for (int trial = 0; trial < 8; trial++) {
                Path file = folder.resolve("run.safetensors");
                int first = trial == 0 ? 0 : splits.below(60);
                int second = first + splits.below(61 - first);
                save(new Training(precision, 5, 13).to(first), file);
                save(resumed(file, precision).to(second), file);
                Training end = resumed(file, precision).to(60);
                same(whole, end);
            }
        }
    }

    @Test
    void equalRunsAreEqualFiles() throws IOException {
        save(new Training(Precision.FLOAT32, 5, 13).to(3), folder.resolve("a"));
        save(new Training(Precision.FLOAT32, 5, 13).to(3), folder.resolve("b"));
        assertEquals(-1, Files.mismatch(folder.resolve("a"), folder.resolve("b")));
    }

    @Test
    void theFileSaysWhatIsInIt() throws IOException {
        Path file = folder.resolve("run.safetensors");
        Training run = new Training(Precision.FLOAT32, 5, 13).to(2);
        save(run, file);
        Safetensors read = Safetensors.read(file);
        assertTrue(read.tensors().keySet().containsAll(List.of("model.layers.0.weight", "model.scale", "update.1.steps",
                "update.1.m.0", "update.1.v.6")), () -> read.tensors().keySet().toString());
        assertEquals("2", read.metadata().get("surprisal.step"));
        assertEquals("1", read.metadata().get("surprisal.checkpoint"));
        assertEquals("made up", read.metadata().get("data"));
        Checkpoint at = Checkpoint.restore(file, run.model, run.update);
        assertEquals(new Checkpoint(2, run.rng.state(), Map.of("data", "made up")), at);
    }

    private record Pair(Tensor a, Tensor b) {}

    private static Pair pair(int a, int b) {
        return new Pair(Tensor.full(Shape.of(a), 1, Precision.FLOAT32), Tensor.full(Shape.of(2, b), 2, Precision.FLOAT32));
    }

    private Path pairFile() throws IOException {
        Path file = folder.resolve("pair.safetensors");
        new Checkpoint(7, new Rng(3).state(), Map.of()).write(file, pair(3, 4), Update.sgd(0.1));
        return file;
    }

    @Test
    void whatDiffersIsListedAndNothingChanges() throws IOException {
        Path file = pairFile();
        Pair other = new Pair(Tensor.of(9f, 9f, 9f), Tensor.of(8f));
        IOException error = assertThrows(IOException.class, () -> Checkpoint.restore(file, other, Update.sgd(0.1)));
        assertEquals(file + " is of another model or update; 1 tensor differs: model.b is FLOAT32 [2, 4] in the file, "
                + "FLOAT32 [1] here", error.getMessage());
        assertArrayEquals(new float[] {9, 9, 9}, other.a.array().floats());
        Map<String, Tensor> more = new LinkedHashMap<>();
        more.put("a", Tensor.of(1.0, 2.0, 3.0));
        more.put("c", Tensor.of(1.0));
        assertEquals(file + " is of another model or update; 7 tensors differ: model.a is FLOAT32 [3] in the file, FLOAT64 [3] "
                + "here; model.c is missing; update.m.0 is missing; update.v.0 is missing; update.m.1 is missing; and 2 more",
                assertThrows(IOException.class, () -> Checkpoint.restore(file, more, Update.adam(0.1))).getMessage());
    }

    @Test
    void aModelAlone() throws IOException {
        Path file = pairFile();
        Pair into = pair(3, 4);
        into.a.array().fill(5);
        assertEquals(Map.of(), Checkpoint.readModel(file, into)); // of a checkpoint, the model's part
        assertArrayEquals(new float[] {1, 1, 1}, into.a.array().floats());
        Path alone = folder.resolve("model.safetensors");
        Checkpoint.writeModel(alone, into, Map.of("by", "a test"));
        into.b.array().fill(5);
        assertEquals(Map.of("by", "a test"), Checkpoint.readModel(alone, into));
        assertEquals(2, into.b.at(7));
        assertEquals(alone + " is not a checkpoint: its metadata has no surprisal.checkpoint; a model alone is read with "
                + "readModel", assertThrows(IOException.class,
                () -> Checkpoint.restore(alone, into, Update.sgd(0.1))).getMessage());
        Tensor scalar = Tensor.of(3.0);
        Checkpoint.writeModel(alone, scalar, Map.of());
        assertEquals("[model]", Safetensors.read(alone).tensors().keySet().toString());
        scalar.array().fill(0);
        Checkpoint.readModel(alone, scalar);
        assertEquals(3, scalar.item());
    }

    @Test
    void damagedAndForeignMetadata() throws IOException {
        Path file = pairFile();
        Safetensors good = Safetensors.read(file);
        Map<String, String> later = new LinkedHashMap<>(good.metadata());
        later.put("surprisal.checkpoint", "2");
        Safetensors.write(file, good.tensors(), later);
        String future = file + " is a checkpoint of format 2, this program reads format 1: use the version of surprisal that "
                + "wrote it, or a later one";
        assertEquals(future, assertThrows(IOException.class,
                () -> Checkpoint.restore(file, pair(3, 4), Update.sgd(0.1))).getMessage());
        assertEquals(future, assertThrows(IOException.class,
                () -> Checkpoint.readModel(file, pair(3, 4))).getMessage());
        for (String[] edit : new String[][] {
                {"surprisal.step", "7.5", "its surprisal.step is '7.5', expected a whole number"},
                {"surprisal.rng.key", null, "its surprisal.rng.key is missing, expected a whole number"},
                {"surprisal.rng.position", "-1", "position -1 of a random stream: it is 0 to 2^56"},
                {"surprisal.step", "-7", "a checkpoint at step -7: it takes a step ≥ 0"}}) {
            Map<String, String> metadata = new LinkedHashMap<>(good.metadata());
            metadata.put(edit[0], edit[1]);
            metadata.values().removeIf(value -> value == null);
            Safetensors.write(file, good.tensors(), metadata);
            assertEquals(file + " is a damaged checkpoint: " + edit[2], assertThrows(IOException.class,
                    () -> Checkpoint.restore(file, pair(3, 4), Update.sgd(0.1))).getMessage());
        }
        assertEquals("a note named surprisal.step: names that begin with surprisal. are the checkpoint's own",
                assertThrows(IllegalArgumentException.class,
                        () -> new Checkpoint(0, new Rng(0).state(), Map.of("surprisal.step", "1"))).getMessage());
    }

    @Test
    void aTruncatedFileChangesNothing() throws IOException {
        byte[] whole = Files.readAllBytes(pairFile());
        Path cut = folder.resolve("cut.safetensors");
        for (int n = 0; n < whole.length; n++) {
            Files.write(cut, Arrays.copyOf(whole, n));
            Pair model = new Pair(Tensor.of(9f, 9f, 9f), pair(3, 4).b);
            assertThrows(FormatException.class, () -> Checkpoint.restore(cut, model, Update.sgd(0.1)));
            assertArrayEquals(new float[] {9, 9, 9}, model.a.array().floats());
        }
    }

    @Test
    void aWriteThatFailsLeavesTheOldFile() throws IOException {
        Path file = pairFile();
        byte[] before = Files.readAllBytes(file);
        Checkpoint at = new Checkpoint(8, new Rng(0).state(), Map.of("text", "\ud800")); // half a character
        assertThrows(Exception.class, () -> at.write(file, pair(3, 4), Update.sgd(0.1)));
        assertArrayEquals(before, Files.readAllBytes(file));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
        try {
            if (!Files.isWritable(folder)) { // root may write anywhere
                assertThrows(IOException.class, () -> new Checkpoint(8, new Rng(0).state(), Map.of())
                        .write(file, pair(3, 4), Update.sgd(0.1)));
                assertArrayEquals(before, Files.readAllBytes(file));
            }
        } finally {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    /** Writes checkpoints until it is killed. */
    public static void main(String[] args) throws IOException {
        Training run = new Training(Precision.FLOAT32, 5, 13);
        while (run.step < 100_000) {
            run.step();
            save(run, Path.of(args[0]));
        }
    }

    @Test
    void aKilledRunGoesOnFromItsLastCheckpoint() throws Exception {
        Path file = folder.resolve("killed.safetensors");
        for (int trial = 0; trial < 2; trial++) {
            Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Dsurprisal.simd=scalar", "-cp", System.getProperty("java.class.path"), CheckpointTest.class.getName(),
                    file.toString()).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            try {
                for (int i = 0; i < 3000 && process.isAlive() && (!Files.exists(file) || i < 5 * trial); i++) {
                    Thread.sleep(10);
                }
                Thread.sleep(30);
            } finally {
                process.destroyForcibly(); // kill -9
                assertTrue(process.waitFor(30, TimeUnit.SECONDS));
            }
            Training run = resumed(file, Precision.FLOAT32);
            long last = run.step + 5;
            same(new Training(Precision.FLOAT32, 5, 13).to(last), run.to(last));
            Files.delete(file);
        }
    }
}
