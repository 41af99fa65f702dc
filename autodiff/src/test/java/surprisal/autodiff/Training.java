package surprisal.autodiff;

import java.util.List;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/** A training run that uses what a real one does: noise, minibatches, a schedule, clipping, Adam. */
final class Training {

    record Layer(Tensor weight, Tensor bias) {
        static Layer of(Rng rng, int in, int out, Precision precision) {
            Array weight = rng.normal(Shape.of(in, out), precision);
            for (int i = 0; i < weight.size(); i++) {
                weight.set(i, weight.at(i) / Math.sqrt(in));
            }
            return new Layer(Tensor.of(weight), Tensor.zeros(Shape.of(out), precision));
        }

        Tensor apply(Tensor x) {
            return x.matmul(weight).plus(bias);
        }
    }

    record Mlp(List<Layer> layers, Tensor scale) {
        Tensor loss(Tensor x, int[] labels) {
            Tensor h = x;
            for (Layer layer : layers.subList(0, layers.size() - 1)) {
                h = layer.apply(h).tanh();
                h = h.plus(h.softplus().times(0.1));
            }
            Tensor logits = layers.getLast().apply(h).times(scale);
            Tensor wanted = Tensor.oneHot(logits.shape().last(), logits.precision(), labels);
            return logits.logSumExp().minus(logits.times(wanted).sum(-1)).mean();
        }
    }

    private static final int INPUTS = 21;
    private static final int CLASSES = 5;

    final Mlp model;
    final Update update = Update.chain(
            Update.clipByGlobalNorm(0.5), Update.adamW(Schedule.warmUp(10, Schedule.cosine(0.01, 1e-4, 150)), 0.01));
    final Precision precision;
    Rng rng;
    long step;
    double loss;
    private final Tape tape = new Tape();

    Training(Precision precision, long seed, int hidden) {
        this.precision = precision;
        rng = new Rng(seed);
        model = new Mlp(List.of(
                        Layer.of(rng, INPUTS, hidden, precision),
                        Layer.of(rng, hidden, hidden, precision),
                        Layer.of(rng, hidden, CLASSES, precision)),
                Tensor.full(Shape.scalar(), 1, precision));
    }

    /** Classes by which of the first inputs is largest, as far as noise lets one see. */
    void step() {
        Array x = rng.normal(Shape.of(32, INPUTS), precision);
        int[] labels = new int[32];
        for (int i = 0; i < labels.length; i++) {
            for (int c = 1; c < CLASSES; c++) {
                labels[i] = x.at(i * INPUTS + c) > x.at(i * INPUTS + labels[i]) ? c : labels[i];
            }
        }
        Tensor seen = Tensor.of(x);
        Grad<Mlp> grad = tape.grad(model, m -> m.loss(seen.plus(seen.noise(rng).times(0.1)), labels));
        update.step(model, grad);
        loss = grad.loss();
        step++;
    }

    Training to(long last) {
        while (step < last) {
            step();
        }
        return this;
    }
}
