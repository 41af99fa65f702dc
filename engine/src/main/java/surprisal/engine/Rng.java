package surprisal.engine;

import java.util.Arrays;
import surprisal.kernels.Blocks;
import surprisal.kernels.Philox;

/**
 * A stream of random numbers: a key, a stream number and a position in it, and nothing more ({@link State}). The
 * numbers are those of {@link Philox}: same state, same draws, on every machine and with any number of threads.
 *
 * <p>Each draw moves the position by a count that depends only on how many numbers are drawn, not on their values,
 * their precision or their distribution: 16 ⌈n / 64⌉ for an array of n numbers, 1 for a single number, n − 1 for a
 * permutation of n, 1 for a split. Both precisions draw the same numbers: those in FLOAT32 are those in FLOAT64 with
 * fewer digits.
 *
 * <p>An Rng is not safe for use by several threads at once: {@link #split} one for each thread (in a fixed order).
 */
public final class Rng {

    /* Counters of one (key, stream), by the upper byte of the position: 0 for draws, 1 for the lower words of doubles
     * (Philox.LOW), 2 for the keys of children, from 3 on for what `below` draws again after a rejection. */
    private static final long LIMIT = Philox.LOW;
    private static final long SPLIT = 2 * Philox.LOW;
    private static final long AGAIN = 3 * Philox.LOW;

    private static final int COST = 8; // copies that take as long as a normal number
    private static final int PIECE = 1 << 10; // uniforms at a time on their way to something else

    private final long key;
    private final long stream;
    private long position;

    /**
     * All that an Rng is, to be stored and taken up again.
     *
     * @param key the key
     * @param stream the stream number
     * @param position counters used so far
     */
    public record State(long key, long stream, long position) {

        /**
         * A state.
         *
         * @throws IllegalArgumentException unless 0 ≤ position ≤ 2^56
         */
        public State {
            if (position < 0 || position > LIMIT) {
                throw new IllegalArgumentException("position " + position + " of a random stream: it is 0 to 2^56");
            }
        }
    }

    /**
     * The stream 0 of this key, at its beginning.
     *
     * @param seed the key
     */
    public Rng(long seed) {
        this(seed, 0, 0);
    }

    private Rng(long key, long stream, long position) {
        this.key = key;
        this.stream = stream;
        this.position = position;
    }

    /**
     * An Rng that goes on from here.
     *
     * @param state where
     * @return a new Rng
     */
    public static Rng of(State state) {
        return new Rng(state.key, state.stream, state.position);
    }

    /**
     * Where this Rng is now: {@code Rng.of(rng.state())} draws what {@code rng} would draw next.
     *
     * @return key, stream and position
     */
    public State state() {
        return new State(key, stream, position);
    }

    /**
     * A new Rng, independent of this one and of its other children: its key and stream number are 128 random bits of
     * this one, from counters used for nothing else.
     *
     * @return the child, at its beginning
     */
    public Rng split() {
        int[] w = Philox.block(key, stream, taken(1) + SPLIT);
        return new Rng(wide(w[0], w[1]), wide(w[2], w[3]), 0);
    }

    private static long wide(int high, int low) {
        return ((long) high << 32) | (low & 0xFFFFFFFFL);
    }

    /**
     * Standard normal numbers.
     *
     * @param shape how many
     * @param precision float numbers reach 6.66, double ones 8.58
     * @return a new array
     */
    public Array normal(Shape shape, Precision precision) {
        Array x = Array.zeros(shape, precision);
        fillNormal(x);
        return x;
    }

    /**
     * Numbers uniform on [0, 1): multiples of 2^−24 in FLOAT32, of 2^−53 in FLOAT64.
     *
     * @param shape how many
     * @param precision their precision
     * @return a new array
     */
    public Array uniform(Shape shape, Precision precision) {
        Array x = Array.zeros(shape, precision);
        fillUniform(x);
        return x;
    }

    /**
     * Overwrites an array with standard normal numbers.
     *
     * @param x the array
     */
    public void fillNormal(Array x) {
        long from = taken(Philox.counters(x.size()));
        switch (x.precision()) {
            case FLOAT32 -> {
                float[] out = x.floats();
                Blocks.each(out.length, COST, (i, n) -> Philox.normal(key, stream, from + i / 4, out, i, n));
            }
            case FLOAT64 -> {
                double[] out = x.doubles();
                Blocks.each(out.length, COST, (i, n) -> Philox.normal(key, stream, from + i / 4, out, i, n));
            }
        }
    }

    /**
     * Overwrites an array with numbers uniform on [0, 1).
     *
     * @param x the array
     */
    public void fillUniform(Array x) {
        long from = taken(Philox.counters(x.size()));
        switch (x.precision()) {
            case FLOAT32 -> {
                float[] out = x.floats();
                Blocks.each(out.length, 1, (i, n) -> Philox.uniform(key, stream, from + i / 4, out, i, n));
            }
            case FLOAT64 -> {
                double[] out = x.doubles();
                Blocks.each(out.length, 1, (i, n) -> Philox.uniform(key, stream, from + i / 4, out, i, n));
            }
        }
    }

    /**
     * One number uniform on [0, 1), a multiple of 2^−53.
     *
     * @return the number
     */
    public double uniform() {
        return Philox.uniform(Philox.pair(key, stream, taken(1)));
    }

