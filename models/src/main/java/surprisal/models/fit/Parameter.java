package surprisal.models.fit;

import surprisal.autodiff.Tensor;

/**
 * A free parameter: numbers that range over everything, with a normal prior, and what the agent takes for them.
 *
 * @param name what it is called
 * @param size how many numbers
 * @param scale from those numbers to the agent's
 * @param mean of the prior of each, before the scale
 * @param std of the prior of each, before the scale
 */
public record Parameter(String name, int size, Parameter.Scale scale, double mean, double std) {

    /** From unbounded numbers to those that an agent takes. */
    public enum Scale {
        /** As it is: a log-preference. */
        REAL {
            @Override
            Tensor of(Tensor x) {
                return x;
            }
        },
        /** exp x &gt; 0: a precision, or a strength of preference, whose prior is log-normal. */
        LOG {
            @Override
            Tensor of(Tensor x) {
                return x.exp();
            }
        },
        /** ln(1 + exp x) &gt; 0: a precision that grows no faster than x. */
        SOFTPLUS {
            @Override
            Tensor of(Tensor x) {
                return x.softplus();
            }
        },
        /** 1 / (1 + exp −x), between 0 and 1: a learning rate. */
        LOGIT {
            @Override
            Tensor of(Tensor x) {
                return x.sigmoid();
            }
        },
        /** σ(x), probabilities: a first belief or a habit. */
        SOFTMAX {
            @Override
            Tensor of(Tensor x) {
                return x.softmax();
            }
        };

        abstract Tensor of(Tensor x);
    }

    /**
     * A parameter.
     *
     * @throws IllegalArgumentException if it has no number, or the prior is not a finite mean and a finite std &gt; 0
     */
    public Parameter {
        if (size < 1) {
            throw new IllegalArgumentException("parameter " + name + " of " + size + " numbers: at least 1");
        }
        if (!Double.isFinite(mean) || !(std > 0 && std < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the prior of " + name + " is N(" + mean + ", " + std
                    + "²): the mean is finite and the standard deviation finite and > 0");
        }
    }

    /**
     * One number.
     *
     * @param name what it is called
     * @param scale from the number to the agent's
     * @param mean of the prior, before the scale
     * @param std of the prior, before the scale
     * @return the parameter
     */
    public static Parameter of(String name, Scale scale, double mean, double std) {
        return new Parameter(name, 1, scale, mean, std);
    }
}
