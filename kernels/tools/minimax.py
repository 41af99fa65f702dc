"""Prints the polynomial coefficients of Singles, Lanes and Doubles (python 3, mpmath).

Each row asks for p with max |w(u) (g(u) - p(u))| least on [lo, hi] (Lawson's iteration on Chebyshev points). Float coefficients
are rounded one by one, lowest power first, and the rest fitted again, so that rounding costs almost nothing.

    python minimax.py            all rows
    python minimax.py EXP LOG    some of them
"""
import struct
import sys

from mpmath import mp, mpf, atanh, cos, erf, erfc, exp, floor, log, loggamma, matrix, lu_solve, pi, sin, sqrt, tanh

mp.dps = 60


def to_float(c):
    return mpf(struct.unpack("f", struct.pack("f", float(c)))[0])


def to_double(c):
    return mpf(float(c))


def lawson(us, gs, ws, powers, rounds):
    """Coefficients of the given powers: least squares, reweighted towards the least largest weighted error."""
    n = len(powers)
    rows = [[w * u ** p for p in powers] for u, w in zip(us, ws)]
    right = [w * g for g, w in zip(gs, ws)]
    weight = [mpf(1)] * len(us)
    best, least = None, None
    for _ in range(rounds):
        a = matrix(n, n)
        b = matrix(n, 1)
        for row, y, q in zip(rows, right, weight):
            for i in range(n):
                t = q * row[i]
                b[i] += t * y
                for j in range(i, n):
                    a[i, j] += t * row[j]
        for i in range(n):
            for j in range(i):
                a[i, j] = a[j, i]
        c = lu_solve(a, b)
        e = [abs(y - sum(c[j] * row[j] for j in range(n))) for row, y in zip(rows, right)]
        if least is None or max(e) < least:
            best, least = [c[j] for j in range(n)], max(e)
        mean = sum(q * v for q, v in zip(weight, e)) / sum(weight)
        weight = [q * (v / mean + mpf("1e-3")) for q, v in zip(weight, e)]
    return best, least


def fit(g, w, lo, hi, degree, rounding, points):
    us = [lo + (hi - lo) * (1 - cos(pi * k / points)) / 2 for k in range(points + 1)]
    us = us[1:]  # the functions of u = 0 are limits
    gs, ws = [g(u) for u in us], [w(u) for u in us]
    powers = list(range(degree + 1))
    if rounding is to_double:
        c, worst = lawson(us, gs, ws, powers, 8)
        return [to_double(v) for v in c], worst
    fixed = []
    while powers:
        c, _ = lawson(us, gs, ws, powers, 25)
        v = rounding(c[0])
        gs = [g0 - v * u ** powers[0] for g0, u in zip(gs, us)]
        fixed.append(v)
        powers.pop(0)
    return fixed, max(abs(w0 * e) for w0, e in zip(ws, gs))


THIRD = mpf(1) / 3
HALF_LN2 = log(mpf(2)) / 2 * mpf("1.0002")
QUARTER_PI = pi / 4 * mpf("1.0002")
HALF = mpf(1) / 2


def mills(a):
    """Phi(-a) exp(a^2/2)."""
    return erfc(a / sqrt(mpf(2))) / 2 * exp(a * a / 2)


def erfcx(z):
    return erfc(z) * exp(z * z)


F, D = to_float, to_double
ROWS = {
    # name: g, weight, lo, hi, degree, rounding
    "EXP": (lambda r: (exp(r) - 1 - r) / r ** 2, lambda r: r ** 2 / (exp(r) - 1), -HALF_LN2, HALF_LN2, 4, F),
    "LOG": (lambda f: (log(1 + f) - f + f * f / 2) / f ** 3, lambda f: f ** 3 / log(1 + f), -THIRD, THIRD, 7, F),
    "SIN": (lambda u: (sin(sqrt(u)) / sqrt(u) - 1) / u, lambda u: u * sqrt(u) / sin(sqrt(u)), mpf(0), QUARTER_PI ** 2, 2, F),
    "COS": (lambda u: (cos(sqrt(u)) - 1 + u / 2) / u ** 2, lambda u: u ** 2 / cos(sqrt(u)), mpf(0), QUARTER_PI ** 2, 2, F),
    "TANH": (lambda u: (tanh(sqrt(u)) / sqrt(u) - 1) / u, lambda u: u * sqrt(u) / tanh(sqrt(u)), mpf(0), mpf("0.36"), 4, F),
    "ERF": (lambda u: erf(sqrt(u)) / sqrt(u) - 1, lambda u: sqrt(u) / erf(sqrt(u)), mpf(0), mpf("0.9") ** 2, 6, F),
    "ERF_TAIL": (lambda a: log(erfc(a)), lambda a: erfc(a) / erf(a), mpf("0.9"), mpf("3.95"), 7, F),
    "EXP_D": (lambda r: (exp(r) - 1 - r) / r ** 2, lambda r: r ** 2 / exp(r), -HALF_LN2, HALF_LN2, 9, D),
    "LOG_D": (lambda z: (2 * atanh(sqrt(z)) / sqrt(z) - 2) / z, lambda z: z, mpf(0), mpf("0.02945"), 6, D),
    "ERF_D": (lambda u: erf(sqrt(u)) / sqrt(u) - 1, lambda u: sqrt(u) / erf(sqrt(u)), mpf(0), mpf(1), 13, D),
    "ERFCX_D": (lambda q: (1 + 2 * z_of(q)) * erfcx(z_of(q)), lambda q: 1 / ((1 + 2 * z_of(q)) * erfcx(z_of(q))),
                mpf("-0.6"), mpf("0.872"), 22, D),
    "LGAMMA1_D": (lambda z: loggamma(1 + z) / z, lambda z: z / loggamma(1 + z), mpf("-0.5"), mpf("0.5"), 27, D),
    "LGAMMA2_D": (lambda z: loggamma(2 + z) / z, lambda z: z / loggamma(2 + z), mpf("-0.5"), mpf("0.5"), 18, D),
}

