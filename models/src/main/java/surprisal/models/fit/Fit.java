package surprisal.models.fit;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.function.Function;
import surprisal.autodiff.Grad;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;

/**
 * ln p(y, θ) = ln p(y|θ) + Σ_i ln N(x_i; m_i, s_i²) with θ = scale(x): what somebody did and what is believed of their
 * parameters beforehand, and from these what is believed afterwards: {@link #laplace} or {@link #variational}. A fit
 * belongs to one thread.
 */
public final class Fit {
    private static final double HALF_LOG_2PI = 0.9189385332046727;

    private final List<Parameter> parameters;
    private final Function<Values, Tensor> logLikelihood;
    private final Tape tape = new Tape();
    private final Tensor x;
    private final double[] mean;
    private final double[] std;
    private final Tensor centre;
    private final Tensor precision;
    private final double constant;

    /** The parameters as the agent takes them, by name. */
    @FunctionalInterface
    public interface Values {

        /**
         * A parameter.
         *
         * @param name its name
         * @return its numbers, after the scale, [size]
         * @throws IllegalArgumentException if there is none of that name
         */
        Tensor of(String name);
    }

    private Fit(List<Parameter> parameters, Function<Values, Tensor> logLikelihood) {
        this.parameters = List.copyOf(parameters);
        this.logLikelihood = logLikelihood;
        List<String> names = parameters.stream().map(Parameter::name).toList();
        if (parameters.isEmpty() || new HashSet<>(names).size() < names.size()) {
            throw new IllegalArgumentException("free parameters " + names + ": at least one, and each name once");
        }
        int n = parameters.stream().mapToInt(Parameter::size).sum();
        mean = new double[n];
        std = new double[n];
        double sum = 0;
        int at = 0;
        for (Parameter p : parameters) {
            for (int i = 0; i < p.size(); i++, at++) {
                mean[at] = p.mean();
                std[at] = p.std();
                sum -= HALF_LOG_2PI + StrictMath.log(p.std());
            }
        }
        constant = sum;
        centre = Tensor.of(mean.clone());
        double[] inverse = new double[n];
        Arrays.setAll(inverse, i -> 1 / std[i]);
        precision = Tensor.of(inverse);
        x = Tensor.of(mean.clone());
    }

    /**
     * A fit.
     *
     * @param parameters what is free
     * @param logLikelihood ln p(y|θ), one number: {@link Behaviour#logLikelihood} of a subject with these values
     * @return the fit
     * @throws IllegalArgumentException if nothing is free, or two parameters have one name
     */
    public static Fit of(List<Parameter> parameters, Function<Values, Tensor> logLikelihood) {
        return new Fit(parameters, logLikelihood);
    }

    /**
     * What is free.
     *
     * @return the parameters in their order
     */
    public List<Parameter> parameters() {
        return parameters;
    }

    /**
     * ln p(y, θ).
     *
     * @param x all parameters in a row, before their scales
     * @return one number
     */
    public Tensor logJoint(Tensor x) {
        Tensor prior = x.minus(centre).times(precision).square().sum().times(-0.5).plus(constant);
        return logLikelihood.apply(name -> value(x, name)).plus(prior);
    }

    private Tensor value(Tensor x, String name) {
        int from = 0;
        for (Parameter p : parameters) {
            if (p.name().equals(name)) {
                return p.scale().of(x.slice(from, from + p.size()));
            }
            from += p.size();
        }
        throw new IllegalArgumentException("no free parameter is called " + name + ": there are "
                + parameters.stream().map(Parameter::name).toList());
    }

    /**
     * The numbers that an agent takes for one parameter.
     *
     * @param at all parameters in a row, before their scales
     * @param name the parameter's name
     * @return its numbers after the scale
     * @throws IllegalArgumentException if there is none of that name
     */
    public double[] value(double[] at, String name) {
        Tensor value = value(Tensor.of(at.clone()), name);
        double[] out = new double[value.shape().size()];
        Arrays.setAll(out, value::at);
        return out;
    }

    /** −ln p(y, θ) and its slope. */
    double at(double[] at, double[] slope) {
        for (int i = 0; i < at.length; i++) {
            x.array().set(i, at[i]);
        }
        Grad<Tensor> grad = tape.grad(x, theta -> logJoint(theta).neg());
        for (int i = 0; i < at.length; i++) {
            slope[i] = grad.gradient().at(i);
        }
        return grad.loss();
    }

    /**
     * The most probable parameters: Adam from the prior's mean, then the quasi-Newton method of Broyden, Fletcher, Goldfarb
     * and Shanno.
     *
     * @return all parameters in a row, before their scales
     */
    public double[] maximum() {
        return Minimum.of(this::at, mean);
    }

    /**
     * The posterior by Laplace's method: N(x*, H⁻¹) with H the curvature of −ln p(y, θ) at its minimum x*, by central
     * differences of exact slopes, and ln p(y) ≈ ln p(y, θ*) + n/2 ln 2π − ½ ln |H| (MacKay 2003, §27).
     *
     * @return the posterior, before the scales
     * @throws ArithmeticException if the curvature is not positive at the end: the posterior has no peak there
     */
    public Gaussian laplace() {
        double[] at = maximum();
        int n = at.length;
        double[] up = new double[n];
        double[] down = new double[n];
        double[][] H = new double[n][n];
        for (int i = 0; i < n; i++) {
            double centre = at[i];
            double h = 1e-4 * Math.max(1, Math.abs(centre));
            at[i] = centre + h;
            at(at, up);
            at[i] = centre - h;
            at(at, down);
            at[i] = centre;
            for (int j = 0; j < n; j++) {
                H[i][j] += (up[j] - down[j]) / (4 * h); // half of it here, half in its mirror
                H[j][i] += (up[j] - down[j]) / (4 * h);
            }
        }
        double log = -at(at, up);
        double[][] L = Gaussian.cholesky(H);
        double logDet = 0;
        for (int i = 0; i < n; i++) {
            logDet += 2 * StrictMath.log(L[i][i]);
        }
        return new Gaussian(at, Gaussian.inverse(L), log + n * HALF_LOG_2PI - logDet / 2);
    }

    /**
     * The posterior by variational inference: independent normals N(μ, σ²) that make
     * F = −E[ln p(y, θ)] − Σ ½ ln 2πeσ² least, with x = μ + σε (Kingma and Welling 2014). The expectation is over a fixed
     * set of ε, in pairs ±ε with variance 1 and covariance 0, so that F is a smooth function of μ and σ and its minimum is
     * the same every time.
     *
     * @param pairs how many pairs ±ε, 16 for example
     * @param seed where the ε are from
     * @return the posterior, before the scales; its evidence is −F, a lower bound up to the error of the draws
     * @throws IllegalArgumentException if there are fewer pairs than numbers
     */
    public Gaussian variational(int pairs, long seed) {
        return Variational.of(this, mean.length, pairs, seed);
    }
}
