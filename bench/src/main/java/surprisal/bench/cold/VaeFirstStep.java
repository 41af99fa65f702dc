package surprisal.bench.cold;

import surprisal.bench.cases.VaeCases;
import surprisal.bench.timing.Case;

/** Builds the 784-400-20 variational autoencoder, trains one step of 128 pictures with Adam and prints its loss. */
final class VaeFirstStep {
    private VaeFirstStep() {}

    static void run() {
        Case.Call step = VaeCases.step(1);
        step.run();
        System.out.println(step.notes().get("loss"));
    }
}
