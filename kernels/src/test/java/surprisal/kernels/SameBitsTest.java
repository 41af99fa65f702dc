package surprisal.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every kernel gives the bits that were once written down, at any vector width, in scalar loops, before and after
 * compilation. A change that means to change bits takes them anew: {@code mvn -pl kernels test -Dtest=SameBitsTest
 * -Dbits.skip -Dtest.flags=-Dsurprisal.golden=print}, and the lines between the rulers go to {@code golden.txt}.
 */
@Tag("bits")
class SameBitsTest {

    @Test
    void bitsAreThoseWrittenDown() throws IOException {
        SequencedMap<String, String> first = Fingerprint.take();
        if ("print".equals(System.getProperty("surprisal.golden"))) {
            System.out.println("----\n" + lines(first) + "----");
            return;
        }
        assumeTrue(Fma.FAST, "without a fused multiply-add the last places differ");
        try (InputStream golden = SameBitsTest.class.getResourceAsStream("golden.txt")) {
            assertEquals(new String(golden.readAllBytes(), StandardCharsets.UTF_8), lines(first));
        }
    }

    @Test
    void bitsStayTheSameWhileTheCompilerWorks() {
        SequencedMap<String, String> first = Fingerprint.take();
        for (int round = 0; round < 20; round++) {
            assertEquals(first, Fingerprint.take());
        }
    }

    private static String lines(SequencedMap<String, String> digests) {
        return digests.entrySet().stream()
                .map(e -> e.getKey() + " " + e.getValue() + "\n")
                .collect(Collectors.joining());
    }
}
