package surprisal.bench.cli;

import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Option values with a range: a wrong one is named together with what would be right. */
final class Ranges {
    private Ranges() {}

    private static TypeConversionException wrong(String value, String expected) {
        return new TypeConversionException("'" + value + "' is not " + expected);
    }

    private static int whole(String value, int low, int high) {
        String expected = "a whole number from %,d to %,d".formatted(low, high);
        try {
            int number = Integer.parseInt(value.strip());
            if (number >= low && number <= high) return number;
        } catch (NumberFormatException e) {
            // said below
        }
        throw wrong(value, expected);
    }

    /** 1, 2, 3 … */
    static final class Count implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            return whole(value, 1, 1_000_000);
        }
    }

    /** How many threads. */
    static final class Threads implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            return whole(value, 1, 256);
        }
    }

    /** How many units a layer has. */
    static final class Units implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            return whole(value, 1, 65_536);
        }
    }

    /**
     * The units of some layers, joined by commas. (A record, because picocli takes a list for an option given several
     * times.)
     *
     * @param units of each layer
     */
    record Layers(List<Integer> units) {
        @Override
        public String toString() {
            return String.join(",", units.stream().map(String::valueOf).toList());
        }
    }

    /** The units of some layers, joined by commas. */
    static final class LayersConverter implements ITypeConverter<Layers> {
        @Override
        public Layers convert(String value) {
            return new Layers(Arrays.stream(value.split(",", -1))
                    .map(units -> whole(units, 1, 65_536))
                    .toList());
        }
    }

    /** A step size. */
    static final class Rate implements ITypeConverter<Double> {
        @Override
        public Double convert(String value) {
            try {
                double rate = Double.parseDouble(value.strip());
                if (rate > 0 && rate <= 1) return rate;
            } catch (NumberFormatException e) {
                // said below
            }
            throw wrong(value, "a number above 0 and at most 1");
        }
    }

    /** A difference that is allowed. */
    static final class Tolerance implements ITypeConverter<Double> {
        @Override
        public Double convert(String value) {
            try {
                double tolerance = Double.parseDouble(value.strip());
                if (tolerance >= 0 && tolerance < Double.POSITIVE_INFINITY) return tolerance;
            } catch (NumberFormatException e) {
                // said below
            }
            throw wrong(value, "a number from 0 on, such as 1e-9");
        }
    }

    /** Any long. */
    static final class Seed implements ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            try {
                return Long.parseLong(value.strip());
            } catch (NumberFormatException e) {
                throw wrong(value, "a whole number from −2⁶³ to 2⁶³ − 1");
            }
        }
    }
}
