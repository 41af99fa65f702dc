"""Runs ours and theirs alternately, case by case the same work, and writes bench/RESULTS.md and its chart.

    compare.py                       everything (an hour and more; nothing else should run meanwhile)
    compare.py --only 'gemm*,vae*'   only cases with these names; the others keep their former figures
    compare.py --report              no run: writes RESULTS.md again from the figures that there are
    compare.py --quick               sees that everything runs; writes to bench/target/peers instead

A section (products, elementwise, ...) runs at 1 thread, at 2, and the products also with vectors of 256 bits, each side
pinned to as many cores as it has threads. All sides run once per round, one after the other, so that a slow minute of a
shared machine hits every side. Figures: the minimum of the rounds' minima and the median of their medians, kept in
results/SECTION.json. Exit code 1 if a floor is missed.

Set up: python3 -m venv venv && venv/bin/pip install -r requirements.txt, then venv/bin/python compare.py; JDK 25 and Maven
as ./surprisal needs them. The script itself installs nothing.
"""
import argparse
import datetime
import fnmatch
import importlib.util
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys

import report

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
OURS = str(ROOT / "surprisal")
MODULES = {"gemm.py": ("numpy", "threadpoolctl", "torch"), "elementwise.py": ("torch",), "pymdp_tasks.py": ("pymdp",),
           "coldstart.py": ("torch", "jax", "pymdp")}
# by these a shell may have told a library or the JVM which kernels to use; a measurement starts without them
TUNING = ("OPENBLAS_", "GOTO_", "MKL_", "ONEDNN_", "DNNL_", "ATEN_", "XLA_", "OMP_", "KMP_", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--only", default="*", metavar="GLOBS", help="names of cases, several joined by commas")
parser.add_argument("--setting", default="*", metavar="GLOB", help="of: " + ", ".join(report.SETTINGS))
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--quick", action="store_true", help="short runs, one round: not a measurement")
parser.add_argument("--report", action="store_true", help="only write RESULTS.md from the figures that there are")


def lines(command, variables):
    """The JSON lines that a command prints; a command that fails ends the run."""
    print("  " + " ".join([f"{k}={v}" for k, v in variables.items()] + command), file=sys.stderr, flush=True)
    bare = {name: value for name, value in os.environ.items() if not name.startswith(TUNING)}
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=bare | variables, cwd=HERE)
    if run.returncode:
        sys.exit(f"{' '.join(command)} ended with exit code {run.returncode}")
    return [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]


def our_cases():
    """Names of all our cases; builds us first if need be."""
    run = subprocess.run([OURS, "bench", "--list"], stdout=subprocess.PIPE, text=True)
    if run.returncode:
        sys.exit(f"{OURS} bench --list ended with exit code {run.returncode}")
    return run.stdout.split()


def missing(script):
    return [m for m in MODULES.get(script, ("torch", "jax")) if importlib.util.find_spec(m) is None]


def sides(section, cases, setting):
    """What one round runs: (command, environment), ours first, and after theirs how far apart the cores are then."""
    quick = ["--quick"] if options.quick else []
    common = ["--threads", str(setting.threads), *quick]
    named = cases + [case + "/cached" for case in cases if section.name == "cold"]
    theirs = [sys.executable, section.script, "--cases", ",".join(named), "--peers", setting.peers, *common]
    if section.name != "cold":
        ours = ([OURS, "bench", "peak*", *cases, "--json", *common], setting.ours)
        after = ([OURS, "bench", "peak/tasks", "--json", *common], setting.ours)  # have the cores moved apart meanwhile?
        return [ours, (theirs, setting.theirs)] + [after] * (setting.threads > 1)
    ours = [([sys.executable, section.script, "--command", f"{OURS} {case.replace('/', ' ')}", "--case", case, "--peer",
              "surprisal", *common], setting.ours) for case in cases]
    return ours + [(theirs, setting.theirs)]


