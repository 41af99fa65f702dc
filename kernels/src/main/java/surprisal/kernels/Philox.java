package surprisal.kernels;

import java.util.Objects;

/**
 * Philox4x32-10: four random words from (key, counter), and the uniform and normal numbers made of them
 * (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3").
 *
 * <p>The key has 64 bits. The counter has 128: a stream (upper half) and a position in it (lower half). Nothing is
 * remembered between calls, so a draw split in pieces, or over threads, gives the same numbers.
 *
 * <p><b>Layout.</b> A draw of n numbers consists of blocks of 64, each made of 16 counters: element e, with b = e / 64
 * and r = e mod 64, is word r / 16 of the counter at position + 16 b + r mod 16. So a draw of n numbers uses
 * {@link #counters}(n) = 16 ⌈n / 64⌉ positions in either precision, and the elements from 64 k on are the draw at
 * position + 16 k.
 *
 * <p><b>Two precisions, the same numbers.</b> A {@code double} has the word of the {@code float} in its upper half; its
 * lower half is the same word of the counter at position + {@link #LOW}. So float uniforms are the double ones cut to
 * 24 bits, and float normals are the double ones rounded, but for the far tail. Positions stay below {@link #LOW}.
 *
 * <p>No operation here is a fused multiply-add and no function is the platform's, so the numbers are the same on every
 * machine.
 */
public final class Philox {

    /* Scalar methods here and vector methods in PhiloxLanes are twins: the same operations in the same order.
     *
     * ln u = e ln 2 + ln m with m in [√½, √2), ln m = s (2 + z L(z)), s = (m − 1) / (m + 1), z = s².
     * sin t = t + t z S(z), cos t = 1 − z/2 + z² C(z), z = t², for |t| ≤ π/4.
     * L, S and C are quadratic fits of equal ripple: errors 2e-7, 2e-8 and 2e-9 of L, S and C, so below 6e-9 in
     * ln m (relative), sin and cos. They belong to the stream: a better fit is another stream. */
    static final float L0 = 0x1.55555cp-1f;
    static final float L1 = 0x1.997c06p-2f;
    static final float L2 = 0x1.2eeb9p-2f;
    static final float S0 = -0x1.555552p-3f;
    static final float S1 = 0x1.110c2ap-7f;
    static final float S2 = -0x1.9aca52p-13f;
    static final float C0 = 0x1.555554p-5f;
    static final float C1 = -0x1.6c12d4p-10f;
    static final float C2 = 0x1.9bd908p-16f;
    static final float MINUS_TWO_LN2 = (float) -1.3862943611198906;
    static final float TURN = (float) (2 * Math.PI * 0x1p-32);
    static final int SQRT_HALF = 0x3f3504f3; // the bits of (float) √½

    static final long WORD = 0xFFFFFFFFL;
    static final long M0 = 0xD2511F53L;
    static final long M1 = 0xCD9E8D57L;
    static final int W0 = 0x9E3779B9;
    static final int W1 = 0xBB67AE85;
    static final int ROUNDS = 10;

    /** Numbers per block. */
    public static final int BLOCK = 64;

    /** Distance from the position of a double's upper word to that of its lower word: 2^56. */
    public static final long LOW = 1L << 56;

    private static final int CHUNK = 16 * BLOCK; // words on their way to numbers, 4 KiB: they stay in the L1 cache
    private static final double TURN64 = 2 * Math.PI * 0x1p-64;

    private static final boolean VECTOR = Simd.bits() != 0;
    private static final WarmUp WORDS = new WarmUp();
    private static final WarmUp UNIFORM = new WarmUp();
    private static final WarmUp NORMAL = new WarmUp();

    private Philox() {}

    /**
     * The number of positions that a draw of n numbers uses: 16 ⌈n / 64⌉.
     *
     * @param n numbers drawn
     * @return counters used
     */
    public static long counters(int n) {
        return 16 * ((n + (BLOCK - 1L)) / BLOCK);
    }

