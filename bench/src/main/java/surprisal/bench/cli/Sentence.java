package surprisal.bench.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Objects;
import surprisal.engine.io.FormatException;

/** What went wrong, in one sentence. */
final class Sentence {
    private Sentence() {}

    static String of(Throwable problem) {
        return switch (problem) {
            case Failure failure -> failure.getMessage();
            case FormatException format -> format.getMessage();
            case UncheckedIOException wrapped -> of(wrapped.getCause());
            case FileSystemException file -> of(file);
            case IOException io when full(io) -> "the disk is full: make room, or choose another folder with --out";
            case IOException io ->
                "input or output failed: " + Objects.requireNonNullElse(io.getMessage(), "no reason given");
            case OutOfMemoryError memory ->
                "not enough memory (the heap may take %,d MB): "
                                .formatted(Runtime.getRuntime().maxMemory() >> 20)
                        + "ask for less, or allow more with JAVA_TOOL_OPTIONS=-Xmx8g";
            case IllegalArgumentException said when said.getMessage() != null -> oneLine(said.getMessage());
            case ArithmeticException said when said.getMessage() != null -> oneLine(said.getMessage());
            default ->
                "unexpected " + problem.getClass().getSimpleName()
                        + (problem.getMessage() == null ? "" : " (" + oneLine(problem.getMessage()) + ")")
                        + ": please report it with what --debug prints";
        };
    }

    private static String of(FileSystemException problem) {
        String file = problem.getFile(), reason = problem.getReason();
        return switch (problem) {
            case NoSuchFileException missing -> "there is no " + file + (reason == null ? "" : " (" + reason + ")");
            case NotDirectoryException plain -> file + " is a file, not a folder";
            case AccessDeniedException denied -> "no permission for " + file + ": change it, or choose another path";
            case FileAlreadyExistsException taken -> file + " is in the way: it exists and is not what is needed there";
            case FileSystemException other
            when full(other) ->
                "the disk that holds " + file + " is full: make room, or choose another folder with --out";
            default -> file + ": " + Objects.requireNonNullElse(reason, "input or output failed");
        };
    }

    private static boolean full(IOException problem) {
        String message = String.valueOf(problem.getMessage());
        return message.contains("No space left") || message.contains("Disk quota exceeded");
    }

    private static String oneLine(String message) {
        return message.strip().replaceAll("\\s*\\R\\s*", "; ");
    }
}
