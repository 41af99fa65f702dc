"""What is compared, the floors, and the text that tells the results; compare.py is the command."""
import collections
import fnmatch
import json
import math

import chart

Setting = collections.namedtuple("Setting", "title threads peers ours theirs")
Section = collections.namedtuple("Section", "name title script cases settings")
Floor = collections.namedtuple("Floor", "cases setting against mean each")

SETTINGS = {
    "1": Setting("1 thread", 1, "*", {}, {}),
    "2": Setting("2 threads", 2, "*", {}, {}),
    "256": Setting("1 thread, vectors of 256 bits", 1, "openblas",
                   {"JAVA_TOOL_OPTIONS": "-XX:+IgnoreUnrecognizedVMOptions -XX:UseAVX=2"}, {"OPENBLAS_CORETYPE": "Haswell"}),
}
SECTIONS = [
    Section("gemm", "Matrix products, float32", "gemm.py", "gemm/*", ("1", "2", "256")),
    Section("elementwise", "Elementwise operations, reductions and rows, float32", "elementwise.py", "elementwise/*", ("1", "2")),
    Section("vae", "One training step of a variational autoencoder", "vae.py", "vae/*", ("1", "2")),
    Section("rssm", "One training step of a recurrent state-space model", "rssm.py", "rssm/*", ("1", "2")),
    Section("conv", "One training step of a convolutional encoder and decoder", "conv.py", "conv/*", ("1", "2")),
    Section("pymdp", "Discrete active inference", "pymdp_tasks.py", "pymdp/*", ("1", "2")),
    Section("cold", "From process start to the first result", "coldstart.py", "cold/*", ("1", "2")),
]

SLOW = [f"elementwise/{op}/*" for op in
        ("exp", "log", "tanh", "sigmoid", "softplus", "gelu", "softmax64", "logsumexp64", "normal")]
FASTER = "the faster"
# peer time / our time that is the least to be reached: in the geometric mean of the cases, and in each
FLOORS = [
    Floor(["gemm/*"], "1", FASTER, 0.95, 0.75),
    Floor(["gemm/*"], "2", FASTER, 0.95, 0.7),
    Floor(["gemm/*"], "256", "openblas", 0.85, None),
    Floor(SLOW, "1", "torch", 1.5, 0.9),
    Floor(SLOW, "2", "torch", 1.5, None),
    Floor(["vae/*"], "1", "torch", None, 1.4),
    Floor(["vae/*"], "1", "jax", None, 1.25),
    Floor(["vae/*"], "2", "torch", None, 2.2),
    Floor(["vae/*"], "2", "jax", None, 1.25),
    Floor(["rssm/*"], "1", "torch", None, 2),
    Floor(["rssm/*"], "1", "jax", None, 1.25),
    Floor(["rssm/*"], "2", "torch", None, 2.5),
    Floor(["rssm/*"], "2", "jax", None, 1.25),
    Floor(["conv/*"], "1", FASTER, None, 0.8),
    Floor(["conv/*"], "2", FASTER, None, 0.8),
    Floor(["cold/vae-first-step"], "1", FASTER, None, 3),
    Floor(["cold/vae-first-step"], "2", FASTER, None, 3),
    Floor(["cold/tmaze-first-action"], "1", "pymdp", None, 9),
    Floor(["cold/tmaze-first-action"], "2", "pymdp", None, 9),
]
for glob, least in {"infer_states/10x10": 5, "infer_states/16x8x4": 8, "infer_policies/tmaze/h1": 5, "infer_policies/tmaze/h2": 5,
                    "infer_policies/tmaze/h4": 15, "infer_policies/grid7x7/3125": 60, "infer_policies/16x8x4/576": 15,
                    "rollout/grid7x7-learnB/50": 20, "rollout/cue-chaining/15": 20, "mmp/16x8x4/t10": 5, "vmp/16x8x4/t10": 5,
                    "sophisticated/*": 50}.items():
    FLOORS.append(Floor(["pymdp/" + glob], "1", "pymdp", None, least))
FLOORS.append(Floor(["pymdp/infer_policies/tmaze/h4/batch*"], "2", "pymdp", None, 30))

