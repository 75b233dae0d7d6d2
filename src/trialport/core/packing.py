"""Pages leave packed, where the browser can unpack them.

Packing lets somebody who sees the length of many answers guess a secret that stands in a page beside text of his own
(BREACH). Three things stand against that: other sites cannot have a browser ask with our cookie except by a visible
visit (SameSite=Lax); the token of our forms is written in another way each time (accounts/csrf.py); and every answer
carries a random number of bytes more, as in https://ieeexplore.ieee.org/document/9754554.
"""

import secrets
import zlib

# Below this the head of the answer weighs more than what packing saves (bytes).
SMALLEST = 1000
_LEVEL = 5
_MOST_PADDING = 100
# Magic, deflate, "a name follows", no time, no extra flags, unknown system (RFC 1952, 2.3).
_HEAD = b"\x1f\x8b\x08\x08\0\0\0\0\0\xff"


def accepts_packed(accept_encoding: bytes) -> bool:
    """Tell whether a client takes gzip (RFC 9110, 12.5.3): named, and not with a weight of nothing."""
    for part in accept_encoding.lower().split(b","):
        coding, _, weight = part.partition(b";")
        if coding.strip() == b"gzip":
            return weight.replace(b" ", b"").rstrip(b"0") not in (b"q=", b"q=0.", b"q=.")
    return False


def pack(body: bytes) -> bytes:
    """Pack with gzip, under a name of random length that no browser looks at."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    padding = b"a" * secrets.randbelow(_MOST_PADDING) + b"\0"
    tail = zlib.crc32(body).to_bytes(4, "little") + (len(body) & 0xFFFFFFFF).to_bytes(4, "little")
    return b"".join((_HEAD, padding, packer.compress(body), packer.flush(), tail))
