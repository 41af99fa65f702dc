package surprisal.kernels;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MutableCallSite;
import jdk.incubator.vector.VectorShape;

/**
 * Which arithmetic the kernels use, chosen once per process: vectors of 512, 256 or 128 bits, or scalar loops.
 *
 * <p>The choice changes the speed and nothing else: every provider computes the same bits. The one exception is a
 * machine without a fused multiply-add, whose products are rounded twice and so differ in the last places.
 *
 * <p>The system property {@code surprisal.simd} ({@code auto}, {@code scalar}, {@code 128}, {@code 256}, {@code 512})
 * narrows the choice; it exists for tests and measurements. A width that is asked for is used from the first call on,
 * where {@code auto} lets the scalar loops take part until the vectors are compiled.
 */
public final class Simd {

    private static final String MODULE = "jdk.incubator.vector";

    /** Widest vector that the kernels are written for; a wider machine uses this many bits. */
    private static final int WIDEST = 512;

    private record Choice(int bits, String reason, String remedy) {}

    private static final Choice CHOICE = choose();

    /** Whether vectors of doubles pay: with 128 bits, exp under masks of two lanes allocates 15 kB a call, and scalar code is faster. */
    static final boolean WIDE = CHOICE.bits >= 256;

    /** Elements that the scalar loops get first: a program that ends soon never loads the vectors, which takes 100 ms. */
    static final int HEAD = 1 << 20;

    /* A constant to C2, which compiles no branch that is not taken: the scalar forms would use up what it inlines. When the
     * constant changes, once, what was compiled with it is compiled again. */
    private static final MutableCallSite VECTORS =
            new MutableCallSite(MethodHandles.constant(boolean.class, CHOICE.bits > 0 && atOnce()));
    private static final MethodHandle ON = VECTORS.dynamicInvoker();

    /** What is left of them; a race changes the time alone. */
    private static int scalarLeft = HEAD;

    static {
        String warning = warning();
        if (!warning.isEmpty()) {
            System.getLogger("surprisal").log(System.Logger.Level.WARNING, warning);
        }
    }

    private Simd() {}

    /**
     * The width of the vectors in use.
     *
     * @return 512, 256 or 128, and 0 for scalar loops
     */
    public static int bits() {
        return CHOICE.bits;
    }

    /** Are there no vectors, or are they wanted from the first call on, compiled or not? Then nothing warms up. */
    static boolean atOnce() {
        return CHOICE.bits == 0 || !wish().equals("auto");
    }

    /**
     * Whether a kernel that takes its rows as they come, without a {@link WarmUp} of its own, has vectors for the next ones.
     *
     * @param n how many elements
     * @return true from some call on
     */
    static boolean on(int n) {
        boolean on;
        try {
            on = (boolean) ON.invokeExact();
        } catch (Throwable e) {
            throw new AssertionError("a constant throws nothing", e);
        }
        if (!on && CHOICE.bits > 0) {
            scalarLeft -= n;
            if (scalarLeft < 0) {
                VECTORS.setTarget(MethodHandles.constant(boolean.class, true));
            }
        }
        return on;
    }

    /** {@link #on} for kernels of doubles. */
    static boolean wide(int n) {
        return WIDE && on(n);
    }

    private static String wish() {
        return System.getProperty("surprisal.simd", "auto");
    }

    /**
     * Says which provider is in use and why, on one line.
     *
     * @return for example {@code vector, 512 bits, fused multiply-add, 2 threads (jdk.incubator.vector is present)}
     */
    public static String describe() {
        String provider = CHOICE.bits == 0 ? "scalar" : "vector, " + CHOICE.bits + " bits";
        String fma = Fma.FAST ? "fused multiply-add" : "no fused multiply-add (the last bits differ from other machines)";
        int threads = Workers.threads();
        return "%s, %s, %d thread%s (%s)"
                .formatted(provider, fma, threads, threads == 1 ? "" : "s", CHOICE.reason);
    }

    private static String warning() {
        String slow = CHOICE.remedy.isEmpty()
                ? ""
                : "surprisal runs scalar loops: " + CHOICE.reason + "; results are the same, speed is not; " + CHOICE.remedy;
        String fma = Fma.FAST
                ? ""
                : "surprisal found no fast fused multiply-add: the last bits of results differ from other machines; "
                        + "run on a CPU (or a virtual machine that shows its CPU) with FMA, without -XX:-UseFMA";
        return slow.isEmpty() || fma.isEmpty() ? slow + fma : slow + ". Also, " + fma;
    }

    private static Choice choose() {
        String wish = wish();
        if (wish.equals("scalar")) {
            return new Choice(0, "-Dsurprisal.simd=scalar asks for it", "");
        }
        if (!wish.matches("auto|128|256|512")) {
            throw new IllegalArgumentException(
                    "surprisal.simd is '" + wish + "': it takes auto, scalar, 128, 256 or 512");
        }
        String vm = System.getProperty("java.vm.info", "");
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            return new Choice(0, "module " + MODULE + " is absent", "start java with --add-modules " + MODULE);
        }
        // without C2 each vector is an object on the heap: some hundred times slower than a scalar loop
        if (vm.contains("emulated-client") || vm.contains("interpreted mode")) {
            return new Choice(
                    0, "the C2 compiler is off (" + vm + ")", "drop -Xint, -client or -XX:TieredStopAtLevel");
        }
        if (!Fma.FAST) {
            return new Choice(0, "vectors need a fast fused multiply-add", ""); // the warning is said with Fma's
        }
        int machine = Math.min(VectorShape.preferredShape().vectorBitSize(), WIDEST); // loads none of the vectors
        if (machine < 128) {
            return new Choice(0, "the machine's vectors have " + machine + " bits", "use a CPU with 128-bit vectors");
        }
        int bits = wish.equals("auto") ? machine : Math.min(machine, Integer.parseInt(wish));
        return new Choice(bits, wish.equals("auto") ? MODULE + " is present" : "-Dsurprisal.simd=" + wish, "");
    }
}
