package surprisal.autodiff;

/** A learning rate that depends on the step. Schedules are pure functions, so that training can be resumed anywhere. */
@FunctionalInterface
public interface Schedule {

    /**
     * The rate of a step.
     *
     * @param step 1 for the first
     * @return η
     */
    double at(long step);

    /**
     * The same rate always.
     *
     * @param rate η
     * @return the schedule
     * @throws IllegalArgumentException unless η is finite and ≥ 0
     */
    static Schedule constant(double rate) {
        positive("rate", rate);
        return step -> rate;
    }

    /**
     * Half a cosine from a rate down to another: η = end + ½ (start − end)(1 + cos(π t / T)), and the end's from T on
     * (Loshchilov and Hutter 2017, Eq. 5).
     *
     * @param start the first rate
     * @param end the last rate
     * @param steps T
     * @return the schedule
     * @throws IllegalArgumentException unless both rates are finite and ≥ 0 and T ≥ 1
     */
    static Schedule cosine(double start, double end, long steps) {
        positive("start", start);
        positive("end", end);
        atLeastOne(steps);
        return step -> end + 0.5 * (start - end) * (1 + StrictMath.cos(Math.PI * Math.min(step - 1, steps) / steps));
    }

    /**
     * Rises in a straight line from zero for some steps, then goes on as another schedule does, which counts from its
     * own beginning.
     *
     * @param steps how many steps the rise takes
     * @param then the schedule afterwards
     * @return the schedule
     * @throws IllegalArgumentException unless steps ≥ 1
     */
    static Schedule warmUp(long steps, Schedule then) {
        atLeastOne(steps);
        return step -> step <= steps ? then.at(1) * step / steps : then.at(step - steps);
    }

    private static void positive(String name, double rate) {
        if (!(rate >= 0) || Double.isInfinite(rate)) {
            throw new IllegalArgumentException("the schedule's " + name + " is " + rate + ": it takes a finite number ≥ 0");
        }
    }

    private static void atLeastOne(long steps) {
        if (steps < 1) {
            throw new IllegalArgumentException("the schedule lasts " + steps + " steps: it takes at least 1");
        }
    }
}
