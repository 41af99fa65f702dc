package surprisal.bench.learning;

import surprisal.autodiff.Update;

/**
 * What learns, and how. The model and the update, and where the random numbers stand, are a run's checkpoint.
 *
 * @param model any record of tensors, or of other models; all of it is saved, also what no gradient reaches, such as a slowly moving
 *     copy. The steps change its numbers in place
 * @param update what is done with its gradient
 * @param steps how many an epoch takes, for the progress bar; 0 or more
 * @param <M> the type of the model
 */
public record Learner<M>(M model, Update update, int steps) {}
