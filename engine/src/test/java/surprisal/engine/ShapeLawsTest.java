package surprisal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class ShapeLawsTest {
    @Provide
    Arbitrary<Shape> shapes() {   // lengths that meet often: 1, 2, 3 and now and then 0
        return Arbitraries.of(1, 1, 2, 3, 0).array(int[].class).ofMaxSize(4).map(Shape::of);
    }

    /** The common shape, empty where there is none. */
    private static Optional<Shape> both(Optional<Shape> a, Optional<Shape> b) {
        try {
            return a.flatMap(x -> b.map(y -> x.broadcast(y, "plus")));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    @Property
    void broadcastIsCommutative(@ForAll("shapes") Shape a, @ForAll("shapes") Shape b) {
        assertEquals(both(Optional.of(a), Optional.of(b)), both(Optional.of(b), Optional.of(a)));
    }

    @Property
    void broadcastIsAssociative(@ForAll("shapes") Shape a, @ForAll("shapes") Shape b, @ForAll("shapes") Shape c) {
        var x = Optional.of(a);
        var y = Optional.of(b);
        var z = Optional.of(c);
        assertEquals(both(both(x, y), z), both(x, both(y, z)));
    }

    @Property
    void broadcastWithAScalarOrItselfIsIdentity(@ForAll("shapes") Shape a) {
        assertEquals(a, a.broadcast(Shape.scalar(), "plus"));
        assertEquals(a, Shape.scalar().broadcast(a, "plus"));
        assertEquals(a, a.broadcast(a, "plus"));
    }

    @Property
    void broadcastStretchesOnlyOnes(@ForAll("shapes") Shape a, @ForAll("shapes") Shape b) {
        both(Optional.of(a), Optional.of(b)).ifPresent(c -> {
            assertEquals(Math.max(a.rank(), b.rank()), c.rank());
            for (int back = 1; back <= a.rank(); back++) {
                assertTrue(a.dim(-back) == c.dim(-back) || a.dim(-back) == 1);
            }
        });
    }

    @Property
    void aRefusalNamesBothShapesTheOpAndTheAxis(@ForAll("shapes") Shape a, @ForAll("shapes") Shape b) {
        if (both(Optional.of(a), Optional.of(b)).isPresent()) return;
        String text = assertThrows(IllegalArgumentException.class, () -> a.broadcast(b, "minus")).getMessage();
        assertTrue(text.contains("cannot broadcast " + a + " with " + b + " in minus: axis -"), text);
        int back = text.charAt(text.indexOf("axis -") + 6) - '0';
        assertTrue(text.endsWith("has " + a.dim(-back) + " against " + b.dim(-back)), text);
    }

    @Property
    void oneEndsAnotherIfItIsLeftWithoutTheFirstAxes(@ForAll("shapes") Shape a, @ForAll("shapes") Shape b) {
        Shape rest = a;
        while (rest.rank() > b.rank()) rest = rest.without(0);
        assertEquals(rest.equals(b), a.endsWith(b));
        assertTrue(a.endsWith(rest));
    }

    @Property
    void sizeIsTheProductOfLengths(@ForAll("shapes") Shape a) {
        int product = 1;
        for (int n : a.dims()) product *= n;
        assertEquals(product, a.size());
        assertEquals(a.size(), Array.zeros(a, Precision.FLOAT32).floats().length);
    }

    @Property
    void axesCountFromBothEnds(@ForAll("shapes") Shape a, @ForAll @IntRange(min = -6, max = 6) int axis) {
        if (axis < -a.rank() || axis >= a.rank()) {
            String text = assertThrows(IndexOutOfBoundsException.class, () -> a.dim(axis)).getMessage();
            assertTrue(text.contains(a + "") && text.contains("axis " + axis), text);
            return;
        }
        assertEquals(a.dims()[Math.floorMod(axis, a.rank())], a.dim(axis));
        assertEquals(a, a.with(axis, a.dim(axis)));
        assertEquals(7, a.with(axis, 7).dim(axis));
        assertEquals(a.rank() - 1, a.without(axis).rank());
        assertEquals((long) a.size(), (long) a.without(axis).size() * a.dim(axis));
    }

    @Property
    void equalityIsThatOfLengths(@ForAll("shapes") Shape a, @ForAll("shapes") Shape b) {
        assertEquals(a, Shape.of(a.dims()));
        assertEquals(a.hashCode(), Shape.of(a.dims()).hashCode());
        assertEquals(a.toString().equals(b.toString()), a.equals(b));
    }
}