    /**
     * The four words of one counter.
     *
     * @param key the key
     * @param stream words 2 (low) and 3 (high) of the counter
     * @param position words 0 (low) and 1 (high) of the counter
     * @return four words
     */
    public static int[] block(long key, long stream, long position) {
        int[] words = new int[4];
        rounds(key, stream, position, words, 0, 1);
        return words;
    }

    /**
     * 64 bits of one counter: word 0 in the upper half, word 1 in the lower.
     *
     * @param key the key
     * @param stream upper half of the counter
     * @param position lower half of the counter
     * @return random bits
     */
    public static long pair(long key, long stream, long position) {
        int[] words = block(key, stream, position);
        return wide(words[0], words[1]);
    }

    /**
     * n random words.
     *
     * @param key the key
     * @param stream the stream
     * @param position where in the stream the draw starts
     * @param out receives the words
     * @param off index of the first
     * @param n how many
     */
    public static void bits(long key, long stream, long position, int[] out, int off, int n) {
        Objects.checkFromIndexSize(off, n, out.length);
        int whole = n - n % BLOCK;
        words(key, stream, position, out, off, whole);
        if (whole < n) {
            int[] last = Scratch.ints(BLOCK);
            words(key, stream, position + whole / 4, last, 0, BLOCK);
            System.arraycopy(last, 0, out, off + whole, n - whole);
        }
    }

    /**
     * n numbers uniform on [0, 1): ⌊word / 2^8⌋ 2^−24.
     *
     * @param key the key
     * @param stream the stream
     * @param position where in the stream the draw starts
     * @param out receives the numbers
     * @param off index of the first
     * @param n how many
     */
    public static void uniform(long key, long stream, long position, float[] out, int off, int n) {
        Objects.checkFromIndexSize(off, n, out.length);
        int whole = n - n % BLOCK;
        int[] words = Scratch.ints(Math.min(whole, CHUNK));
        for (int i = 0; i < whole; i += CHUNK) {
            int m = Math.min(CHUNK, whole - i);
            words(key, stream, position + i / 4, words, 0, m);
            uniforms(words, out, off + i, m);
        }
        if (whole < n) {
            float[] last = Scratch.floats(BLOCK);
            uniform(key, stream, position + whole / 4, last, 0, BLOCK);
            System.arraycopy(last, 0, out, off + whole, n - whole);
        }
    }

    /**
     * n numbers uniform on [0, 1): ⌊bits / 2^11⌋ 2^−53.
     *
     * @param key the key
     * @param stream the stream
     * @param position where in the stream the draw starts
     * @param out receives the numbers
     * @param off index of the first
     * @param n how many
     */
    public static void uniform(long key, long stream, long position, double[] out, int off, int n) {
        Objects.checkFromIndexSize(off, n, out.length);
        int[] words = Scratch.ints(2 * CHUNK);
        for (int i = 0; i < n; i += CHUNK) {
            int m = (int) Math.min(CHUNK, 4 * counters(n - i));
            words(key, stream, position + i / 4, words, 0, m);
            words(key, stream, position + i / 4 + LOW, words, CHUNK, m);
            for (int j = 0; j < Math.min(m, n - i); j++) {
                out[off + i + j] = uniform(wide(words[j], words[CHUNK + j]));
            }
        }
    }

