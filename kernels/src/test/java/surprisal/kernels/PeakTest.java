package surprisal.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PeakTest {
    @Test
    void everyChainIsAddedUp() {
        // 4096 times t / 2, in 12 chains for each t below 64: floats hold every sum exactly
        assertEquals(12 * 4096 / 2 * (63 * 64 / 2), Peak.multiplyAdds());
    }

    @Test
    void operationsAreThoseOfTheLanes() {
        assertTrue(Peak.operations() > 1e6);
        assertEquals(0, Peak.operations() % Math.max(1, Simd.bits() / 32));
    }
}
