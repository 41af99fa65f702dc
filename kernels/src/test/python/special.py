"""Writes special.csv, the second opinion of DoublesTest (python 3, mpmath, 50 digits).

    python special.py > ../resources/surprisal/kernels/special.csv
"""
from mpmath import erf, erfc, loggamma, mp, mpf, polygamma

mp.dps = 50

ERF = [1e-300, 1e-8, 0.1, 0.3, 0.49999, 0.5, 0.7, 0.84375, 0.99999, 1, 1.2, 1.7, 2, 2.5, 3, 4, 5, 5.9, -0.2, -0.9, -1.5, -3]
ERFC = ERF[5:] + [6, 8, 11, 15, 19.7, 23, 26, 26.5, -1e-5]
GAMMA = [1e-300, 1e-20, 1e-5, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99999, 1.00001, 1.3, 1.4616321449683623, 1.5, 1.7, 1.99999,
         2.00001, 2.3, 2.5, 3, 4.7, 6, 7.99, 8, 9.5, 10, 12.3, 20, 100, 1e4, 1e10, 1e15, 1e16, 1e100, 1e300,
         -1e-5, -0.3, -0.5, -0.7, -1.3, -1.5, -2.5, -3.7, -9.25, -20.1, -100.6]


def row(name, f, x):
    # loggamma of a negative number has a multiple of i pi as its imaginary part
    y = f(mpf(x)).real
    print(f"{name},{float(x)!r},{float(y)!r}".replace("inf", "Infinity"))  # as Java spells it


for x in ERF:
    row("erf", erf, x)
for x in ERFC:
    row("erfc", erfc, x)
for x in GAMMA:
    row("lgamma", loggamma, x)
    row("digamma", lambda v: polygamma(0, v), x)
    row("trigamma", lambda v: polygamma(1, v), x)
