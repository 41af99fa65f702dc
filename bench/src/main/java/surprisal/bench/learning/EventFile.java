package surprisal.bench.learning;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * What TensorBoard reads: records of length, masked CRC-32C of the length, data and masked CRC-32C of the data (TFRecord); the data
 * are {@code Event} messages in the encoding of Protocol Buffers, fields 1 (wall_time, double), 2 (step, varint), 3 (file_version) and
 * 5 (summary, whose values have the fields 1, tag, and 2, simple_value).
 */
public final class EventFile {
    private static final int MASK = 0xa282ead8;
    private static final int VARINT = 0;
    private static final int EIGHT_BYTES = 1;
    private static final int DELIMITED = 2;
    private static final int FOUR_BYTES = 5;

    private final Path file;

    private EventFile(Path file) {
        this.file = file;
    }

    /**
     * Starts a file; one of this name is replaced.
     *
     * @param folder where
     * @param time seconds since 1970
     * @return the file
     * @throws IOException if it can't be written
     */
    public static EventFile in(Path folder, double time) throws IOException {
        EventFile events = new EventFile(folder.resolve("events.out.tfevents.0.surprisal"));
        ByteArrayOutputStream event = new ByteArrayOutputStream();
        fixed64(event, 1, Double.doubleToRawLongBits(time));
        bytes(event, 3, "brain.Event:2".getBytes(StandardCharsets.UTF_8));
        Files.write(events.file, record(event.toByteArray()));
        return events;
    }

    /**
     * Adds figures.
     *
     * @param time seconds since 1970
     * @param step to which they belong
     * @param figures the figures, whose names are the tags
     * @throws IOException if they can't be written
     */
    public void add(double time, long step, Figures figures) throws IOException {
        ByteArrayOutputStream summary = new ByteArrayOutputStream();
        figures.values().forEach((name, number) -> {
            ByteArrayOutputStream value = new ByteArrayOutputStream();
            bytes(value, 1, name.getBytes(StandardCharsets.UTF_8));
            fixed32(value, 2, Float.floatToRawIntBits(number.floatValue()));
            bytes(summary, 1, value.toByteArray());
        });
        ByteArrayOutputStream event = new ByteArrayOutputStream();
        fixed64(event, 1, Double.doubleToRawLongBits(time));
        key(event, 2, VARINT);
        varint(event, step);
        bytes(event, 5, summary.toByteArray());
        Files.write(file, record(event.toByteArray()), StandardOpenOption.APPEND);
    }

    private static byte[] record(byte[] data) {
        byte[] length = little(8).putLong(data.length).array();
        return little(16 + data.length)
                .put(length)
                .putInt(masked(length))
                .put(data)
                .putInt(masked(data))
                .array();
    }

    private static int masked(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void key(ByteArrayOutputStream to, int field, int type) {
        varint(to, field << 3 | type);
    }

    private static void varint(ByteArrayOutputStream to, long value) {
        long rest = value;
        for (; (rest & ~0x7fL) != 0; rest >>>= 7) to.write((int) (rest & 0x7f | 0x80));
        to.write((int) rest);
    }

    private static void fixed64(ByteArrayOutputStream to, int field, long bits) {
        key(to, field, EIGHT_BYTES);
        to.writeBytes(little(8).putLong(bits).array());
    }

    private static void fixed32(ByteArrayOutputStream to, int field, int bits) {
        key(to, field, FOUR_BYTES);
        to.writeBytes(little(4).putInt(bits).array());
    }

    private static void bytes(ByteArrayOutputStream to, int field, byte[] data) {
        key(to, field, DELIMITED);
        varint(to, data.length);
        to.writeBytes(data);
    }
}
