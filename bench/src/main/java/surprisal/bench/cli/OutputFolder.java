package surprisal.bench.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** A folder for results, checked before the work is done that would fill it. */
final class OutputFolder {
    private OutputFolder() {}

    /**
     * Makes the folder and tries it.
     *
     * @param folder where
     * @param bytes how much will be written
     * @return the folder
     */
    static Path ready(Path folder, long bytes) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new Failure(
                    "cannot make the folder %s for the results (%s); choose another one with --out"
                            .formatted(folder, reason(folder, e)),
                    e);
        }
        try {
            long free = Files.getFileStore(folder).getUsableSpace();
            if (free < bytes)
                throw new Failure(
                        "%s has %,d KB free and the results may need %,d KB: make room, or choose another folder "
                                        .formatted(folder, free >> 10, bytes >> 10)
                                + "with --out");
            Path trial = Files.createTempFile(folder, ".surprisal", ".trial");
            Files.write(trial, new byte[1 << 12]);
            Files.delete(trial);
        } catch (IOException e) {
            throw new Failure(
                    "cannot write to the folder %s (%s); choose another one with --out"
                            .formatted(folder, reason(folder, e)),
                    e);
        }
        return folder;
    }

    private static String reason(Path folder, IOException e) {
        for (Path p = folder.toAbsolutePath(); p != null; p = p.getParent())
            if (Files.exists(p)) {
                if (!Files.isDirectory(p)) return p + " is a file";
                break;
            }
        return switch (e) {
            case AccessDeniedException denied -> "no permission";
            case FileSystemException refused
            when refused.getReason() != null -> refused.getReason().toLowerCase(Locale.ROOT);
            default -> "the file system refuses";
        };
    }
}