    /**
     * n standard normal numbers (Box and Muller 1958): r cos φ and r sin φ with r = √(−2 ln u), φ = 2π v.
     *
     * <p>In each block words 0 and 1 of a counter are u and v: r cos φ goes to the place of word 0, r sin φ to that of
     * word 1; words 2 and 3 likewise. u = (⌊word / 2⌋ + ½) 2^−31, so no number exceeds 6.66 in size (the probability
     * beyond is 3e-11); relative error of r below 3e-7, absolute error of the cosine and the sine below 1e-7.
     *
     * @param key the key
     * @param stream the stream
     * @param position where in the stream the draw starts
     * @param out receives the numbers
     * @param off index of the first
     * @param n how many
     */
    public static void normal(long key, long stream, long position, float[] out, int off, int n) {
        Objects.checkFromIndexSize(off, n, out.length);
        int whole = n - n % BLOCK;
        int[] words = Scratch.ints(Math.min(whole, CHUNK));
        for (int i = 0; i < whole; i += CHUNK) {
            int m = Math.min(CHUNK, whole - i);
            words(key, stream, position + i / 4, words, 0, m);
            normals(words, out, off + i, m);
        }
        if (whole < n) {
            float[] last = Scratch.floats(BLOCK);
            normal(key, stream, position + whole / 4, last, 0, BLOCK);
            System.arraycopy(last, 0, out, off + whole, n - whole);
        }
    }

    /**
     * n standard normal numbers, as in the float version: u = (⌊bits / 2^12⌋ + ½) 2^−52, so no number exceeds 8.58 in
     * size, each to full precision.
     *
     * @param key the key
     * @param stream the stream
     * @param position where in the stream the draw starts
     * @param out receives the numbers
     * @param off index of the first
     * @param n how many
     */
    public static void normal(long key, long stream, long position, double[] out, int off, int n) {
        Objects.checkFromIndexSize(off, n, out.length);
        int whole = n - n % BLOCK;
        int[] words = Scratch.ints(2 * CHUNK);
        for (int i = 0; i < whole; i += CHUNK) {
            int m = Math.min(CHUNK, whole - i);
            words(key, stream, position + i / 4, words, 0, m);
            words(key, stream, position + i / 4 + LOW, words, CHUNK, m);
            normal(words, out, off + i, m);
        }
        if (whole < n) {
            double[] last = Scratch.doubles(BLOCK);
            normal(key, stream, position + whole / 4, last, 0, BLOCK);
            System.arraycopy(last, 0, out, off + whole, n - whole);
        }
    }

    /**
     * The number uniform on [0, 1) that is made of these bits: ⌊bits / 2^11⌋ 2^−53.
     *
     * @param bits random bits
     * @return the number
     */
    public static double uniform(long bits) {
        return (bits >>> 11) * 0x1p-53;
    }

    private static long wide(int high, int low) {
        return ((long) high << 32) | (low & WORD);
    }

    /** n words, n a multiple of 64. */
    private static void words(long key, long stream, long position, int[] out, int off, int n) {
        if (!VECTOR) wordByWord(key, stream, position, out, off, n);
        else if (WORDS.over()) PhiloxLanes.words(key, stream, position, out, off, n);
        else
            WORDS.run(
                    n,
                    (i, m) -> PhiloxLanes.words(key, stream, position + i / 4, out, off + i, m),
                    (i, m) -> wordByWord(key, stream, position + i / 4, out, off + i, m));
    }

    private static void uniforms(int[] words, float[] out, int off, int n) {
        if (!VECTOR) uniform(words, 0, out, off, n);
        else if (UNIFORM.over()) PhiloxLanes.uniform(words, 0, out, off, n);
        else
            UNIFORM.run(
                    n,
                    (i, m) -> PhiloxLanes.uniform(words, i, out, off, m),
                    (i, m) -> uniform(words, i, out, off, m));
    }

    private static void normals(int[] words, float[] out, int off, int n) {
        if (!VECTOR) normal(words, 0, out, off, n);
        else if (NORMAL.over()) PhiloxLanes.normal(words, 0, out, off, n);
        else
            NORMAL.run(
                    n,
                    (i, m) -> PhiloxLanes.normal(words, i, out, off, m),
                    (i, m) -> normal(words, i, out, off, m));
    }

    // --- scalar twins of PhiloxLanes; n is a multiple of 64; words[i] makes out[off + i] ---

