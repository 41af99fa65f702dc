package surprisal.kernels;

import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;

/**
 * The loops of {@link NormalRows} on vectors. Each does a first part of its n elements and returns how many; the scalar loop
 * in NormalRows does the others.
 */
final class NormalLanes {

    private NormalLanes() {}

    /** t = log σ₀ − log σ + ½ ((σ/σ₀)² + ((μ − μ₀)/σ₀)²) − ½, the logarithms being in t */
    static int terms(
            float[] m, int mo, float[] s, int so, float[] m0, int m0o, float[] s0, int s0o,
            int log, int log0, int n, float[] t, int to) {
        int i = 0;
        for (int end = Lanes.F.loopBound(n); i < end; i += Lanes.W) {
            FloatVector below = fromArray(Lanes.F, s0, s0o + i);
            FloatVector ratio = fromArray(Lanes.F, s, so + i).div(below);
            FloatVector shift = fromArray(Lanes.F, m, mo + i).sub(fromArray(Lanes.F, m0, m0o + i)).div(below);
            FloatVector squares = ratio.mul(ratio).add(shift.mul(shift)).mul(0.5f);
            fromArray(Lanes.F, t, log0 + i).sub(fromArray(Lanes.F, t, log + i)).add(squares).sub(0.5f).intoArray(t, to + i);
        }
        return i;
    }

    /** gx += g (μ − μ₀)/σ₀² */
    static int mean(
            float[] m, int mo, float[] m0, int m0o, float[] s0, int s0o, float[] g, int n, float[] gx, int to) {
        int i = 0;
        for (int end = Lanes.F.loopBound(n); i < end; i += Lanes.W) {
            FloatVector below = fromArray(Lanes.F, s0, s0o + i);
            FloatVector slope = fromArray(Lanes.F, m, mo + i).sub(fromArray(Lanes.F, m0, m0o + i)).div(below).div(below);
            fromArray(Lanes.F, gx, to + i).add(fromArray(Lanes.F, g, i).mul(slope)).intoArray(gx, to + i);
        }
        return i;
    }

    /** gx += g (σ/σ₀² − 1/σ) */
    static int std(float[] s, int so, float[] s0, int s0o, float[] g, int n, float[] gx, int to) {
        int i = 0;
        FloatVector one = FloatVector.broadcast(Lanes.F, 1);
        for (int end = Lanes.F.loopBound(n); i < end; i += Lanes.W) {
            FloatVector below = fromArray(Lanes.F, s0, s0o + i);
            FloatVector std = fromArray(Lanes.F, s, so + i);
            FloatVector slope = std.div(below).div(below).sub(one.div(std));
            fromArray(Lanes.F, gx, to + i).add(fromArray(Lanes.F, g, i).mul(slope)).intoArray(gx, to + i);
        }
        return i;
    }

    /** gx += g (1 − (σ/σ₀)² − ((μ − μ₀)/σ₀)²)/σ₀ */
    static int priorStd(
            float[] m, int mo, float[] s, int so, float[] m0, int m0o, float[] s0, int s0o, float[] g, int n,
            float[] gx, int to) {
        int i = 0;
        FloatVector one = FloatVector.broadcast(Lanes.F, 1);
        for (int end = Lanes.F.loopBound(n); i < end; i += Lanes.W) {
            FloatVector below = fromArray(Lanes.F, s0, s0o + i);
            FloatVector ratio = fromArray(Lanes.F, s, so + i).div(below);
            FloatVector shift = fromArray(Lanes.F, m, mo + i).sub(fromArray(Lanes.F, m0, m0o + i)).div(below);
            FloatVector slope = one.sub(ratio.mul(ratio)).sub(shift.mul(shift)).div(below);
            fromArray(Lanes.F, gx, to + i).add(fromArray(Lanes.F, g, i).mul(slope)).intoArray(gx, to + i);
        }
        return i;
    }
}
