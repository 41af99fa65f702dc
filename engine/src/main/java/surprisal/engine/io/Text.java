package surprisal.engine.io;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Text as files have it: UTF-8, and nothing that is not UTF-8. */
final class Text {
    private Text() { }

    /** The bytes of a text; a lone surrogate has none and is refused. */
    static byte[] utf8(String text) {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            return copy;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a name or a value has half a surrogate pair, UTF-8 cannot hold it", e);
        }
    }

    /** Where these bytes stop being UTF-8, −1 if nowhere; {@code text} is what Java made of them. */
    static int fault(byte[] bytes, String text) {
        return Arrays.mismatch(bytes, text.getBytes(StandardCharsets.UTF_8));
    }
}
