package surprisal.bench.learning;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import surprisal.autodiff.Tensor;
import surprisal.models.FreeEnergy;

/**
 * L = Σ_i w_i L_i: a loss by its terms, so that each can be shown, and the one that is not finite can be named.
 *
 * @param parts the terms
 */
public record Terms(List<Term> parts) {

    /**
     * Above this, numbers of 24 bits are more than one nat apart, and the loss says nothing any more.
     */
    private static final double RESOLVED = 1 << 24;

    /**
     * A term.
     *
     * @param name of its figure, {@code train_} is put before it
     * @param weight w_i
     * @param value L_i, one number
     */
    public record Term(String name, double weight, Tensor value) {
        /**
         * A term.
         *
         * @throws IllegalArgumentException if the value is more than one number
         */
        public Term {
            if (value.shape().size() != 1)
                throw new IllegalArgumentException("the term %s has shape %s: it is one number; reduce it with mean() or sum()"
                        .formatted(name, value.shape()));
        }
    }

    /** The terms; the list is copied. */
    public Terms {
        parts = List.copyOf(parts);
    }

    /**
     * One term with the weight 1.
     *
     * @param name its name
     * @param value one number
     * @return it
     */
    public static Terms of(String name, Tensor value) {
        return new Terms(List.of(new Term(name, 1, value)));
    }

    /**
     * F = complexity − accuracy, each the mean over the examples.
     *
     * @param f of each example
     * @return two terms
     */
    public static Terms of(FreeEnergy f) {
        return of("complexity", f.complexity().mean()).minus("accuracy", f.accuracy().mean());
    }

    /**
     * These terms plus one.
     *
     * @param name its name
     * @param value one number
     * @return the terms
     */
    public Terms plus(String name, Tensor value) {
        return plus(name, 1, value);
    }

    /**
     * These terms minus one.
     *
     * @param name its name
     * @param value one number
     * @return the terms
     */
    public Terms minus(String name, Tensor value) {
        return plus(name, -1, value);
    }

    /**
     * These terms plus one that is weighted.
     *
     * @param name its name
     * @param weight its weight; 0 shows the term and does not learn from it
     * @param value one number
     * @return the terms
     */
    public Terms plus(String name, double weight, Tensor value) {
        List<Term> all = new ArrayList<>(parts);
        all.add(new Term(name, weight, value));
        return new Terms(all);
    }

    /**
     * Σ_i w_i L_i.
     *
     * @return the loss, one number
     */
    public Tensor total() {
        Tensor sum = null;
        for (Term term : parts) {
            Tensor value = term.value.reshape();
            if (term.weight == 0) continue;
            if (sum == null) sum = term.weight == 1 ? value : value.times(term.weight);
            else if (term.weight == 1) sum = sum.plus(value);
            else if (term.weight == -1) sum = sum.minus(value);
            else sum = sum.plus(value.times(term.weight));
        }
        if (sum == null) throw new IllegalArgumentException("a loss of the terms " + names() + ": none has a weight");
        return sum;
    }

    private List<String> names() {
        return parts.stream().map(Term::name).toList();
    }

    /** The first term that is not finite, or so large that nothing can be learnt from it. */
    Optional<String> exploded() {
        return parts.stream()
                .filter(t -> !(Math.abs(t.value.item()) < RESOLVED))
                .findFirst()
                .map(t -> "the term %s is %.3g".formatted(t.name, t.value.item()));
    }
}
