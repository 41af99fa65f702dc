package surprisal.models.agent;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import surprisal.engine.io.Json;
import surprisal.engine.io.JsonPlace;

/**
 * What an agent saw, believed, considered and did in one episode. As JSON it has the names of pymdp's traces: {@code obs},
 * {@code qs}, {@code vfe}, {@code neg_efe} (−G), {@code q_pi}, {@code action}; and {@code terms}, G term by term.
 *
 * @param steps in order
 */
public record Trace(List<Trace.Step> steps) {

    /** A trace; the list is copied. */
    public Trace {
        steps = List.copyOf(steps);
    }

    /**
     * One step.
     *
     * @param outcomes for each modality its outcome
     * @param qs for each factor Q(s_f) after it
     * @param F the free energy of that belief
     * @param G expected free energy of each policy
     * @param terms what each term adds to it
     * @param posterior q(π)
     * @param action what was done, one value for each action
     */
    @SuppressWarnings("ArrayRecordComponent") // equal only if the same: traces are compared by their JSON
    public record Step(
            int[] outcomes, double[][] qs, double F, double[] G, Map<Term, double[]> terms, double[] posterior, int[] action) {

        /** The same step with what was done. */
        Step acted(int... done) {
            return new Step(outcomes, qs, F, G, terms, posterior, done);
        }

        /**
         * The step as JSON.
         *
         * @return an object
         */
        public Json json() {
            Map<String, Json> members = new LinkedHashMap<>();
            members.put("obs", Json.of(outcomes));
            members.put("qs", Json.of(Arrays.stream(qs).map(Json::of).toList()));
            members.put("vfe", Json.of(F));
            members.put("neg_efe", Json.of(Arrays.stream(G).map(x -> 0 - x).toArray()));
            Map<String, Json> byTerm = new LinkedHashMap<>();
            terms.forEach((term, x) -> byTerm.put(term.name(), Json.of(x)));
            members.put("terms", Json.of(byTerm));
            members.put("q_pi", Json.of(posterior));
            members.put("action", Json.of(action));
            return Json.of(members);
        }

        private static Step of(JsonPlace place) {
            Map<Term, double[]> terms = new EnumMap<>(Term.class);
            place.find("terms").ifPresent(given -> given.names().forEach(name -> terms.put(Arrays.stream(Term.values())
                    .filter(t -> t.name().equals(name)).findFirst().orElseThrow(() -> given.fault("unknown term " + name
                            + ": known are " + Arrays.toString(Term.values()))), numbers(given.at(name)))));
            return new Step(
                    place.at("obs").naturals(),
                    place.at("qs").elements().stream().map(Step::numbers).toArray(double[][]::new),
                    place.at("vfe").number(),
                    Arrays.stream(numbers(place.at("neg_efe"))).map(x -> 0 - x).toArray(),
                    terms,
                    numbers(place.at("q_pi")),
                    place.at("action").naturals());
        }

        private static double[] numbers(JsonPlace place) {
            return place.elements().stream().mapToDouble(JsonPlace::number).toArray();
        }
    }

    /**
     * The trace as JSON.
     *
     * @return a list of its steps
     */
    public Json json() {
        return Json.of(steps.stream().map(Step::json).toList());
    }

    /**
     * A trace from JSON.
     *
     * @param place a list of steps
     * @return the trace
     * @throws IllegalArgumentException if something is missing or not as it should be; the message says what and where
     */
    public static Trace of(JsonPlace place) {
        return new Trace(place.elements().stream().map(Step::of).toList());
    }

    /** What an agent that has planned believes and considers now, before it learns from what it saw and acts. */
    static Step considered(Agent agent, int[] outcomes) {
        Map<Term, double[]> terms = new EnumMap<>(Term.class);
        agent.efe().weights().keySet().forEach(term -> terms.put(term, agent.G(term).clone()));
        return new Step(outcomes.clone(), Arrays.stream(agent.qs()).map(double[]::clone).toArray(double[][]::new),
                agent.freeEnergy(), agent.G().clone(), terms, agent.posterior().clone(), new int[0]);
    }

    /**
     * The largest difference between the numbers of two traces of the same length.
     *
     * @param that another one
     * @return max |x − y| over beliefs, free energies, G and q(π); infinite if other things were seen or done
     */
    public double distance(Trace that) {
        if (steps.size() != that.steps.size()) {
            return Double.POSITIVE_INFINITY;
        }
        double most = 0;
        for (int t = 0; t < steps.size(); t++) {
            Step a = steps.get(t);
            Step b = that.steps.get(t);
            if (!Arrays.equals(a.outcomes, b.outcomes) || !Arrays.equals(a.action, b.action)) {
                return Double.POSITIVE_INFINITY;
            }
            List<double[]> x = numbers(a);
            List<double[]> y = numbers(b);
            for (int i = 0; i < x.size(); i++) {
                int k = i;
                most = x.get(i).length != y.get(i).length ? Double.POSITIVE_INFINITY
                        : Math.max(most, IntStream.range(0, x.get(i).length)
                                .mapToDouble(j -> Math.abs(x.get(k)[j] - y.get(k)[j])).max().orElse(0));
            }
        }
        return most;
    }

    private static List<double[]> numbers(Step step) {
        List<double[]> all = new ArrayList<>(List.of(step.qs));
        all.add(new double[] {step.F});
        all.add(step.G);
        all.add(step.posterior);
        return all;
    }
}
