package surprisal.models.bayes;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.dist.Hamiltonian;

/**
 * θ_m ~ p(θ|D) ∝ p(D|θ) N(θ; 0, S²): perceptrons whose weights are where M Markov chains have come to, θ = S ∘ u with u ~ N(0, I)
 * before any data (Neal 1996). Unlike masks and normals this takes no family of beliefs: after enough rounds the members are draws from
 * the posterior itself. The priors are those of {@link BayesMlp}.
 *
 * @param points u, [M, d], all weights and biases of a member side by side, from the input on
 * @param sizes the widths, from the input to the output
 * @param activation what stands between the layers
 * @param scale of the prior, > 0: σ = scale/√in of a layer's weights, scale of its biases
 */
public record SampledMlp(Tensor points, List<Integer> sizes, Unary activation, double scale) {

    /**
     * Chains that are somewhere.
     *
     * @throws IllegalArgumentException if the points are not those of perceptrons of these widths, or the scale is not > 0
     */
    public SampledMlp {
        sizes = List.copyOf(sizes);
        int d = numbers(sizes);
        if (sizes.size() < 2 || points.shape().rank() != 2 || points.shape().last() != d || !(scale > 0)) {
            throw new IllegalArgumentException("points " + points.shape() + " and a prior of " + scale + " for a perceptron of widths "
                    + sizes + ": it takes at least an input and an output, [members, " + d + "] and a scale > 0");
        }
    }

    private static int numbers(List<Integer> sizes) {
        int d = 0;
        for (int i = 1; i < sizes.size(); i++) {
            d += (sizes.get(i - 1) + 1) * sizes.get(i);
        }
        return d;
    }

    /**
     * Members drawn from the prior.
     *
     * @param members M
     * @param rng where they come from
     * @param precision the precision
     * @param activation what stands between the layers
     * @param scale of the prior, > 0
     * @param sizes the widths, from the input to the output
     * @return the members
     */
    public static SampledMlp of(int members, Rng rng, Precision precision, Unary activation, double scale, int... sizes) {
        List<Integer> widths = Arrays.stream(sizes).boxed().toList();
        Tensor points = Tensor.of(rng.normal(Shape.of(members, numbers(widths)), precision));
        return new SampledMlp(points, widths, activation, scale);
    }

    /**
     * The members as perceptrons side by side.
     *
     * @return gradients flow to the points
     */
    public Ensemble members() {
        List<Linears> layers = new ArrayList<>();
        int m = points.shape().dim(0);
        int at = 0;
        for (int i = 1; i < sizes.size(); i++) {
            int in = sizes.get(i - 1);
            int out = sizes.get(i);
            Tensor weight = points.slice(at, at + in * out).times(scale / Math.sqrt(in)).reshape(m, in, out);
            at += in * out;
            layers.add(new Linears(weight, points.slice(at, at + out).times(scale)));
            at += out;
        }
        return new Ensemble(List.copyOf(layers), activation);
    }

    /**
     * log p(θ_m) = −½ ‖u_m‖², without its constant.
     *
     * @return [M]
     */
    public Tensor logPrior() {
        return points.square().sum(-1).times(-0.5);
    }

    /**
     * Where the chains come to, and how many of their moves were accepted: the posterior stays the posterior.
     *
     * @param logLikelihood log p(D|θ_m) of each member, [M]
     * @param moves the sampler; its step is a share of the prior's deviations
     * @param rng where moves and decisions come from
     * @return the points that {@link #at} takes
     */
    public Hamiltonian.Refined moved(Function<Ensemble, Tensor> logLikelihood, Hamiltonian moves, Rng rng) {
        return moves.refine(u -> {
            SampledMlp there = at(u);
            return logLikelihood.apply(there.members()).plus(there.logPrior());
        }, points, rng);
    }

    /**
     * The same chains elsewhere.
     *
     * @param u points, [M, d]
     * @return the members there
     */
    public SampledMlp at(Tensor u) {
        return new SampledMlp(u, sizes, activation, scale);
    }
}
