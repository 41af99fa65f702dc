package surprisal.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class SentenceTest {

    @Test
    void whatTheSystemSaysBecomesWhatToDo() {
        assertEquals(
                "the disk is full: make room, or choose another folder with --out",
                Sentence.of(new UncheckedIOException(new IOException("No space left on device"))));
        assertEquals(
                "the disk that holds out/x is full: make room, or choose another folder with --out",
                Sentence.of(new FileSystemException("out/x", null, "No space left on device")));
        assertEquals("there is no a/b", Sentence.of(new NoSuchFileException("a/b")));
        assertTrue(Sentence.of(new AccessDeniedException("a/b")).startsWith("no permission for a/b"));
        assertTrue(Sentence.of(new OutOfMemoryError()).contains("-Xmx"));
    }

    @Test
    void whatTheLibrarySaysIsToldAsItIs() {
        assertEquals("one; two", Sentence.of(new IllegalArgumentException("one\n  two\n")));
        assertEquals(
                "unexpected IllegalStateException (odd): please report it with what --debug prints",
                Sentence.of(new IllegalStateException("odd")));
        assertTrue(Sentence.of(new NullPointerException()).startsWith("unexpected NullPointerException"));
    }
}
