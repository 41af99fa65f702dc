package surprisal.bench.timing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {

    @ParameterizedTest
    @CsvSource({
        "gemm*, gemm/NN/64x64x64, true", "gemm*, vae/step/784-400-20/128, false", "*/4096, elementwise/exp/4096, true",
        "gemm/N?/*, gemm/NT/128x784x400, true", "gemm/N[TX]/*, gemm/NT/1x1x1, true",
                "gemm/N[!T]/*, gemm/NT/1x1x1, false",
        "gemm/[*, gemm/[x, true", "e.p, exp, false", "exp, xexp, false"
    })
    void fitsAsInThePeersScripts(String glob, String name, boolean fits) {
        assertEquals(fits, Glob.any(List.of(glob)).test(name));
    }

    @Test
    void severalAreJoinedByCommas() {
        Predicate<String> any = Glob.any(List.of("gemm*,vae*", "x"));
        assertEquals(
                List.of("gemm/a", "vae/b", "x"),
                Arrays.asList("gemm/a", "vae/b", "x", "y").stream().filter(any).toList());
    }
}
