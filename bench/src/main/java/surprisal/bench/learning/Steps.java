package surprisal.bench.learning;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.DoubleConsumer;
import java.util.function.Function;
import surprisal.autodiff.Grad;
import surprisal.autodiff.NonFiniteException;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Update;
import surprisal.engine.Rng;

/**
 * The steps of one epoch: each follows the gradient of a loss, and the means of the loss and its terms are kept.
 *
 * @param <M> the type of the model
 */
public final class Steps<M> {
    private final M model;
    private final Update update;
    private final Tape tape;
    private final Rng rng;
    private final int epoch;
    private final long before;
    private final DoubleConsumer watch;
    private final SequencedMap<String, Double> sums = new LinkedHashMap<>();
    private int taken;
    private double examples;

    Steps(M model, Update update, Tape tape, Rng rng, int epoch, long before, DoubleConsumer watch) {
        this.model = model;
        this.update = update;
        this.tape = tape;
        this.rng = rng;
        this.epoch = epoch;
        this.before = before;
        this.watch = watch;
    }

    /**
     * Where all randomness of learning comes from.
     *
     * @return it goes on from epoch to epoch
     */
    public Rng rng() {
        return rng;
    }

    /**
     * Which epoch this is.
     *
     * @return 1 for the first
     */
    public int epoch() {
        return epoch;
    }

    /**
     * How many steps the run has taken, earlier epochs among them: what a warm-up goes by.
     *
     * @return 0 before the first
     */
    public long taken() {
        return before + taken;
    }

    /** How many steps this epoch has taken. */
    int here() {
        return taken;
    }

    /**
     * θ ← update(θ, ∂L/∂θ).
     *
     * @param count of examples in this step: its weight in the means
     * @param loss the terms of L; it must use its argument, as for {@link Tape#grad}
     * @return L before the step
     * @throws ArithmeticException if a term is NaN, infinite or too large to learn from; the message names the step and the term,
     *     and the model is as it was before the step
     */
    public double step(int count, Function<? super M, Terms> loss) {
        taken++;
        Terms[] terms = new Terms[1];
        Grad<M> grad;
        try {
            grad = tape.grad(model, m -> {
                terms[0] = loss.apply(m);
                return terms[0].total();
            });
            terms[0].exploded().ifPresent(term -> {
                throw new ArithmeticException(term + ": lower the learning rate, clip the gradient, or warm the term up");
            });
            update.step(model, grad);
        } catch (NonFiniteException e) {
            throw stopped(terms[0].exploded().map(term -> term + "; ").orElse("") + e.getMessage(), e);
        } catch (ArithmeticException e) {
            throw stopped(e.getMessage(), e);
        }
        examples += count;
        sums.merge("train_loss", grad.loss() * count, Double::sum);
        for (Terms.Term term : terms[0].parts()) sums.merge("train_" + term.name(), term.value().item() * count, Double::sum);
        watch.accept(grad.loss());
        return grad.loss();
    }

    ArithmeticException stopped(String why, Throwable cause) {
        ArithmeticException stop = new ArithmeticException("epoch %d, step %d: %s".formatted(epoch, taken, why));
        stop.initCause(cause);
        return stop;
    }

    /**
     * The means over the examples of this epoch so far, measured while learning.
     *
     * @return {@code train_loss}, and {@code train_} and the name of each term
     */
    public Figures means() {
        Figures means = Figures.NONE;
        for (var sum : sums.entrySet()) means = means.with(sum.getKey(), sum.getValue() / examples);
        return means;
    }
}
