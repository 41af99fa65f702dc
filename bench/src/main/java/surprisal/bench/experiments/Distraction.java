package surprisal.bench.experiments;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Update;
import surprisal.bench.learning.Curve;
import surprisal.bench.learning.Experiment;
import surprisal.bench.learning.Figures;
import surprisal.bench.learning.Frames;
import surprisal.bench.learning.Given;
import surprisal.bench.learning.Goal;
import surprisal.bench.learning.Learner;
import surprisal.bench.learning.Probe;
import surprisal.bench.learning.Run;
import surprisal.bench.learning.Setting;
import surprisal.bench.learning.Steps;
import surprisal.bench.learning.Terms;
import surprisal.bench.report.Filmstrip;
import surprisal.bench.report.Report;
import surprisal.bench.report.Table;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.data.Backdrop;
import surprisal.models.data.BouncingBall;
import surprisal.models.dynamics.Belief;
import surprisal.models.dynamics.Path;
import surprisal.models.dynamics.SequenceFreeEnergy;
import surprisal.models.signal.Negatives;

/**
 * World models of a ball before a moving background that has nothing to do with it: whose states tell where the ball is? To a
 * reconstruction the background is worth all the nats of its pixels, and a small state is spent on them. A contrast asks which of the
 * films of a step is meant, at the same time, and the background would tell them apart as well as the ball does. So its pictures
 * have another background laid over them, anew for each: what two views of a moment do not share is worth nothing to it (random
 * overlays, Hansen and Wang 2021; contrasts before distractors, Mazzaglia, Verbelen and Dhoedt 2021). Nor is what all films of a
 * step share, if they are taken before one background. All worlds see the same films, without anything over them.
 */
public final class Distraction implements Experiment {
    private static final int SIDE = 16;
    private static final double RADIUS = 2;
    private static final int BURN_IN = 5;
    private static final double RIDGE = 1e-4;
    private static final double APART = 0.5;
    private static final List<String> NEGATIVES =
            Arrays.stream(Negatives.values()).map(negatives -> negatives.name().toLowerCase(Locale.ROOT)).toList();
    private static final List<String> COORDINATES = List.of("x", "y", "vx", "vy");

    /** The experiment. */
    public Distraction() {}

    @Override
    public String name() {
        return "contrastive";
    }

    @Override
    public String summary() {
        return "World models of a ball before a moving background: what their states tell of the ball, by what they learn from.";
    }

    @Override
    public int epochs() {
        return 15;
    }

    @Override
    public List<Setting> settings() {
        return List.of(
                Setting.choices("signals", "contrastive,reconstruction", SensedWorld.SIGNALS,
                        "What each world learns from; the first is measured against the others."),
                Setting.choice("negatives", "same_time", NEGATIVES, "What a contrast tells a state's picture from."),
                Setting.whole("state", 4, 1, 65_536, "Numbers of the random state."),
                Setting.whole("units", 64, 1, 65_536, "Numbers of the memory, and units of the dynamics' layers."),
                Setting.whole("hidden", 96, 1, 65_536, "Units of the layer of what reads the states."),
                Setting.whole("waves", 1, 0, 1_000, "Waves of the background."),
                Setting.number("strength", 0.6, 0, 1, "The background's brightest, next to the ball's 1."),
                Setting.number("drift", 0.3, 0, 100, "The fastest that a wave goes, in radians a picture."),
                Setting.number("overlay", 0.6, 0, 1,
                        "The brightest of what is laid over pictures that states are compared with, for each anew."),
                Setting.whole("sharing", 1, 1, 1_000_000, "Films of a step before one background; a divisor of the batch."),
                Setting.whole("length", 20, BURN_IN + 1, 10_000, "Pictures of a film."),
                Setting.whole("held", 256, 2, 100_000, "Films to measure with."),
                Setting.whole("steps", 100, 1, 1_000_000, "Steps of an epoch."),
                Setting.batch(32),
                Setting.rate(1e-3));
    }

    @Override
    public Run<List<SensedWorld>> begin(Given given) {
        return new Learning(given);
    }

    private static final class Learning implements Run<List<SensedWorld>> {
        private final Given given;
        private final BouncingBall ball;
        private final Backdrop backdrop;
        private final List<String> signals;
        private final List<SensedWorld> model;
        private final Update update;
        private final Clips held;

