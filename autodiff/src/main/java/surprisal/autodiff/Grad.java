package surprisal.autodiff;

/**
 * A loss and its gradient. The gradient has the type of the model: {@code grad.gradient().encoder()} is ∂loss/∂encoder.
 *
 * @param loss the loss, in the units of the program (nats, for a free energy)
 * @param gradient ∂loss/∂model, good until the tape's next pass
 * @param <M> the type of the model
 */
public record Grad<M>(double loss, M gradient) {}
