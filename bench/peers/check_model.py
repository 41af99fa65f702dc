"""The free energy of a model that was trained here, computed again from its files: python check_model.py out/mnist-vae

model.safetensors has the weights of p(x, z) and q(z|x), check.npz digits x, noise eps, and F of each digit with z = mean + std * eps.
Needs numpy alone. Exit code 1 if the mean of F differs by more than 1e-4 nats.
"""
import json
import pathlib
import sys

import numpy as np

folder = pathlib.Path(sys.argv[1])
file = (folder / "model.safetensors").read_bytes()
start = 8 + int.from_bytes(file[:8], "little")
header = json.loads(file[8:start])
about = header.pop("__metadata__")
kind = {"F32": "<f4", "F64": "<f8"}
weights = {name: np.frombuffer(file, kind[t["dtype"]], offset=start + t["data_offsets"][0], count=int(np.prod(t["shape"])))
           .reshape(t["shape"]).astype(np.float64) for name, t in header.items()}
softplus = lambda x: np.logaddexp(0, x)  # noqa: E731
activation = {"tanh": np.tanh, "relu": lambda x: np.maximum(x, 0), "softplus": softplus}[about["activation"]]


def mlp(part, h):
    for i in range(layers := len(about["hidden"].split(",")) + 1):
        h = h @ weights[f"model.{part}.layers.{i}.weight"] + weights[f"model.{part}.layers.{i}.bias"]
        h = activation(h) if i < layers - 1 else h
    return h


check = np.load(folder / "check.npz")
x = check["x"].astype(np.float64)
mean, rho = np.split(mlp("encoder", x), 2, axis=-1)
std = softplus(rho) + 1e-4
logits = mlp("decoder", mean + std * check["eps"])
complexity = ((mean**2 + std**2 - 1) / 2 - np.log(std)).sum(-1)
accuracy = (x * logits - softplus(logits)).sum(-1)
here, there = (complexity - accuracy).mean(), check["free_energy"].astype(np.float64).mean()
print(f"F of {len(x)} digits: {here:.6f} nats here, {there:.6f} in check.npz, difference {here - there:+.1e};",
      f"largest for a digit {np.abs(complexity - accuracy - check['free_energy']).max():.1e}")
sys.exit(int(abs(here - there) > 1e-4))