def measure(section, cases, setting):
    """Records of all cases in all rounds: {case: {"sides": {side: {...}}, "peak": {...}, ...}}."""
    rounds, peak = {}, {}
    for number in range(options.rounds):
        print(f"{section.name}, {setting.title}: round {number + 1} of {options.rounds}", file=sys.stderr)
        for command, variables in sides(section, cases, setting):
            for row in lines(command, variables):
                if row["case"] == "peak/tasks":
                    handover = row["ms_median"] / row["extra"]["calls"] * 1e6
                    seen = [*peak.get(row["case"], []), handover]
                    peak[row["case"]] = [round(min(seen)), round(max(seen))]
                elif row["case"].startswith("peak/"):
                    rate = row["extra"].get("flops", row["extra"].get("bytes", 0)) / row["ms_min"] / 1e6
                    peak[row["case"]] = max(rate, peak.get(row["case"], 0))
                else:
                    rounds.setdefault(row["case"], {}).setdefault(row["peer"], []).append(row)
    now = datetime.datetime.now().strftime("%Y-%m-%d")
    return {case: {"date": now, "rounds": options.rounds, "peak": peak,
                   "sides": {side: summary(rows) for side, rows in by_side.items()}}
            for case, by_side in rounds.items()}


def summary(rows):
    best = min(rows, key=lambda row: row["ms_min"])
    return {"version": best["version"], "ms_min": best["ms_min"], "extra": best["extra"],
            "ms_median": round(statistics.median(row["ms_median"] for row in rows), 6)}


def machine():
    """Of /proc where there is one; read when the figures are made."""
    def field(file, name):
        try:
            return next(line.split(":", 1)[1].strip() for line in open(file) if line.startswith(name))
        except (OSError, StopIteration):
            return "?"
    info = dict(line.split(maxsplit=1) for line in subprocess.run(
        [OURS, "info"], stdout=subprocess.PIPE, text=True).stdout.splitlines() if " " in line)
    return {"cpu": field("/proc/cpuinfo", "model name"), "cores": os.cpu_count(), "memory": field("/proc/meminfo", "MemTotal"),
            "system": f"{platform.system()} {platform.release()}", "java": info.get("java", "?"),
            "kernels": info.get("kernels", "?"), "python": platform.python_version()}


def run(folder):
    listed = our_cases()
    wanted = [c for c in listed if any(fnmatch.fnmatchcase(c, glob) for glob in options.only.split(","))]
    if os.getloadavg()[0] > 0.5 and not options.quick:
        print(f"warning: the machine is not quiet (load {os.getloadavg()[0]:.1f}): the figures will suffer", file=sys.stderr)
    ran = False
    for section in report.SECTIONS:
        cases = [c for c in wanted if fnmatch.fnmatchcase(c, section.cases)]
        chosen = [s for s in section.settings if fnmatch.fnmatchcase(s, options.setting)]
        if not cases or not chosen:
            continue
        if missing(section.script):
            sys.exit(f"{section.script} needs {' and '.join(missing(section.script))} in {sys.executable}; install them with\n"
                     f"  python3 -m venv venv && venv/bin/pip install -r {HERE / 'requirements.txt'}\n"
                     f"and start this script with venv/bin/python")
        file = folder / f"{section.name}.json"
        kept = json.loads(file.read_text()) if file.exists() else {"settings": {}}
        for name in chosen:
            records = measure(section, cases, report.SETTINGS[name])
            kept["machine"] = machine()
            kept["settings"].setdefault(name, {}).update(records)
            file.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
            ran = True
    if not ran:
        sys.exit(f"no case fits --only '{options.only}' --setting '{options.setting}'; there are:\n  " + "\n  ".join(listed))


options = parser.parse_args()
options.rounds = 1 if options.quick else options.rounds
folder, target = HERE / "results", HERE.parent / "RESULTS.md"
if options.quick:
    folder = HERE.parent / "target" / "peers"
    target = folder / "RESULTS.md"
folder.mkdir(parents=True, exist_ok=True)
if not options.report:
    run(folder)
sys.exit(1 if report.write(folder, target) else 0)
