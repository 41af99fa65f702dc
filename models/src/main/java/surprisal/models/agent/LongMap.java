package surprisal.models.agent;

import java.util.Arrays;

/** From non-negative longs to ints, without objects: open addressing, emptied in no time. */
final class LongMap {
    private long[] keys = new long[64];
    private int[] values = new int[64];
    private int[] written = new int[64];
    private int now = 1;
    private int size;

    void clear() {
        size = 0;
        if (++now < 0) {
            Arrays.fill(written, 0);
            now = 1;
        }
    }

    /** The value, or −1. */
    int get(long key) {
        int mask = keys.length - 1;
        for (int i = start(key) & mask; written[i] == now; i = (i + 1) & mask) {
            if (keys[i] == key) {
                return values[i];
            }
        }
        return -1;
    }

    /** For a key that is not there yet. */
    void put(long key, int value) {
        if (2 * ++size > keys.length) {
            grow();
        }
        insert(key, value);
    }

    private void insert(long key, int value) {
        int mask = keys.length - 1;
        int i = start(key) & mask;
        while (written[i] == now) {
            i = (i + 1) & mask;
        }
        keys[i] = key;
        values[i] = value;
        written[i] = now;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldValues = values;
        int[] oldWritten = written;
        keys = new long[2 * oldKeys.length];
        values = new int[keys.length];
        written = new int[keys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldWritten[i] == now) {
                insert(oldKeys[i], oldValues[i]);
            }
        }
    }

    private static int start(long key) {
        long h = key * 0x9E3779B97F4A7C15L;
        return (int) (h ^ h >>> 32);
    }
}