        Learning(Given given) {
            this.given = given;
            if (given.batch() % given.whole("sharing") != 0)
                throw new IllegalArgumentException("a batch of %d films of which %d share a background: it takes a multiple of %d"
                        .formatted(given.batch(), given.whole("sharing"), given.whole("sharing")));
            backdrop = new Backdrop(given.whole("waves"), given.number("strength"), given.number("drift"));
            ball = new BouncingBall(SIDE, RADIUS, 1, Backdrop.NONE);
            signals = given.choices("signals").stream().distinct().toList();
            List<Update> chain = new ArrayList<>(List.of(Update.clipByValue(1), Update.adam(given.rate())));
            model = worlds(chain);
            update = Update.chain(chain.toArray(Update[]::new));
            held = clips(given.whole("held"), 1, given.evaluation());
        }

        private List<SensedWorld> worlds(List<Update> chain) {
            SensedWorld.Sizes sizes =
                    new SensedWorld.Sizes(SIDE, given.whole("state"), given.whole("units"), given.whole("hidden"));
            Negatives negatives = Negatives.valueOf(given.choice("negatives").toUpperCase(Locale.ROOT));
            return signals.stream()
                    .map(signal -> SensedWorld.of(signal, sizes, negatives, given.precision(), given.weights(), chain::add))
                    .toList();
        }

        @Override
        public Learner<List<SensedWorld>> learner() {
            return new Learner<>(model, update, given.whole("steps"));
        }

        /** Films of which {@code sharing} at a time are shown before one background. */
        private Clips clips(int films, int sharing, Rng rng) {
            Clips plain = Clips.of(ball.films(films, given.whole("length"), rng), given.precision());
            int steps = plain.steps(), pixels = SIDE * SIDE;
            Tensor[] behind = new Tensor[films / sharing];
            for (int i = 0; i < behind.length; i++)
                behind[i] = backdrop.film(steps, SIDE, rng).reshape(steps, 1, pixels).expand(Shape.of(steps, sharing, pixels));
            return new Clips(together(plain.frames(), Tensor.concat(1, behind)), plain.actions(), plain.states());
        }

        /** f + (1 − f) b: neither hides the other where it is black. */
        private Tensor together(Tensor f, Tensor backgrounds) {
            Tensor b = backgrounds.to(given.precision());
            return f.plus(b.minus(f.times(b)));
        }

        /** Pictures together with a background of its own for each. */
        private Tensor overlaid(Tensor frames, Rng rng) {
            if (given.number("overlay") == 0) return frames;
            Backdrop over = new Backdrop(given.whole("waves"), given.number("overlay"), 0);
            Tensor[] each = new Tensor[frames.shape().dropLast().size()];
            for (int i = 0; i < each.length; i++) each[i] = over.film(1, SIDE, rng);
            return together(frames, Tensor.concat(0, each).reshape(frames.shape()));
        }

        /** How far right the ball is, from −2 to 2: the task of a world that is shown nothing else. */
        private static Tensor rewards(Clips clips) {
            return clips.states().slice(0, 1).minus(SIDE / 2.0).div(SIDE / 4.0);
        }

        @Override
        public Figures epoch(Steps<List<SensedWorld>> steps) {
            for (int i = 0; i < given.whole("steps"); i++) {
                Clips clips = clips(given.batch(), given.whole("sharing"), steps.rng());
                Tensor rewards = rewards(clips);
                Tensor overlaid = overlaid(clips.frames(), steps.rng());
                steps.step(given.batch(), worlds -> {
                    Terms terms = new Terms(List.of());
                    for (int k = 0; k < signals.size(); k++) {
                        Tensor pictures = SensedWorld.COMPARED.contains(signals.get(k)) ? overlaid : clips.frames();
                        SequenceFreeEnergy f = worlds.get(k).F(clips, pictures, rewards, steps.rng());
                        terms = terms.plus("complexity_" + signals.get(k), f.complexity().mean())
                                .plus("cost_" + signals.get(k), f.cost().mean());
                    }
                    return terms;
                });
            }
            Figures figures = steps.means();
            for (int k = 0; k < signals.size(); k++) {
                double[] r2 = r2(model.get(k));
                for (int i = 0; i < r2.length; i++) figures = figures.with(figure(COORDINATES.get(i), signals.get(k)), r2[i]);
                figures = figures.with(figure("position", signals.get(k)), (r2[0] + r2[1]) / 2);
            }
            return figures.with("margin", margin(figures));
        }

