package surprisal.models.agent;

import java.util.Arrays;

/** From pairs of small numbers to ints: a plain table where the numbers are few, else a {@link LongMap}. */
final class Pairs {
    private static final int MOST = 1 << 14;

    private int[] table = new int[16];
    private final LongMap map = new LongMap();
    private int stride;
    private boolean plain;

    /**
     * Empties the map.
     *
     * @param first so many first numbers there may be
     * @param second so many second numbers there may be
     */
    void clear(long first, long second) {
        plain = first * second <= MOST;
        if (plain) {
            stride = (int) second;
            int size = (int) (first * second);
            if (table.length < size) {
                table = new int[size];
            }
            Arrays.fill(table, 0, size, -1);
        } else {
            map.clear();
        }
    }

    /** The value, or −1. */
    int get(int i, int j) {
        return plain ? table[i * stride + j] : map.get((long) i << 32 | j);
    }

    /**
     * to_k = the value of (first_from(k), second_action(k)) for k = i, i + 1 … as far as there are values.
     *
     * @return the k where there is none, or n
     */
    int get(int i, int n, int[] first, int[] from, int[] second, int[] action, int[] to) {
        if (!plain) {
            while (i < n && (to[i] = map.get((long) first[from[i]] << 32 | second[action[i]])) >= 0) {
                i++;
            }
            return i;
        }
        int[] known = table;
        int width = stride;
        while (i < n && (to[i] = known[first[from[i]] * width + second[action[i]]]) >= 0) {
            i++;
        }
        return i;
    }

    /** For a pair that is not there yet. */
    void put(int i, int j, int value) {
        if (plain) {
            table[i * stride + j] = value;
        } else {
            map.put((long) i << 32 | j, value);
        }
    }
}
