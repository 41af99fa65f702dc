package surprisal.bench.experiments;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import surprisal.autodiff.Tensor;
import surprisal.bench.report.Chart;
import surprisal.bench.report.Report;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.engine.io.Json;
import surprisal.kernels.Workers;
import surprisal.models.agent.Agent;
import surprisal.models.agent.Rollout;
import surprisal.models.agent.Trace;
import surprisal.models.env.Bandit;
import surprisal.models.env.PomdpWorld;
import surprisal.models.fit.Behaviour;
import surprisal.models.fit.Fit;
import surprisal.models.fit.Gaussian;
import surprisal.models.fit.Parameter;
import surprisal.models.fit.Parameter.Scale;
import surprisal.models.fit.Recording;
import surprisal.models.fit.Subject;

/**
 * Whether the parameters of simulated people can be found again in what they do. Each plays an epistemic bandit: two
 * machines of which one is better, and a hint that can be asked for. Preference says how much a reward is worth against the
 * hint, and precision how reliably the better policy is taken; that people ask when they are uncertain tells the two apart,
 * since what a hint is worth does not depend on the preference.
 *
 * @param subjects how many people
 * @param episodes how often each plays
 * @param seed where the random numbers start
 */
public record Recovery(int subjects, int episodes, long seed) {
    private static final int STEPS = 4;
    private static final int HORIZON = 2;
    private static final double HINT = 0.95;
    private static final double WIN = 0.85;
    private static final int OUTCOME = 1;
    private static final Tensor TEMPLATE = Tensor.of(0.0, -1.0, 1.0); // nothing, loss, reward

    /** What is drawn for each person, and the prior of the fit. */
    private static final List<Parameter> FREE = List.of(
            Parameter.of("gamma", Scale.LOG, StrictMath.log(4), 0.4),
            Parameter.of("preference", Scale.LOG, StrictMath.log(1), 0.5));

    private static final Subject BASE = Subject.of(Bandit.model(HINT, WIN, 1, -1)).horizon(HORIZON);

    /**
     * What came out for one parameter.
     *
     * @param name the parameter
     * @param truth for each person what was drawn
     * @param fitted for each person the most probable value
     * @param inside how many true values lie within 1.96 posterior standard deviations
     */
    @SuppressWarnings("ArrayRecordComponent") // equal only if the same
    public record Found(String name, double[] truth, double[] fitted, int inside) {

        /**
         * Pearson's correlation of truth and fit.
         *
         * @return between −1 and 1
         */
        public double correlation() {
            double x = 0, y = 0, xx = 0, xy = 0, yy = 0;
            int n = truth.length;
            for (int i = 0; i < n; i++) {
                x += truth[i] / n;
                y += fitted[i] / n;
            }
            for (int i = 0; i < n; i++) {
                xx += (truth[i] - x) * (truth[i] - x);
                xy += (truth[i] - x) * (fitted[i] - y);
                yy += (fitted[i] - y) * (fitted[i] - y);
            }
            return xy / Math.sqrt(xx * yy);
        }
    }

    private static Subject with(Tensor gamma, Tensor preference) {
        return BASE.gamma(gamma).preferences(OUTCOME, TEMPLATE.times(preference));
    }

    /**
     * Simulates and fits everybody, several at once; the numbers are the same for any number of threads.
     *
     * @return precision, then preference
     */
    public List<Found> run() {
        Rng root = new Rng(seed);
        double[][] truth = new double[FREE.size()][subjects];
        double[][] fitted = new double[FREE.size()][subjects];
        boolean[][] inside = new boolean[FREE.size()][subjects];
        Rng[] streams = new Rng[subjects];
        for (int i = 0; i < subjects; i++) {
            streams[i] = root.split();
        }
        Workers.run(subjects, i -> person(i, streams[i], truth, fitted, inside));
        List<Found> found = new ArrayList<>();
        for (int p = 0; p < FREE.size(); p++) {
            int within = 0;
            for (boolean in : inside[p]) {
                within += in ? 1 : 0;
            }
            found.add(new Found(FREE.get(p).name(), truth[p], fitted[p], within));
        }
        return found;
    }

    private void person(int i, Rng rng, double[][] truth, double[][] fitted, boolean[][] inside) {
        for (int p = 0; p < FREE.size(); p++) {
            Tensor normal = Tensor.of(rng.normal(Shape.of(1), Precision.FLOAT64));
            truth[p][i] = StrictMath.exp(FREE.get(p).mean() + FREE.get(p).std() * normal.item());
        }
        Subject subject = with(Tensor.of(truth[0][i]), Tensor.of(truth[1][i]));
        Agent agent = subject.agent();
        PomdpWorld world = new PomdpWorld(subject.model());
        List<Trace> traces = new ArrayList<>();
        for (int e = 0; e < episodes; e++) {
            traces.add(Rollout.episode(agent, world, STEPS, rng));
        }
        Behaviour behaviour = Behaviour.of(BASE, Recording.of(BASE.model().structure(), traces));
        Fit fit = Fit.of(FREE, free -> behaviour.logLikelihood(with(free.of("gamma"), free.of("preference"))));
        Gaussian posterior = fit.laplace();
        for (int p = 0; p < FREE.size(); p++) {
            fitted[p][i] = fit.value(posterior.mean(), FREE.get(p).name())[0];
            inside[p][i] = Math.abs(StrictMath.log(truth[p][i]) - posterior.mean()[p]) <= 1.96 * posterior.std(p);
        }
    }

    /**
     * What came out, as JSON.
     *
     * @param found as {@link #run} gives it
     * @param seconds how long it took
     * @return one object
     */
    public Json json(List<Found> found, double seconds) {
        Map<String, Json> members = new LinkedHashMap<>();
        members.put("subjects", Json.of(subjects));
        members.put("episodes", Json.of(episodes));
        members.put("decisions", Json.of(episodes * STEPS));
        members.put("seed", Json.of(seed));
        for (Found f : found) {
            Map<String, Json> of = new LinkedHashMap<>();
            of.put("correlation", Json.of(f.correlation()));
            of.put("within95", Json.of((double) f.inside() / subjects));
            members.put(f.name(), Json.of(of));
        }
        members.put("seconds", Json.of(seconds));
        return Json.of(members);
    }

    /**
     * A page with what was drawn against what was found.
     *
     * @param found as {@link #run} gives it
     * @param command the command line that makes it again
     * @param file where the page goes
     * @throws IOException if it can't be written
     */
    public void report(List<Found> found, String command, Path file) throws IOException {
        Report report = Report.titled("Parameter recovery: what people's choices tell about them")
                .lead("%d simulated people play an epistemic bandit %d times each. Their precision and their preference are drawn at "
                        .formatted(subjects, episodes) + "random and found again from what they saw and did.");
        Report.Section section = report.section("Drawn and found");
        for (Found f : found) {
            double[] line = {min(f.truth()), max(f.truth())};
            report.figure(String.format(Locale.ROOT, "%.3f", f.correlation()), "", "correlation of true and fitted " + f.name());
            section.add(Chart.of(f.name(), "true", "fitted").points("a person", f.truth(), f.fitted()).line("equal", line, line));
            section.text("%d of %d true values lie within 1.96 posterior standard deviations.".formatted(f.inside(), subjects));
        }
        report.made("made by", "`" + command + "`").write(file);
    }

    private static double min(double[] x) {
        return Arrays.stream(x).min().orElse(0);
    }

    private static double max(double[] x) {
        return Arrays.stream(x).max().orElse(0);
    }
}
