package surprisal.models.signal;

import java.util.function.UnaryOperator;
import surprisal.autodiff.Tensor;

/**
 * 2 − 2 cos(q(s), sg(t(o))): the state is asked for the embedding of what was seen, and the embedding does not move to meet
 * it (sg stops the gradient). Between 0 and 4, and 0 where both point the same way.
 *
 * <p>What t is makes the method: an average of the online network over its past ({@link #byol}), or the online network
 * itself ({@link #simSiam}). The online network, observation → embedding, learns where the states come from: a world model
 * holds it as a part of its encoder.
 *
 * @param predictor q, [.., n] → [.., d]; a record of tensors, since a lambda hides what it would learn
 * @param target t, [.., m] → [.., d]; no gradient flows to it
 */
public record SelfDistillation(UnaryOperator<Tensor> predictor, UnaryOperator<Tensor> target) implements Signal {

    /**
     * t is the moving average of an online network (BYOL, Grill et al. 2020; over predictions of a world model, Schwarzer
     * et al. 2021).
     *
     * @param predictor q
     * @param average of the online network; it goes into the chain of updates, after the one that steps
     * @return the signal
     */
    public static SelfDistillation byol(UnaryOperator<Tensor> predictor, Ema<? extends UnaryOperator<Tensor>> average) {
        return new SelfDistillation(predictor, o -> average.model().apply(o));
    }

    /**
     * t is the online network as it is (SimSiam, Chen and He 2021, without its factor ½ and its constant).
     *
     * @param predictor q
     * @param online the record that the world model holds too: tensors that occur twice in a model are stepped once
     * @return the signal
     */
    public static SelfDistillation simSiam(UnaryOperator<Tensor> predictor, UnaryOperator<Tensor> online) {
        return new SelfDistillation(predictor, online);
    }

    @Override
    public Tensor cost(Tensor state, Tensor observation) {
        Rows.of(state, observation);
        Tensor prediction = predictor.apply(state);
        Tensor goal = target.apply(observation).stopGradient();
        if (!prediction.shape().equals(goal.shape())) {
            throw new IllegalArgumentException("a prediction " + prediction.shape() + " of a target " + goal.shape()
                    + ": both networks end in the same width");
        }
        return Rows.cosineDistance(prediction, goal);
    }
}
