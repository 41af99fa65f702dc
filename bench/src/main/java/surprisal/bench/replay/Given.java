package surprisal.bench.replay;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import surprisal.engine.io.Json;
import surprisal.engine.io.JsonPlace;
import surprisal.models.agent.AgentBuilder.Perception;
import surprisal.models.agent.Branching;
import surprisal.models.agent.Efe;
import surprisal.models.agent.Policies;
import surprisal.models.agent.Sophisticated;
import surprisal.models.agent.Term;
import surprisal.models.pomdp.Structure;

/** What the files say, as agents take it. */
final class Given {

    private Given() {}

    /** One value for each action, or −1 if one is not known. */
    static int joint(Structure structure, JsonPlace actions) {
        int[] single = actions.elements(structure.actions().size()).stream().mapToInt(Given::whole).toArray();
        if (Arrays.stream(single).anyMatch(u -> u < 0)) {
            return -1;
        }
        try {
            return structure.encode(single);
        } catch (IllegalArgumentException e) {
            throw actions.fault(e.getMessage());
        }
    }

    private static int whole(JsonPlace place) {
        if (place.number() != (int) place.number()) {
            throw place.fault("expected a whole number, found " + place.number());
        }
        return (int) place.number();
    }

    /**
     * For each modality a distribution: an outcome is one-hot, and where nothing was seen there are zeros.
     *
     * @param outcomes for each modality the number of its outcome, a distribution, or null or −1 where nothing was seen
     */
    static double[][] observation(Structure structure, List<JsonPlace> outcomes) {
        double[][] seen = new double[outcomes.size()][];
        for (int m = 0; m < seen.length; m++) {
            int n = structure.modalities().get(m).size();
            seen[m] = outcome(outcomes.get(m), n, structure.modalities().get(m).name());
        }
        return seen;
    }

    private static double[] outcome(JsonPlace place, int n, String name) {
        if (place.value() instanceof Json.Elements) {
            double[] soft = place.array().doubles();
            double sum = Arrays.stream(soft).sum();
            if (soft.length != n || Arrays.stream(soft).anyMatch(p -> !(p >= 0)) || sum != 0 && Math.abs(sum - 1) > 1e-5) {
                throw place.fault("an observation of " + name + " is its outcome's number or a distribution over " + n
                        + " outcomes; this one has " + soft.length + " entries and sums to " + sum);
            }
            return soft;
        }
        double[] seen = new double[n];
        int o = place.value() == Json.Null.NULL ? -1 : whole(place);
        if (o >= n || o < -1) {
            throw place.fault("outcome " + o + " of " + name + ": it takes 0 to " + (n - 1) + ", or −1 where nothing was seen");
        }
        if (o >= 0) {
            seen[o] = 1;
        }
        return seen;
    }

    /** One observation: for each modality an outcome. */
    static double[][] observation(Structure structure, JsonPlace obs) {
        return observation(structure, obs.elements(structure.modalities().size()));
    }

    /** A window: for each modality an outcome at each step. */
    static double[][][] window(Structure structure, JsonPlace obs) {
        List<JsonPlace> modalities = obs.elements(structure.modalities().size());
        int steps = modalities.isEmpty() ? 0 : modalities.getFirst().elements().size();
        if (steps == 0) {
            throw obs.fault("a window without a step: it takes at least one modality, and at least one outcome of each");
        }
        double[][][] window = new double[steps][][];
        List<List<JsonPlace>> all = modalities.stream().map(m -> m.elements(steps)).toList();
        for (int t = 0; t < steps; t++) {
            int step = t;
            window[t] = observation(structure, all.stream().map(m -> m.get(step)).toList());
        }
        return window;
    }

    /** The actions between the steps of a window. */
    static int[] actions(Structure structure, JsonPlace actions, int steps) {
        return actions.elements(steps - 1).stream().mapToInt(u -> joint(structure, u)).toArray();
    }

    /** For each factor a distribution over its states. */
    static double[][] belief(Structure structure, JsonPlace qs) {
        double[][] belief = states(structure, qs);
        for (int f = 0; f < belief.length; f++) {
            try {
                structure.checkBelief(f, belief[f]);
            } catch (IllegalArgumentException e) {
                throw qs.elements().get(f).fault(e.getMessage());
            }
        }
        return belief;
    }

    /** γ, 1 where nothing is said. */
    static double gamma(JsonPlace settings) {
        return settings.find("gamma").map(place -> positive(place, "precision γ")).orElse(1.0);
    }

