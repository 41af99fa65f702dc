"""Second opinions from PyTorch: writes conv.npz beside this file. Run: python conv.py

Convolutions and transposed convolutions in float64 with strides and paddings of their own on each axis, biases and
(transposed) output paddings: x, weight, bias, what they give, a cotangent g, and the gradients of sum(g * y). Images are
stored [n, height, width, channels] and kernels [height, width, channels, filters], where the channels belong to the larger
image, as surprisal stores them; `like` says how PyTorch's axes are turned.
"""
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as nf

HERE = Path(__file__).parent


def last(t):
    return t.detach().permute(0, 2, 3, 1).numpy()


def like(t):  # [filters, channels, height, width] -> [height, width, channels, filters]
    return t.detach().permute(2, 3, 1, 0).numpy()


def case(out, name, f, x, w, biases, **options):
    r = np.random.default_rng(len(name))
    x, w, b = (torch.tensor(r.normal(size=s), requires_grad=True) for s in (x, w, (biases,)))
    y = f(x, w, b, **options)
    g = torch.tensor(r.normal(size=tuple(y.shape)))
    (g * y).sum().backward()
    out.update({f"{name}.x": last(x), f"{name}.weight": like(w), f"{name}.bias": b.detach().numpy(), f"{name}.y": last(y),
                f"{name}.g": last(g), f"{name}.gradient.x": last(x.grad), f"{name}.gradient.weight": like(w.grad),
                f"{name}.gradient.bias": b.grad.numpy()})


out = {}
case(out, "conv", nf.conv2d, (2, 3, 7, 6), (5, 3, 4, 3), 5, stride=(2, 1), padding=(1, 2))
case(out, "wide", nf.conv2d, (1, 34, 3, 4), (3, 34, 2, 2), 3, stride=1, padding=0)
case(out, "transposed", nf.conv_transpose2d, (2, 5, 3, 4), (5, 3, 4, 3), 3, stride=(2, 3), padding=(1, 0), output_padding=(1, 2))
case(out, "transposedWide", nf.conv_transpose2d, (1, 3, 2, 2), (3, 34, 3, 3), 34, stride=2, padding=0)
np.savez(HERE / "conv.npz", **out)
