"""What is found out about runs together, kept for the next who asks. It can be found out again."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from marksheet.store import layout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from marksheet.application import Application


def remembered(
    app: Application, organization: str, kind: str, of: Iterable[str], find_out: Callable[[], bytes]
) -> bytes:
    """What `find_out` gives, from the bucket if it was asked for before. `kind` and `of` must say all that it
    depends on; two who find it out at once write the same.
    """
    digest = sha256("\n".join((kind, *of)).encode()).hexdigest()
    key = layout.alignment(organization, f"{kind}-{digest}")
    content = app.store.objects.find(key)
    if content is None:
        content = find_out()
        app.store.objects.write(key, content, derived=True)
    return content
