package surprisal.models.agent;

import java.util.Arrays;

/** The different beliefs about one factor at one imagined step: equal bits are one belief. */
final class Imagined {
    final int size;
    double[] values;
    int count;
    private final LongMap first = new LongMap(); // hash → the first belief that has it
    private int[] next = new int[8]; // belief → the next with its hash

    Imagined(int size) {
        this.size = size;
        values = new double[8 * size];
    }

    void clear() {
        count = 0;
        first.clear();
    }

    /** The number of a belief, which is kept if it is new. */
    int add(double[] q) {
        long hash = 0;
        for (int s = 0; s < size; s++) {
            hash = (hash ^ Double.doubleToRawLongBits(q[s])) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 29;
        }
        hash &= Long.MAX_VALUE;
        int head = first.get(hash);
        for (int i = head; i >= 0; i = next[i]) {
            if (Arrays.equals(values, i * size, (i + 1) * size, q, 0, size)) {
                return i;
            }
        }
        if ((count + 1) * size > values.length) {
            values = Arrays.copyOf(values, 2 * values.length);
        }
        if (count == next.length) {
            next = Arrays.copyOf(next, 2 * count);
        }
        System.arraycopy(q, 0, values, count * size, size);
        if (head < 0) {
            next[count] = -1;
            first.put(hash, count);
        } else { // behind the first
            next[count] = next[head];
            next[head] = count;
        }
        return count++;
    }
}
