package surprisal.bench.experiments;

import java.io.IOException;
import java.util.List;
import surprisal.bench.learning.Experiment;
import surprisal.bench.learning.Given;
import surprisal.bench.learning.Goal;
import surprisal.bench.learning.Run;
import surprisal.bench.learning.Setting;
import surprisal.models.latent.Vae;

/**
 * −log p(x) ≤ E[−log (1/k) Σ_i w_i] ≤ F: a variational autoencoder of handwritten digits, 784-200-200-50 with tanh
 * between the layers, that minimises F (k = 1; Kingma and Welling 2014) or the tighter bound of k samples (Burda, Grosse
 * and Salakhutdinov 2016, whose network this is). Digits are binarised anew each time that they are seen; those that it
 * is measured on, once.
 *
 * @param name of the command
 * @param summary of the command
 * @param epochs how many are usual
 * @param rate the learning rate, if it is not given
 * @param fade in how many epochs it falls to zero, if it is not given
 * @param samples k, if it is not given
 * @param weighed how many samples the likelihood takes in the end, if it is not given
 */
public record MnistVae(String name, String summary, int epochs, double rate, int fade, int samples, int weighed)
        implements Experiment {
    private static final int LONG = 1_000;

    /**
     * The one that minimises F.
     *
     * @return {@code mnist-vae}
     */
    public static MnistVae elbo() {
        return new MnistVae("mnist-vae",
                "A variational autoencoder of MNIST (--data; what is embedded is a tenth of it, and too little for the target).",
                20, 1e-3, 0, 1, 0);
    }

    /**
     * The one that minimises the bound of 50 samples.
     *
     * @return {@code mnist-iwae}
     */
    public static MnistVae iwae() {
        return new MnistVae("mnist-iwae",
                "The same with 50 weighted samples of z, measured by −log p(x) from 5,000 (--data for all of MNIST).",
                150, 2e-3, 150, 50, 5_000);
    }

    @Override
    public List<Setting> settings() {
        return List.of(
                Setting.data(),
                Setting.from(),
                Setting.layers("hidden", "200,200", "Units of the hidden layers."),
                Setting.whole("latent", 50, 1, 65_536, "Dimensions of z."),
                Setting.choice("activation", "tanh", List.of("tanh", "relu", "softplus"), "What stands between the layers."),
                Setting.batch(100),
                Setting.rate(rate),
                Setting.whole("fade", fade, 0, 1_000_000, "Epochs in which the rate falls to zero along a cosine; 0 for never."),
                Setting.whole("warm-up", 0, 0, 1_000_000, "Epochs in which the weight of the complexity rises to 1, where k is 1."),
                Setting.whole("samples", samples, 1, 10_000, "k: draws of z for each digit; the loss is F for 1."),
                Setting.whole("weighed", weighed, 0, 1_000_000, "Draws for each −log p(x) in the end; 0 to leave it out."),
                Setting.whole("images", 10_000, 1, 1_000_000, "How many of the held-out digits −log p(x) is the mean of."));
    }

    @Override
    public Run<Vae> begin(Given given) throws IOException {
        if (given.whole("samples") > 1 && given.whole("warm-up") > 0)
            throw new IllegalArgumentException("--warm-up %d with --samples %d: a bound of several samples has no complexity to weigh"
                    .formatted(given.whole("warm-up"), given.whole("samples")) + "; leave one of them out");
        return new MnistVaeRun(given, given.digits());
    }

    /** What a recipe should reach. */
    static Goal goal(Given given) {
        boolean slow = given.epochs() >= LONG || given.goesOn(), eased = given.whole("fade") > 0 || given.whole("warm-up") > 0;
        if (given.whole("samples") > 1 && given.whole("weighed") > 0) return Goal.atMost("nll", "nats", slow ? 85.5 : 87);
        return Goal.atMost("test_f", "nats", slow ? 91.5 : eased ? 95 : given.epochs() >= 100 ? 97.2 : 102);
    }
}