BEGIN, END = "<!-- compare.py writes from here -->\n", "<!-- compare.py writes to here -->\n"
# bytes of memory that an element takes, read and written, where it is not 8
TRAFFIC = {"add": 12, "mul": 12, "sum": 4, "max": 4, "logsumexp64": 4, "normal": 4}


def mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def ratio(record, against=FASTER):
    """Peer time / our time on the minima, or None if one of them did not run."""
    sides = record["sides"]
    rivals = [side["ms_min"] for name, side in sides.items() if name != "surprisal" and against in (FASTER, name)]
    return min(rivals) / sides["surprisal"]["ms_min"] if rivals and "surprisal" in sides else None


def fits(case, globs):
    return any(fnmatch.fnmatchcase(case, glob) for glob in globs)


def share(case, record):
    """Of the measured peak: multiply-adds, or a copy's bytes a second where arrays are as large as its; '' where neither counts."""
    ours, peak = record["sides"].get("surprisal"), record["peak"]
    if ours and ours["extra"].get("flops") and peak.get("peak/fma"):
        return f"{100 * ours['extra']['flops'] / ours['ms_min'] / 1e6 / peak['peak/fma']:.0f} % FMA"
    if ours and case.startswith("elementwise/") and case.endswith("/1048576") and peak.get("peak/memory"):
        size = TRAFFIC.get(case.split("/")[1], 8) * 2**20
        return f"{100 * size / ours['ms_min'] / 1e6 / peak['peak/memory']:.0f} % copy"
    return ""


def check(results):
    """Every floor that has figures: (floor, what, value, least)."""
    found = []
    for floor in FLOORS:
        cases = {c: ratio(r, floor.against) for records in results.values()
                 for c, r in records.get(floor.setting, {}).items() if fits(c, floor.cases)}
        cases = {c: value for c, value in cases.items() if value}
        if cases and floor.mean:
            found.append((floor, f"geometric mean of {len(cases)} cases", mean(cases.values()), floor.mean))
        if cases and floor.each:
            worst = min(cases, key=cases.get)
            found.append((floor, worst if len(cases) > 1 else "", cases[worst], floor.each))
    return found


def mark(value, least):
    return f"{value:.2f}" + (" ✗" if value < least else "")


def floors_table(found):
    yield "| cases | setting | against | | reached | floor |"
    yield "|---|---|---|---|---|---|"
    for floor, what, value, least in found:
        cases = "elementwise, transcendental" if floor.cases == SLOW else ", ".join(floor.cases)
        where = "geometric mean" if what.startswith("geometric") else f"slowest: {what}" if what else ""
        yield f"| {cases} | {SETTINGS[floor.setting].title} | {floor.against} | {where} | {mark(value, least)} | {least} |"


def section_table(records, setting):
    peers = sorted({side for r in records.values() for side in r["sides"]} - {"surprisal"})
    shares = any(share(c, r) for c, r in records.items())
    heads = ["case", "ours"] + (["share of peak"] if shares else []) + [h for p in peers for h in (p, "÷ ours")]
    heads += (["fastest ÷ ours"] if len(peers) > 1 else [])
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    least = lambda case, against: max((f.each for f in FLOORS if f.each and f.setting == setting and f.against == against
                                       and fits(case, f.cases)), default=0)
    for case in sorted(records):
        record = records[case]
        cell = lambda side: "{:.4g} ({:.4g})".format(record["sides"][side]["ms_min"], record["sides"][side]["ms_median"]) \
            if side in record["sides"] else "–"
        quotient = lambda against: "–" if ratio(record, against) is None \
            else mark(ratio(record, against), least(case, against))
        row = [case, cell("surprisal")] + ([share(case, record)] if shares else [])
        row += [text for p in peers for text in (cell(p), quotient(p))] + ([quotient(FASTER)] if len(peers) > 1 else [])
        yield "| " + " | ".join(row) + " |"
    for against in (peers + [FASTER] if len(peers) > 1 else peers):
        ratios = [r for r in (ratio(record, against) for record in records.values()) if r]
        if len(ratios) > 1:
            yield f"\nGeometric mean of {len(ratios)} cases against {against}: {mean(ratios):.2f}." if against == peers[0] \
                else f"Against {against}: {mean(ratios):.2f}."


