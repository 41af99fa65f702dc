package surprisal.bench.learning;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file is read here by a reader of its own: records by their lengths and sums, messages by their keys. */
class EventFileTest {

    /** CRC-32C bit by bit, polynomial 0x1EDC6F41 reflected. */
    private static int crc(byte[] data) {
        int crc = -1;
        for (byte b : data) {
            crc ^= b & 0xff;
            for (int i = 0; i < 8; i++) crc = (crc >>> 1) ^ ((crc & 1) != 0 ? 0x82F63B78 : 0);
        }
        return ~crc;
    }

    private static int masked(byte[] data) {
        int crc = crc(data);
        return ((crc >>> 15) | (crc << 17)) + 0xa282ead8;
    }

    private static List<byte[]> records(byte[] file) {
        List<byte[]> records = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            byte[] length = new byte[8];
            in.get(length);
            assertEquals(masked(length), in.getInt());
            byte[] data = new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
            in.get(data);
            assertEquals(masked(data), in.getInt());
            records.add(data);
        }
        return records;
    }

    /** Fields in their order as text: number, and the value by its wire type. */
    private static List<String> fields(byte[] message) {
        List<String> fields = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            long key = varint(in);
            String value = switch ((int) (key & 7)) {
                case 0 -> Long.toString(varint(in));
                case 1 -> Double.toString(in.getDouble());
                case 2 -> {
                    byte[] data = new byte[(int) varint(in)];
                    in.get(data);
                    yield new String(data, StandardCharsets.ISO_8859_1);
                }
                case 5 -> Float.toString(in.getFloat());
                default -> throw new AssertionError("wire type " + (key & 7));
            };
            fields.add((key >> 3) + "=" + value);
        }
        return fields;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = in.get();
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) return value;
        }
    }

    @Test
    void recordsAndMessagesAreReadAgain(@TempDir Path folder) throws IOException {
        assertEquals(0xE3069283, crc("123456789".getBytes(StandardCharsets.US_ASCII)), "the check value of CRC-32C");
        EventFile events = EventFile.in(folder, 1.5e9);
        events.add(1.5e9 + 2, 300, Figures.of("test_f", 97.25).with("complexity", -1.5));
        events.add(1.5e9 + 4, 1L << 40, Figures.of("test_f", 0.1));
        List<byte[]> records;
        try (var files = Files.list(folder)) {
            Path file = files.toList().getFirst();
            assertEquals(true, file.getFileName().toString().contains("tfevents"));
            records = records(Files.readAllBytes(file));
        }
        assertEquals(3, records.size());
        assertEquals(List.of("1=1.5E9", "3=brain.Event:2"), fields(records.getFirst()));
        List<String> event = fields(records.get(1));
        assertEquals(List.of("1=1.500000002E9", "2=300"), event.subList(0, 2));
        List<String> values = fields(event.get(2).substring(2).getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(List.of("1=test_f", "2=97.25"), fields(values.get(0).substring(2).getBytes(StandardCharsets.ISO_8859_1)));
        assertEquals(List.of("1=complexity", "2=-1.5"), fields(values.get(1).substring(2).getBytes(StandardCharsets.ISO_8859_1)));
        assertEquals("2=" + (1L << 40), fields(records.get(2)).get(1));
    }
}
