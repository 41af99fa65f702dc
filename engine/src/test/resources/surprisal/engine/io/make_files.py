"""Writes the files beside this script with NumPy 2.4.6 and safetensors 0.8.0, for the Java readers and writers to agree with.

    python make_files.py
"""
import gzip
import os
import struct
import warnings

import numpy as np
import safetensors
import safetensors.numpy
from numpy.lib import format

os.chdir(os.path.dirname(os.path.abspath(__file__)))
warnings.simplefilter("ignore")   # version 3.0 warns that old NumPy cannot read it


def numbers(dtype):
    """[2, 3]: floats -1, -0.5 .. 1.5, signed -2 .. 3, unsigned 0 .. 5, bools False, True, ..."""
    i = np.arange(6).reshape(2, 3)
    kind = np.dtype(dtype).kind
    return {"f": (i - 2) / 2, "i": i - 2, "u": i, "b": i % 2 == 1}[kind].astype(dtype)


for dtype in ["<f2", "<f4", "<f8", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "|b1", ">f2", ">f4", ">f8", ">i2", ">i4", ">i8", ">u2"]:
    order = {"<": "little", ">": "big", "|": "byte"}[dtype[0]]
    np.save(f"{dtype[1:]}-{order}.npy", numbers(dtype))

cube = np.arange(24, dtype="<f4").reshape(2, 3, 4)
np.save("c-order.npy", cube)
np.save("fortran-order.npy", np.asfortranarray(cube))
np.save("scalar.npy", np.array(2.5))
np.save("empty.npy", np.zeros((0, 3), "<f4"))
np.save("vector.npy", np.arange(5, dtype="<f8") / 4)
np.save("special.npy", np.array([0, 0x80000000, 0x7f800000, 0xff800000, 0x7fc00000, 0x7fc00123, 1, 0x7f7fffff], "<u4").view("<f4"))
np.save("limit.npy", np.array([2**53, -2**53], "<i8"))
np.save("beyond.npy", np.array([1, 2**53 + 1], "<i8"))
np.save("object.npy", np.array([{}, None], dtype=object), allow_pickle=True)
np.save("complex.npy", np.array([1j]))
np.save("text.npy", np.array(["text"]))
np.save("fields.npy", np.zeros(2, dtype=[("x", "<f4"), ("y", "<f4")]))
for version in [(1, 0), (2, 0), (3, 0)]:
    with open(f"version{version[0]}.npy", "wb") as f:
        format.write_array(f, numbers("<f4"), version=version)

for rank in range(1, 65):   # a header whose room to grow is just enough to start a new block of 64
    shape = (1,) * (rank - 1) + (2,)
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}" + " " * 20
    if (10 + len(text) + 1) % 64 == 0:
        np.save("boundary.npy", np.arange(2, dtype="<f4").reshape(shape))
np.save("signalling.npy", np.asfortranarray(np.array([[0x7f800123, 1], [2, 3]], "<u4").view("<f4")))

named = {"weight": cube, "bias": np.array(2.5), "größe": np.arange(5, dtype="<f8") / 4, "empty": np.zeros((0, 3), "<f4")}
np.savez("stored.npz", **named)
np.savez_compressed("deflated.npz", **named)
np.savez_compressed("zeros.npz", zeros=np.zeros(1_000_000))

safetensors.numpy.save_file({
    "f64": numbers("<f8"), "f32": numbers("<f4"), "f16": numbers("<f2"), "i64": numbers("<i8"), "i32": numbers("<i4"),
    "u8": numbers("u1"), "bool": numbers("?"), "scalar": np.array(2.5), "empty": np.zeros((0, 3), "<f4"),
}, "types.safetensors", metadata={"made by": "größe \"1\"\n\t\\ \x01"})
safetensors.numpy.save_file({
    "zeta": cube, "alpha": cube[0].copy(), "öl": np.arange(5, dtype="<f8") / 4, "beta": np.array(2.5),
}, "floats.safetensors", metadata={"a\"b": "größe \\ \x01\b\f\n\r\t/"})
bfloat16 = (numbers("<f4").view("<u4") >> 16).astype("<u2")
with open("bfloat16.safetensors", "wb") as f:
    spec = safetensors.TensorSpec(dtype="bfloat16", shape=[2, 3], data_ptr=bfloat16.ctypes.data, data_len=bfloat16.nbytes)
    f.write(bytes(safetensors.serialize({"bf16": spec})))
safetensors.numpy.save_file({"short": np.array([1, 2], "<i2")}, "unread.safetensors")


def idx(code, dtype):
    """As the page of MNIST says: zero, zero, type, rank, lengths, numbers, all big-endian."""
    data = numbers(dtype)
    return struct.pack(">BBBBII", 0, 0, code, 2, 2, 3) + data.tobytes()


for code, dtype in [(8, "u1"), (9, "i1"), (11, ">i2"), (12, ">i4"), (13, ">f4"), (14, ">f8")]:
    with open(f"{dtype.strip('>')}.idx", "wb") as f:
        f.write(idx(code, dtype))
with open("u1.idx.gz", "wb") as f:
    f.write(gzip.compress(idx(8, "u1"), mtime=0))
with open("named.gz", "wb") as f:   # with a name and a time in the gzip header
    with gzip.GzipFile("named.idx", "wb", fileobj=f, mtime=1) as z:
        z.write(idx(13, ">f4"))
