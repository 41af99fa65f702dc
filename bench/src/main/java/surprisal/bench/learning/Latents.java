package surprisal.bench.learning;

import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;
import surprisal.bench.report.Chart;
import surprisal.bench.report.Images;
import surprisal.engine.Array;
import surprisal.engine.Shape;

/** What the numbers of a code stand for, as figures of a report. */
public final class Latents {
    private Latents() {}

    /**
     * Traversals: one number of a code varied at a time, the others as they are.
     *
     * @param caption what is shown
     * @param code of one picture, [latent]
     * @param shown which numbers of the code, a row for each
     * @param reach from −reach to reach
     * @param stops how many values, at least 2
     * @param width of a picture, in pixels
     * @param decode what becomes of codes, [n, latent] → [n, pixels]
     * @return a row of pictures for each number
     */
    public static Images traversals(
            String caption, Tensor code, int[] shown, double reach, int stops, int width, UnaryOperator<Tensor> decode) {
        if (stops < 2) throw new IllegalArgumentException("a traversal with " + stops + " stops: it takes at least 2");
        int latent = code.shape().size();
        Images images = Images.captioned(caption)
                .over(IntStream.range(0, stops)
                        .mapToObj(i -> String.format(Locale.ROOT, "%.1f", stop(i, stops, reach)).replace('-', '−'))
                        .toList());
        for (int k : shown) {
            Array z = Array.zeros(Shape.of(stops, latent), code.precision());
            for (int i = 0; i < stops; i++)
                for (int j = 0; j < latent; j++) z.set(i * latent + j, j == k ? stop(i, stops, reach) : code.at(j));
            images = images.row("$z_{%d}$".formatted(k + 1), width, Frames.of(decode.apply(Tensor.of(z))));
        }
        return images;
    }

    private static double stop(int i, int stops, double reach) {
        return -reach + 2 * reach * i / (stops - 1);
    }

    /**
     * A map: where the pictures are in the plane of two numbers of their codes, coloured by what they are.
     *
     * @param title what is shown
     * @param codes [n, latent]
     * @param x the number along the abscissa
     * @param y the number along the ordinate
     * @param labels what each picture is
     * @return a cloud for each label
     */
    public static Chart map(String title, Tensor codes, int x, int y, int... labels) {
        int latent = codes.shape().last();
        if (labels.length * latent != codes.shape().size())
            throw new IllegalArgumentException("a map of codes of shape %s with %d labels".formatted(codes.shape(), labels.length));
        Chart map = Chart.of(title, "z " + (x + 1), "z " + (y + 1));
        for (int label : new TreeSet<>(IntStream.of(labels).boxed().toList())) {
            List<Integer> of =
                    IntStream.range(0, labels.length).filter(i -> labels[i] == label).boxed().toList();
            map = map.points(
                    Integer.toString(label),
                    of.stream().mapToDouble(i -> codes.at(i * latent + x)).toArray(),
                    of.stream().mapToDouble(i -> codes.at(i * latent + y)).toArray());
        }
        return map;
    }
}
