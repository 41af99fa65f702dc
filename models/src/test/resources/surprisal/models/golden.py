"""Second opinions from PyTorch: writes vae.npz and distributions.npz beside this file. Run: python golden.py

vae.npz          a small VAE of binary pictures with tanh units, its noise given, F of each picture (complexity and accuracy)
                 and the gradient of their mean, once in float64 and once in float32.
distributions.npz  log-probabilities, entropies and divergences of torch.distributions.
"""
from pathlib import Path

import numpy as np
import torch
from torch import distributions as td
from torch.nn import functional as nf

HERE = Path(__file__).parent
PIXELS, HIDDEN, LATENT, BATCH = 6, 5, 2, 3
LEAST = 1e-4


def vae():
    r = np.random.default_rng(1)
    sizes = {"encoder": (PIXELS, HIDDEN, 2 * LATENT), "decoder": (LATENT, HIDDEN, PIXELS)}
    weights = {}
    for net, widths in sizes.items():
        for i in range(2):
            weights[f"{net}.layers.{i}.weight"] = r.normal(size=widths[i : i + 2])
            weights[f"{net}.layers.{i}.bias"] = r.normal(size=widths[i + 1])
    x = r.integers(0, 2, size=(BATCH, PIXELS)).astype(float)
    noise = r.normal(size=(BATCH, LATENT))
    # the same numbers in both precisions
    weights = {k: v.astype(np.float32).astype(float) for k, v in weights.items()}
    noise = noise.astype(np.float32).astype(float)
    out = {"x": x, "noise": noise, **{"model." + k: v for k, v in weights.items()}}
    for name, dtype in (("float64", torch.float64), ("float32", torch.float32)):
        w = {k: torch.tensor(v, dtype=dtype, requires_grad=True) for k, v in weights.items()}

        def net(which, h):
            h = torch.tanh(h @ w[which + ".layers.0.weight"] + w[which + ".layers.0.bias"])
            return h @ w[which + ".layers.1.weight"] + w[which + ".layers.1.bias"]

        pixels = torch.tensor(x, dtype=dtype)
        h = net("encoder", pixels)
        mean, std = h[:, :LATENT], nf.softplus(h[:, LATENT:]) + LEAST
        z = mean + std * torch.tensor(noise, dtype=dtype)
        complexity = td.kl_divergence(td.Normal(mean, std), td.Normal(torch.zeros_like(mean), torch.ones_like(std))).sum(-1)
        accuracy = -nf.binary_cross_entropy_with_logits(net("decoder", z), pixels, reduction="none").sum(-1)
        (complexity - accuracy).mean().backward()
        out[name + ".complexity"] = complexity.detach().numpy()
        out[name + ".accuracy"] = accuracy.detach().numpy()
        for k, v in w.items():
            out[f"{name}.gradient.{k}"] = v.grad.numpy()
    np.savez(HERE / "vae.npz", **out)


def distributions():
    r = np.random.default_rng(2)
    rows, n = 4, 3
    t = lambda a: torch.tensor(a, dtype=torch.float64)
    normal = lambda: (r.normal(size=(rows, n)), np.exp(r.normal(size=(rows, n))))
    out = {}

    def put(name, a, b, parameters, x):
        q, p = (td.Independent(d, 1) if len(d.event_shape) == 0 else d for d in (a, b))
        out.update({f"{name}.{k}": v for k, v in parameters.items()})
        out[name + ".x"] = x
        out[name + ".logProb"] = q.log_prob(t(x)).numpy()
        out[name + ".entropy"] = q.entropy().numpy()
        out[name + ".kl"] = td.kl_divergence(q, p).numpy()

    (m, s), (m0, s0) = normal(), normal()
    put("normal", td.Normal(t(m), t(s)), td.Normal(t(m0), t(s0)), {"q0": m, "q1": s, "p0": m0, "p1": s0}, r.normal(size=(rows, n)))
    a, b = 3 * r.normal(size=(2, rows, n))
    ones = r.integers(0, 2, size=(rows, n)).astype(float)
    put("bernoulli", td.Bernoulli(logits=t(a)), td.Bernoulli(logits=t(b)), {"q0": a, "p0": b}, ones)
    a, b = r.dirichlet(np.ones(n), size=(2, rows))
    hot = np.eye(n)[r.integers(0, n, size=rows)]
    put("categorical", td.OneHotCategorical(probs=t(a)), td.OneHotCategorical(probs=t(b)), {"q0": a, "p0": b}, hot)
    a, b = np.exp(r.normal(size=(2, rows, n)))
    put("dirichlet", td.Dirichlet(t(a)), td.Dirichlet(t(b)), {"q0": a, "p0": b}, r.dirichlet(np.ones(n), size=rows))
    np.savez(HERE / "distributions.npz", **out)


vae()
distributions()
