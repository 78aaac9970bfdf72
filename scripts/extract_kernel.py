"""Takes the uncompressed kernel (ELF) out of a bzImage: a guest that boots it need not decompress it first.

Usage: extract_kernel.py BZIMAGE VMLINUX
Exits 1 when no compressed ELF is found; the bzImage itself can be booted then.
"""

import gzip
import io
import lzma
import subprocess
import sys

ELF = b"\x7fELF"


def unxz(data):
    return lzma.LZMADecompressor().decompress(data)


def gunzip(data):
    return gzip.GzipFile(fileobj=io.BytesIO(data)).read1(1 << 30)


def unzstd(data):
    # Trailing bytes are an error to zstd, so its status says nothing; the ELF magic decides.
    return subprocess.run(["zstd", "-dc"], input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


METHODS = [(b"\x28\xb5\x2f\xfd", unzstd), (b"\xfd7zXZ\x00", unxz), (b"\x1f\x8b\x08", gunzip)]


def extract(image):
    """The kernel, or None. The magic numbers may also occur by chance, so every place is tried."""
    for magic, decompress in METHODS:
        place = image.find(magic)
        while place >= 0:
            try:
                kernel = decompress(image[place:])
            except (OSError, EOFError, lzma.LZMAError, ValueError):
                kernel = b""
            if kernel.startswith(ELF):
                return kernel
            place = image.find(magic, place + 1)
    return None


with open(sys.argv[1], "rb") as file:
    vmlinux = extract(file.read())
if vmlinux is None:
    sys.exit(f"{sys.argv[1]}: no compressed ELF kernel in it")
with open(sys.argv[2], "wb") as file:
    file.write(vmlinux)
