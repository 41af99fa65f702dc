package surprisal.models.latent;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.FreeEnergy;

/**
 * F and log p(x) of a whole test set, a part at a time. A hundred x share a child of the random stream, so that the
 * numbers are the same bits however many rows are decoded at once.
 *
 * @param rows how many pairs of an x and a z are decoded at once; what it takes is memory
 */
public record Evaluation(int rows) {

    private static final int TOGETHER = 100;

    /**
     * The evaluation.
     *
     * @throws IllegalArgumentException unless there is at least a row
     */
    public Evaluation {
        if (rows < 1) {
            throw new IllegalArgumentException("an evaluation of " + rows + " rows at once: it takes at least 1");
        }
    }

    /**
     * F of each x with one sample of z: its mean is the negative ELBO of the set.
     *
     * @param model the model
     * @param x the set, [N, n]
     * @param rng where the noise comes from
     * @return complexity and accuracy of each x, [N]
     */
    public FreeEnergy freeEnergy(Generative model, Tensor x, Rng rng) {
        List<Tensor> complexity = new ArrayList<>();
        List<Tensor> accuracy = new ArrayList<>();
        for (int from = 0; from < x.shape().dim(0); from += TOGETHER) {
            FreeEnergy F = model.freeEnergy(part(x, from), rng.split());
            complexity.add(F.complexity());
            accuracy.add(F.accuracy());
        }
        return new FreeEnergy(whole(complexity), whole(accuracy));
    }

    /**
     * log (1/k) Σ_i p(x, z_i)/q(z_i|x) of each x: an estimate of log p(x) that is too low by less the larger k is
     * (Burda, Grosse and Salakhutdinov 2016). The sum runs over the samples in their order, in double.
     *
     * @param model the model
     * @param x the set, [N, n]
     * @param samples k
     * @param rng where the noise comes from
     * @return nats, in float64, [N]
     * @throws IllegalArgumentException unless k ≥ 1
     * @throws ArithmeticException if a weight is not a number
     */
    public Tensor logLikelihood(Generative model, Tensor x, int samples, Rng rng) {
        if (samples < 1) {
            throw new IllegalArgumentException("a log-likelihood from " + samples + " samples: it takes at least 1");
        }
        List<Tensor> parts = new ArrayList<>();
        for (int from = 0; from < x.shape().dim(0); from += TOGETHER) {
            parts.add(logMeanWeight(model, part(x, from), samples, rng.split(), from));
        }
        return whole(parts);
    }

    private Tensor logMeanWeight(Generative model, Tensor x, int samples, Rng rng, int first) {
        int n = x.shape().dim(0);
        double[] most = new double[n];
        double[] sum = new double[n]; // Σ w / exp(most)
        Arrays.fill(most, Double.NEGATIVE_INFINITY);
        int together = Math.max(1, rows / n);
        for (int done = 0; done < samples; done += together) {
            Tensor log = model.logWeights(x, Math.min(together, samples - done), rng);
            for (int i = 0; i < log.shape().size(); i++) {
                double w = log.at(i);
                int at = i % n;
                if (Double.isNaN(w)) {
                    throw new ArithmeticException("log w of sample " + (done + i / n) + " of x " + (first + at)
                            + " is NaN: the model's weights or x are not finite");
                }
                if (w > most[at]) {
                    sum[at] = sum[at] * StrictMath.exp(most[at] - w) + 1;
                    most[at] = w;
                } else if (w > Double.NEGATIVE_INFINITY) {
                    sum[at] += StrictMath.exp(w - most[at]);
                }
            }
        }
        double[] mean = new double[n];
        Arrays.setAll(mean, i -> most[i] + StrictMath.log(sum[i] / samples));
        return Tensor.of(mean);
    }

    private static Tensor part(Tensor x, int from) {
        return x.slice(0, from, Math.min(x.shape().dim(0), from + TOGETHER));
    }

    private static Tensor whole(List<Tensor> parts) {
        return parts.isEmpty()
                ? Tensor.zeros(Shape.of(0), Precision.FLOAT64)
                : Tensor.concat(0, parts.toArray(Tensor[]::new));
    }
}
