package surprisal.bench.cases;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import surprisal.bench.timing.Case;

class CasesTest {

    @Test
    void namesAreThoseOfThePeersScripts() {
        List<String> names = Cases.all().stream().map(Case::name).toList();
        assertEquals(names.size(), names.stream().distinct().count());
        assertEquals(20, names.stream().filter(n -> n.startsWith("gemm/")).count());
        assertEquals(
                26, names.stream().filter(n -> n.startsWith("elementwise/")).count());
        assertTrue(names.containsAll(List.of(
                "gemm/NN/1024x1024x1024",
                "gemm/TN/784x400x128",
                "gemm/NT/128x784x400",
                "gemm/NN/1x200x200",
                "elementwise/logsumexp64/4096",
                "elementwise/normal/1048576",
                "vae/step/784-400-20/128",
                "rssm/step/200-30/50x20",
                "cold/vae-first-step",
                "peak/fma",
                "peak/memory",
                "peak/tasks")));
    }

    @Test
    void everyCaseRuns() {
        for (Case c : Cases.all()) c.prepare().get().run();
    }

    @Test
    void theVaeStepLearns() {
        Case.Call step = VaeCases.step(16);
        step.run();
        double first = (Double) step.notes().get("loss");
        for (int i = 0; i < 30; i++) step.run();
        double last = (Double) step.notes().get("loss");
        assertTrue(first > 500 && last < first - 20, first + " → " + last);
    }

    @Test
    void theRssmStepLearns() {
        Case.Call step = RssmCases.step();
        step.run();
        double first = (Double) step.notes().get("loss");
        for (int i = 0; i < 20; i++) step.run();
        double last = (Double) step.notes().get("loss");
        assertTrue(first < 30 && last < first - 5, first + " → " + last);
    }

    @Test
    void operationsAreCountedAsByThePeers() {
        assertEquals((166.7 + 253.1) * 1e6, flops("vae/"), 0.1e6);
        assertEquals(3_132_800_000.0, flops("rssm/"));
    }

    private static double flops(String family) {
        return Cases.all().stream().filter(c -> c.name().startsWith(family)).findFirst().orElseThrow().flops();
    }
}