    static void wordByWord(long key, long stream, long position, int[] out, int off, int n) {
        for (int b = 0; b < n; b += BLOCK) {
            for (int i = 0; i < 16; i++) rounds(key, stream, position + b / 4 + i, out, off + b + i, 16);
        }
    }

    private static void rounds(long key, long stream, long position, int[] out, int off, int stride) {
        int c0 = (int) position, c1 = (int) (position >>> 32), c2 = (int) stream, c3 = (int) (stream >>> 32);
        int k0 = (int) key, k1 = (int) (key >>> 32);
        for (int r = 0; r < ROUNDS; r++) {
            long p0 = (c0 & WORD) * M0, p1 = (c2 & WORD) * M1;
            c0 = (int) (p1 >>> 32) ^ c1 ^ k0;
            c1 = (int) p1;
            c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
            c3 = (int) p0;
            k0 += W0;
            k1 += W1;
        }
        out[off] = c0;
        out[off + stride] = c1;
        out[off + 2 * stride] = c2;
        out[off + 3 * stride] = c3;
    }

    static void uniform(int[] words, int from, float[] out, int off, int n) {
        for (int i = from; i < from + n; i++) out[off + i] = (words[i] >>> 8) * 0x1p-24f;
    }

    static void normal(int[] words, int from, float[] out, int off, int n) {
        for (int h = from; h < from + n; h += 32) {
            for (int i = h; i < h + 16; i++) {
                float r = radius(words[i]);
                int w = words[i + 16];
                int v = w + 0x20000000; // its upper two bits: the nearest quarter of a turn
                float t = (w - (v & 0xC0000000)) * TURN, z = t * t;
                int sin = Float.floatToRawIntBits(t + t * z * (S0 + z * (S1 + z * S2)));
                int cos = Float.floatToRawIntBits(1 - z * 0.5f + z * z * (C0 + z * (C1 + z * C2)));
                int swap = (sin ^ cos) & ((v << 1) >> 31); // odd quarters: the sine is ± the cosine of what is left
                out[off + i] = r * Float.intBitsToFloat(cos ^ swap ^ ((v ^ (v << 1)) & 0x80000000));
                out[off + i + 16] = r * Float.intBitsToFloat(sin ^ swap ^ (v & 0x80000000));
            }
        }
    }

    /** √(−2 ln u), u = (⌊word / 2⌋ + ½) 2^−31. */
    private static float radius(int word) {
        int u = Float.floatToRawIntBits(((word >>> 1) + 0.5f) * 0x1p-31f);
        int e = (u - SQRT_HALF) >> 23;
        float f = Float.intBitsToFloat(u - (e << 23)) - 1, s = f / (f + 2), z = s * s;
        float log = s * (2 + z * (L0 + z * (L1 + z * L2)));
        return (float) Math.sqrt(e * MINUS_TWO_LN2 - 2 * log);
    }

    /** The upper halves of the bits are from index 0 on, the lower ones from CHUNK. */
    private static void normal(int[] words, double[] out, int off, int n) {
        for (int h = 0; h < n; h += 32) {
            for (int i = h; i < h + 16; i++) {
                double u = ((wide(words[i], words[CHUNK + i]) >>> 12) + 0.5) * 0x1p-52;
                double r = Math.sqrt(-2 * StrictMath.log(u));
                long w = wide(words[i + 16], words[CHUNK + i + 16]), v = w + (1L << 61), quarter = v >>> 62;
                double t = (w - (quarter << 62)) * TURN64, sin = StrictMath.sin(t), cos = StrictMath.cos(t);
                out[off + i] = r * (quarter == 0 ? cos : quarter == 1 ? -sin : quarter == 2 ? -cos : sin);
                out[off + i + 16] = r * (quarter == 0 ? sin : quarter == 1 ? cos : quarter == 2 ? -sin : -cos);
            }
        }
    }
}
