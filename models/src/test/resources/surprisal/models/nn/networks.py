"""Second opinions from PyTorch: writes lstm.npz, attention.npz, causal.npz, cross.npz, transformer.npz, encoder.npz, decoder.npz
and gelu.npz beside this file. Run: python networks.py

Inputs and weights are drawn in float32 and used in both precisions. Of each network there are the value and the gradients of
Σ v y, once in float64 and once in float32. Names, and how the numbers lie, are those of this library's records: matrices are
[in, out], images [.., height, width, channels], kernels [height, width, channels, filters].
"""
from pathlib import Path

import numpy as np
import torch
from torch import nn

HERE = Path(__file__).parent
KERNEL = (2, 3, 1, 0)  # [filters, channels, height, width] -> [height, width, channels, filters]
IMAGE = (0, 2, 3, 1)


def golden(name, model, run, inputs, result=(), **turned):
    """`inputs` are named tensors, `run(model, *inputs)` is y; axes of the inputs, weights and y are put as said."""
    put = lambda k, t: t.detach().permute(turned[k]).contiguous().numpy() if k in turned else t.detach().numpy()
    weights = lambda: {k.replace(".", "_"): w for k, w in model.named_parameters()}
    keep = {}
    with torch.no_grad():
        for w in model.parameters():
            w += 0.1 * torch.randn_like(w)  # norms and biases, too
    for k, t in (inputs | weights()).items():
        keep[k] = put(k, t).astype(np.float64)
    y = run(model, *inputs.values())
    v = torch.randn_like(y)
    for dtype, prefix in ((torch.float64, "float64."), (torch.float32, "float32.")):
        model = model.to(dtype)
        model.zero_grad()
        x = {k: t.detach().to(dtype).requires_grad_() for k, t in inputs.items()}
        y = run(model, *x.values())
        (y * v.to(dtype)).sum().backward()
        turn = lambda t: t.detach().permute(result).contiguous().numpy() if result else t.detach().numpy()
        keep["v"] = turn(v).astype(np.float64)
        keep[prefix + "y"] = turn(y)
        for k, t in (x | weights()).items():
            keep[prefix + "gradient." + k] = put(k, t.grad)
        model = model.to(torch.float32)
    np.savez(HERE / name, **keep)


def heads(attention, x, context, mask):
    return attention(x, context, context, attn_mask=mask, need_weights=False)[0]


T = (1, 0)
ATTENTION = {"in_proj_weight": T, "out_proj_weight": T}
torch.manual_seed(2)

# ten steps; y is h, then c, of the last one
golden("lstm.npz", nn.LSTM(5, 7),
       lambda m, x, h, c: torch.cat([m(x, (h[None], c[None]))[0], m(x, (h[None], c[None]))[1][1]]),
       {"x": torch.randn(10, 3, 5), "h": torch.randn(3, 7), "c": torch.randn(3, 7)},
       weight_ih_l0=T, weight_hh_l0=T)

places = {"x": torch.randn(2, 6, 12)}
hidden = torch.ones(6, 6).triu(1).bool()
golden("attention.npz", nn.MultiheadAttention(12, 3, batch_first=True), lambda m, x: heads(m, x, x, None), places, **ATTENTION)
golden("causal.npz", nn.MultiheadAttention(12, 3, batch_first=True), lambda m, x: heads(m, x, x, hidden), places, **ATTENTION)
golden("cross.npz", nn.MultiheadAttention(12, 4, batch_first=True), lambda m, x, c: heads(m, x, c, None),
       {"x": torch.randn(2, 3, 12), "context": torch.randn(2, 5, 12)}, **ATTENTION)

layer = nn.TransformerEncoderLayer(12, 3, 20, dropout=0.0, activation="gelu", batch_first=True, norm_first=True)
golden("transformer.npz", nn.TransformerEncoder(layer, 2, norm=nn.LayerNorm(12), enable_nested_tensor=False),
       lambda m, x: m(x, mask=hidden), places,
       **{f"layers_{i}_{k}": T for i in range(2)
          for k in ("self_attn_in_proj_weight", "self_attn_out_proj_weight", "linear1_weight", "linear2_weight")})

encoder = nn.Sequential(nn.Conv2d(3, 4, 4, 2, 1), nn.ELU(), nn.Conv2d(4, 6, 4, 2, 1), nn.ELU())
golden("encoder.npz", encoder, lambda m, x: m(x).permute(IMAGE).flatten(1),
       {"x": torch.randn(5, 3, 12, 8)}, x=IMAGE, **{"0_weight": KERNEL, "2_weight": KERNEL})

# the dense layer's pixels come with their filters last
decoder = nn.Sequential(nn.Linear(5, 3 * 2 * 6), nn.Unflatten(1, (3, 2, 6)), nn.ELU(),
                        nn.ConvTranspose2d(6, 4, 4, 2, 1), nn.ELU(), nn.ConvTranspose2d(4, 3, 4, 2, 1))
golden("decoder.npz", decoder, lambda m, z: m[3:](m[:3](z).permute(0, 3, 1, 2)), {"z": torch.randn(5, 5)}, IMAGE,
       **{"0_weight": T, "3_weight": KERNEL, "5_weight": KERNEL})

golden("gelu.npz", nn.GELU(), lambda m, x: m(x), {"x": torch.linspace(-7, 7, 57)})
