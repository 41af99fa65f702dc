package surprisal.bench.experiments;

import java.util.List;
import java.util.function.UnaryOperator;
import surprisal.autodiff.Tensor;
import surprisal.bench.learning.Steps;
import surprisal.bench.learning.Terms;
import surprisal.engine.Compute;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.FreeEnergy;
import surprisal.models.bayes.BayesMlp;
import surprisal.models.bayes.BayesRegression;
import surprisal.models.bayes.DropoutMlp;
import surprisal.models.bayes.Ensemble;
import surprisal.models.bayes.InformationGain;
import surprisal.models.bayes.NormalHead;
import surprisal.models.bayes.Predictive;
import surprisal.models.bayes.SampledMlp;
import surprisal.models.dist.Hamiltonian;
import surprisal.models.dist.Normal;
import surprisal.models.nn.Linear;
import surprisal.models.nn.Mlp;

/**
 * A belief about the parameters of a curve, that says what it does not know.
 *
 * @param <M> what learns
 */
interface GapModel<M> {

    /** Draws of y in all for an estimate of the information gain. */
    int DRAWS = 400;

    /** How many bumps. */
    int CENTRES = 28;

    /** The bumps' standard deviation. */
    double WIDTH = 0.4;

    /** Priors of the weights of regressions. */
    List<Double> SCALES = List.of(0.1, 0.2, 0.5, 1., 2., 5.);

    /** The least σ of an outcome. */
    NormalHead HEAD = new NormalHead(1e-2);

    /** Radial bumps around centres from −2.75 to 4: [n, 1] → [n, 28]. */
    static Tensor bumps(Tensor x) {
        Tensor centres = Tensor.zeros(Shape.of(1, CENTRES), x.precision());
        for (int i = 0; i < CENTRES; i++) centres.array().set(i, -2.75 + 0.25 * i);
        return x.minus(centres).div(WIDTH).square().times(-0.5).exp();
    }

    /** What is said of some points, one number for each: E[y], the deviation that the parameters make, that of y in all, log p(y). */
    record Said(Tensor mean, Tensor epistemic, Tensor total, Tensor logProb) {}

    /** What learns. */
    M model();

    /** One step on all data, if it takes any. */
    default void step(Steps<M> steps, GapData data) {}

    /** What it says of some points after the data. */
    Said says(GapData of, GapData data, Rng rng);

    /** I[θ; y] at some x, in nats. */
    Tensor gain(Tensor x, GapData data, Rng rng);

    /** A model that answers by members or draws. */
    interface Drawn<M> extends GapModel<M> {

        /** What the members say of y. */
        Predictive predicts(Tensor x, Rng rng);

        @Override
        default Said says(GapData of, GapData data, Rng rng) {
            Predictive p = predicts(of.x(), rng);
            return new Said(p.mean(), p.epistemic().sqrt(), p.variance().sqrt(), p.logProb(of.y()));
        }

        @Override
        default Tensor gain(Tensor x, GapData data, Rng rng) {
            Predictive p = predicts(x, rng);
            return InformationGain.monteCarlo(p, Math.max(1, DRAWS / p.members()), rng);
        }
    }

    /** A model whose mean is linear in what it believes, in closed form. */
    interface Regressed<M> extends GapModel<M> {

        /** What the weights multiply, [n, d]. */
        Tensor features(Tensor x);

        /** σ of y, [n, 1]. */
        Tensor noise(Tensor x);

        /** Rows divided by their noise have a noise of 1; the prior is the one of the most evidence. */
        private BayesRegression belief(GapData data) {
            Tensor noise = noise(data.x());
            Tensor features = features(data.x()).div(noise);
            BayesRegression best = null;
            for (double scale : SCALES) {
                BayesRegression belief = BayesRegression.prior(features.shape().last(), 1, scale, 1, features.precision())
                        .update(features, data.y().to(features.precision()).div(noise));
                if (best == null || belief.logEvidence().item() > best.logEvidence().item()) best = belief;
            }
            return best;
        }

        @Override
        default Said says(GapData of, GapData data, Rng rng) {
            BayesRegression belief = belief(data);
            Tensor x = features(of.x());
            Tensor spread = belief.spread(x).reshape(-1, 1);
            Normal y = new Normal(x.matmul(belief.mean()), spread.plus(noise(of.x()).square()).sqrt());
            return new Said(y.mean(), spread.sqrt(), y.std(), y.logProb(of.y().to(x.precision())));
        }

        @Override
        default Tensor gain(Tensor x, GapData data, Rng rng) {
            return belief(data).gain(features(x).div(noise(x)));
        }
    }

