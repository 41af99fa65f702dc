"""Makes updates.npz: 20 steps of PyTorch's optimisers in float64 with given gradients. Run: python updates.py"""

import numpy as np
import torch

rng = np.random.default_rng(0)
STEPS = 20
start = {"a": rng.normal(size=(3, 4)), "b": rng.normal(size=5)}
# from tiny to large, some zero: what tells one formula from another
scale = 10.0 ** rng.uniform(-3, 1, size=(STEPS, 1))
grads = {"a": rng.normal(size=(STEPS, 3, 4)) * scale[:, :, None], "b": rng.normal(size=(STEPS, 5)) * scale}
grads["a"][:, 0, 0] = 0
# float32 holds these exactly, so both precisions see the same numbers
start = {k: v.astype(np.float32).astype(np.float64) for k, v in start.items()}
grads = {k: v.astype(np.float32).astype(np.float64) for k, v in grads.items()}

OPTIMISERS = {
    "sgd": (lambda p: torch.optim.SGD(p, lr=0.05), None),
    "momentum": (lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9), None),
    "adam": (lambda p: torch.optim.Adam(p, lr=0.02), None),
    "adam_numbers": (lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.8, 0.95), eps=1e-3), None),
    "adamw": (lambda p: torch.optim.AdamW(p, lr=0.02, weight_decay=0.1), None),
    "clipped": (lambda p: torch.optim.Adam(p, lr=0.02), lambda p: clip_by_norm(p, 1.0)),
    "by_value": (lambda p: torch.optim.SGD(p, lr=0.05), lambda p: torch.nn.utils.clip_grad_value_(p, 0.5)),
}


def clip_by_norm(parameters, bound):
    """clip_grad_norm_ adds 1e-6 to the norm; this is the formula without it."""
    norm = torch.sqrt(sum((p.grad**2).sum() for p in parameters))
    for p in parameters:
        p.grad *= min(1.0, bound / norm.item())


out = {"start_a": start["a"], "start_b": start["b"], "grad_a": grads["a"], "grad_b": grads["b"]}
for name, (make, clip) in OPTIMISERS.items():
    parameters = [torch.tensor(start[k], dtype=torch.float64, requires_grad=True) for k in "ab"]
    optimiser = make(parameters)
    history = {"a": [], "b": []}
    for step in range(STEPS):
        for k, p in zip("ab", parameters):
            p.grad = torch.tensor(grads[k][step], dtype=torch.float64)
        if clip:
            clip(parameters)
        optimiser.step()
        for k, p in zip("ab", parameters):
            history[k].append(p.detach().numpy().copy())
    for k in "ab":
        out[f"{name}_{k}"] = np.stack(history[k])
np.savez(__file__.replace("updates.py", "updates.npz"), **out)
