"""Prints a table of our kernels by JMH: nanoseconds a call at three vector widths, and, for the elementwise functions, before and
after thousands of calls of all others. Needs nothing but Python and ./surprisal; takes half an hour of one core.

    python bench/peers/jmh.py                 every row
    python bench/peers/jmh.py UnaryBench      those of some classes
"""
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
WIDTHS = {512: [], 256: ["-XX:UseAVX=2"], 128: ["-XX:MaxVectorSize=16"]}
BRIEF = "-f 1 -i 3 -r 150ms -foe true".split()
WARM = "-wi 3 -w 400ms".split()
WARMER = {"GemmBench": "-wi 6 -w 700ms".split()}  # the first 2**28 multiply-adds are scalar, and C2 takes a second for the tiles
# by class: which methods, and which parameters
ROWS = {
    "UnaryBench": ("", {"n": "4096", "others": "2000"}),
    "BinaryBench": ("value", {"n": "4096", "step": "1"}),
    "FusedBench": ("", {"n": "4096"}),
    "ReduceBench": ("", {"n": "4096"}),
    "RowsBench": ("", {"n": "64"}),
    "RandomBench": ("", {"n": "4096"}),
    "SimplexBench": ("", {"n": "64"}),
    "GemmBench": ("single", {"size": "64x64x64,257x257x257,128x784x400"}),
    "ConvBench": ("", {"size": "31x32x4x64"}),
}


def measured(name, method, parameters, flags):
    """Nanoseconds by what was called."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        command = [str(ROOT / "surprisal"), "jmh", f"{name}.{method}", *BRIEF, *WARMER.get(name, WARM), "-rf", "json", "-rff", file.name]
        for parameter, value in parameters.items():
            command += ["-p", f"{parameter}={value}"]
        if flags:
            command += ["-jvmArgsAppend", " ".join(flags)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        results = json.load(open(file.name))
    rows = {}
    for result in results:
        scale = {"ns/op": 1, "us/op": 1e3, "ms/op": 1e6}[result["primaryMetric"]["scoreUnit"]]
        of = {k: v for k, v in result.get("params", {}).items() if k not in ("others", "step", "threads")}
        called = result["benchmark"].split(".jmh.")[1].replace("Bench.", ".")
        rows[" ".join([called, *of.values()])] = result["primaryMetric"]["score"] * scale
    return rows


def shown(ns):
    return "" if ns is None else f"{ns:.3g}" if ns < 1000 else f"{ns:.0f}"


def main(classes):
    print("| kernel, size | " + " | ".join(f"{width} bits" for width in WIDTHS) + " | 512 bits, alone |")
    print("|---" * (len(WIDTHS) + 2) + "|")
    for name in classes or ROWS:
        method, parameters = ROWS[name]
        columns = [measured(name, method, parameters, flags) for flags in WIDTHS.values()]
        columns.append(measured(name, method, parameters | {"others": "0"}, []) if "others" in parameters else {})
        for row in columns[0]:
            print(f"| {row} | " + " | ".join(shown(column.get(row)) for column in columns) + " |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
