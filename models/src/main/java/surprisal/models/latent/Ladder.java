package surprisal.models.latent;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.Complexity;
import surprisal.models.FreeEnergy;
import surprisal.models.dist.Likelihood;
import surprisal.models.dist.Normal;
import surprisal.models.nn.Init;
import surprisal.models.nn.Linear;
import surprisal.models.nn.Mlp;

/**
 * p(x, z) = p(x|z_1) p(z_1|z_2) … p(z_L): a hierarchy of normals, inverted from the top down. q(z_i|z_{i+1}, x) is the
 * product of what x says from below and what z_{i+1} predicts from above, weighted by their precisions (Sønderby et al.
 * 2016). One level is a {@link DeepLatentGaussian}.
 *
 * @param rungs the levels, from x upwards
 * @param decoder z_1 → what the likelihood takes, [.., latent_1] → [.., m]
 * @param likelihood p(x|y) of what the decoder says
 */
public record Ladder(List<Rung> rungs, Mlp decoder, Likelihood likelihood) implements Generative {

    /**
     * A level.
     *
     * @param up d_{i−1} → d_i, from x on; its activation ends it too
     * @param belief d_i → what x says of z_i: μ̂ and what becomes σ̂, [.., 2 · latent_i]
     * @param down z_{i+1} → p(z_i|z_{i+1}), likewise; none at the top, where p(z_L) = N(0, I)
     */
    public record Rung(Mlp up, Linear belief, Optional<Mlp> down) {}

    /** What the way down made of a level. */
    private record Level(Normal q, Normal p, Tensor z) {}

    /**
     * A fresh model.
     *
     * @param n length of x
     * @param hidden width of the layer on the way up and of that on the way down, for each level
     * @param latent length of z_i, for each level
     * @param activation what stands between the layers
     * @param likelihood p(x|y) of what the decoder says
     * @param precision the precision
     * @param rng where the weights come from
     * @return the model
     * @throws IllegalArgumentException unless there are as many widths as lengths, at least one
     */
    public static Ladder of(
            int n, int[] hidden, int[] latent, Unary activation, Likelihood likelihood, Precision precision, Rng rng) {
        if (hidden.length != latent.length || latent.length == 0) {
            throw new IllegalArgumentException("a ladder with hidden layers of " + Arrays.toString(hidden) + " and z of "
                    + Arrays.toString(latent) + ": each level takes one of both");
        }
        List<Rung> rungs = new ArrayList<>();
        for (int i = 0; i < latent.length; i++) {
            Mlp up = Mlp.of(rng, precision, activation, i == 0 ? n : hidden[i - 1], hidden[i]);
            Linear belief = Linear.of(hidden[i], 2 * latent[i], Init.GLOROT, precision, rng);
            rungs.add(new Rung(up, belief, i == latent.length - 1
                    ? Optional.empty()
                    : Optional.of(Mlp.of(rng, precision, activation, latent[i + 1], hidden[i], 2 * latent[i]))));
        }
        Mlp decoder = Mlp.of(rng, precision, activation, latent[0], hidden[0], likelihood.width(n));
        return new Ladder(List.copyOf(rungs), decoder, likelihood);
    }

    @Override
    public FreeEnergy freeEnergy(Tensor x, Complexity complexity, Rng rng) {
        List<Level> levels = descend(x, noise(x.shape().dropLast(), x.precision(), rng));
        Tensor cost = null;
        for (Level level : levels) {
            Tensor c = complexity.of(level.q, level.p);
            cost = cost == null ? c : cost.plus(c);
        }
        return new FreeEnergy(cost, accuracy(x, levels));
    }

    @Override
    public Tensor logWeights(Tensor x, int samples, Rng rng) {
        if (samples < 1) {
            throw new IllegalArgumentException(samples + " samples of z: it takes at least 1");
        }
        Shape batch = x.shape().dropLast();
        List<List<Tensor>> draws = new ArrayList<>();
        for (int i = 0; i < samples; i++) {
            draws.add(noise(batch, x.precision(), rng));
        }
        List<Tensor> noise = new ArrayList<>();
        for (int i = 0; i < rungs.size(); i++) {
            int level = i;
            noise.add(Tensor.stack(0, draws.stream().map(each -> each.get(level)).toArray(Tensor[]::new)));
        }
        List<Level> levels = descend(x, noise);
        Tensor log = accuracy(x, levels);
        for (Level level : levels) {
            log = log.plus(level.p.logProb(level.z)).minus(level.q.logProb(level.z));
        }
        return log;
    }

    /**
     * What x says of each z_i by itself, N(μ̂_i, σ̂_i²): the way up.
     *
     * @param x [.., n]
     * @return from the lowest level on, [.., latent_i]
     */
    public List<Normal> ascend(Tensor x) {
        List<Normal> said = new ArrayList<>();
        Tensor d = x;
        for (Rung rung : rungs) {
            d = rung.up.apply(d).map(rung.up.activation());
            said.add(DeepLatentGaussian.normal(rung.belief.apply(d)));
        }
        return said;
    }

    /** The way down with ε of each level, from the top to the lowest. */
    private List<Level> descend(Tensor x, List<Tensor> noise) {
        List<Normal> said = ascend(x);
        List<Level> levels = new ArrayList<>();
        Tensor above = null;
        for (int i = rungs.size() - 1; i >= 0; i--) {
            Normal bottom = said.get(i);
            Optional<Mlp> down = rungs.get(i).down;
            Normal p = down.isEmpty()
                    ? Normal.standard(bottom.mean().shape().last(), bottom.mean().precision())
                    : DeepLatentGaussian.normal(down.get().apply(above));
            Normal q = down.isEmpty() ? bottom : product(bottom, p);
            Tensor e = noise.get(i);
            above = q.mean().expand(e.shape()).plusTimes(q.std(), e);
            levels.add(new Level(q, p, above));
        }
        return levels;
    }

    /** N(μ, σ²) ∝ N(μ_1, σ_1²) N(μ_2, σ_2²): 1/σ² = 1/σ_1² + 1/σ_2², μ = σ² (μ_1/σ_1² + μ_2/σ_2²). */
    private static Normal product(Normal a, Normal b) {
        Tensor wa = a.std().square().reciprocal();
        Tensor wb = b.std().square().reciprocal();
        Tensor variance = wa.plus(wb).reciprocal();
        return new Normal(a.mean().times(wa).plus(b.mean().times(wb)).times(variance), variance.sqrt());
    }

    private Tensor accuracy(Tensor x, List<Level> levels) {
        return likelihood.of(decoder.apply(levels.getLast().z)).logProb(x);
    }

    /** ε of each level, from the lowest on; those of a draw come one after the other, from the top. */
    private List<Tensor> noise(Shape batch, Precision precision, Rng rng) {
        Tensor[] noise = new Tensor[rungs.size()];
        for (int i = rungs.size() - 1; i >= 0; i--) {
            int[] dims = Arrays.copyOf(batch.dims(), batch.rank() + 1);
            dims[batch.rank()] = rungs.get(i).belief.bias().shape().last() / 2;
            noise[i] = Tensor.of(rng.normal(Shape.of(dims), precision));
        }
        return List.of(noise);
    }
}
