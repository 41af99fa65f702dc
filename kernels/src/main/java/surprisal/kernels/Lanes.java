package surprisal.kernels;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;
import static jdk.incubator.vector.VectorOperators.XOR;
import static surprisal.kernels.Singles.*;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The elementary functions of a vector of floats: the same operations in the same order as {@link Singles}, so the same
 * bits at every width.
 *
 * <p>Not {@code lanewise(EXP)} and its kind: their bits change when the JIT compiles them, and from width to width.
 * Branches are blends, save one: arguments of sin and cos beyond {@link Singles#TURNS} are done one by one.
 *
 * <p>A vector that crosses a call is an object on the heap and 20 times slower, so all must be inlined into the loop.
 * C2 stops inlining after 18000 nodes (NodeCountInliningCutoff), about 50 vector operations, save for the Vector API
 * itself, which is forced. Hence the form of the long functions: they call methods of this class first, and end in
 * operations of the Vector API, written out.
 */
final class Lanes {

    /** The vectors in use, which {@link Simd} has chosen: they need a fused multiply-add. */
    static final VectorSpecies<Float> F = species();

    /** Vectors of doubles of the same width. */
    static final VectorSpecies<Double> D = VectorSpecies.of(double.class, F.vectorShape());

    /** Vectors of ints of the same width. */
    private static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, F.vectorShape());

    /** How many floats they hold. */
    static final int W = F.length();

    private static final int[] GELU_ROWS = rows(GELU);
    private static final int[] GELU_SLOPE_ROWS = rows(GELU_SLOPE);
    private static final int[] POWER_ROWS = rows(BELL_POWERS);

    private Lanes() {}

    private static VectorSpecies<Float> species() {
        return switch (Simd.bits()) {
            case 512 -> FloatVector.SPECIES_512;
            case 256 -> FloatVector.SPECIES_256;
            case 128 -> FloatVector.SPECIES_128;
            default -> FloatVector.SPECIES_64; // for the tests of the scalar form, which look in here
        };
    }

    // ---- arithmetic, under names that Unary and Binary may call: see there

    static FloatVector fill(float c) {
        return FloatVector.broadcast(F, c);
    }

    static FloatVector plus(FloatVector a, FloatVector b) {
        return a.add(b);
    }

    static FloatVector minus(FloatVector a, FloatVector b) {
        return a.sub(b);
    }

    static FloatVector times(FloatVector a, FloatVector b) {
        return a.mul(b);
    }

    static FloatVector div(FloatVector a, FloatVector b) {
        return a.div(b);
    }

    static FloatVector min(FloatVector a, FloatVector b) {
        return a.min(b);
    }

    static FloatVector max(FloatVector a, FloatVector b) {
        return a.max(b);
    }

    static FloatVector sqrt(FloatVector x) {
        return x.sqrt();
    }

    static FloatVector abs(FloatVector x) {
        return x.abs();
    }

    static FloatVector neg(FloatVector x) {
        return x.neg();
    }

    // ---- exp and its family

    /** n = round(x / log 2), in the low bits of t. */
    private static FloatVector powerOfTwo(FloatVector x) {
        return x.fma(broadcast(F, LOG2_E), broadcast(F, ROUND));
    }

    /** e^r − 1, r = x − n log 2. */
    private static FloatVector expm1Rest(FloatVector x, FloatVector t) {
        FloatVector n = t.sub(ROUND);
        FloatVector r = n.fma(broadcast(F, -LN2_HI), x);
        r = n.fma(broadcast(F, -LN2_LO), r);
        FloatVector q = broadcast(F, EXP_4)
                .fma(r, broadcast(F, EXP_3))
                .fma(r, broadcast(F, EXP_2))
                .fma(r, broadcast(F, EXP_1))
                .fma(r, broadcast(F, EXP_0));
        return r.mul(r).fma(q, r);
    }

    private static FloatVector scaleDown(FloatVector t) {
        IntVector n = t.reinterpretAsInts();
        return n.lanewise(ASHR, 1).lanewise(LSHL, 23).add(ONE_BITS).reinterpretAsFloats();
    }

    private static FloatVector scaleUp(FloatVector t) {
        IntVector n = t.reinterpretAsInts();
        return n.sub(n.lanewise(ASHR, 1)).lanewise(LSHL, 23).add(ONE_BITS).reinterpretAsFloats();
    }

    private static FloatVector scaleBack(FloatVector t) {
        IntVector n = t.reinterpretAsInts();
        IntVector one = IntVector.broadcast(n.species(), ONE_BITS);
        return one.sub(n.sub(n.lanewise(ASHR, 1)).lanewise(LSHL, 23)).reinterpretAsFloats();
    }

    private static FloatVector scale(FloatVector t) {
        return t.reinterpretAsInts().lanewise(LSHL, 23).add(ONE_BITS).reinterpretAsFloats();
    }

    /** 2ⁿ y, in two steps. */
    private static FloatVector scaled(FloatVector y, FloatVector t) {
        return y.mul(scaleDown(t)).mul(scaleUp(t));
    }

    /** Written out in the Vector API, so that one decision to inline is enough: rows use it after their maximum. */
    static FloatVector exp(FloatVector x) {
        FloatVector t = x.fma(broadcast(F, LOG2_E), broadcast(F, ROUND));
        FloatVector n = t.sub(ROUND);
        FloatVector r = n.fma(broadcast(F, -LN2_LO), n.fma(broadcast(F, -LN2_HI), x));
        FloatVector q = broadcast(F, EXP_4)
                .fma(r, broadcast(F, EXP_3))
                .fma(r, broadcast(F, EXP_2))
                .fma(r, broadcast(F, EXP_1))
                .fma(r, broadcast(F, EXP_0));
        FloatVector y = r.mul(r).fma(q, r).add(1f);
        IntVector power = t.reinterpretAsInts();
        IntVector half = power.lanewise(ASHR, 1);
        y = y.mul(half.lanewise(LSHL, 23).add(ONE_BITS).reinterpretAsFloats());
        y = y.mul(power.sub(half).lanewise(LSHL, 23).add(ONE_BITS).reinterpretAsFloats());
        y = y.blend(INF, x.compare(GT, 89f));
        return y.blend(0f, x.compare(LT, -104f));
    }

    static FloatVector expm1(FloatVector x) {
        FloatVector t = powerOfTwo(x);
        FloatVector p = expm1Rest(x, t);
        FloatVector s =
                t.reinterpretAsInts().lanewise(LSHL, 23).add(ONE_BITS - 0x00800000).reinterpretAsFloats();
        FloatVector y = s.fma(p, s.sub(0.5f));
        y = y.add(y);
        y = y.blend(p, x.abs().compare(LT, 0.34f));
        y = y.blend(INF, x.compare(GT, 89f));
        y = y.blend(-1f, x.compare(LT, -18f));
        return withSign(y, x);
    }

    private static FloatVector withSign(FloatVector y, FloatVector x) {
        return y.reinterpretAsInts()
                .or(x.reinterpretAsInts().and(SIGN_BIT))
                .reinterpretAsFloats();
    }

    // ---- log and its family

    private static FloatVector logOf(FloatVector f, FloatVector k) {
        FloatVector q = broadcast(F, LOG_7)
                .fma(f, broadcast(F, LOG_6))
                .fma(f, broadcast(F, LOG_5))
                .fma(f, broadcast(F, LOG_4))
                .fma(f, broadcast(F, LOG_3))
                .fma(f, broadcast(F, LOG_2))
                .fma(f, broadcast(F, LOG_1))
                .fma(f, broadcast(F, LOG_0));
        FloatVector w = f.mul(f).fma(f.fma(q, broadcast(F, -0.5f)), k.mul(LN2_LO));
        return k.fma(broadcast(F, LN2_HI), f.add(w));
    }

    private static FloatVector exponent(IntVector i) {
        return i.lanewise(ASHR, 23).add(Float.floatToRawIntBits(ROUND)).reinterpretAsFloats().sub(ROUND);
    }

    static FloatVector log(FloatVector x) {
        VectorMask<Float> tiny = x.compare(LT, Float.MIN_NORMAL);
        IntVector bits = x.blend(x.mul(0x1p23f), tiny).reinterpretAsInts();
        IntVector i = bits.sub(TWO_THIRDS_BITS).and(EXPONENT_BITS);
        FloatVector k = exponent(i);
        k = k.blend(k.sub(23f), tiny);
        FloatVector y = logOf(bits.sub(i).reinterpretAsFloats().sub(1f), k);
        y = x.blend(y, x.compare(LT, INF));
        y = y.blend(Float.NaN, x.compare(LT, 0f));
        return y.blend(-INF, x.compare(EQ, 0f));
    }

    static FloatVector log1p(FloatVector x) {
        IntVector i = x.add(1f).reinterpretAsInts().sub(TWO_THIRDS_BITS).and(EXPONENT_BITS);
        FloatVector s = IntVector.broadcast(i.species(), FOUR_BITS).sub(i).reinterpretAsFloats();
        FloatVector z = x.reinterpretAsInts().sub(i).reinterpretAsFloats();
        FloatVector y = logOf(z.add(s.fma(0.25f, -1f)), exponent(i));
        y = x.blend(y, x.compare(LT, INF));
        y = y.blend(Float.NaN, x.compare(LT, -1f));
        y = y.blend(-INF, x.compare(EQ, -1f));
        return withSign(y, x);
    }

    // ---- sin and cos

    static FloatVector sin(FloatVector x) {
        FloatVector a = x.abs();
        if (a.compare(GE, TURNS).anyTrue()) {
            return sinEach(x);
        }
        FloatVector t = a.fma(broadcast(F, TWO_OVER_PI), broadcast(F, ROUND));
        return quadrant(turnRest(a, t), t.reinterpretAsInts(), x.reinterpretAsInts());
    }

    static FloatVector cos(FloatVector x) {
        FloatVector a = x.abs();
        if (a.compare(GE, TURNS).anyTrue()) {
            return cosEach(x);
        }
        FloatVector t = a.fma(broadcast(F, TWO_OVER_PI), broadcast(F, ROUND));
        return quadrant(turnRest(a, t), t.reinterpretAsInts().add(1), a.reinterpretAsInts());
    }

    private static FloatVector turnRest(FloatVector a, FloatVector t) {
        FloatVector n = t.sub(ROUND);
        FloatVector r = n.fma(broadcast(F, -HALF_PI_0), a);
        r = n.fma(broadcast(F, -HALF_PI_1), r);
        return n.fma(broadcast(F, -HALF_PI_2), r);
    }

    private static FloatVector quadrant(FloatVector r, IntVector q, IntVector sign) {
        VectorMask<Float> odd = q.and(1).compare(NE, 0).cast(F);
        IntVector y = sinRest(r).blend(cosRest(r), odd).reinterpretAsInts();
        IntVector flip = q.lanewise(LSHL, 30).lanewise(XOR, sign);
        return y.lanewise(XOR, flip.and(SIGN_BIT)).reinterpretAsFloats();
    }

    private static FloatVector sinRest(FloatVector r) {
        FloatVector u = r.mul(r);
        FloatVector p = broadcast(F, SIN_2)
                .fma(u, broadcast(F, SIN_1))
                .fma(u, broadcast(F, SIN_0));
        return r.mul(u).fma(p, r);
    }

    private static FloatVector cosRest(FloatVector r) {
        FloatVector u = r.mul(r);
        FloatVector p = broadcast(F, COS_2)
                .fma(u, broadcast(F, COS_1))
                .fma(u, broadcast(F, COS_0));
        return p.fma(u, broadcast(F, -0.5f)).fma(u, broadcast(F, 1f));
    }

    private static FloatVector sinEach(FloatVector x) {
        float[] each = x.toArray();
        for (int i = 0; i < each.length; i++) {
            each[i] = Singles.sin(each[i]);
        }
        return FloatVector.fromArray(F, each, 0);
    }

    private static FloatVector cosEach(FloatVector x) {
        float[] each = x.toArray();
        for (int i = 0; i < each.length; i++) {
            each[i] = Singles.cos(each[i]);
        }
        return FloatVector.fromArray(F, each, 0);
    }

    // ---- what is made of them

    static FloatVector tanh(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector near = tanhNear(a);
        FloatVector b = a.blend(10f, a.compare(GT, 10f));
        b = b.add(b);
        FloatVector t = powerOfTwo(b);
        FloatVector s = scale(t);
        FloatVector e = expm1Rest(b, t).fma(s, s.add(1f));
        FloatVector far = broadcast(F, 1f).sub(broadcast(F, 2f).div(e));
        return withSign(far.blend(near, a.compare(LT, 0.55f)), x);
    }

    private static FloatVector tanhNear(FloatVector a) {
        FloatVector u = a.mul(a);
        FloatVector p = broadcast(F, TANH_4)
                .fma(u, broadcast(F, TANH_3))
                .fma(u, broadcast(F, TANH_2))
                .fma(u, broadcast(F, TANH_1))
                .fma(u, broadcast(F, TANH_0));
        return a.mul(u).fma(p, a);
    }

    private static FloatVector logistic(FloatVector num, FloatVector x) {
        FloatVector z = x.neg().blend(-110f, x.compare(GT, 110f));
        z = z.blend(110f, x.compare(LT, -110f));
        FloatVector t = powerOfTwo(z);
        FloatVector back = scaleBack(t);
        FloatVector down = scaleDown(t);
        return num.div(expm1Rest(z, t).fma(down, back).add(down)).mul(back);
    }

    static FloatVector sigmoid(FloatVector x) {
        return logistic(broadcast(F, 1f), x);
    }

    static FloatVector silu(FloatVector x) {
        return logistic(x.blend(-0f, x.compare(LT, -110f)), x);
    }

    static FloatVector siluSlope(FloatVector x, FloatVector y) {
        FloatVector q = logistic(broadcast(F, 1f), x.abs().neg());
        FloatVector p = broadcast(F, 1f).sub(q);
        VectorMask<Float> positive = x.compare(GT, 0f);
        return y.blend(128f, y.compare(GT, 128f)).fma(p.blend(q, positive), q.blend(p, positive));
    }

    static FloatVector softplus(FloatVector x) {
        return softplus(x, softplusStage(x));
    }

    /** e^−|x| */
    static FloatVector softplusStage(FloatVector x) {
        return expOfMinus(x.abs());
    }

    static FloatVector softplus(FloatVector x, FloatVector e) {
        FloatVector positive = relu(x);
        VectorMask<Float> big = e.compare(GT, 1f / 3);
        FloatVector f = e.blend(e.sub(1f).mul(0.5f), big);
        FloatVector k = broadcast(F, 0f).blend(1f, big);
        // logOf(f, k) written out: by now C2 would call it, and box the vectors, where this loop is inlined elsewhere
        FloatVector q = broadcast(F, LOG_7)
                .fma(f, broadcast(F, LOG_6))
                .fma(f, broadcast(F, LOG_5))
                .fma(f, broadcast(F, LOG_4))
                .fma(f, broadcast(F, LOG_3))
                .fma(f, broadcast(F, LOG_2))
                .fma(f, broadcast(F, LOG_1))
                .fma(f, broadcast(F, LOG_0));
        FloatVector w = f.mul(f).fma(f.fma(q, broadcast(F, -0.5f)), k.mul(LN2_LO));
        return positive.add(k.fma(broadcast(F, LN2_HI), f.add(w)));
    }

    /** e^−a, a ≥ 0. */
    private static FloatVector expOfMinus(FloatVector a) {
        FloatVector z = a.neg();
        FloatVector t = powerOfTwo(z);
        return scaled(expm1Rest(z, t).add(1f), t).blend(0f, a.compare(GT, 104f));
    }

    static FloatVector logSigmoid(FloatVector x) {
        return softplus(x.neg()).neg();
    }

    static FloatVector relu(FloatVector x) {
        return x.blend(0f, x.compare(LE, 0f));
    }

    static FloatVector elu(FloatVector x) {
        return expm1(x).blend(x, x.compare(GT, 0f));
    }

    /** 1 where y > 0, else 1 + y. */
    static FloatVector eluSlope(FloatVector y) {
        return y.add(1f).blend(1f, y.compare(GT, 0f));
    }

    static FloatVector erf(FloatVector x) {
        return erf(x, erfStage(x));
    }

    /** log erfc(|x|), or what is as good where erf is 1. */
    static FloatVector erfStage(FloatVector x) {
        FloatVector a = x.abs();
        return logErfc(a.blend(3.95f, a.compare(GT, 3.95f)));
    }

    static FloatVector erf(FloatVector x, FloatVector g) {
        FloatVector a = x.abs();
        FloatVector near = erfNear(a);
        FloatVector t = powerOfTwo(g);
        FloatVector s = scale(t);
        FloatVector far = s.neg().fma(expm1Rest(g, t), broadcast(F, 1f).sub(s));
        FloatVector y = far.blend(near, a.compare(LT, 0.9f));
        return y.reinterpretAsInts()
                .or(x.reinterpretAsInts().and(SIGN_BIT))
                .reinterpretAsFloats();
    }

    private static FloatVector erfNear(FloatVector a) {
        FloatVector u = a.mul(a);
        FloatVector p = broadcast(F, ERF_6)
                .fma(u, broadcast(F, ERF_5))
                .fma(u, broadcast(F, ERF_4))
                .fma(u, broadcast(F, ERF_3))
                .fma(u, broadcast(F, ERF_2))
                .fma(u, broadcast(F, ERF_1))
                .fma(u, broadcast(F, ERF_0));
        return a.fma(p, a);
    }

    private static FloatVector logErfc(FloatVector b) {
        return broadcast(F, ERFC_7)
                .fma(b, broadcast(F, ERFC_6))
                .fma(b, broadcast(F, ERFC_5))
                .fma(b, broadcast(F, ERFC_4))
                .fma(b, broadcast(F, ERFC_3))
                .fma(b, broadcast(F, ERFC_2))
                .fma(b, broadcast(F, ERFC_1))
                .fma(b, broadcast(F, ERFC_0));
    }

    static FloatVector gelu(FloatVector x) {
        FloatVector a = geluArgument(x);
        return piece(GELU_ROWS, a, bell(a), x.blend(-0f, x.compare(LT, 0f)));
    }

    static FloatVector geluSlope(FloatVector x) {
        FloatVector a = geluArgument(x);
        FloatVector tail = piece(GELU_SLOPE_ROWS, a, bell(a), broadcast(F, 0f));
        return tail.blend(broadcast(F, 1f).sub(tail), x.compare(GT, 0f));
    }

    private static FloatVector geluArgument(FloatVector x) {
        return x.reinterpretAsInts().and(~SIGN_BIT).min(Float.floatToRawIntBits(GELU_END)).reinterpretAsFloats();
    }

    private static FloatVector bell(FloatVector a) {
        FloatVector t = a.mul(a).fma(broadcast(F, BELL_STEPS), broadcast(F, ROUND));
        IntVector n = t.reinterpretAsInts();
        IntVector power = W < 8
                ? n.selectFrom(IntVector.fromArray(I, POWER_ROWS, 0), IntVector.fromArray(I, POWER_ROWS, 4))
                : n.selectFrom(IntVector.fromArray(I, POWER_ROWS, 0));
        FloatVector s = power.sub(n.lanewise(LSHL, 20)).reinterpretAsFloats();
        FloatVector r = a.fma(a, t.fma(broadcast(F, -BELL_STEP), broadcast(F, BELL_STEP * ROUND))); // a² − n STEP
        FloatVector p = broadcast(F, BELL_2).fma(r, broadcast(F, BELL_1)).fma(r, broadcast(F, BELL_0));
        return p.fma(s.mul(r), s);
    }

    /** Each selection written out: C2 would call the last of them. */
    private static FloatVector piece(int[] rows, FloatVector a, FloatVector e, FloatVector z) {
        IntVector i = a.add(GELU_SHIFT).reinterpretAsInts().lanewise(LSHR, 22);
        if (W < 8) {
            return pieceOfTwo(rows, i, a, e, z);
        }
        FloatVector q = a.sub(i.selectFrom(IntVector.fromArray(I, rows, 0)).reinterpretAsFloats());
        FloatVector p = i.selectFrom(IntVector.fromArray(I, rows, 112)).reinterpretAsFloats()
                .fma(q, i.selectFrom(IntVector.fromArray(I, rows, 96)).reinterpretAsFloats())
                .fma(q, i.selectFrom(IntVector.fromArray(I, rows, 80)).reinterpretAsFloats())
                .fma(q, i.selectFrom(IntVector.fromArray(I, rows, 64)).reinterpretAsFloats())
                .fma(q, i.selectFrom(IntVector.fromArray(I, rows, 48)).reinterpretAsFloats())
                .fma(q, i.selectFrom(IntVector.fromArray(I, rows, 32)).reinterpretAsFloats());
        FloatVector c = i.selectFrom(IntVector.fromArray(I, rows, 16)).reinterpretAsFloats();
        return c.fma(e, p.fma(q.mul(e), z));
    }

    /** The same where a row of eight takes two vectors. */
    private static FloatVector pieceOfTwo(int[] rows, IntVector i, FloatVector a, FloatVector e, FloatVector z) {
        FloatVector q = a.sub(i.selectFrom(IntVector.fromArray(I, rows, 0), IntVector.fromArray(I, rows, 4)).reinterpretAsFloats());
        FloatVector p = i.selectFrom(IntVector.fromArray(I, rows, 112), IntVector.fromArray(I, rows, 116)).reinterpretAsFloats()
                .fma(q, i.selectFrom(IntVector.fromArray(I, rows, 96), IntVector.fromArray(I, rows, 100)).reinterpretAsFloats())
                .fma(q, i.selectFrom(IntVector.fromArray(I, rows, 80), IntVector.fromArray(I, rows, 84)).reinterpretAsFloats())
                .fma(q, i.selectFrom(IntVector.fromArray(I, rows, 64), IntVector.fromArray(I, rows, 68)).reinterpretAsFloats())
                .fma(q, i.selectFrom(IntVector.fromArray(I, rows, 48), IntVector.fromArray(I, rows, 52)).reinterpretAsFloats())
                .fma(q, i.selectFrom(IntVector.fromArray(I, rows, 32), IntVector.fromArray(I, rows, 36)).reinterpretAsFloats());
        FloatVector c = i.selectFrom(IntVector.fromArray(I, rows, 16), IntVector.fromArray(I, rows, 20)).reinterpretAsFloats();
        return c.fma(e, p.fma(q.mul(e), z));
    }

    /** Rows of eight, each twice, for vectors of sixteen. */
    private static int[] rows(int... table) {
        int[] rows = new int[2 * table.length];
        for (int k = 0; k < rows.length; k++) {
            rows[k] = table[k / 16 * 8 + k % 8];
        }
        return rows;
    }

    private static int[] rows(float[] table) {
        int[] bits = new int[table.length];
        for (int k = 0; k < bits.length; k++) {
            bits[k] = Float.floatToRawIntBits(table[k]);
        }
        return rows(bits);
    }

    static FloatVector erfSlope(FloatVector x) {
        FloatVector a = x.abs();
        a = a.blend(11f, a.compare(GT, 11f));
        FloatVector h = a.mul(a);
        FloatVector t = powerOfTwo(h.neg());
        FloatVector c = broadcast(F, TWO_OVER_SQRT_PI);
        FloatVector m = expm1Rest(h.neg(), t);
        m = m.add(1f).fma(a.fma(a, h.neg()).neg(), m);
        return scaled(c.fma(m, c), t);
    }

    static FloatVector step(FloatVector x) {
        return x.blend(1f, x.compare(GT, 0f)).blend(0f, x.compare(LE, 0f));
    }

    static FloatVector sign(FloatVector x) {
        return x.blend(1f, x.compare(GT, 0f)).blend(-1f, x.compare(LT, 0f));
    }

    // ---- of two numbers

    static FloatVector above(FloatVector a, FloatVector b) {
        FloatVector y = a.sub(b).blend(1f, a.compare(GT, b));
        return y.blend(0f, a.compare(LT, b)).blend(0.5f, a.compare(EQ, b));
    }

    static FloatVector xlogy(FloatVector a, FloatVector b) {
        VectorMask<Float> zero = a.compare(EQ, 0f).and(b.compare(EQ, b));
        return a.mul(log(b)).blend(0f, zero);
    }

    static FloatVector xlogySlopeA(FloatVector a, FloatVector b) {
        VectorMask<Float> zero = a.compare(EQ, 0f).and(b.compare(LE, 0f));
        return log(b).blend(0f, zero);
    }

    static FloatVector xlogySlopeB(FloatVector a, FloatVector b) {
        VectorMask<Float> zero = a.compare(EQ, 0f).and(b.compare(EQ, b));
        return a.div(b).blend(0f, zero);
    }
}
