"""Cuts the first 6,000 training and 1,000 test digits out of the four MNIST files, in their official order.

    python3 cut.py FOLDER_WITH_THE_FOUR_MNIST_FILES

writes the same four file names beside this script. The images are byte for byte those of the originals; only the
counts in the headers and the ends of the files change. Same input, same bytes out (no time stamp in the gzip header).
"""
import gzip
import pathlib
import struct
import sys

KEEP = {"train": 6000, "t10k": 1000}


def cut(source, target, magic, count, size):
    with gzip.open(source) as file:
        content = file.read()
    found, total = struct.unpack(">2I", content[:8])
    if found != magic or total < count:
        sys.exit(f"{source}: expected magic {magic} and at least {count} items, found {found} and {total}")
    header = 8 if size == 1 else 16
    kept = struct.pack(">2I", magic, count) + content[8:header + count * size]
    target.write_bytes(gzip.compress(kept, 9, mtime=0))
    print(f"{target.name}: {count} of {total}, {target.stat().st_size} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    mnist, here = pathlib.Path(sys.argv[1]), pathlib.Path(__file__).parent
    for part, count in KEEP.items():
        for kind, magic, size in (("images-idx3", 2051, 28 * 28), ("labels-idx1", 2049, 1)):
            name = f"{part}-{kind}-ubyte.gz"
            cut(mnist / name, here / name, magic, count, size)
