"""Second opinions from PyTorch and mpmath: writes densities.npz beside this file. Run: python densities.py

Log-probabilities, entropies and divergences of torch.distributions; an affine coupling and a planar flow with the determinants
of their Jacobians by automatic differentiation; a rounded logistic distribution by differences of its distribution function;
and how a gamma draw changes with its shape parameter at a fixed quantile, -dP(a, x)/da / p(x), from 40 digits. Parameters are
float32 numbers, so that both precisions have the same.
"""
from pathlib import Path

import mpmath
import numpy as np
import torch
from torch import distributions as td
from torch.nn import functional as nf

HERE = Path(__file__).parent
ROWS, N, K = 4, 3, 5
torch.set_default_dtype(torch.float64)
td.Distribution.set_default_validate_args(False)
r = np.random.default_rng(3)
out = {}


def t(a):
    return torch.tensor(a)


def rounded(a):
    return np.asarray(a).astype(np.float32).astype(float)


def real(*shape):
    return rounded(r.normal(size=shape))


def positive(*shape):
    return rounded(np.exp(r.normal(size=shape)))


def put(name, **values):
    out.update({f"{name}.{k}": np.asarray(v) for k, v in values.items()})


def pair(name, make, parameters, others, x):
    """Everything that torch knows of two distributions of a family."""
    event = lambda d: td.Independent(d, 1) if len(d.event_shape) == 0 else d
    q, p = event(make(*map(t, parameters))), event(make(*map(t, others)))
    put(name, **{f"q{i}": v for i, v in enumerate(parameters)}, **{f"p{i}": v for i, v in enumerate(others)}, x=x,
        logProb=q.log_prob(t(x)), entropy=q.entropy(), kl=td.kl_divergence(q, p))


def tril(*shape):
    return np.tril(real(*shape, N, N), -1) + np.eye(N) * positive(*shape, N, 1)


pair("laplace", td.Laplace, (real(ROWS, N), positive(ROWS, N)), (real(ROWS, N), positive(ROWS, N)), real(ROWS, N))
pair("gamma", td.Gamma, (positive(ROWS, N), positive(ROWS, N)), (positive(ROWS, N), positive(ROWS, N)), positive(ROWS, N))
pair("beta", td.Beta, (positive(ROWS, N), positive(ROWS, N)), (positive(ROWS, N), positive(ROWS, N)), rounded(r.uniform(size=(ROWS, N))))
full = lambda m, l: td.MultivariateNormal(m, scale_tril=l)
pair("multivariate", full, (real(ROWS, N), tril(ROWS)), (real(ROWS, N), tril(ROWS)), real(ROWS, N))
pair("shared", full, (real(ROWS, N), tril()), (real(N), tril(ROWS)), real(ROWS, N))
unimix = lambda l: td.OneHotCategorical(probs=0.99 * torch.softmax(l, -1) + 0.01 / N)
pair("unimix", unimix, (5 * real(ROWS, N),), (5 * real(ROWS, N),), np.eye(N)[r.integers(0, N, size=ROWS)])

mean, std, x = real(ROWS, N), positive(ROWS, N), rounded(np.tanh(2 * r.normal(size=(ROWS, N))))
tanh = td.Independent(td.TransformedDistribution(td.Normal(t(mean), t(std)), td.TanhTransform()), 1)
put("tanh", q0=mean, q1=std, x=x, logProb=tanh.log_prob(t(x)))

logits, temperature, x = real(ROWS, N), 0.5, rounded(r.dirichlet(np.ones(N), size=ROWS))
put("relaxed", q0=logits, x=x, logProb=td.RelaxedOneHotCategorical(t(temperature), logits=t(logits)).log_prob(t(x)))

weights, mean, std, x = real(ROWS, K), real(ROWS, K, N), positive(ROWS, K, N), real(ROWS, N)
mixture = td.MixtureSameFamily(td.Categorical(logits=t(weights)), td.Independent(td.Normal(t(mean), t(std)), 1))
put("mixture", q0=weights, q1=mean, q2=std, x=x, logProb=mixture.log_prob(t(x)))

