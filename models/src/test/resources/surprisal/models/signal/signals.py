"""Second opinions from PyTorch and NumPy: writes signals.npz beside this file. Run: python signals.py

Inputs are drawn in float32 and used in float64. Of each signal there are the costs of all rows and the gradients of
Σ v cost with respect to s, o and (where there are any) the weights; weights are stored [in, out], as this library has them.
"""
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

HERE = Path(__file__).parent
N, D, K, M = 12, 5, 4, 6
RAW = {}


def draw(*shape):
    return torch.randn(*shape).double()


def info_nce(critic, temperature):
    """The cross-entropy of similarities whose labels are the diagonal, less log N."""
    def cost(s, o, c):
        f = critic(s, o) / temperature
        return F.cross_entropy(f, torch.arange(N), reduction="none") - np.log(N)
    return cost


def byol(s, o, c):
    return 2 - 2 * F.cosine_similarity(s, o.detach(), dim=-1)


def sinkhorn(scores, epsilon, iterations):
    """Rows and columns of exp(scores / epsilon) divided by their sums in turns, in plain numbers."""
    q = np.exp(scores / epsilon)
    q /= q.sum()
    for _ in range(iterations):
        q /= q.sum(axis=0, keepdims=True) * q.shape[1]
        q /= q.sum(axis=1, keepdims=True) * q.shape[0]
    return q * q.shape[0]


def swav(s, o, c):
    a, b = (F.normalize(z, dim=1) @ F.normalize(c, dim=1).T for z in (s, o))
    qa, qb = (torch.from_numpy(sinkhorn(z.detach().numpy(), 0.05, 3)) for z in (a, b))
    RAW["codes"] = qa.numpy()
    return F.cross_entropy(a / 0.1, qb, reduction="none") + F.cross_entropy(b / 0.1, qa, reduction="none")


def barlow(s, o, c):
    C = torch.corrcoef(torch.cat([s, o], 1).T)[:D, D:]
    on = (1 - torch.diagonal(C)).square().sum()
    off = C.square().sum() - torch.diagonal(C).square().sum()
    return (on + 0.005 * off).expand(N)


def white(z):
    z = z - z.mean(0)
    L = torch.linalg.cholesky(z.T @ z / N)
    return torch.linalg.solve_triangular(L, z.T, upper=False).T


def w_mse(s, o, c):
    return 2 - 2 * F.cosine_similarity(white(s), white(o), dim=-1)


def vicreg(s, o, c):
    def spread(z):
        C = torch.cov(z.T)
        off = C - torch.diag(torch.diagonal(C))
        return 25 * F.relu(1 - torch.sqrt(torch.diagonal(C) + 1e-4)).mean() + off.square().sum() / D
    return 25 * F.mse_loss(s, o, reduction="none").mean(1) + spread(s) + spread(o)


def likelihood(distribution):
    """Of pictures, from states through one linear layer: the weights are [D, k]."""
    return lambda s, o, c: -distribution(s @ c).log_prob(o).sum(-1)


torch.manual_seed(1)
s, o, v = draw(N, D), draw(N, D), draw(N)
o += s / 2
pictures, bits = draw(N, M), (torch.rand(N, M) < 0.4).double()
CASES = {
    "dot": (info_nce(lambda s, o: s @ o.T, 1), o, None),
    "tanh": (info_nce(lambda s, o: torch.tanh(s) @ torch.tanh(o).T, 1), o, None),
    "cosine": (info_nce(lambda s, o: F.normalize(s) @ F.normalize(o).T, 0.2), o, None),
    "distillation": (byol, o, None),
    "prototypes": (swav, o, draw(K, D)),
    "redundancy": (barlow, o, None),
    "whitening": (w_mse, o, None),
    "vicreg": (vicreg, 0.4 * o, None),
    "normal": (likelihood(lambda h: torch.distributions.Normal(h, 0.7)), pictures, draw(D, M)),
    "heads": (likelihood(lambda h: torch.distributions.Normal(h[:, :M], F.softplus(h[:, M:]) + 1e-4)), pictures, draw(D, 2 * M)),
    "bernoulli": (likelihood(lambda h: torch.distributions.Bernoulli(logits=h)), bits, draw(D, M)),
}
out = {"s": s.numpy(), "v": v.numpy()}
for name, (cost, seen, weights) in CASES.items():
    inputs = {"s": s, "o": seen, "c": weights if weights is not None else torch.zeros(1, dtype=torch.float64)}
    x = {k: t.clone().requires_grad_() for k, t in inputs.items()}
    y = cost(**x)
    (y * v).sum().backward()
    out |= {f"{name}.o": seen.numpy(), f"{name}.cost": y.detach().numpy()}
    out |= {f"{name}.gradient.{k}": (t.grad if t.grad is not None else torch.zeros_like(t)).numpy() for k, t in x.items()}
    if weights is not None:
        out[f"{name}.c"] = weights.numpy()
out |= RAW
np.savez(HERE / "signals.npz", **{k: np.ascontiguousarray(a) for k, a in out.items()})
