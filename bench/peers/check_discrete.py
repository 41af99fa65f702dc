"""Models that no test has seen, and what pymdp makes of them in float64: python check_discrete.py out/discrete [--seeds 8] [--first 0]

Writes states-N, sequences-N, policies-N, learning-N, inductive-N and trace-N.json, which `./surprisal replay out/discrete/*.json`
recomputes to 1e-9. Models have 1 to 4 factors and modalities, dependencies drawn at random, columns with zeros in a third of
them, one-hot columns in a third; policies look 1 to 3 steps ahead. Not a measurement: the calls are not jitted.
"""
import argparse
import itertools
import json
import os
import pathlib

os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["JAX_ENABLE_X64"] = "1"

import jax
import numpy as np
from jax import nn
from jax import numpy as jnp
from pymdp import control, inference, learning

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--seeds", type=int, default=8, help="files of each kind (default 8)")
parser.add_argument("--first", type=int, default=0, help="the first seed (default 0)")
options = parser.parse_args()


def columns(rng, shape, kind):
    """Distributions over the first axis: dense, with zeros, or one-hot."""
    x = rng.gamma(1.0, size=shape) + 1e-3
    if kind == 1:
        x *= rng.random(shape) < 0.5
    if kind == 2:
        x *= 0
    lonely = rng.integers(shape[0], size=shape[1:])
    x += (np.arange(shape[0]).reshape(-1, *[1] * (len(shape) - 1)) == lonely) * (x.sum(0) == 0)
    return x / x.sum(0)


def model(rng, factors, crossing):
    S = rng.integers(2, 6, factors)
    O = rng.integers(2, 6, rng.integers(1, 5))
    U = rng.integers(1, 4, factors)
    some = lambda: sorted(rng.choice(factors, rng.integers(1, factors + 1), replace=False).tolist())  # noqa: E731
    A_deps = [some() for _ in O]
    B_deps = [sorted({f, *some()}) if crossing else [f] for f in range(factors)]
    A = [columns(rng, (o, *S[deps]), rng.integers(3)) for o, deps in zip(O, A_deps)]
    B = [columns(rng, (S[f], *S[deps], U[f]), rng.integers(3)) for f, deps in enumerate(B_deps)]
    return {"num_states": S.tolist(), "num_obs": O.tolist(), "num_controls": U.tolist(), "A_dependencies": A_deps,
            "B_dependencies": B_deps, "A": A, "B": B, "C": [rng.normal(size=o) * 2 for o in O], "D": [columns(rng, (s,), 0) for s in S]}


def seen(m, rng, T):
    """Outcomes of a walk, so that none is impossible."""
    s = [rng.choice(len(d), p=d) for d in m["D"]]
    actions, outcomes = [[int(rng.integers(u)) for u in m["num_controls"]] for _ in range(T - 1)], []
    for t in range(T):
        if t:
            s = [rng.choice(len(b), p=b[(slice(None), *[s[d] for d in deps], u)])
                 for b, deps, u in zip(m["B"], m["B_dependencies"], actions[t - 1])]
        outcomes.append([int(rng.choice(len(a), p=a[(slice(None), *[s[d] for d in deps])])) for a, deps in zip(m["A"], m["A_dependencies"])])
    return [list(o) for o in zip(*outcomes)], actions


hot = lambda obs, m: [nn.one_hot(jnp.array(o), n, dtype=jnp.float64) for o, n in zip(obs, m["num_obs"])]  # noqa: E731
arrays = lambda xs: [jnp.array(x) for x in xs]  # noqa: E731


def states(rng, seed):
    m = model(rng, int(rng.integers(1, 5)), True)
    for n, _ in itertools.product((1, 16, 64), range(2)):
        obs = [o[0] for o in seen(m, rng, 1)[0]]
        q, info = inference.update_posterior_states(arrays(m["A"]), None, [h[None] for h in hot(obs, m)], None, arrays(m["D"]),
                A_dependencies=m["A_dependencies"], B_dependencies=m["B_dependencies"], num_iter=n, method="fpi", return_info=True)
        yield m, {"algo": "fpi", "num_iter": n, "obs": obs, "qs": [x[0] for x in q], "vfe": info["vfe"]}


