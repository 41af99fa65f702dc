package surprisal.bench.learning;

import java.util.ArrayList;
import java.util.List;
import surprisal.autodiff.Tensor;

/** Pictures of a tensor, as reports draw them. */
public final class Frames {
    private Frames() {}

    /**
     * The pictures along all axes but the last.
     *
     * @param x [.., pixels]
     * @return each picture row by row
     */
    public static List<float[]> of(Tensor x) {
        int size = x.shape().last();
        List<float[]> frames = new ArrayList<>();
        for (int from = 0; from < x.shape().size(); from += size) {
            float[] frame = new float[size];
            for (int i = 0; i < size; i++) frame[i] = (float) x.at(from + i);
            frames.add(frame);
        }
        return frames;
    }

    /**
     * One film of several.
     *
     * @param x [films, time, pixels]
     * @param film which
     * @return its pictures in the order of time
     */
    public static List<float[]> of(Tensor x, int film) {
        int time = x.shape().dim(1);
        return of(x).subList(film * time, (film + 1) * time);
    }
}
