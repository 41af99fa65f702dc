package surprisal.models.bayes;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.kernels.Unary;
import surprisal.models.FreeEnergy;
import surprisal.models.nn.Init;
import surprisal.models.nn.Mlp;

/**
 * F = D_KL[q(θ) ‖ p(θ)] − E_q(θ)[log p(D|θ)]: a perceptron whose weights θ are believed and not known, each layer a {@link
 * BayesLinear} (Blundell et al. 2015; the θ term of Mazzaglia et al. 2022, Eq. 2).
 *
 * @param layers the layers, from the input on
 * @param activation what stands between them
 */
public record BayesMlp(List<BayesLinear> layers, Unary activation) {

    /**
     * A perceptron of these widths. The prior of a layer's weights has σ = scale/√in, so that what it says of functions does not
     * depend on the widths (Neal 1996), and that of its biases σ = scale.
     *
     * @param rng where the means come from
     * @param precision the precision
     * @param activation what stands between the layers
     * @param scale of the prior, > 0
     * @param sizes the widths, from the input to the output
     * @return the perceptron
     * @throws IllegalArgumentException if there are fewer than two widths
     */
    public static BayesMlp of(Rng rng, Precision precision, Unary activation, double scale, int... sizes) {
        if (sizes.length < 2) {
            throw new IllegalArgumentException("a perceptron of widths " + Arrays.toString(sizes)
                    + ": it takes at least an input and an output");
        }
        List<BayesLinear> layers = new ArrayList<>();
        for (int i = 1; i < sizes.length; i++) {
            double weightPrior = scale / Math.sqrt(sizes[i - 1]);
            layers.add(BayesLinear.of(sizes[i - 1], sizes[i], Init.GLOROT, weightPrior, scale, precision, rng));
        }
        return new BayesMlp(List.copyOf(layers), activation);
    }

    /**
     * D_KL[q(θ) ‖ p(θ)], exact.
     *
     * @return a scalar
     */
    public Tensor complexity() {
        return layers.stream().map(BayesLinear::complexity).reduce(Tensor::plus).orElseThrow();
    }

    /**
     * F/N = D_KL[q(θ) ‖ p(θ)]/N − E_q[log p(y|x, θ)], one term for each example of a batch: its mean over a batch that is drawn
     * from N examples is an estimate of F/N (Graves 2011; with equal shares for all batches).
     *
     * @param logProb log p(y|x, θ) with θ of {@link #draw}, {@link #draws} or {@link #apply}, [..]
     * @param examples N, how many there are in all
     * @return complexity [] and accuracy [..]
     */
    public FreeEnergy freeEnergy(Tensor logProb, int examples) {
        if (examples < 1) {
            throw new IllegalArgumentException("the free energy of " + examples + " examples: there is at least 1");
        }
        return new FreeEnergy(complexity().div(examples), logProb);
    }

    /**
     * θ ~ q: one function, the same for all inputs.
     *
     * @param rng where the randomness comes from
     * @return a perceptron; gradients flow to μ and ρ
     */
    public Mlp draw(Rng rng) {
        return new Mlp(layers.stream().map(layer -> layer.draw(rng)).toList(), activation);
    }

    /**
     * M functions side by side.
     *
     * @param members M
     * @param rng where the randomness comes from
     * @return an ensemble; gradients flow to μ and ρ
     */
    public Ensemble draws(int members, Rng rng) {
        return new Ensemble(layers.stream().map(layer -> layer.draws(members, rng)).toList(), activation);
    }

    /**
     * The outputs with weights of its own for each input, by what they make of its activations (the local reparameterisation of
     * Kingma, Salimans and Welling 2015): to train with, at two products a layer.
     *
     * @param x [.., in]
     * @param rng where the randomness comes from
     * @return [.., out]
     */
    public Tensor apply(Tensor x, Rng rng) {
        Tensor h = x;
        for (int i = 0; i < layers.size() - 1; i++) {
            h = layers.get(i).output(h).sample(rng).map(activation);
        }
        return layers.getLast().output(h).sample(rng);
    }
}
