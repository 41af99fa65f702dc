package surprisal.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Other JVMs, that lack something or were told to do with less: they say so once, and compute the same bits. */
class SimdTest {

    private static final String ANY = "-XX:+IgnoreUnrecognizedVMOptions";

    /** What a JVM printed: one line of description, one of digest or time, and warnings. */
    private record Outcome(int exit, List<String> out, String err) {

        String description() { return out.get(0); }

        String result() { return out.get(1); }

        long warnings() { return err.lines().filter(line -> line.contains("surprisal ")).count(); }
    }

    @Test
    void withoutTheModuleItWarnsOnceAndNamesTheFlag() {
        Outcome o = run(List.of(), "5");
        assertEquals(
                "scalar, fused multiply-add, 2 threads (module jdk.incubator.vector is absent)", asIfOnTwo(o.description()));
        assertEquals(1, o.warnings(), o.err);
        assertTrue(o.err.contains("start java with --add-modules jdk.incubator.vector"), o.err);
        sameBits(o);
    }

    @Test
    void withTheModuleItUsesTheWidestVectorsInSilence() {
        assumeTrue(Simd.bits() > 0, "this JVM has no vectors");
        Outcome o = run(List.of(Fork.VECTOR), "5");
        assertTrue(o.description().startsWith("vector, "), o.description());
        assertEquals(0, o.warnings(), o.err);
        sameBits(o);
    }

    @Test
    void withoutC2ItWarnsOnceAndRunsScalarLoops() {
        for (String option : new String[] {"-XX:TieredStopAtLevel=1", "-Xint"}) {
            Outcome o = run(List.of(Fork.VECTOR, option), "1");
            assertTrue(o.description().startsWith("scalar, "), o.description());
            assertEquals(1, o.warnings(), o.err);
            assertTrue(o.err.contains("drop -Xint, -client or -XX:TieredStopAtLevel"), o.err);
            sameBits(o);
        }
    }

    @Test
    void narrowerMachinesGiveTheSameBits() {
        assumeTrue(widest() >= 128);
        Outcome avx2 = run(List.of(Fork.VECTOR, ANY, "-XX:UseAVX=2"), "5");
        assertTrue(avx2.description().startsWith("vector, "), avx2.description());
        sameBits(avx2);
        Outcome narrow = run(List.of(Fork.VECTOR, ANY, "-XX:MaxVectorSize=16"), "5");
        assertTrue(narrow.description().startsWith("vector, 128 bits, "), narrow.description());
        assertEquals(0, narrow.warnings(), narrow.err);
        sameBits(narrow);
    }

    @Test
    void thePropertyNarrowsTheChoice() {
        int widest = widest();
        for (int bits : new int[] {128, 256}) {
            Outcome o = run(List.of(Fork.VECTOR, "-Dsurprisal.simd=" + bits), "5");
            String start = "vector, " + Math.min(bits, widest) + " bits, fused multiply-add, ";
            assertTrue(o.description().startsWith(start), o.description());
            assertTrue(o.description().endsWith("(-Dsurprisal.simd=" + bits + ")"), o.description());
            assertEquals(0, o.warnings(), o.err);
            sameBits(o);
        }
        assertEquals(widest, widest("-Dsurprisal.simd=512"));
        Outcome o = run(List.of(Fork.VECTOR, "-Dsurprisal.simd=scalar"), "5");
        assertTrue(o.description().startsWith("scalar, fused multiply-add, "), o.description());
        assertEquals(0, o.warnings(), "it was asked for: " + o.err);
        sameBits(o);
    }

    @Test
    void aPropertyThatMakesNoSenseIsRefused() {
        Outcome o = run(List.of(Fork.VECTOR, "-Dsurprisal.simd=fast"), "1");
        assertNotEquals(0, o.exit);
        assertTrue(o.err.contains("surprisal.simd is 'fast': it takes auto, scalar, 128, 256 or 512"), o.err);
    }

    /** The last places differ from other machines', whatever width is asked for. */
    @Test
    void withoutFusedMultiplyAddItWarnsOnceAndStaysFast() {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "elsewhere it can't be switched off");
        Outcome o = run(List.of(Fork.VECTOR, ANY, "-XX:-UseFMA"), "5");
        assertTrue(o.description().contains("no fused multiply-add (the last bits differ"), o.description());
        assertEquals(1, o.warnings(), o.err);
        assertTrue(o.err.contains("without -XX:-UseFMA"), o.err);
        for (String property : new String[] {"-Dsurprisal.simd=128", "-Dsurprisal.simd=scalar"}) {
            Outcome other = run(List.of(Fork.VECTOR, ANY, "-XX:-UseFMA", property), "1");
            assertEquals(o.result(), other.result(), property);
        }
        // 10⁸ multiply-adds: a second or so, or about a minute if each went through BigDecimal
        for (String property : new String[] {"-Dsurprisal.simd=auto", "-Dsurprisal.simd=scalar"}) {
            Outcome products = run(List.of(Fork.VECTOR, ANY, "-XX:-UseFMA", property), "products");
            assertTrue(Long.parseLong(products.result()) < 15_000, products.result() + " ms");
        }
        Outcome absent = run(List.of(ANY, "-XX:-UseFMA"), "1");
        assertEquals(1, absent.warnings(), "one warning for both: " + absent.err);
        assertEquals(o.result(), absent.result());
    }

    @Test
    void theModulePathNeedsNoFlag() {
        Path classes = Path.of(Fork.uri(Simd.class));
        assumeTrue(Files.exists(classes.resolve("module-info.class")), "compiled without module-info");
        Path tests = Path.of(Fork.uri(Fingerprint.class));
        String module = "surprisal.kernels";
        Outcome o = run(Fork.java(
                List.of("-p", classes.toString(), "--patch-module", module + "=" + tests, "--add-modules", module),
                Fingerprint.class, "3"));
        assertTrue(o.description().startsWith("vector, "), o.description());
        assertEquals(0, o.warnings(), o.err);
        sameBits(o);
    }

    private static int widest(String... options) {
        List<String> all = new ArrayList<>(List.of(options));
        all.add(Fork.VECTOR);
        String description = run(all, "description").description();
        assumeTrue(description.startsWith("vector, "), description);
        return Integer.parseInt(description.replaceAll("vector, (\\d+) bits.*", "$1"));
    }

    private static String asIfOnTwo(String description) {
        return description.replaceAll("\\d+ threads?", "2 threads");
    }

    private static void sameBits(Outcome o) {
        assertEquals(Fingerprint.digest(Fingerprint.take()), o.result(), o.description());
    }

    private static Outcome run(List<String> options, String argument) {
        return run(Fork.java(options, Fingerprint.class, argument));
    }

    private static Outcome run(ProcessBuilder builder) {
        try {
            Process process = builder.start();
            CompletableFuture<String> err = CompletableFuture.supplyAsync(() -> text(process.getErrorStream()));
            CompletableFuture<String> out = CompletableFuture.supplyAsync(() -> text(process.getInputStream()));
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("still running after 60 s: " + builder.command());
            }
            List<String> lines = new ArrayList<>(out.join().lines().toList());
            while (lines.size() < 2) {
                lines.add("nothing; on the error stream: " + err.join());
            }
            return new Outcome(process.exitValue(), lines, err.join());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String text(InputStream in) {
        try (in) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
