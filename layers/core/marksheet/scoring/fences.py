"""Texts of others inside a prompt, fenced so that none can end its fence or forge what comes after it.

Every fence of a prompt carries a code that occurs nowhere in what it holds.
"""

from __future__ import annotations

import hashlib
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SHORTEST_CODE = 8
"""Hexadecimal digits."""


def code_for(fenced: Iterable[str], private: Iterable[str] = ()) -> str:
    """Eight hexadecimal digits or more that occur in none of the texts, in neither case.

    They begin the SHAKE256 digest of all texts, each with its length, and are as many as it takes; a code
    longer than every text occurs in none, so that ends. Equal texts have equal codes, which keeps a repeated
    prompt the same prompt. `private` texts enter the digest without being fenced: what the author of a fenced
    text is not shown makes the code harder to foresee, though foreseeing it would only change it.
    """
    texts = [*fenced, *private]
    digest = hashlib.shake_256()
    for text in texts:
        content = text.encode(errors="surrogatepass")
        digest.update(len(content).to_bytes(8))
        digest.update(content)
    lowered = [text.lower() for text in texts]
    for size in count(SHORTEST_CODE // 2):
        code = digest.hexdigest(size)
        if not any(code in text for text in lowered):
            break
    return code


def fence(name: str, text: str, code: str) -> str:
    """The text, as it is, on lines of its own between an opening and a closing tag."""
    return f"<{name}-{code}>\n{text}\n</{name}-{code}>"