def text(results, machines):
    yield "Milliseconds: the minimum of all rounds, in brackets the median of the rounds' medians. ÷ ours: peer's minimum / our"
    yield "minimum, above 1 ours is faster; ✗ marks a floor that is missed. Share of peak: of the multiply-adds in registers that"
    yield "`peak/fma` reaches in the same run, or of the bytes a second of `peak/memory`, a copy of 4 MiB. A copy is no limit: large"
    yield "caches hold it, and what reads more than it writes can be above 100 %. The way from one thread to the other and back"
    yield "(`peak/tasks`, before ours and after theirs in each round) is about 350 ns between cores with a cache in common and 1,400 without;"
    yield "a virtual machine may be moved from one to the other.\n"
    for m in dict.fromkeys(json.dumps(m, sort_keys=True) for m in machines.values()):
        names = [n for n, other in machines.items() if json.dumps(other, sort_keys=True) == m]
        m = json.loads(m)
        yield f"Machine ({', '.join(names)}): {m['cores']} cores of {m['cpu']}, {m['memory']}, {m['system']}; Java {m['java']};"
        yield f"{m['kernels']}; Python {m['python']}.\n"
    versions = sorted({(side, s["version"]) for records in results.values() for setting in records.values()
                       for r in setting.values() for side, s in r["sides"].items() if s["version"]})
    yield "Versions: " + ", ".join(f"{side} {version}" for side, version in versions) + ".\n"
    yield "![Ratios of every case on a logarithmic axis](RESULTS.svg)\n"
    found = check(results)
    if found:
        yield "### Floors\n"
        yield from floors_table(found)
    for section in SECTIONS:
        for setting, records in sorted(results.get(section.name, {}).items()):
            dates = sorted({r["date"] for r in records.values()})
            rounds = sorted({str(r["rounds"]) for r in records.values()})
            yield f"\n### {section.title}: {SETTINGS[setting].title}\n"
            yield f"`{section.script}`; {' and '.join(rounds)} round{'' if rounds == ['1'] else 's'}, {', '.join(dates)}."
            peaks = {name: max(r["peak"].get(name, 0) for r in records.values()) for name in ("peak/fma", "peak/memory")}
            if peaks["peak/fma"]:
                yield f"Peaks: {peaks['peak/fma']:.0f} GFLOP/s, {peaks['peak/memory']:.0f} GB/s of a copy."
            handovers = [ns for r in records.values() for ns in r["peak"].get("peak/tasks", [])]
            if SETTINGS[setting].threads > 1 and handovers:
                yield f"From one thread to the other and back: {min(handovers)} to {max(handovers)} ns."
            yield ""
            yield from section_table(records, setting)


def write(folder, target):
    """Puts the tables between the marks of the target (made if there is none), draws the chart; returns the floors missed."""
    results, machines = {}, {}
    for section in SECTIONS:
        file = folder / f"{section.name}.json"
        if file.exists():
            kept = json.loads(file.read_text())
            results[section.name], machines[section.name] = kept["settings"], kept["machine"]
    body = "\n".join(text(results, machines)) + "\n"
    old = target.read_text() if target.exists() else f"# Results\n\n{BEGIN}{END}"
    if BEGIN not in old or END not in old:
        raise SystemExit(f"{target} lacks the lines {BEGIN!r} and {END!r} between which the tables go")
    target.write_text(old[:old.index(BEGIN) + len(BEGIN)] + "\n" + body + "\n" + old[old.index(END):])
    rows = [(f"{case}  [{setting}]", {p: ratio(r, p) for p in r["sides"] if p != "surprisal" and ratio(r, p)})
            for section in SECTIONS for setting, records in sorted(results.get(section.name, {}).items())
            for case, r in sorted(records.items())]
    target.with_suffix(".svg").write_text(chart.svg([row for row in rows if row[1]]))
    missed = [f"{', '.join(f.cases)}, {SETTINGS[f.setting].title}, against {f.against} {what}: {value:.2f} < {least}"
              for f, what, value, least in check(results) if value < least]
    print(f"written: {target}" + "".join("\nfloor missed: " + m for m in missed))
    return missed
