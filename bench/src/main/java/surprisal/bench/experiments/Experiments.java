package surprisal.bench.experiments;

import java.util.List;
import surprisal.bench.learning.Experiment;

/** What {@code surprisal train} trains, beside {@code vae}. */
public final class Experiments {

    /** All experiments, in the order of the help. */
    public static final List<Experiment> ALL = List.of(
            new BarsVae(),
            new BetaVae(),
            new DeltaVae(),
            new LinearVae(),
            MnistVae.elbo(),
            MnistVae.iwae(),
            new RssmFilms(),
            new Distraction(),
            new Kalman(),
            new Gap());

    private Experiments() {}
}