        private static String figure(String of, String signal) {
            return "r2_" + of + "_" + signal;
        }

        /** How much more of the position the first world knows than the others; next to the mean position if there is no other. */
        private double margin(Figures figures) {
            double[] known = signals.stream().mapToDouble(signal -> figures.at(figure("position", signal))).toArray();
            return known[0] - Arrays.stream(known).skip(1).max().orElse(0);
        }

        /** R² of each coordinate of the ball, read off the states by a line that is fitted to the other half of the films. */
        private double[] r2(SensedWorld world) {
            Tensor states = settled(world.states(world.filter(held, given.evaluation().split())));
            int half = held.batch() / 2;
            return probe(states).r2(states.slice(1, half, held.batch()), settled(held.states()).slice(1, half, held.batch()));
        }

        private Probe probe(Tensor states) {
            int half = held.batch() / 2;
            return Probe.fit(states.slice(1, 0, half), settled(held.states()).slice(1, 0, half), RIDGE);
        }

        private Tensor settled(Tensor x) {
            return x.slice(0, BURN_IN, held.steps());
        }

        @Override
        public Goal goal() {
            return Goal.atLeast("margin", "of R²", APART);
        }

        @Override
        public List<Curve> curves() {
            List<Curve> curves = new ArrayList<>(List.of(
                    Curve.of("What a straight line reads off the states of where the ball is", "R²", names("r2_position_")),
                    Curve.of("Of where it goes along x", "R²", names("r2_vx_")),
                    Curve.of("Complexity of a picture", "nats", names("train_complexity_"))));
            for (String signal : signals) curves.add(Curve.of("Cost of a picture, " + signal, "", "train_cost_" + signal));
            return curves;
        }

        private String[] names(String before) {
            return signals.stream().map(signal -> before + signal).toArray(String[]::new);
        }

        @Override
        public void report(Report report) {
            Table table = Table.of("R² of the ball's coordinates, by a line on held-out films", "signal", "x", "y", "v_x", "v_y");
            for (int k = 0; k < signals.size(); k++) {
                double[] r2 = r2(model.get(k));
                table = table.row(signals.get(k), bar(r2[0]), bar(r2[1]), bar(r2[2]), bar(r2[3]));
            }
            int last = held.batch() - 1, seen = given.whole("length") / 2;
            Filmstrip films = Filmstrip.of("Where their states say the ball is; after picture " + seen + " they see no more", SIDE,
                    Filmstrip.times(held.steps(), 12))
                    .film("seen", Frames.of(held.frames().slice(1, last, last + 1)))
                    .film("the ball", balls(held.states().slice(1, last, last + 1).slice(0, 2)));
            for (int k = 0; k < signals.size(); k++) films = films.film(signals.get(k), balls(told(model.get(k), seen, last)));
            report.section("What the states know")
                    .text(("Each world learns from the same films: a ball before a moving background, %d of a step before each."
                            + " Where pictures are compared, another is laid over each of them. Here each film has its own, and nothing"
                            + " over it.").formatted(given.whole("sharing")))
                    .add(table)
                    .add(films);
        }

        private static Table.Bar bar(double r2) {
            return new Table.Bar(r2, 1, "%.3f");
        }

        /** Where a world's states say that the ball is, seen and then imagined: [T, 1, 2]. */
        private Tensor told(SensedWorld world, int seen, int film) {
            Rng rng = given.evaluation().split();
            Path<Belief> path = world.filter(held, rng);
            Tensor states = world.states(path);
            Tensor all = Tensor.concat(0, states.slice(0, 0, seen), world.imagined(held, path, seen, rng));
            return probe(settled(states)).tells(all.slice(1, film, film + 1)).slice(0, 2);
        }

        private List<float[]> balls(Tensor positions) {
            return IntStream.range(0, positions.shape().size() / 2)
                    .mapToObj(t -> Frames.of(ball.picture(positions.at(2 * t), positions.at(2 * t + 1))).getFirst())
                    .toList();
        }
    }
}
