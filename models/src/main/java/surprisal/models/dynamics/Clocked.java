package surprisal.models.dynamics;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * p(s_t | s_{t−1}, a_{t−1}) = Π_l p(s^l_t | s^l_{t−1}, s^{l+1}_{t−1}, a_{t−1}), where level l (from 0) moves every k^l steps
 * and stays as it is between them: a hierarchy of clocks (Saxena, Ba and Hafner 2021). The observation comes from the
 * lowest level; the ones above reach it as a part of the action of the level below: their state before the step, so
 * that all levels of a step move at once and F = Σ_l complexity − accuracy bounds the surprise as it stands. A level that
 * stays expects what it has, and its divergence is 0.
 *
 * <p>A level sees the action and the observation of the steps at which it ticks; what happened between them it hears of
 * through the encoder alone, if that looks at several steps. With one level this is that level, bit for bit.
 *
 * @param levels the dynamics, from the lowest level up; the action of each but the highest is a, then the state above
 * @param every k
 */
public record Clocked(List<? extends Dynamics<Belief>> levels, int every) implements Dynamics<Levels> {

    /**
     * A hierarchy.
     *
     * @throws IllegalArgumentException if there is no level, k is below 1, or the highest level's clock beyond an integer
     */
    public Clocked {
        if (levels.isEmpty() || every < 1 || StrictMath.pow(every, levels.size() - 1) > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(levels.size() + " levels that tick every " + every
                    + " steps of the one below: it takes a level, a period of at least 1, and one of the highest below 2^31");
        }
        levels = List.copyOf(levels);
    }

    @Override
    public Levels start(int batch) {
        List<Belief> beliefs = new ArrayList<>();
        levels.forEach(level -> beliefs.add(level.start(batch)));
        Precision precision = beliefs.getFirst().state().precision();
        return new Levels(beliefs, Tensor.zeros(Shape.of(batch, 1), precision));
    }

    private int period(int level) {
        return (int) StrictMath.pow(every, level);
    }

    @Override
    public Levels predict(Levels before, Tensor action) {
        int step = before.step();
        List<Belief> expected = new ArrayList<>();
        for (int l = 0; l < levels.size(); l++) {
            Belief now = before.levels().get(l);
            expected.add(step % period(l) == 0 ? levels.get(l).predict(now, input(l, before, action)) : now);
        }
        return new Levels(expected, before.clock().plus(1));
    }

    /** The action, and the state above it. */
    private Tensor input(int level, Levels before, Tensor action) {
        int above = level + 1;
        return above == levels.size()
                ? action
                : Tensor.concat(-1, action, levels.get(above).state(before.levels().get(above)));
    }

    @Override
    public Levels update(Levels predicted, Tensor observation) {
        return ticked(predicted, (level, belief) -> level.update(belief, observation));
    }

    @Override
    public Levels draw(Levels belief, Rng rng) {
        return ticked(belief, (level, b) -> level.draw(b, rng));
    }

    private interface Change {
        Belief of(Dynamics<Belief> level, Belief belief);
    }

    /** Changes the levels that moved in the last step. */
    private Levels ticked(Levels belief, Change change) {
        int last = belief.step() - 1;
        List<Belief> changed = new ArrayList<>();
        for (int l = 0; l < levels.size(); l++) {
            Belief now = belief.levels().get(l);
            changed.add(Math.floorMod(last, period(l)) == 0 ? change.of(levels.get(l), now) : now);
        }
        return new Levels(changed, belief.clock());
    }

    /** The state of the lowest level. */
    @Override
    public Tensor state(Levels belief) {
        return levels.getFirst().state(belief.levels().getFirst());
    }

    /** Σ_l D_KL[q^l ‖ p^l]. */
    @Override
    public Tensor divergence(Levels q, Levels p) {
        Tensor sum = levels.getFirst().divergence(q.levels().getFirst(), p.levels().getFirst());
        for (int l = 1; l < levels.size(); l++) {
            sum = sum.plus(levels.get(l).divergence(q.levels().get(l), p.levels().get(l)));
        }
        return sum;
    }

    /**
     * Level by level, the highest first: none needs to know of those below it, so each goes through its ticks at once. The
     * noise is drawn in that order.
     */
    @Override
    public Path<Levels> filter(Levels before, Tensor actions, Tensor observations, Rng rng) {
        int steps = Path.steps(actions, observations);
        Belief[] prior = new Belief[levels.size()];
        Belief[] posterior = new Belief[levels.size()];
        Tensor input = actions;
        for (int l = levels.size() - 1; l >= 0; l--) {
            Path<Belief> path = level(l, before, input, observations, rng);
            prior[l] = path.prior();
            posterior[l] = path.posterior();
            if (l > 0) {
                Tensor now = levels.get(l).state(before.levels().get(l));
                Tensor later = levels.get(l).state(path.posterior()).slice(0, 0, steps - 1);
                input = Tensor.concat(-1, actions, Tensor.concat(0, Path.stack(List.of(now)), later));
            }
        }
        Tensor clock = Tensor.stack(0, IntStream.rangeClosed(1, steps).mapToObj(before.clock()::plus).toArray(Tensor[]::new));
        return new Path<>(new Levels(List.of(prior), clock), new Levels(List.of(posterior), clock));
    }

    /** One level through all steps. */
    private Path<Belief> level(int l, Levels before, Tensor actions, Tensor observations, Rng rng) {
        int steps = actions.shape().dim(0);
        int first = before.step();
        Dynamics<Belief> level = levels.get(l);
        Belief now = before.levels().get(l);
        int[] ticks = IntStream.range(0, steps).filter(t -> (first + t) % period(l) == 0).toArray();
        if (ticks.length == steps) {
            return level.filter(now, actions, observations, rng);
        }
        if (ticks.length == 0) {
            Belief held = Path.stack(Collections.nCopies(steps, now));
            return new Path<>(held, held);
        }
        Path<Belief> path = level.filter(now, actions.gather(0, ticks), observations.gather(0, ticks), rng);
        // the posterior of a step is that of the last tick, or what was there before the first
        Belief held = ticks[0] == 0 ? path.posterior() : joined(l, Path.stack(List.of(now)), path.posterior());
        int beliefs = ticks[0] == 0 ? ticks.length : ticks.length + 1;
        int[] posterior = new int[steps];
        int[] prior = new int[steps];
        for (int t = 0, tick = 0; t < steps; t++) {
            boolean moves = tick < ticks.length && ticks[tick] == t;
            tick += moves ? 1 : 0;
            posterior[t] = beliefs - ticks.length + tick - 1;
            prior[t] = moves ? beliefs + tick - 1 : posterior[t];
        }
        Belief all = joined(l, held, path.prior());
        return new Path<>(
                Tree.map(all, x -> x.gather(0, prior)), Tree.map(held, x -> x.gather(0, posterior)));
    }

    /** The rows of one belief, then those of another. */
    private static Belief joined(int level, Belief a, Belief b) {
        List<Tensor> more = List.copyOf(Tree.leaves(b).values());
        if (a.distribution().getClass() != b.distribution().getClass() || more.size() != Tree.leaves(a).size()) {
            throw new IllegalArgumentException("level " + level + " believes " + a.distribution().getClass().getSimpleName()
                    + " and expects " + b.distribution().getClass().getSimpleName()
                    + ": between its ticks it expects what it believes, so both are of one kind");
        }
        Iterator<Tensor> next = more.iterator();
        return Tree.map(a, x -> Tensor.concat(0, x, next.next()));
    }
}
