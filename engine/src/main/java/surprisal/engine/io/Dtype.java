package surprisal.engine.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Shape;

/**
 * How a file holds one number, and the precision that holds it exactly here: the 16-bit floats fit FLOAT32; integers
 * become FLOAT64, and one beyond ±2⁵³ is refused rather than rounded.
 */
enum Dtype {
    F16(2, Precision.FLOAT32), BF16(2, Precision.FLOAT32), F32(4, Precision.FLOAT32), F64(8, Precision.FLOAT64),
    I8(1, Precision.FLOAT64), I16(2, Precision.FLOAT64), I32(4, Precision.FLOAT64), I64(8, Precision.FLOAT64),
    U8(1, Precision.FLOAT64), U16(2, Precision.FLOAT64), U32(4, Precision.FLOAT64), U64(8, Precision.FLOAT64),
    BOOL(1, Precision.FLOAT64);

    private static final long EXACT = 1L << 53;

    final int bytes;
    final Precision precision;

    Dtype(int bytes, Precision precision) {
        this.bytes = bytes;
        this.precision = precision;
    }

    static Dtype of(Precision precision) {
        return precision == Precision.FLOAT32 ? F32 : F64;
    }

    /** An array of this type from the bytes that follow. */
    Array read(Source in, Shape shape, ByteOrder order) throws IOException {
        return read(in, shape, order, precision);
    }

    /** The same, as numbers of a precision that is known to hold them. */
    Array read(Source in, Shape shape, ByteOrder order, Precision to) throws IOException {
        int n = shape.size(), room = in.room(n, bytes);
        float[] f = to == Precision.FLOAT32 ? new float[room] : null;
        double[] d = to == Precision.FLOAT64 ? new double[room] : null;
        for (int done = 0; done < n; ) {
            if (done == room) {
                room = Source.grown(room, n);
                if (f != null) f = Arrays.copyOf(f, room);
                else d = Arrays.copyOf(d, room);
            }
            int k = Math.min(room - done, in.chunk() / bytes);
            decode(in, in.take(k * bytes, "numbers of type " + this).order(order), f, d, done, k);
            done += k;
        }
        return f != null ? Array.of(shape, f) : Array.of(shape, d);
    }

    private void decode(Source in, ByteBuffer b, float[] f, double[] d, int at, int n) throws IOException {
        switch (this) {
            case F32 -> b.asFloatBuffer().get(f, at, n);
            case F64 -> b.asDoubleBuffer().get(d, at, n);
            case F16 -> {
                for (int i = at; i < at + n; i++) f[i] = Float.float16ToFloat(b.getShort());
            }
            case BF16 -> {
                for (int i = at; i < at + n; i++) f[i] = Float.intBitsToFloat(b.getShort() << 16);
            }
            case I8, I16, I32, I64, U8, U16, U32, U64, BOOL -> {
                for (int i = at; i < at + n; i++) {
                    double v = integer(in, b);
                    if (f != null) f[i] = (float) v;
                    else d[i] = v;
                }
            }
        }
    }

    private double integer(Source in, ByteBuffer b) throws IOException {
        return switch (this) {
            case I8 -> b.get();
            case U8 -> b.get() & 0xff;
            case BOOL -> b.get() != 0 ? 1 : 0;
            case I16 -> b.getShort();
            case U16 -> b.getShort() & 0xffff;
            case I32 -> b.getInt();
            case U32 -> b.getInt() & 0xffffffffL;
            case I64 -> {
                long v = b.getLong();
                if (v > EXACT || v < -EXACT) throw inexact(in, b, Long.toString(v));
                yield v;
            }
            case U64 -> {
                long v = b.getLong();
                if (v > EXACT || v < 0) throw inexact(in, b, Long.toUnsignedString(v));
                yield v;
            }
            case F16, BF16, F32, F64 -> throw new AssertionError(this + " is not an integer type");
        };
    }

    private static FormatException inexact(Source in, ByteBuffer b, String value) {
        return in.fault(in.back(b.remaining() + 8), "the integer " + value
            + " is beyond ±2⁵³, a double cannot hold it exactly: save such numbers as float64 if rounding is meant");
    }
}
