package surprisal.bench.cases;

import java.util.List;
import java.util.stream.Stream;
import surprisal.bench.timing.Case;

/** All cases. */
public final class Cases {
    private Cases() {}

    /**
     * Every case that there is.
     *
     * @return in the order in which they run
     */
    public static List<Case> all() {
        return Stream.of(
                        PeakCases.all(), // first: the others tell their share of it
                        GemmCases.all(),
                        ElementwiseCases.all(),
                        VaeCases.all(),
                        IwaeCases.all(),
                        RssmCases.all(),
                        ConvCases.all(),
                        PymdpCases.all(),
                        ColdCases.all())
                .flatMap(List::stream)
                .toList();
    }

    /**
     * The first parts of the names.
     *
     * @return patterns
     */
    public static List<String> families() {
        return all().stream()
                .map(c -> c.name().substring(0, c.name().indexOf('/')) + "/…")
                .distinct()
                .toList();
    }
}