def z_of(q):
    """q = (z - 2) / (z + 2), turned round."""
    return 2 * (1 + q) / (1 - q)


# ---- gelu: e^(-a^2/2) = 2^(-n/8) e^(LAMBDA a^2) e^(-r (1/2 + LAMBDA)), where a^2 = n BELL_STEP + r and the step, a little
# below 2 log(2) / 8, is so short that n times it is exact. LAMBDA a^2 goes into the polynomials of a.

EIGHTH = 2 * log(mpf(2)) / 8
BELL_STEP = floor(EIGHTH * 2 ** 15 + HALF) / 2 ** 15
LAMBDA = (EIGHTH - BELL_STEP) / (2 * BELL_STEP)

# a common factor of the eight powers by which all of them round to within a hundredth of an ulp or so of floats
BELL_FACTOR = mpf("1.037220367")

# where the exponent and the first bit of a + SHIFT change, to where all is 0
SHIFT = mpf("1.078125")
ENDS = [mpf(0)] + [mpf(b) - SHIFT for b in ("1.5", "2", "3", "4", "6", "8", "12")] + [mpf("14.42")]


def of_index(values):
    """Sorted by those bits instead: a + SHIFT begins in [1, 1.5), whose bits are 6."""
    return values[2:] + values[:2]


def to_bits(f):
    return struct.unpack("i", struct.pack("f", float(f)))[0]


def of_bits(i):
    return mpf(struct.unpack("f", struct.pack("i", i))[0])


def without_bell(g):
    return lambda a: g(a) * exp(LAMBDA * a * a) / BELL_FACTOR


def centre(g, lo, hi):
    """Near the middle, and so that g of it is nearly a float (Gal's accurate tables)."""
    middle = to_bits((lo + hi) / 2)
    return min((of_bits(middle + 64 * k) for k in range(-200, 201)), key=lambda c: abs(to_float(g(c)) / g(c) - 1))


def print_gelu():
    value = without_bell(lambda a: a * mills(a))
    slope = without_bell(lambda a: a / sqrt(2 * pi) - mills(a))
    centres = [mpf(0)] + [centre(value, lo, hi) for lo, hi in zip(ENDS[1:-1], ENDS[2:])]
    values, slopes = [], []
    for lo, hi, c in zip(ENDS, ENDS[1:], centres):
        at = lambda g: lambda q: g(q + c)
        if c:
            v, e = fit(at(value), at(lambda a: 1 / value(a)), lo - c, hi - c, 6, F, 121)
        else:  # no constant: the error is relative there too
            v, e = fit(lambda a: value(a) / a, lambda a: a / value(a), lo, hi, 5, F, 121)
            v = [mpf(0)] + v
        d, f = fit(at(slope), at(lambda a: 1 / (abs(slope(a)) + mpf("0.05"))), lo - c, hi - c, 6, F, 121)
        print(f"  from {float(lo):.4f}: weighted errors {float(e):.2e} {float(f):.2e}")
        values.append(v)
        slopes.append(d)
    for name, rows in ("GELU_CENTRE", [centres]), ("GELU", zip(*values)), ("GELU_SLOPE", zip(*slopes)):
        print(f"{name}:")
        for row in rows:
            print("    " + ", ".join(literal(v, F) for v in of_index(list(row))) + ",")
    powers = [-(2 ** 24) * BELL_FACTOR * mpf(2) ** (-mpf(j) / 8) for j in range(8)]
    print("BELL_POWERS: " + ", ".join(literal(to_float(v), F) for v in powers))
    b, e = fit(lambda r: (exp(-r * (HALF + LAMBDA)) - 1) / r if r else -HALF - LAMBDA, lambda r: r / exp(-r / 2),
               -BELL_STEP * HALF * mpf("1.0005"), BELL_STEP * HALF * mpf("1.0005"), 2, F, 151)
    print(f"BELL: step {literal(BELL_STEP, F)} steps {literal(to_float(1 / BELL_STEP), F)} weighted error {float(e):.2e}")
    for v in b:
        print(f"    {literal(v, F)}")


def literal(c, rounding):
    return float(c).hex() + ("f" if rounding is F else "")


if __name__ == "__main__":
    for name in sys.argv[1:] or [*ROWS, "GELU"]:
        if name == "GELU":
            print_gelu()
            continue
        g, w, lo, hi, degree, rounding = ROWS[name]
        c, worst = fit(g, w, lo, hi, degree, rounding, 151)
        print(f"{name}: weighted error {float(worst):.2e}")
        for v in c:
            print(f"    {literal(v, rounding)}  # {float(v):.9g}")
