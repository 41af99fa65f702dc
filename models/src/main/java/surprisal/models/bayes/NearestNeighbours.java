package surprisal.models.bayes;

import surprisal.autodiff.Tensor;
import surprisal.engine.Array;

/**
 * Ĥ = ψ(n) − ψ(k) + log V_d + d/n Σ_i log ρ_i: the entropy of a density in d dimensions from n draws, ρ_i the distance from
 * draw i to its k-th nearest neighbour and V_d the volume of the unit ball (Kozachenko and Leonenko 1987; Kraskov, Stögbauer
 * and Grassberger 2004). Its bias vanishes as n grows; a larger k has less variance and more bias.
 *
 * @param k which neighbour, from 1
 */
public record NearestNeighbours(int k) {

    private static final double HALF_LOG_PI = 0.5723649429247001;

    /**
     * An estimator.
     *
     * @throws IllegalArgumentException unless k is at least 1
     */
    public NearestNeighbours {
        if (k < 1) {
            throw new IllegalArgumentException("the distance to neighbour " + k + ": the nearest one is 1");
        }
    }

    /**
     * Ĥ. Gradients flow through the distances; who is whose neighbour is a constant.
     *
     * @param x draws, [.., n, d]
     * @return [..]; −∞ where a draw has k equal to it, as those of a point mass
     * @throws IllegalArgumentException unless there are more draws than k
     */
    public Tensor entropy(Tensor x) {
        if (x.shape().rank() < 2 || x.shape().dim(-2) <= k || x.shape().last() == 0) {
            throw new IllegalArgumentException("the distance to neighbour " + k + " among draws of shape " + x.shape()
                    + ": they are [.., n, d] with n > " + k + " and d ≥ 1");
        }
        int n = x.shape().dim(-2);
        int d = x.shape().last();
        Tensor rows = x.reshape(-1, d);
        Tensor square = rows.minus(rows.gather(0, neighbours(rows.array(), n, d))).square().sum(-1);
        Tensor logDistance = square.log().times(0.5).reshape(x.shape().dropLast());
        return logDistance.mean(-1).times(d).plus(digamma(n) - digamma(k) + logBall(d));
    }

    /** The row of the k-th nearest neighbour of each row among the n of its group; of equals the first. */
    private int[] neighbours(Array x, int n, int d) {
        int rows = x.size() / d;
        int[] index = new int[rows];
        double[] nearest = new double[k]; // in ascending order
        int[] who = new int[k];
        for (int i = 0; i < rows; i++) {
            int found = 0;
            int group = i / n * n;
            for (int j = group; j < group + n; j++) {
                if (j == i) {
                    continue;
                }
                double distance = square(x, i * d, j * d, d);
                if (found == k && !(distance < nearest[k - 1])) {
                    continue;
                }
                int at = found == k ? k - 1 : found++;
                for (; at > 0 && distance < nearest[at - 1]; at--) {
                    nearest[at] = nearest[at - 1];
                    who[at] = who[at - 1];
                }
                nearest[at] = distance;
                who[at] = j;
            }
            index[i] = who[k - 1];
        }
        return index;
    }

    private static double square(Array x, int a, int b, int d) {
        double sum = 0;
        for (int c = 0; c < d; c++) {
            double difference = x.at(a + c) - x.at(b + c);
            sum += difference * difference;
        }
        return sum;
    }

    /** log V_d = d/2 log π − log Γ(d/2 + 1). */
    private static double logBall(int d) {
        return d * HALF_LOG_PI - Tensor.of(0.5 * d + 1).lgamma().at(0);
    }

    private static double digamma(int n) {
        return Tensor.of((double) n).digamma().at(0);
    }
}
