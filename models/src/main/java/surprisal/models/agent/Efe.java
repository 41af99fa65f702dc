package surprisal.models.agent;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * G as a sum of weighted terms, lower is better: {@code Efe.of(RISK).plus(Efe.of(AMBIGUITY))}. The weights are 1 where
 * nothing else is said.
 *
 * @param weights the terms that count, with their weights
 */
public record Efe(Map<Term, Double> weights) {

    /** Risk and ambiguity: G = D_KL[Q(o|π) ‖ P(o|C)] + E_Q(s|π)[H[P(o|s)]] (Friston et al. 2015). */
    public static final Efe STANDARD = of(Term.RISK, Term.AMBIGUITY);

    /** Utility and the state gain of each modality: the negative of what pymdp calls neg_efe, by its defaults. */
    public static final Efe PYMDP = of(Term.UTILITY, Term.STATE_GAIN);

    /**
     * A sum of terms.
     *
     * @throws IllegalArgumentException if a weight is not finite
     */
    public Efe {
        EnumMap<Term, Double> copy = new EnumMap<>(Term.class);
        weights.forEach((term, weight) -> {
            if (!Double.isFinite(weight)) {
                throw new IllegalArgumentException("the weight of " + term + " is " + weight + ": it takes a finite number");
            }
            if (weight != 0) {
                copy.put(term, weight);
            }
        });
        weights = Collections.unmodifiableMap(copy);
    }

    /**
     * Some terms, each with weight 1.
     *
     * @param terms the terms; one that is named twice counts twice
     * @return their sum
     */
    public static Efe of(Term... terms) {
        Map<Term, Double> weights = new EnumMap<>(Term.class);
        for (Term term : terms) {
            weights.merge(term, 1.0, Double::sum);
        }
        return new Efe(weights);
    }

    /**
     * The sum of two objectives.
     *
     * @param that the other one
     * @return this + that
     */
    public Efe plus(Efe that) {
        Map<Term, Double> sum = new EnumMap<>(Term.class);
        sum.putAll(weights);
        that.weights.forEach((term, weight) -> sum.merge(term, weight, Double::sum));
        return new Efe(sum);
    }

    /**
     * A multiple of this objective.
     *
     * @param factor what every weight is multiplied with
     * @return factor · this
     */
    public Efe times(double factor) {
        Map<Term, Double> product = new EnumMap<>(Term.class);
        weights.forEach((term, weight) -> product.put(term, factor * weight));
        return new Efe(product);
    }

    /**
     * The weight of a term.
     *
     * @param term which
     * @return 0 if it does not count
     */
    public double weight(Term term) {
        return weights.getOrDefault(term, 0.0);
    }
}
