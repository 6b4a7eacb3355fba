"""Markdown as a viewer reads it: what of it would be loaded, run or followed."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

_READER = MarkdownIt("commonmark", {"html": True}).enable("table")
_READER.validateLink = lambda url: True  # type: ignore[method-assign]  # so that a bad link is seen as one

_PIECES = [
    *"\\`!<>[]()*_~#-+|:=& \t\n\"'.1a",
    "![a](http://h/p)",
    "[a](javascript:x)",
    "[a]: javascript:x",
    "![a][a]",
    "<img src=x>",
    "<!--",
    "</p>",
    "<?x",
    "\n\n",
    "\n```\n",
    "\n~~~\n",
    "    ",
    "\n> ",
    "\n- ",
    "\n1. ",
    "<javascript:x>",
    "<http://h>",
    "&lt;",
    "---|---",
    "\n---\n",
]
hostile = st.lists(st.sampled_from(_PIECES), max_size=14).map("".join)
"""Texts of what Markdown gives a meaning to."""


def tokens(markdown: str) -> Iterator[Token]:
    """All tokens, those within lines too."""
    for token in _READER.parse(markdown):
        yield token
        yield from token.children or ()


def dangers(markdown: str) -> list[str]:
    """What a viewer would load, run, or follow to a place that is neither the web, a mailbox nor nearby."""
    found: list[str] = []
    for token in tokens(markdown):
        if token.type in ("image", "html_block", "html_inline"):
            found.append(f"{token.type}: {token.content}")
        if token.type == "link_open":
            scheme, colon, _ = str(token.attrs["href"]).partition(":")
            if colon and scheme.isalpha() and scheme.lower() not in ("http", "https", "mailto"):
                found.append(f"link: {token.attrs['href']}")
    return found


def kinds(markdown: str) -> set[str]:
    """The blocks and marks that it has."""
    return {token.type for token in tokens(markdown)}


def shown(markdown: str) -> str:
    """The text that a viewer shows."""
    parts = []
    for token in tokens(markdown):
        if token.type in ("text", "code_inline", "fence", "code_block"):
            parts.append(token.content)
        elif token.type in ("softbreak", "hardbreak", "paragraph_close"):
            parts.append("\n")
    return "".join(parts)
