"""A second opinion on Philox.java: the digests that PhiloxTest.theStreamNeverChanges expects.

Plain Python, one operation at a time; a float operation is the double one rounded to float, which is exact for
+, -, *, / and sqrt. Run: python3 philox.py
"""
import math
import struct
import zlib

MASK = 0xFFFFFFFF
N = 5000


def block(key, stream, position):
    c = [position & MASK, position >> 32 & MASK, stream & MASK, stream >> 32 & MASK]
    k0, k1 = key & MASK, key >> 32
    for _ in range(10):
        p0, p1 = c[0] * 0xD2511F53, c[2] * 0xCD9E8D57
        c = [p1 >> 32 ^ c[1] ^ k0, p1 & MASK, p0 >> 32 ^ c[3] ^ k1, p0 & MASK]
        k0, k1 = k0 + 0x9E3779B9 & MASK, k1 + 0xBB67AE85 & MASK
    return c


def words(key, stream, position):
    """Element e of block b = e / 64, r = e mod 64: word r / 16 of counter position + 16 b + r mod 16."""
    blocks = range((N + 63) // 64)
    return [block(key, stream, position + 16 * b + r % 16)[r // 16] for b in blocks for r in range(64)]


def single(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def bits(x):
    return struct.unpack("I", struct.pack("f", x))[0]


def from_bits(i):
    return struct.unpack("f", struct.pack("I", i))[0]


def horner(z, *coefficients):
    value = 0.0
    for c in reversed(coefficients):
        value = single(c + single(z * value))
    return value


LOG = [float.fromhex(c) for c in ("0x1.55555cp-1", "0x1.997c06p-2", "0x1.2eeb9p-2")]
SIN = [float.fromhex(c) for c in ("-0x1.555552p-3", "0x1.110c2ap-7", "-0x1.9aca52p-13")]
COS = [float.fromhex(c) for c in ("0x1.555554p-5", "-0x1.6c12d4p-10", "0x1.9bd908p-16")]
MINUS_TWO_LN2 = single(-2 * math.log(2))
TURN = single(2 * math.pi * 2.0**-32)


def radius(word):
    u = bits(single(single(single(word >> 1) + 0.5) * 2.0**-31))
    e = u - 0x3F3504F3 >> 23
    f = single(from_bits(u - (e << 23)) - 1)
    s = single(f / single(f + 2))
    z = single(s * s)
    log = single(s * single(2 + single(z * horner(z, *LOG))))
    return single(math.sqrt(single(single(e * MINUS_TWO_LN2) - 2 * log)))


def turn(word):
    """cos and sin of 2π word / 2^32."""
    quarter = word + (1 << 29) >> 30
    t = single(single(word - (quarter << 30)) * TURN)
    z = single(t * t)
    sin = single(t + single(single(t * z) * horner(z, *SIN)))
    cos = single(single(1 - z * 0.5) + single(single(z * z) * horner(z, *COS)))
    return [(cos, sin), (-sin, cos), (-cos, -sin), (sin, -cos)][quarter % 4]


def normals(w):
    out = [0.0] * len(w)
    for i in (i for i in range(len(w)) if i // 16 % 2 == 0):
        r, (cos, sin) = radius(w[i]), turn(w[i + 16])
        out[i], out[i + 16] = single(r * cos), single(r * sin)
    return out


def crc(code, numbers):
    return "%08x" % zlib.crc32(struct.pack(">%d%s" % (N, code), *numbers[:N]))


high, low = words(1, 2, 3), words(1, 2, 3 + (1 << 56))
print("bits           ", crc("I", high))
print("uniform floats ", crc("f", [(w >> 8) * 2.0**-24 for w in high]))
print("normal floats  ", crc("f", normals(high)))
print("uniform doubles", crc("d", [((h << 32 | l) >> 11) * 2.0**-53 for h, l in zip(high, low)]))
