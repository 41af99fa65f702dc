package surprisal.engine.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static surprisal.engine.Precision.FLOAT64;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import surprisal.engine.Array;
import surprisal.engine.Shape;

class SinkTest {
    @TempDir
    Path folder;

    private List<String> names() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aFailureHalfwayLeavesTheOldFileAndNothingElse() throws IOException {
        Path path = folder.resolve("model");
        byte[] old = {1, 2, 3};
        Files.write(path, old);
        IOException e = assertThrows(IOException.class, () -> Sink.write(path, 0, out -> {
            out.put(new byte[1 << 20]);
            assertEquals(2, names().size());
            throw new IOException("No space left on device");
        }));
        String start = "cannot write " + path + ": No space left on device; it needs 0 bytes and ";
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
        assertTrue(e.getMessage().contains("make room"), e.getMessage());
        assertThrows(IllegalStateException.class, () -> Sink.write(path, 0, out -> {
            throw new IllegalStateException();
        }));
        assertEquals(List.of("model"), names());
        assertArrayEquals(old, Files.readAllBytes(path));
    }

    @Test
    void theOldFileIsReplacedAtOnce() throws IOException {
        Path path = folder.resolve("model");
        Files.write(path, new byte[] {1, 2, 3});
        Sink.write(path, 0, out -> {
            for (int i = 0; i < 100_000; i++) out.put(new byte[] {(byte) i, 1, 2});
            assertEquals(300_000, out.position());
            assertEquals(3, Files.size(path));
        });
        assertEquals(300_000, Files.size(path));
        assertEquals(List.of("model"), names());
    }

    @Test
    void aLinkKeepsPointingAtItsFile() throws IOException {
        Path file = Files.write(folder.resolve("file"), new byte[3]);
        Path link = folder.resolve("link");
        try {
            Files.createSymbolicLink(link, file);
        } catch (UnsupportedOperationException | IOException e) {
            assumeTrue(false, "no symbolic links here");
        }
        Npy.write(link, Array.zeros(Shape.scalar(), FLOAT64));
        assertTrue(Files.isSymbolicLink(link));
        assertEquals(136, Files.size(file));
    }

    @Test
    void placesThatCannotBeWrittenAreNamed() throws IOException {
        Array a = Array.zeros(Shape.scalar(), FLOAT64);
        Path missing = folder.resolve("none").resolve("a.npy");
        assertTrue(assertThrows(NoSuchFileException.class, () -> Npy.write(missing, a)).getMessage()
            .startsWith(missing + ": there is no folder "));
        assertEquals("cannot write " + folder + ": it is a folder",
            assertThrows(IOException.class, () -> Npy.write(folder, a)).getMessage());
    }

    @Test
    void aFolderThatMayNotBeWrittenToIsNamed() throws IOException {
        assumeTrue(Files.getFileStore(folder).supportsFileAttributeView("posix"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
        try {
            assumeFalse(Files.isWritable(folder), "the superuser may write anywhere");
            Path path = folder.resolve("a.npy");
            String text = assertThrows(IOException.class, () -> Npy.write(path, Array.zeros(Shape.scalar(), FLOAT64)))
                .getMessage();
            String start = "cannot write " + path + ": the folder " + folder + " may not be written to";
            assertTrue(text.startsWith(start), text);
        } finally {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }
}
