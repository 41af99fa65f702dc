package surprisal.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeTest {

    private record Leaf(Tensor w, int size) {}

    private record Model(Leaf leaf, List<Leaf> layers, Map<String, Tensor> named, Optional<Tensor> maybe, String name,
            Tensor none) {}

    private record Varargs(Tensor... all) {}

    private static Tensor t(double x) {
        return Tensor.of(x);
    }

    private final Model model = new Model(new Leaf(t(1), 3), List.of(new Leaf(t(2), 4), new Leaf(t(3), 5)),
            Map.of("b", t(5), "a", t(4)), Optional.of(t(6)), "model", null);

    @Test
    void namesFollowTheComponents() {
        assertEquals(List.of("leaf.w", "layers.0.w", "layers.1.w", "named.a", "named.b", "maybe"),
                List.copyOf(Tree.leaves(model).keySet()));
        assertEquals(Set.of(""), Tree.leaves(t(1)).keySet());
        assertEquals(0, Tree.leaves(3).size());
    }

    @Test
    void mapKeepsTheTypeAndEverythingElse() {
        Model twice = Tree.map(model, x -> x.times(2));
        assertEquals(2, twice.leaf.w.item());
        assertEquals(6, twice.layers.get(1).w.item());
        assertEquals(8, twice.named.get("a").item());
        assertEquals(12, twice.maybe.get().item());
        assertEquals(5, twice.layers.get(1).size);
        assertEquals("model", twice.name);
        assertSame(model, Tree.map(model, x -> x));
        assertEquals(List.copyOf(Tree.leaves(model).keySet()), List.copyOf(Tree.leaves(twice).keySet()));
    }

    @Test
    void mapsGoInTheirOwnOrderOrByTheirKeys() {
        Map<String, Tensor> linked = new LinkedHashMap<>();
        linked.put("z", t(1));
        linked.put("a", t(2));
        assertEquals("[z, a]", Tree.leaves(linked).keySet().toString());
        assertEquals("[a, z]", Tree.leaves(new TreeMap<>(linked)).keySet().toString());
        assertEquals("[a, z]", Tree.leaves(new HashMap<>(linked)).keySet().toString());
        assertEquals("[a, z]", Tree.leaves(Map.copyOf(linked)).keySet().toString());
        assertEquals("[1, 10, 2]", Tree.leaves(Map.of(10, t(1), 2, t(2), 1, t(3))).keySet().toString());
    }

    @Test
    void whatIsMissingStaysMissing() {
        List<Tensor> holes = Arrays.asList(t(1), null, t(3));
        assertEquals(9, Tree.map(holes, x -> x.times(3)).get(2).item());
        assertEquals("[0, 2]", Tree.leaves(holes).keySet().toString());
        assertEquals(Optional.empty(), Tree.map(Optional.<Tensor>empty(), x -> x));
    }

    @Test
    void arraysOfTensorsAreRefused() {
        assertEquals("the model holds a Tensor[1]: make it a List<Tensor>",
                assertThrows(IllegalArgumentException.class, () -> Tree.leaves(new Varargs(t(1)))).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Tree.map(new Varargs(t(1)), x -> x));
    }

    @Test
    void aRecordOfVariableArityIsRebuilt() {
        record Sizes(Tensor w, int... sizes) {}
        Sizes sizes = Tree.map(new Sizes(t(1), 2, 3), x -> x.times(2));
        assertEquals(2, sizes.w.item());
        assertEquals("[2, 3]", Arrays.toString(sizes.sizes));
    }

    @Test
    void twoTensorsOfOneNameAreAnError() {
        Map<String, Object> clash = new LinkedHashMap<>();
        clash.put("a.b", t(1));
        clash.put("a", Map.of("b", t(2)));
        assertEquals("two tensors of the model are named a.b: give the keys of its maps names that stay apart",
                assertThrows(IllegalArgumentException.class, () -> Tree.leaves(clash)).getMessage());
    }

    @Test
    void aRecordThatChecksItselfMaySayNo() {
        record Positive(Tensor w) {
            Positive {
                if (w.at(0) < 0) {
                    throw new IllegalArgumentException("negative");
                }
            }
        }
        assertEquals("negative", assertThrows(IllegalArgumentException.class,
                () -> Tree.map(new Positive(t(1)), Tensor::neg)).getMessage());
    }

    /** A named module that opens nothing, made here. */
    @Test
    void aClosedModuleIsToldWhatToOpen(@TempDir Path folder) throws Exception {
        Path models = Files.createDirectories(folder.resolve("src/closed/models"));
        Path api = Files.createDirectories(folder.resolve("src/closed/api"));
        Files.writeString(folder.resolve("src/module-info.java"), "module closed.models { exports closed.api; }");
        Files.writeString(models.resolve("Net.java"), "package closed.models; public record Net(Object w) { }");
        Files.writeString(api.resolve("Make.java"), "package closed.api; public final class Make { "
                + "public static Object net(Object w) { return new closed.models.Net(w); } }");
        Path classes = folder.resolve("classes");
        int failed = ToolProvider.getSystemJavaCompiler().run(null, null, null, "-d", classes.toString(),
                folder.resolve("src/module-info.java").toString(), models.resolve("Net.java").toString(),
                api.resolve("Make.java").toString());
        assertEquals(0, failed);
        ModuleLayer boot = ModuleLayer.boot();
        Configuration with = boot.configuration().resolve(
                ModuleFinder.of(classes), ModuleFinder.of(), Set.of("closed.models"));
        ModuleLayer layer = boot.defineModulesWithOneLoader(with, ClassLoader.getSystemClassLoader());
        Object net = layer.findLoader("closed.models").loadClass("closed.api.Make")
                .getMethod("net", Object.class).invoke(null, t(1));
        assertEquals("the model's record closed.models.Net is closed: add 'opens closed.models to surprisal.autodiff;' "
                + "to module-info of closed.models",
                assertThrows(IllegalArgumentException.class, () -> Tree.leaves(net)).getMessage());
    }
}
