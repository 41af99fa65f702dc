package surprisal.models.dist;

import java.util.function.UnaryOperator;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Rng;

/**
 * Hamiltonian Monte Carlo: points that move by ẋ = v, v̇ = ∇log p(x) from a random v ~ N(0, I), and stay where they
 * were with the probability that makes up for the steps' error (Duane et al. 1987; Neal 2011). Whatever the start, the
 * points come to be draws from p; a belief refined so never lies further from p, in D_KL, than it did. With one leap it
 * is the Metropolis-adjusted Langevin algorithm, x′ = x + ε²/2 ∇log p(x) + ε v.
 *
 * @param step ε > 0
 * @param leaps steps of one path, ≥ 1
 * @param rounds paths, ≥ 0, each accepted or not
 */
public record Hamiltonian(double step, int leaps, int rounds) {

    /**
     * A sampler.
     *
     * @throws IllegalArgumentException unless ε is finite and > 0, there is a leap and no negative number of rounds
     */
    public Hamiltonian {
        if (!(step > 0 && step < Double.POSITIVE_INFINITY) || leaps < 1 || rounds < 0) {
            throw new IllegalArgumentException("Hamiltonian Monte Carlo of step " + step + ", " + leaps + " leaps and " + rounds
                    + " rounds: the step is finite and > 0, there is at least one leap, and rounds are not negative");
        }
    }

    /**
     * The Metropolis-adjusted Langevin algorithm (Besag 1994; Roberts and Tweedie 1996).
     *
     * @param step ε > 0, the noise's standard deviation
     * @param rounds proposals, ≥ 0
     * @return a sampler with one leap
     */
    public static Hamiltonian langevin(double step, int rounds) {
        return new Hamiltonian(step, 1, rounds);
    }

    /**
     * Where the points have come to.
     *
     * @param x the points, [.., n], constants
     * @param logDensity log p of them, up to the constant that the density lacks, [..]
     * @param acceptance the share of paths that were accepted, [..]
     */
    public record Refined(Tensor x, Tensor logDensity, Tensor acceptance) {}

    private record Point(Tensor x, Tensor logDensity, Tensor slope) {}

    /**
     * Moves the points towards a density, each by itself.
     *
     * @param logDensity log p(x) up to a constant, [.., n] → [..], by tensor operations on its argument; −∞ where x is
     *     impossible. What it captures is constant: the model itself, not what a tape tracks
     * @param start where to begin, [.., n], for example draws from q(z|x)
     * @param rng where velocities and decisions come from
     * @return the points after all rounds
     * @throws IllegalArgumentException if the density does not give one number for each point, or the start is
     *     impossible
     */
    public Refined refine(UnaryOperator<Tensor> logDensity, Tensor start, Rng rng) {
        Tape tape = new Tape();
        Point here = at(tape, logDensity, start.copy());
        for (int i = 0; i < here.logDensity.shape().size(); i++) {
            if (!Double.isFinite(here.logDensity.at(i))) {
                throw new IllegalArgumentException("the log-density of start " + i + " is " + here.logDensity.at(i)
                        + ": begin where it is finite");
            }
        }
        Tensor accepted = Tensor.zeros(here.logDensity.shape(), start.precision());
        for (int round = 0; round < rounds; round++) {
            Tensor velocity = Tensor.of(rng.normal(start.shape(), start.precision()));
            Point there = here;
            Tensor v = velocity;
            for (int leap = 0; leap < leaps; leap++) {
                v = v.plus(there.slope.times(step / 2));
                there = at(tape, logDensity, there.x.plus(v.times(step)));
                v = v.plus(there.slope.times(step / 2));
            }
            Tensor gain = energy(there, v).minus(energy(here, velocity));
            Tensor accept = accepted(gain, rng);
            here = chosen(accept, there, here);
            accepted = accepted.plus(accept);
        }
        return new Refined(here.x, here.logDensity, accepted.div(Math.max(1, rounds)));
    }

    /** log p(x) − ½ ‖v‖². */
    private static Tensor energy(Point at, Tensor v) {
        return at.logDensity.minus(v.square().sum(-1).times(0.5));
    }

    /** 1 with probability min(1, e^gain), else 0; what is not a number is not accepted. */
    private static Tensor accepted(Tensor gain, Rng rng) {
        Array accept = rng.uniform(gain.shape(), gain.precision());
        for (int i = 0; i < accept.size(); i++) {
            accept.set(i, StrictMath.log(1 - accept.at(i)) < gain.at(i) ? 1 : 0);
        }
        return Tensor.of(accept);
    }

    private static Point chosen(Tensor accept, Point there, Point here) {
        Tensor rows = Tensor.stack(-1, accept);
        return new Point(there.x.where(rows, here.x), there.logDensity.where(accept, here.logDensity),
                there.slope.where(rows, here.slope));
    }

    private static Point at(Tape tape, UnaryOperator<Tensor> logDensity, Tensor x) {
        Tensor[] value = new Tensor[1];
        Tensor slope = tape.grad(x, y -> {
            Tensor log = logDensity.apply(y);
            if (!log.shape().equals(x.shape().dropLast())) {
                throw new IllegalArgumentException("the log-density of points " + x.shape() + " has shape " + log.shape()
                        + ": it is one number for each point, " + x.shape().dropLast());
            }
            value[0] = log.copy();
            return log.where(finite(value[0]), Tensor.zeros(log.shape(), log.precision())).sum();
        }).gradient().copy();
        return new Point(x, value[0], slope);
    }

    private static Tensor finite(Tensor x) {
        Array is = Array.zeros(x.shape(), x.precision());
        for (int i = 0; i < is.size(); i++) {
            is.set(i, Double.isFinite(x.at(i)) ? 1 : 0);
        }
        return Tensor.of(is);
    }
}