logits, x = real(ROWS, N, K), rounded(r.uniform(-1, 2, size=(ROWS, N)))
edges = torch.linspace(-1, 2, K + 1).expand(ROWS, N, K + 1)
histogram = td.MixtureSameFamily(td.Categorical(logits=t(logits)), td.Uniform(edges[..., :-1], edges[..., 1:]))
put("piecewise", q0=logits, x=x, logProb=td.Independent(histogram, 1).log_prob(t(x)))

mean, scale = rounded(r.uniform(size=(ROWS, N))), rounded(0.2 * np.exp(r.normal(size=(ROWS, N))))
level = r.integers(0, 16, size=(ROWS, N))
level[0], level[1] = 0, 15
logistic = td.TransformedDistribution(td.Uniform(t(0.0), t(1.0)),
                                      [td.SigmoidTransform().inv, td.AffineTransform(2 * t(mean) - 1, 2 * t(scale))])
x = t(2 * level / 15 - 1)  # in [-1, 1], as in the paper
upper = torch.where(t(level) == 15, 1.0, logistic.cdf(x + 1 / 15))
lower = torch.where(t(level) == 0, 0.0, logistic.cdf(x - 1 / 15))
put("discretised", q0=mean, q1=scale, x=level / 15, logProb=(upper - lower).log().sum(-1))


def jacobians(f, z):
    return torch.stack([torch.linalg.slogdet(torch.autograd.functional.jacobian(f(i), z[i]))[1] for i in range(len(z))])


A, a, z = real(N, 2 * N), real(2 * N), t(real(ROWS, N))
m = t(np.array([1.0, 0, 1]))


def coupling(z):
    s, shift = torch.tanh((m * z) @ t(A) + t(a)).chunk(2, -1)
    return m * z + (1 - m) * (z * torch.exp(s) + shift)


put("coupling", A=A, a=a, mask=m, z=z, x=coupling(z), logDet=jacobians(lambda i: coupling, z))

u, w, b = t(3 * real(ROWS, N)), t(real(ROWS, N)), t(real(ROWS))


def planar(i):
    wu = w[i] @ u[i]
    hat = u[i] + (nf.softplus(wu) - 1 - wu) * w[i] / (w[i] @ w[i])
    return lambda z: z + hat * torch.tanh(w[i] @ z + b[i])


put("planar", u=u, w=w, b=b, z=z, x=torch.stack([planar(i)(z[i]) for i in range(ROWS)]), logDet=jacobians(planar, z))

mpmath.mp.dps = 40
alphas, draws, slopes = [], [], []
for alpha in (0.01, 0.3, 1, 2.5, 40, 3000, 2.5e8):
    for z in (-3.5, -1, 0.1, 1, 4):  # roughly the quantile of a standard normal number
        x = alpha * (1 - 1 / (9 * alpha) + z / (3 * alpha ** 0.5)) ** 3 if alpha > 1 else -alpha * np.log(0.5 - 0.11 * z)
        if alpha > 1e6:  # P by its expansion has no digits to differentiate: the root of P(alpha, x) = Phi(z), by Cornish and Fisher
            q = lambda s: s + z * mpmath.sqrt(s) + (z * z - 1) / 3 + (z ** 3 - 7 * z) / (36 * mpmath.sqrt(s))
            x = float(q(mpmath.mpf(alpha)))
            slope = mpmath.diff(q, alpha)
        else:
            P = lambda s: mpmath.gammainc(s, 0, x, regularized=True)
            p = mpmath.mpf(x) ** (alpha - 1) * mpmath.exp(-x) / mpmath.gamma(alpha)
            slope = -mpmath.diff(P, alpha) / p
        alphas.append(alpha), draws.append(x), slopes.append(float(slope))
put("slope", alpha=alphas, x=draws, slope=slopes)

np.savez(HERE / "densities.npz", **out)
