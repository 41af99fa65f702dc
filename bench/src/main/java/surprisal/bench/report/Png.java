package surprisal.bench.report;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * PNG (ISO/IEC 15948): a signature and chunks of length, type, data and CRC; the data are rows, each after its filter
 * byte, deflated. Written here so that no report needs the desktop module.
 */
public final class Png {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final byte GRAY_AND_ALPHA = 4;

    private Png() {}

    /**
     * A picture of black ink on nothing: the page shines through where there is no ink.
     *
     * @param width in pixels
     * @param height in pixels
     * @param ink one unsigned byte for each pixel, row by row: 0 is no ink, 255 is black
     * @return the file's bytes
     */
    public static byte[] ink(int width, int height, byte[] ink) {
        if (width < 1 || height < 1 || ink.length != width * height)
            throw new IllegalArgumentException(
                    "a picture of %d × %d pixels from %d bytes of ink".formatted(width, height, ink.length));
        byte[] rows = new byte[height * (1 + 2 * width)];
        for (int y = 0, at = 0; y < height; y++) {
            at++; // filter 0: none
            for (int x = 0; x < width; x++, at += 2) rows[at + 1] = ink[y * width + x];
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(SIGNATURE);
        ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height);
        header.put((byte) 8).put(GRAY_AND_ALPHA); // then deflate, adaptive filters, not interlaced: three zeros
        chunk(file, "IHDR", header.array());
        chunk(file, "IDAT", deflated(rows));
        chunk(file, "IEND", new byte[0]);
        return file.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream file, String type, byte[] data) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data);
        file.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
        file.writeBytes(name);
        file.writeBytes(data);
        file.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }

    private static byte[] deflated(byte[] data) {
        try (Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION)) {
            deflater.setInput(data);
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] buffer = new byte[8192];
            while (!deflater.finished()) out.write(buffer, 0, deflater.deflate(buffer));
            return out.toByteArray();
        }
    }
}
