package surprisal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ShapeTest {
    private static String refusal(Runnable r) {
        return assertThrows(RuntimeException.class, r::run).getMessage();
    }

    @Test
    void broadcastMatchesAxesFromTheLast() {
        assertEquals(Shape.of(2, 7), Shape.of(7).broadcast(Shape.of(2, 1), "plus"));
        assertEquals(Shape.of(2, 0), Shape.of(1).broadcast(Shape.of(2, 0), "plus"));
        assertEquals("cannot broadcast [7] with [1, 3] in plus: axis -1 has 7 against 3",
            refusal(() -> Shape.of(7).broadcast(Shape.of(1, 3), "plus")));
    }

    @Test
    void sizesAreBounded() {
        assertEquals(Integer.MAX_VALUE, Shape.of(Integer.MAX_VALUE).size());
        assertEquals(0, Shape.of(1 << 30, 1 << 30, 0, 1 << 30).size());
        assertEquals("shape [65536, 65536] has more than 2147483647 elements: split it along an axis",
            refusal(() -> Shape.of(65536, 65536)));
        // the product is 0 in int and in long arithmetic
        assertEquals("shape [65536, 65536, 65536, 65536] has more than 2147483647 elements: split it along an axis",
            refusal(() -> Shape.of(65536, 65536, 65536, 65536)));
        assertEquals("shape [2, -1] has a negative length", refusal(() -> Shape.of(2, -1)));
        assertEquals("shape [2, -1] has a negative length", refusal(() -> Shape.of(2, 3).with(1, -1)));
    }

    @Test
    void namesItsPartsAndItself() {
        Shape s = Shape.of(2, 3, 5);
        assertEquals("[2, 3, 5]", s.toString());
        assertEquals("[]", Shape.scalar().toString());
        assertEquals(1, Shape.scalar().size());
        assertEquals(5, s.last());
        assertEquals(Shape.of(2, 3), s.dropLast());
        assertEquals(Shape.of(2, 5), s.without(1));
        assertEquals(1, s.axis(-2));
        assertEquals("shape [2, 3, 5] has no axis 3: axes are -3 to 2", refusal(() -> s.axis(3)));
        assertEquals("a scalar, shape [], has no axis -1", refusal(() -> Shape.scalar().last()));
    }

    @Test
    void lengthsCannotBeChangedFromOutside() {
        int[] dims = {2, 3};
        Shape s = Shape.of(dims);
        dims[0] = 9;
        s.dims()[1] = 9;
        assertEquals(Shape.of(2, 3), s);
    }
}
