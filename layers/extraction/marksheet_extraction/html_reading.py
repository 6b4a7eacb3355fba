"""HTML as a sequence of allowed elements and texts, every one of which is ended, whatever the page leaves
open.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Set


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_KEPT = _names(
    "a b blockquote caption code dd del dl dt em h1 h2 h3 h4 h5 h6 i kbd li ol p pre s samp strong table "
    " tbody td tfoot th thead tr tt ul"
)
_BLOCKS = _names(
    "address article aside details dialog div fieldset figcaption figure footer form header hgroup main nav"
    " section summary"
)
"""Told as paragraphs."""
_DROPPED = _names(
    "applet audio canvas iframe math noembed noframes noscript object script select style svg template"
    " textarea title video"
)
"""Left out with all that is in them."""
_VOID = _names("area base br col embed hr img input link meta param source track wbr")
_ENDED = {
    "li": ({"li"}, {"ul", "ol"}),
    "dt": ({"dt", "dd"}, {"dl"}),
    "dd": ({"dt", "dd"}, {"dl"}),
    "td": ({"td", "th"}, {"tr", "table"}),
    "th": ({"td", "th"}, {"tr", "table"}),
    "tr": ({"tr", "td", "th"}, {"table"}),
    "thead": ({"thead", "tbody", "tfoot", "tr", "td", "th"}, {"table"}),
    "tbody": ({"thead", "tbody", "tfoot", "tr", "td", "th"}, {"table"}),
    "tfoot": ({"thead", "tbody", "tfoot", "tr", "td", "th"}, {"table"}),
}
"""Start tag -> the elements that it ends, as HTML lets one leave their end tags out, and those that it looks
no further than.
"""
_END_PARAGRAPH = _BLOCKS | _names("blockquote dl h1 h2 h3 h4 h5 h6 hr ol p pre table ul")
_HOLD_PARAGRAPHS = _BLOCKS | _names("blockquote body caption dd dt html li table td th tr")
_DEEPEST = 60
"""Elements within each other; of those further down only the text is told. Layouts reach 30."""
_NEAR = 200
"""How many open elements are looked through for the one that a tag ends; a million of them would each be
sought everywhere.
"""
_SPACE = re.compile(r"[ \t\r\n\f]+")


class Listener(Protocol):
    """Who is told what a page holds. Every `begin` has its `end`, and they nest."""

    def begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An allowed element; those that only lay out are `p`."""

    def end(self, tag: str) -> None:
        """The last element that began and has not ended."""

    def text(self, text: str) -> None:
        """A text, outside of `pre` with one blank for every run of white space."""

    def line_break(self) -> None: ...

    def rule(self) -> None: ...


def read_html(html: str, listener: Listener) -> None:
    """Tell a page from its beginning to its end. Pictures are told as their alternative text; scripts,
    styles, comments, forms' fields and whatever is hidden are passed over.
    """
    parser = _Parser(listener)
    parser.feed(html)
    parser.close()
    parser.end_all()


class _Parser(HTMLParser):
    def __init__(self, listener: Listener) -> None:
        super().__init__(convert_charrefs=True)
        self._listener = listener
        self._depth = 0
        """Elements told of that are open."""
        self._code = 0
        """Those of them in which white space counts."""
        self._open: list[tuple[str, str]] = []
        """The elements that the text is in: the tag of each, and the tag that was told, or ""."""
        self._dropped: list[str] = []
        """The element that is left out with all that is in it, and the open ones within it."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _VOID:
            if not self._dropped and not _is_hidden(given):
                self._void(tag, given)
            return
        if self._dropped or tag in _DROPPED or _is_hidden(given):
            self._dropped.append(tag)
            return
        self._end_implied(tag)
        told = tag if tag in _KEPT else "p" if tag in _BLOCKS else ""
        if told and self._depth >= _DEEPEST:
            self._listener.text(" ")
            told = ""
        self._open.append((tag, told))
        if told:
            self._depth += 1
            self._code += told == "pre"
            self._listener.begin(told, given)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """`<div/>` opens a `div` in HTML, and ends nothing."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._dropped:
            if tag in self._dropped[-_NEAR:]:
                while self._dropped.pop() != tag:
                    pass
                return
            if not self._is_open(tag):
                return
            self._dropped.clear()  # whatever is left out was never ended, and what it is in ends here
        if self._is_open(tag):
            self._end_up_to(tag)

    def handle_data(self, data: str) -> None:
        if not self._dropped:
            self._listener.text(data if self._code else _SPACE.sub(" ", data))

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Pass over `<![...>`, for most forms of which the parser of some Python versions raises."""
        end = self.rawdata.find(">", i)
        return end + 1 or -1

    def end_all(self) -> None:
        while self._open:
            self._end_last()

    def _void(self, tag: str, given: Mapping[str, str]) -> None:
        if tag == "br":
            self._listener.line_break()
        elif tag == "hr":
            self._end_implied(tag)
            self._listener.rule()
        elif tag == "img" and given.get("alt", "").strip():
            self._listener.text(_SPACE.sub(" ", f" {given['alt']} "))

    def _end_implied(self, tag: str) -> None:
        """End what a start tag ends by itself."""
        if tag in _END_PARAGRAPH:
            self._end_among({"p"}, _HOLD_PARAGRAPHS)
        if tag in _ENDED:
            self._end_among(*_ENDED[tag])

    def _end_among(self, ended: set[str], within: Set[str]) -> None:
        outermost = None
        for opened, _ in reversed(self._open[-_NEAR:]):
            if opened in within and opened not in ended:
                break
            if opened in ended:
                outermost = opened
        if outermost:
            self._end_up_to(outermost)

    def _is_open(self, tag: str) -> bool:
        return any(tag == opened for opened, _ in self._open[-_NEAR:])

    def _end_up_to(self, tag: str) -> None:
        while self._end_last() != tag:
            pass

    def _end_last(self) -> str:
        tag, told = self._open.pop()
        if told:
            self._depth -= 1
            self._code -= told == "pre"
            self._listener.end(told)
        return tag


def _is_hidden(given: Mapping[str, str]) -> bool:
    style = given.get("style", "").replace(" ", "").lower()
    return "hidden" in given or "display:none" in style or "visibility:hidden" in style
