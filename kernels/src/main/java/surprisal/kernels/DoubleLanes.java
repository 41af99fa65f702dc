package surprisal.kernels;

import static jdk.incubator.vector.DoubleVector.broadcast;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static surprisal.kernels.Doubles.*;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * exp and log of a vector of doubles: the same operations in the same order as {@link Doubles}, so the same bits at
 * every width. Why not {@code lanewise(EXP)}, and why all of it must be inlined: see {@link Lanes}.
 */
final class DoubleLanes {

    /** The vectors in use. */
    static final VectorSpecies<Double> D = Lanes.D;

    /** How many doubles they hold. */
    static final int W = D.length();

    private DoubleLanes() {}

    static DoubleVector exp(DoubleVector x) {
        DoubleVector t = x.fma(broadcast(D, LOG2_E), broadcast(D, ROUND));
        DoubleVector n = t.sub(ROUND);
        DoubleVector rh = n.fma(broadcast(D, -LN2_HI), x);
        DoubleVector rl = n.mul(LN2_LO);
        DoubleVector r = rh.sub(rl);
        DoubleVector y = rh.add(r.mul(r).fma(expRest(r), n.mul(-LN2_LO))).add(1);
        LongVector bits = t.reinterpretAsLongs();
        LongVector half = bits.lanewise(LSHR, 1);
        y = y.mul(half.lanewise(LSHL, 52).add(ONE_BITS).reinterpretAsDoubles());
        y = y.mul(bits.sub(half).lanewise(LSHL, 52).add(ONE_BITS).reinterpretAsDoubles());
        y = y.blend(INF, x.compare(GT, EXP_TOP));
        return y.blend(0.0, x.compare(LT, EXP_BOTTOM));
    }

    /** (e^r − 1 − r) / r². */
    private static DoubleVector expRest(DoubleVector r) {
        DoubleVector u = r.mul(r);
        DoubleVector v = u.mul(u);
        DoubleVector low = r.fma(broadcast(D, EXP_3), broadcast(D, EXP_2))
                .fma(u, r.fma(broadcast(D, EXP_1), broadcast(D, EXP_0)));
        DoubleVector high = r.fma(broadcast(D, EXP_7), broadcast(D, EXP_6))
                .fma(u, r.fma(broadcast(D, EXP_5), broadcast(D, EXP_4)));
        return r.fma(broadcast(D, EXP_9), broadcast(D, EXP_8)).fma(v, high).fma(v, low);
    }

    static DoubleVector log(DoubleVector x) {
        VectorMask<Double> tiny = x.compare(LT, Double.MIN_NORMAL);
        DoubleVector y = logOf(x.blend(x.mul(0x1p54), tiny), broadcast(D, BIAS).blend(BIAS + 54, tiny));
        y = x.blend(y, x.compare(LT, INF));
        y = y.blend(Double.NaN, x.compare(LT, 0.0));
        return y.blend(-INF, x.compare(EQ, 0.0));
    }

    static DoubleVector logOfNormal(DoubleVector x) {
        return x.blend(logOf(x, broadcast(D, BIAS)), x.compare(LT, INF));
    }

    private static DoubleVector logOf(DoubleVector x, DoubleVector bias) {
        LongVector i = x.reinterpretAsLongs().add(ONE_BITS - SQRT_HALF_BITS);
        DoubleVector k = i.lanewise(LSHR, 52).or(TWO_52_BITS).reinterpretAsDoubles().sub(bias);
        DoubleVector f = i.and(FRACTION_BITS).add(SQRT_HALF_BITS).reinterpretAsDoubles().sub(1);
        DoubleVector s = f.div(f.add(2));
        DoubleVector w = s.mul(s);
        DoubleVector v = w.mul(w);
        DoubleVector low = w.fma(broadcast(D, LOG_3), broadcast(D, LOG_2))
                .fma(v, w.fma(broadcast(D, LOG_1), broadcast(D, LOG_0)));
        DoubleVector high = v.fma(broadcast(D, LOG_6), w.fma(broadcast(D, LOG_5), broadcast(D, LOG_4)));
        DoubleVector p = high.fma(v.mul(v), low);
        DoubleVector h = f.mul(f).mul(0.5);
        DoubleVector rest = h.sub(s.fma(w.fma(p, h), k.mul(LN2_LO)));
        DoubleVector sum = k.fma(broadcast(D, LN2_HI), f);
        DoubleVector lost = k.fma(broadcast(D, LN2_HI), sum.neg()).add(f);
        return sum.add(lost.sub(rest));
    }
}
