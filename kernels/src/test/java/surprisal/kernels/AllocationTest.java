package surprisal.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.ProcessBuilder.Redirect;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Once it is compiled, a call of a kernel allocates {@link EveryKernel#BOUND} bytes at most, a convolution twice as many. */
class AllocationTest {

    private static final List<Class<?>> KERNELS = List.of(
            Loop.class, Gemm.class, Panels.class, Affine.class, Conv.class, Rows.class, Reduce.class, Gru.class, LayerNorm.class,
            NormalDraw.class, NormalRows.class, BernoulliRows.class, Philox.class, Descent.class, Simplex.class, Mixture.class,
            Expectations.class);

    @Test
    void theListHasEveryKernel() {
        TreeSet<String> all = new TreeSet<>();
        for (Class<?> type : KERNELS) {
            for (Method method : type.getDeclaredMethods()) {
                String array = array(method);
                if (Modifier.isPublic(method.getModifiers()) && !array.isEmpty()) {
                    all.add(EveryKernel.name(type.getSimpleName() + "." + method.getName(), array, method.getParameterCount()));
                }
            }
        }
        TreeSet<String> listed = new TreeSet<>();
        new EveryKernel().calls.keySet().forEach(name -> listed.add(name.replaceFirst(" [A-Z].*", "")));
        assertEquals(all, listed);
    }

    private static String array(Method method) {
        for (Class<?> parameter : method.getParameterTypes()) {
            if (parameter.isArray()) {
                return parameter.getComponentType().getSimpleName().replace("[]", "");
            }
        }
        return "";
    }

    /**
     * In JVMs that use vectors from the first call on: here the scalar loops would take part for a while. Of 160 kernels in one
     * JVM C2 leaves a few with a call in their loop, and so with vectors on the heap, others each time; so those get
     * a JVM to themselves. What a kernel allocates on its own account shows in both.
     */
    @Test
    void aCallThatIsCompiledAllocatesNothing() throws Exception {
        assumeTrue(Simd.bits() > 0, "this JVM has no vectors");
        List<String> alone = new ArrayList<>();
        for (String name : allocating(List.of())) {
            alone.addAll(allocating(List.of(name)));
        }
        assertEquals(List.of(), alone);
    }

    private static List<String> allocating(List<String> names) throws Exception {
        List<String> options = List.of(Fork.VECTOR, "-Dsurprisal.simd=" + Simd.bits(), "-XX:+UseSerialGC", "-Xmx256m");
        Process process = Fork.java(options, EveryKernel.class, names.toArray(String[]::new)).redirectError(Redirect.DISCARD).start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        assertEquals(0, process.waitFor());
        return lines;
    }
}