def sequences(rng, seed):
    m = model(rng, int(rng.integers(1, 4)), seed % 2 == 1)
    T = int(rng.integers(3, 8))
    obs, actions = seen(m, rng, T)
    given = lambda n, algo: inference.update_posterior_states(arrays(m["A"]), arrays(m["B"]), hot(obs, m), jnp.array(actions),  # noqa: E731
            arrays(m["D"]), A_dependencies=m["A_dependencies"], B_dependencies=m["B_dependencies"], num_iter=n, method=algo)
    for algo, n in itertools.product(("mmp", "vmp"), (1, 16)):
        yield m, {"algo": algo, "num_iter": n, "obs": obs, "actions": actions, "qs": given(n, algo)}
    if seed % 2 == 0:
        filtered, prior = [], arrays(m["D"])
        for t in range(T):
            q = inference.update_posterior_states(arrays(m["A"]), None, [h[t:t + 1] for h in hot(obs, m)], None, prior,
                    A_dependencies=m["A_dependencies"], B_dependencies=m["B_dependencies"], num_iter=16, method="ovf")
            filtered.append([x[-1] for x in q])
            if t < T - 1:
                prior = control.compute_expected_state(filtered[-1], arrays(m["B"]), jnp.array(actions[t]), m["B_dependencies"])
        marginals, joints = inference.smoothing_ovf([jnp.stack(x) for x in zip(*filtered)], arrays(m["B"]), jnp.array(actions))
        yield m, {"algo": "ovf", "num_iter": 16, "obs": obs, "actions": actions, "filtered": filtered,
                  "smoothed": {"marginals": marginals, "joints": joints}}


def counted(m, rng):
    return {"pA": [a * rng.uniform(1, 20) + rng.gamma(1.0, size=a.shape) for a in m["A"]],
            "pB": [b * rng.uniform(1, 20) + rng.gamma(1.0, size=b.shape) for b in m["B"]]}


def policies(rng, seed):
    m = model(rng, int(rng.integers(1, 4)), True)
    m |= counted(m, rng)
    for h, terms in itertools.product((1, 2, 3), itertools.product((True, False), repeat=3)):
        joint = int(np.prod(m["num_controls"])) ** h
        if not any(terms) or joint > 400:
            continue
        pi = control.construct_policies(m["num_states"], m["num_controls"], policy_len=h, control_fac_idx=None)
        pi = jnp.array(getattr(pi, "policy_arr", pi))
        E, gamma = columns(rng, (len(pi),), 0), float(rng.uniform(0.3, 8))
        qs = [columns(rng, (s,), rng.integers(3)) for s in m["num_states"]]
        q, G = control.update_posterior_policies_inductive(pi, arrays(qs), arrays(m["A"]), arrays(m["B"]), arrays(m["C"]), jnp.array(E),
                arrays(m["pA"]), arrays(m["pB"]), m["A_dependencies"], m["B_dependencies"], None, gamma, 1e-3, *terms, False)
        first = np.asarray(pi[:, 0])
        names = ("use_utility", "use_states_info_gain", "use_param_info_gain")
        yield m, {"policy_len": h, **dict(zip(names, terms)), "gamma": gamma, "E": E, "qs": qs, "policies": pi, "neg_efe": G, "q_pi": q,
                  "action_marginals": [float(sum(q[(first == u).all(-1)])) for u in itertools.product(*map(range, m["num_controls"]))]}


def learn(rng, seed):
    m = model(rng, int(rng.integers(1, 4)), seed % 2 == 1)
    m |= counted(m, rng)
    T = int(rng.integers(3, 8))
    obs, actions = seen(m, rng, T)
    beliefs = [np.stack([columns(rng, (s,), rng.integers(3)) for _ in range(T)]) for s in m["num_states"]]
    lr = {"lr_pA": float(rng.uniform(0.2, 2)), "lr_pB": float(rng.uniform(0.2, 2))}
    pA, A = learning.update_obs_likelihood_dirichlet(arrays(m["pA"]), arrays(m["A"]), [jnp.array(o) for o in obs], arrays(beliefs),
            A_dependencies=m["A_dependencies"], categorical_obs=False, num_obs=m["num_obs"], lr=lr["lr_pA"])
    joint = [[jnp.array(beliefs[f][1:]), *[jnp.array(beliefs[d][:-1]) for d in deps]] for f, deps in enumerate(m["B_dependencies"])]
    one = [learning.update_state_transition_dirichlet_f(jnp.array(m["pB"][f]), nn.one_hot(jnp.array(actions)[:, f], u, dtype=jnp.float64),
            joint[f], lr["lr_pB"]) for f, u in enumerate(m["num_controls"])]
    yield m, {"obs": obs, "actions": actions, "beliefs": beliefs, **lr, "pA": pA, "pB": [p for p, _ in one], "A": A, "B": [b for _, b in one]}


