package surprisal.autodiff;

/** A loss came out as NaN or infinite. The message names the first op of the computation that is not finite. */
public final class NonFiniteException extends ArithmeticException {

    private static final long serialVersionUID = 1;

    private NonFiniteException(String message) {
        super(message);
    }

    static NonFiniteException of(double loss, String culprit) {
        return new NonFiniteException("the loss is " + loss + ": " + culprit
                + "; lower the learning rate, clip the gradient, or keep the argument of log, sqrt or div away from 0");
    }
}
