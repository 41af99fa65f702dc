package surprisal.kernels;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/** Digests of numbers, bit by bit; all NaNs count as one. */
final class Bits {

    private Bits() {}

    static String crc(int[] x) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * x.length);
        for (int v : x) bytes.putInt(v);
        return crc(bytes);
    }

    static String crc(float[] x) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * x.length);
        for (float v : x) bytes.putInt(Float.floatToIntBits(v));
        return crc(bytes);
    }

    static String crc(double[] x) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * x.length);
        for (double v : x) bytes.putLong(Double.doubleToLongBits(v));
        return crc(bytes);
    }

    private static String crc(ByteBuffer bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes.flip());
        return "%08x".formatted(crc.getValue());
    }
}
