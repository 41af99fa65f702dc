package surprisal.bench.timing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RowTest {

    @Test
    void theLineIsThePeersContract() {
        Map<String, Object> extra = new LinkedHashMap<>();
        extra.put("samples", 7);
        extra.put("loss", 1.5);
        extra.put("bad", Double.NaN);
        extra.put("said", "a \"b\"\n");
        assertEquals(
                "{\"case\": \"vae/step/784-400-20/128\", \"peer\": \"surprisal\", \"version\": \"1\", \"threads\": 1, "
                        + "\"ms_median\": 8.5, \"ms_min\": 0.000001, \"extra\": {\"samples\": 7, \"loss\": 1.5, "
                        + "\"bad\": null, \"said\": \"a \\\"b\\\"\\u000a\"}}",
                new Row("vae/step/784-400-20/128", "surprisal", "1", 1, 8.5, 1e-6, extra).json());
    }

    @Test
    void ratesAreOfTheFastestSample() {
        long[] now = {0};
        Stopwatch watch = new Stopwatch(0, 0, 1, () -> now[0], () -> 0);
        Row row = Row.of(new Case("c", 4e6, 2e6, () -> () -> now[0] += 1_000_000_000), watch, "1", 1);
        assertTrue(row.json().contains("\"flops\": 4000000, \"gflops\": 0.0"), row.json());
        assertEquals(0.002, row.extra().get("gelem_s"));
    }
}
