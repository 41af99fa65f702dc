package surprisal.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The ops work in a JVM that was not told of jdk.incubator.vector: their classes load without it. */
class ModuleAbsentTest {

    /** What that JVM runs. */
    public static final class Program {

        private Program() {}

        /**
         * Uses the enums in the ways that look at their methods.
         *
         * @param args none
         */
        public static void main(String[] args) {
            Map<Unary, Float> values = new EnumMap<>(Unary.class);
            for (Unary op : Unary.values()) {
                values.put(op, op.f32(1) + op.df32(1, op.f32(1)));
            }
            Map<Binary, Float> pairs = new EnumMap<>(Binary.class);
            for (Binary op : Binary.values()) {
                pairs.put(op, op.f32(1, 2) + op.da32(1, 2, 3) + op.db32(1, 2, 3));
            }
            boolean present = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
            System.out.println(values.size() + " " + pairs.size() + " " + Unary.valueOf("EXP").f32(1) + " "
                    + Binary.valueOf("POW").f32(2, 3) + " " + present);
        }
    }

    @Test
    void opsWorkWithoutTheVectorModule() throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String path = Path.of(uri(Unary.class)) + System.getProperty("path.separator") + Path.of(uri(Program.class));
        Process process = new ProcessBuilder(java, "-cp", path, Program.class.getName())
                .redirectErrorStream(true)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertEquals(0, process.waitFor(), out);
        assertEquals(Unary.values().length + " " + Binary.values().length + " 2.7182817 8.0 false", out);
    }

    private static java.net.URI uri(Class<?> c) {
        return java.net.URI.create(c.getProtectionDomain().getCodeSource().getLocation().toString());
    }
}
