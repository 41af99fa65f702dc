"""Second opinions from PyTorch: writes gru.npz and norm.npz beside this file. Run: python golden.py

Inputs and weights are drawn in float32 and used in both precisions. Of each layer there are the value and the gradients of
Σ v y, once in float64 and once in float32; weights are stored [in, out], as this library has them.
"""
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).parent
ROWS, IN, STATE = 4, 5, 19


def golden(name, layer, inputs, transposed):
    """The layer's value and gradients in both precisions, in gru.npz's or norm.npz's names."""
    out = {k: v.detach().numpy().astype(np.float64) for k, v in inputs.items()}
    v = torch.randn(ROWS, STATE)
    out["v"] = v.numpy().astype(np.float64)
    turn = lambda k, w: w.numpy().T if k in transposed else w.numpy()
    for k, w in layer.named_parameters():
        out["model." + k] = turn(k, w.detach()).astype(np.float64)
    for dtype, prefix in ((torch.float64, "float64."), (torch.float32, "float32.")):
        layer = layer.to(dtype)
        layer.zero_grad()
        x = {k: t.detach().to(dtype).requires_grad_() for k, t in inputs.items()}
        y = layer(*x.values())
        (y * v.to(dtype)).sum().backward()
        out[prefix + "y"] = y.detach().numpy()
        out |= {prefix + "gradient." + k: t.grad.numpy() for k, t in x.items()}
        out |= {prefix + "gradient.model." + k: turn(k, w.grad).copy() for k, w in layer.named_parameters()}
    np.savez(HERE / name, **out)


torch.manual_seed(1)
golden("gru.npz", torch.nn.GRUCell(IN, STATE), {"x": torch.randn(ROWS, IN), "h": torch.randn(ROWS, STATE)},
       {"weight_ih", "weight_hh"})
norm = torch.nn.LayerNorm(STATE)
with torch.no_grad():
    for w in norm.parameters():
        w.copy_(torch.randn(STATE))
golden("norm.npz", norm, {"x": torch.randn(ROWS, STATE) * 3 + 1}, set())