    /** A finite number from 0 on. */
    static double positive(JsonPlace place, String what) {
        if (!(place.number() >= 0 && place.number() < Double.POSITIVE_INFINITY)) {
            throw place.fault(what + " is " + place.number() + ": it takes a finite number ≥ 0");
        }
        return place.number();
    }

    /** For each factor a number for each state. */
    static double[][] states(Structure structure, JsonPlace qs) {
        List<JsonPlace> factors = qs.elements(structure.factors().size());
        double[][] belief = new double[factors.size()][];
        for (int f = 0; f < belief.length; f++) {
            factors.get(f).elements(structure.factors().get(f).size());
            belief[f] = factors.get(f).array().doubles();
        }
        return belief;
    }

    /** The policies that are listed, or else all of the length that is said. */
    static Policies policies(Structure structure, JsonPlace root, JsonPlace settings) {
        if (root.find("policies").isEmpty()) {
            return Policies.all(structure, settings.find("policy_len").map(JsonPlace::natural).orElse(1));
        }
        JsonPlace place = root.at("policies");
        int[][][] list = place.elements().stream()
                .map(policy -> policy.elements().stream().map(JsonPlace::naturals).toArray(int[][]::new))
                .toArray(int[][][]::new);
        try {
            return Policies.of(structure, list);
        } catch (IllegalArgumentException e) {
            throw place.fault(e.getMessage());
        }
    }

    private static boolean flag(JsonPlace settings, String name, boolean otherwise) {
        return settings.find(name).map(JsonPlace::truth).orElse(otherwise);
    }

    /** How beliefs are updated: in parallel as pymdp does, or one factor after the other as our agents do. */
    static Perception perception(JsonPlace settings, int sweeps) {
        String name = settings.find("perception").map(JsonPlace::words).orElse("parallel");
        return switch (name) {
            case "parallel" -> (field, prior) -> {
                field.parallel(prior, sweeps);
                return true;
            };
            case "coordinate" -> Perception.COORDINATE;
            default -> throw settings.at("perception").fault("unknown perception " + name + ": known are parallel, coordinate");
        };
    }

    /** How far and how wide a tree grows, by pymdp's defaults. */
    static Sophisticated.Limits limits(JsonPlace settings) {
        Sophisticated.Limits usual = Sophisticated.Limits.PYMDP;
        return new Sophisticated.Limits(
                settings.find("horizon").map(JsonPlace::natural).orElse(usual.horizon()),
                settings.find("gamma").map(JsonPlace::number).orElse(usual.gamma()),
                settings.find("policy_prune_threshold").map(JsonPlace::number).orElse(usual.policyPrune()),
                settings.find("observation_prune_threshold").map(JsonPlace::number).orElse(usual.outcomePrune()),
                settings.find("entropy_stop_threshold").map(JsonPlace::number).orElse(usual.entropyStop()),
                settings.find("max_nodes").map(JsonPlace::natural).orElse(usual.nodes()));
    }

    /** What the branches of a tree stand for: pymdp's products of outcomes if nothing is said. */
    static Branching branching(JsonPlace settings) {
        String name = settings.find("branching").map(JsonPlace::words).orElse("outcomes");
        return Arrays.stream(Branching.values()).filter(b -> b.name().toLowerCase(Locale.ROOT).equals(name)).findFirst()
                .orElseThrow(() -> settings.at("branching").fault("unknown branching " + name
                        + ": known are outcomes, joint_outcomes, states"));
    }

    /** The terms of G by their names, or by pymdp's switches. */
    static Efe efe(JsonPlace settings, boolean countsA, boolean countsB, boolean inductive) {
        if (settings.find("terms").isPresent()) {
            JsonPlace terms = settings.at("terms").only(Arrays.stream(Term.values()).map(Term::name).toArray(String[]::new));
            Efe sum = Efe.of();
            for (String name : terms.names()) {
                sum = sum.plus(Efe.of(Term.valueOf(name)).times(terms.at(name).number()));
            }
            return sum;
        }
        Efe efe = Efe.of();
        if (flag(settings, "use_utility", true)) {
            efe = efe.plus(Efe.of(Term.UTILITY));
        }
        if (flag(settings, "use_states_info_gain", true)) {
            efe = efe.plus(Efe.of(Term.STATE_GAIN));
        }
        if (flag(settings, "use_param_info_gain", false)) {
            efe = countsA ? efe.plus(Efe.of(Term.PYMDP_NOVELTY_A)) : efe;
            efe = countsB ? efe.plus(Efe.of(Term.PYMDP_NOVELTY_B)) : efe;
        }
        return inductive ? efe.plus(Efe.of(Term.INDUCTIVE)) : efe;
    }
}
