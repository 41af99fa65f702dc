package surprisal.kernels;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/** {@link Philox} on vectors: the twins of its scalar methods. n is a multiple of 64. */
final class PhiloxLanes {
    private static final VectorSpecies<Float> F = Lanes.F;
    private static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, F.vectorShape());
    private static final VectorSpecies<Long> L = VectorSpecies.of(long.class, F.vectorShape());

    private PhiloxLanes() {}

    static void words(long key, long stream, long position, int[] out, int off, int n) {
        for (int b = 0; b < n; b += Philox.BLOCK) {
            for (int i = 0; i < 16; i += I.length()) {
                counters(key, stream, position + b / 4 + i, out, off + b + i);
            }
        }
    }

    /** As many counters as there are lanes of 32 bits: the even ones in a, the odd ones in b, in lanes of 64 bits. */
    private static void counters(long key, long stream, long position, int[] out, int off) {
        // lanes carry more than their word; the mask before each product drops the rest and makes it 32 × 32 bits
        LongVector a0 = LongVector.broadcast(L, position).addIndex(2), b0 = a0.add(1);
        LongVector a1 = a0.lanewise(LSHR, 32), b1 = b0.lanewise(LSHR, 32);
        LongVector a2 = LongVector.broadcast(L, stream), b2 = LongVector.broadcast(L, stream);
        LongVector a3 = LongVector.broadcast(L, stream >>> 32), b3 = LongVector.broadcast(L, stream >>> 32);
        long k0 = key, k1 = key >>> 32;
        for (int r = 0; r < Philox.ROUNDS; r++) {
            LongVector p0 = a0.and(Philox.WORD).mul(Philox.M0), p1 = a2.and(Philox.WORD).mul(Philox.M1);
            a0 = p1.lanewise(LSHR, 32).lanewise(XOR, a1).lanewise(XOR, k0);
            a1 = p1;
            a2 = p0.lanewise(LSHR, 32).lanewise(XOR, a3).lanewise(XOR, k1);
            a3 = p0;
            LongVector q0 = b0.and(Philox.WORD).mul(Philox.M0), q1 = b2.and(Philox.WORD).mul(Philox.M1);
            b0 = q1.lanewise(LSHR, 32).lanewise(XOR, b1).lanewise(XOR, k0);
            b1 = q1;
            b2 = q0.lanewise(LSHR, 32).lanewise(XOR, b3).lanewise(XOR, k1);
            b3 = q0;
            k0 += Philox.W0;
            k1 += Philox.W1;
        }
        // the low words of a and b in turn
        a0.and(Philox.WORD).or(b0.lanewise(LSHL, 32)).reinterpretAsInts().intoArray(out, off);
        a1.and(Philox.WORD).or(b1.lanewise(LSHL, 32)).reinterpretAsInts().intoArray(out, off + 16);
        a2.and(Philox.WORD).or(b2.lanewise(LSHL, 32)).reinterpretAsInts().intoArray(out, off + 32);
        a3.and(Philox.WORD).or(b3.lanewise(LSHL, 32)).reinterpretAsInts().intoArray(out, off + 48);
    }

    static void uniform(int[] words, int from, float[] out, int off, int n) {
        for (int i = from; i < from + n; i += I.length()) {
            single(IntVector.fromArray(I, words, i).lanewise(LSHR, 8)).mul(0x1p-24f).intoArray(out, off + i);
        }
    }

    static void normal(int[] words, int from, float[] out, int off, int n) {
        for (int h = from; h < from + n; h += 32) {
            for (int i = h; i < h + 16; i += I.length()) {
                FloatVector r = radius(IntVector.fromArray(I, words, i));
                turn(r, IntVector.fromArray(I, words, i + 16), out, off + i);
            }
        }
    }

    private static FloatVector radius(IntVector words) {
        IntVector u = single(words.lanewise(LSHR, 1)).add(0.5f).mul(0x1p-31f).reinterpretAsInts();
        IntVector e = u.sub(Philox.SQRT_HALF).lanewise(ASHR, 23);
        FloatVector f = u.sub(e.lanewise(LSHL, 23)).reinterpretAsFloats().sub(1);
        FloatVector s = f.div(f.add(2)), z = s.mul(s);
        FloatVector log = z.mul(Philox.L2).add(Philox.L1).mul(z).add(Philox.L0).mul(z).add(2).mul(s);
        return single(e).mul(Philox.MINUS_TWO_LN2).sub(log.mul(2)).sqrt();
    }

    private static void turn(FloatVector r, IntVector w, float[] out, int off) {
        IntVector v = w.add(0x20000000);
        FloatVector t = single(w.sub(v.and(0xC0000000))).mul(Philox.TURN), z = t.mul(t);
        IntVector sin = z.mul(Philox.S2).add(Philox.S1).mul(z).add(Philox.S0).mul(t.mul(z)).add(t).reinterpretAsInts();
        FloatVector c = z.mul(Philox.C2).add(Philox.C1).mul(z).add(Philox.C0).mul(z.mul(z));
        IntVector cos = FloatVector.broadcast(F, 1).sub(z.mul(0.5f)).add(c).reinterpretAsInts();
        IntVector twice = v.lanewise(LSHL, 1);
        IntVector swap = sin.lanewise(XOR, cos).and(twice.lanewise(ASHR, 31));
        IntVector cosSign = v.lanewise(XOR, twice).and(0x80000000), sinSign = v.and(0x80000000);
        r.mul(cos.lanewise(XOR, swap).lanewise(XOR, cosSign).reinterpretAsFloats()).intoArray(out, off);
        r.mul(sin.lanewise(XOR, swap).lanewise(XOR, sinSign).reinterpretAsFloats()).intoArray(out, off + 16);
    }

    private static FloatVector single(IntVector x) {
        return (FloatVector) x.convert(I2F, 0);
    }
}
