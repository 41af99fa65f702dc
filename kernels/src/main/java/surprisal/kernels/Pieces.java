package surprisal.kernels;

import java.util.Arrays;

/** A thread's own memory for what it has packed of an operand, piece by piece. A place is used again: names say by what. */
final class Pieces<T> {

    private final Tile<T> tile;
    private T memory;
    private long[] names = new long[0];
    private int product;

    Pieces(Tile<T> tile) {
        this.tile = tile;
        this.memory = tile.array(0);
    }

    /** Room for so many pieces, of so many elements together, of the product of that number; those of another one are gone. */
    T of(int number, int count, int size) {
        if (product != number || names.length < count || tile.length(memory) < size) {
            product = number;
            if (names.length < count) {
                names = new long[count];
            } else {
                Arrays.fill(names, 0);
            }
            if (tile.length(memory) < size) {
                memory = tile.array(size);
            }
        }
        return memory;
    }

    /** Whether the piece of that name, which is not 0, is not in its place. */
    boolean lacks(int place, long name) {
        return names[place] != name;
    }

    void put(int place, long name) {
        names[place] = name;
    }
}
