"""Where in the order of digests a row lies: in one of 3,844 buckets, by the first two characters.

Digests are of 62 characters, so a million rows fill the buckets evenly. References may name rows by any text;
that lies in the bucket which the order of code points gives it.
"""

from __future__ import annotations

from bisect import bisect_right

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_STARTS = [first + second for first in _ALPHABET for second in _ALPHABET]
_BY_START = {start: number for number, start in enumerate(_STARTS)}

BUCKETS = len(_STARTS)


def bucket_of(digest: str) -> int:
    """The bucket of a digest, from 0; of two digests the larger one is never in the lower bucket."""
    known = _BY_START.get(digest[:2])
    return max(0, bisect_right(_STARTS, digest) - 1) if known is None else known