def inductive(rng, seed):
    n, u = int(rng.integers(4, 10)), int(rng.integers(2, 4))
    H, D = np.eye(n)[rng.integers(n)], np.full(n, 1 / n)
    B = columns(rng, (n, n, u), 1 + seed % 2)
    m = {"num_states": [n], "num_obs": [n], "num_controls": [u], "A_dependencies": [[0]], "B_dependencies": [[0]],
         "A": [np.eye(n)], "B": [B], "C": [np.zeros(n)], "D": [D], "H": [H]}
    pi = jnp.arange(u)[:, None, None]
    for depth, threshold in itertools.product((1, 3, n), (0.1, 0.5)):
        qs = [columns(rng, (n,), rng.integers(3))]
        I = control.generate_I_matrix(arrays([H]), arrays([B]), threshold, depth)
        q, G = control.update_posterior_policies_inductive(pi, arrays(qs), arrays(m["A"]), arrays([B]), arrays(m["C"]), jnp.full(u, 1 / u),
                None, None, [[0]], [[0]], I, 1.0, 1e-3, True, True, False, True)
        yield m, {"depth": depth, "threshold": threshold, "epsilon": 1e-3, "qs": qs, "I": I, "neg_efe": G, "q_pi": q}


def trace(rng, seed):
    """An agent in a world of its own model, which takes the first action of its likeliest policy."""
    m = model(rng, int(rng.integers(1, 4)), True)
    h = 1 if np.prod(m["num_controls"]) > 16 else 2
    terms = dict(zip(("use_utility", "use_states_info_gain"), ((True, True), (True, False), (False, True))[seed % 3]))
    pi = control.construct_policies(m["num_states"], m["num_controls"], policy_len=h, control_fac_idx=None)
    pi = jnp.array(getattr(pi, "policy_arr", pi))
    E, gamma = columns(rng, (len(pi),), 0), float(rng.uniform(0.3, 8))
    A, B, prior = arrays(m["A"]), arrays(m["B"]), arrays(m["D"])
    s, steps = [rng.choice(len(d), p=d) for d in m["D"]], []
    for _ in range(6):
        obs = [int(rng.choice(len(a), p=a[(slice(None), *[s[d] for d in deps])])) for a, deps in zip(m["A"], m["A_dependencies"])]
        q = inference.update_posterior_states(A, None, [x[None] for x in hot(obs, m)], None, prior, A_dependencies=m["A_dependencies"],
                B_dependencies=m["B_dependencies"], num_iter=16, method="fpi")
        qs = [x[0] for x in q]
        q_pi, G = control.update_posterior_policies_inductive(pi, qs, A, B, arrays(m["C"]), jnp.array(E), None, None, m["A_dependencies"],
                m["B_dependencies"], None, gamma, 1e-3, *terms.values(), False, False)
        action = np.asarray(pi[int(q_pi.argmax()), 0]).tolist()
        steps.append({"obs": obs, "qs": qs, "neg_efe": G, "q_pi": q_pi, "action": action})
        s = [rng.choice(len(b), p=b[(slice(None), *[s[d] for d in deps], u)]) for b, deps, u in zip(m["B"], m["B_dependencies"], action)]
        prior = control.compute_expected_state(qs, B, jnp.array(action), m["B_dependencies"])
    m |= {"settings": {"policy_len": h, "gamma": gamma, "E": E, **terms}, "policies": pi, "steps": steps}
    yield {key: m[key] for key in m if not key.startswith("num_")}, None


def plain(x):
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [plain(v) for v in x]
    return x if isinstance(x, (str, bool, int, float)) else np.asarray(x).tolist()


options.folder.mkdir(parents=True, exist_ok=True)
kinds = {"states": states, "sequences": sequences, "policies": policies, "learning": learn, "inductive": inductive, "trace": trace}
for (name, make), seed in itertools.product(kinds.items(), range(options.first, options.first + options.seeds)):
    made = list(make(np.random.default_rng([seed, *name.encode()]), seed))
    cases = {} if name == "trace" else {"cases": [case for _, case in made]}
    (options.folder / f"{name}-{seed}.json").write_text(json.dumps(plain({**made[0][0], **cases})))
print(f"{len(kinds) * options.seeds} files in {options.folder}; now: ./surprisal replay {options.folder}/*.json")
