package surprisal.models.data;

import surprisal.autodiff.Tensor;

/**
 * Films of a world whose state is known.
 *
 * @param frames what is seen, from 0 to 1, [batch, time, pixels]
 * @param actions what is done at each picture, which leads to the next one, [batch, time, actions]; zeros where nothing acts
 * @param states what is the case, [batch, time, states]
 */
public record Films(Tensor frames, Tensor actions, Tensor states) {}
