package surprisal.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Films over each other, some of their pictures in the order of time: what happened above what was imagined.
 *
 * @param caption what they show
 * @param width of a picture, in pixels
 * @param times which pictures are shown, 0 for the first
 * @param films the films, from top to bottom
 */
public record Filmstrip(String caption, int width, List<Integer> times, List<Images.Strip> films) implements Block {

    /**
     * No films yet.
     *
     * @param caption what they show
     * @param width of a picture, in pixels
     * @param times which pictures are shown, 0 for the first
     * @return the filmstrip
     */
    public static Filmstrip of(String caption, int width, int... times) {
        return new Filmstrip(caption, width, IntStream.of(times).boxed().toList(), List.of());
    }

    /**
     * So many times from the first picture to the last, as even as whole numbers are.
     *
     * @param length how many pictures a film has
     * @param shown how many are shown; all if there are no more
     * @return times in their order
     */
    public static int[] times(int length, int shown) {
        int n = Math.min(length, shown);
        return IntStream.range(0, n).map(i -> n == 1 ? 0 : (int) ((long) i * (length - 1) / (n - 1))).toArray();
    }

    /**
     * This filmstrip and one more film.
     *
     * @param label what the film is
     * @param film all its pictures, each row by row, one number in [0, 1] for each pixel
     * @return the filmstrip
     * @throws IllegalArgumentException if the film ends before the last of the times
     */
    public Filmstrip film(String label, List<float[]> film) {
        for (int time : times)
            if (time < 0 || time >= film.size())
                throw new IllegalArgumentException(
                        "the film '%s' has %d pictures, and picture %d is to be shown".formatted(label, film.size(), time));
        List<Images.Strip> all = new ArrayList<>(films);
        all.add(new Images.Strip(label, width, times.stream().map(film::get).toList()));
        return new Filmstrip(caption, width, times, List.copyOf(all));
    }

    @Override
    public void write(Html html) {
        List<String> heads = times.stream().map(t -> Integer.toString(t + 1)).toList();
        new Images(caption, heads, films).write(html);
    }
}