    /** Perceptrons that began differently: the sum of their costs, so that each goes its own way. */
    record Members(Ensemble model) implements Drawn<Ensemble> {
        @Override
        public void step(Steps<Ensemble> steps, GapData data) {
            steps.step(data.size(), m -> Terms.of("cost", HEAD.apply(m.apply(data.x())).logProb(data.y()).neg().mean(-1).sum()));
        }

        @Override
        public Predictive predicts(Tensor x, Rng rng) {
            return Predictive.of(HEAD.apply(model.apply(x)));
        }
    }

    /** Masks of hidden units. */
    record Masked(DropoutMlp model, double prior, int draws) implements Drawn<DropoutMlp> {
        @Override
        public void step(Steps<DropoutMlp> steps, GapData data) {
            steps.step(data.size(), m -> Terms.of(new FreeEnergy(
                    m.complexity(prior).div(data.size()), HEAD.apply(m.apply(data.x(), steps.rng())).logProb(data.y()))));
        }

        @Override
        public Predictive predicts(Tensor x, Rng rng) {
            return Predictive.of(HEAD.apply(model.apply(x, model.masks(draws, rng))));
        }
    }

    /** A few masks of hidden units, drawn once: each is a member, and members share weights (as Durasov et al. 2021). */
    record Kept(DropoutMlp model, List<Tensor> masks) implements Drawn<DropoutMlp> {
        @Override
        public void step(Steps<DropoutMlp> steps, GapData data) {
            steps.step(data.size(), m -> Terms.of("cost", HEAD.apply(m.apply(data.x(), masks)).logProb(data.y()).neg().mean(-1).sum()));
        }

        @Override
        public Predictive predicts(Tensor x, Rng rng) {
            return Predictive.of(HEAD.apply(model.apply(x, masks)));
        }
    }

    /** Chains that climb from the prior to where the posterior is dense, for so many steps, and are then moved once in each. */
    record Sampled(SampledMlp model, Hamiltonian moves, int climb) implements Drawn<SampledMlp> {
        @Override
        public void step(Steps<SampledMlp> steps, GapData data) {
            if (steps.taken() < climb) {
                steps.step(data.size(), m -> Terms.of("cost",
                        likelihood(m.members(), data).plus(m.logPrior()).neg().div(data.size()).sum()));
                return;
            }
            Tensor there = model.moved(members -> likelihood(members, data), moves, steps.rng()).x();
            Compute.copy(there.array(), 0, model.points().array(), 0, there.shape().size());
        }

        private static Tensor likelihood(Ensemble members, GapData data) {
            return HEAD.apply(members.apply(data.x())).logProb(data.y()).sum(-1);
        }

        @Override
        public Predictive predicts(Tensor x, Rng rng) {
            return Predictive.of(HEAD.apply(model.members().apply(x)));
        }
    }

    /** Weights that are normally distributed, each for itself, of a perceptron of x or of something made of it. */
    record Weights(BayesMlp model, UnaryOperator<Tensor> input, int draws) implements Drawn<BayesMlp> {
        @Override
        public void step(Steps<BayesMlp> steps, GapData data) {
            Tensor x = input.apply(data.x());
            steps.step(data.size(), m -> Terms.of(m.freeEnergy(HEAD.apply(m.apply(x, steps.rng())).logProb(data.y()), data.size())));
        }

        @Override
        public Predictive predicts(Tensor x, Rng rng) {
            return Predictive.of(HEAD.apply(model.draws(draws, rng).apply(input.apply(x))));
        }
    }

    /** A perceptron, and the exact posterior of its last layer given all others. */
    record LastLayer(Mlp model) implements Regressed<Mlp> {
        @Override
        public void step(Steps<Mlp> steps, GapData data) {
            steps.step(data.size(), m -> Terms.of("cost", HEAD.apply(m.apply(data.x())).logProb(data.y()).neg().mean()));
        }

        @Override
        public Tensor features(Tensor x) {
            Tensor h = x;
            for (Linear layer : model.layers().subList(0, model.layers().size() - 1)) h = layer.apply(h, model.activation());
            return Tensor.concat(-1, h, Tensor.full(x.shape(), 1, x.precision())).to(Precision.FLOAT64);
        }

        @Override
        public Tensor noise(Tensor x) {
            return HEAD.apply(model.apply(x)).std().to(Precision.FLOAT64);
        }
    }

    /** Radial bumps with the exact posterior of their weights, told the noise: what the others are compared with. */
    record Exact(BayesRegression model) implements Regressed<BayesRegression> {

        Exact() {
            this(BayesRegression.prior(CENTRES, 1, 1, 1, Precision.FLOAT64));
        }

        @Override
        public Tensor features(Tensor x) {
            return bumps(x.to(Precision.FLOAT64));
        }

        @Override
        public Tensor noise(Tensor x) {
            return GapData.noise(x).to(Precision.FLOAT64);
        }
    }
}