    /**
     * An integer uniform on 0 … n − 1, exactly (Lemire 2019, "Fast random integer generation in an interval").
     *
     * @param n how many values there are
     * @return one of them
     * @throws IllegalArgumentException unless n > 0
     */
    public int below(int n) {
        if (n <= 0) throw new IllegalArgumentException("below(" + n + "): there is no integer from 0 to " + (n - 1L));
        return below(n, taken(1));
    }

    /** ⌊n bits / 2^64⌋, drawn again where the fraction is among the 2^64 mod n that would make some values likelier. */
    private int below(int n, long at) {
        long bits = Philox.pair(key, stream, at);
        if (Long.compareUnsigned(bits * n, n) < 0) {
            long surplus = Long.remainderUnsigned(-n, n);
            for (long again = AGAIN; Long.compareUnsigned(bits * n, surplus) < 0; again += Philox.LOW) {
                bits = Philox.pair(key, stream, at + again);
            }
        }
        return (int) Math.unsignedMultiplyHigh(bits, n);
    }

    /**
     * A permutation of 0 … n − 1, all n! equally likely (Fisher and Yates 1938, in the form of Durstenfeld 1964).
     *
     * @param n its length
     * @return the permutation
     * @throws IllegalArgumentException if n is negative
     */
    public int[] permutation(int n) {
        if (n < 0) throw new IllegalArgumentException("permutation(" + n + "): the length is 0 or more");
        int[] p = new int[n];
        long from = taken(Math.max(n - 1, 0));
        for (int i = 1; i < n; i++) {
            int j = below(i + 1, from + i - 1);
            p[i] = p[j];
            p[j] = i;
        }
        return p;
    }

    /**
     * 1 with probability p, else 0, for each p: u &lt; p with u uniform, in double whatever the precision of p.
     *
     * @param p probabilities
     * @return a new array of the same shape and precision
     * @throws IllegalArgumentException unless 0 ≤ p ≤ 1 everywhere
     */
    public Array bernoulli(Array p) {
        for (int i = 0; i < p.size(); i++) {
            if (!(p.at(i) >= 0 && p.at(i) <= 1)) {
                throw new IllegalArgumentException("bernoulli of shape " + p.shape() + ": element " + i + " is "
                    + p.at(i) + ", a probability is from 0 to 1");
            }
        }
        Array x = Array.zeros(p.shape(), p.precision());
        uniforms(p.size(), (i, u) -> x.set(i, u < p.at(i) ? 1 : 0));
        return x;
    }

    /**
     * An outcome for each row of logits, i with probability softmax(logits)_i: argmax_i logits_i + g_i with
     * g_i = −log(−log u_i), u_i uniform (Gumbel 1954). All in double, whatever the precision of the logits.
     *
     * @param logits [.., outcomes], each finite or −∞ (never drawn)
     * @return the outcomes, one per row
     * @throws IllegalArgumentException if a logit is NaN or +∞, or a row has no finite one
     */
    public int[] categorical(Array logits) {
        Shape shape = logits.shape();
        if (shape.rank() == 0 || shape.last() == 0) {
            throw new IllegalArgumentException("categorical of shape " + shape + ": the last axis has no outcomes");
        }
        int n = shape.last();
        int[] outcome = new int[logits.size() / n];
        for (int row = 0; row < outcome.length; row++) outcome[row] = firstPossible(logits, row, n);
        double[] best = new double[outcome.length];
        Arrays.fill(best, Double.NEGATIVE_INFINITY);
        uniforms(logits.size(), (i, u) -> {
            double score = logits.at(i) - StrictMath.log(-StrictMath.log(u));
            if (score > best[i / n]) {
                best[i / n] = score;
                outcome[i / n] = i % n;
            }
        });
        return outcome;
    }

    private static int firstPossible(Array logits, int row, int n) {
        int first = -1;
        for (int i = n - 1; i >= 0; i--) {
            double logit = logits.at(row * n + i);
            if (!(logit < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("categorical of shape " + logits.shape() + ": logit " + i
                    + " of row " + row + " is " + logit + ", logits are finite or -Infinity");
            }
            if (logit > Double.NEGATIVE_INFINITY) first = i;
        }
        if (first < 0) {
            throw new IllegalArgumentException("categorical of shape " + logits.shape() + ": all logits of row " + row
                + " are -Infinity, one at least must be finite");
        }
        return first;
    }

    private interface Use {
        void accept(int i, double u);
    }

    /** Hands over u_0 … u_n−1, uniform. */
    private void uniforms(int n, Use use) {
        long from = taken(Philox.counters(n));
        double[] u = new double[Math.min(n, PIECE)];
        for (int i = 0; i < n; i += PIECE) {
            int m = Math.min(PIECE, n - i);
            Philox.uniform(key, stream, from + i / 4, u, 0, m);
            for (int j = 0; j < m; j++) use.accept(i + j, u[j]);
        }
    }

    /** The position where the draw of so many counters starts; moves on behind them. */
    private long taken(long counters) {
        if (counters > LIMIT - position) {
            throw new IllegalStateException("this random stream has no " + counters + " of its 2^56 counters left at "
                + position + ": go on with a split()");
        }
        long from = position;
        position += counters;
        return from;
    }
}
