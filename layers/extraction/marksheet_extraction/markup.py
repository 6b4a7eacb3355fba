"""Text of a document as Markdown that says the same and does nothing.

Escaped is what would change the structure or make a viewer load or run something: the beginning of an HTML
tag or comment, of a picture or a link, and at the start of a line whatever would begin a heading, a list, a
quotation or a fence. `*`, `_` and backticks within a line stay, so that `snake_case` can still be found as it
was written.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# A backslash before what is escaped would escape the escape, so it is doubled. The look-behind keeps a search
# from starting anew within a run of them.
_TAG = re.compile(r"(?<!\\)(\\*)<(?=[A-Za-z/!?])")
_LINK = re.compile(r"(?<!\\)(\\*)\](?=[(\[:])")
_PICTURE = re.compile(r"(?<!\\)(\\*)!(?=\[)")
_LINE_START = re.compile(
    r"^(?:(?P<mark>#{1,6}(?=\s|$)|[-+*](?=\s|$)|>|`{3,}(?=[^`\n]*$)|~{3}|=+[ \t]*$|[-*_](?=[-*_ \t]+$)|\|)"
    r"|(?P<number>\d{1,9})(?P<dot>[.)])(?=\s|$))",
    re.MULTILINE,
)
_BACKTICK = re.compile(r"(?<!\\)(\\*)`")
_BEGINNINGS = {"<": "a", "]": "(", "!": "["}
"""What a character must meet to begin something."""
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)

# The same of text that is Markdown already: there an odd backslash escapes what follows it.
_LIVE_TAG = re.compile(r"(?<!\\)((?:\\\\)*)(<)(?=[A-Za-z/!?])(?!(?:https?://|mailto:)[^\s<>]*>)")
_LIVE_PICTURE = re.compile(r"(?<!\\)((?:\\\\)*)(!)(?=\[)")
_LIVE_LINK = re.compile(
    r"(?<!\\)((?:\\\\)*)(\])(?=[(:])(?![(:]\s{0,9}<?(?:https?://|mailto:|[#/.?]|[\w%-]+[\s)/#.?>]))"
)
_FENCE = re.compile(r"(?P<fence>`{3,})[^`]*$|(?P<tildes>~{3,})")

_SPACE = re.compile(r"[ \t\r\n\f\v\u00a0\u2028\u2029]+")
# Control characters, and code points that are no characters. Tab and newline stay.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")
_BACKTICKS = re.compile(r"`+")
_URL_ESCAPES = {ord(char): f"%{ord(char):02X}" for char in " <>()[]\\\"'`|\n\t"}


def visible(text: str) -> str:
    """The text with newlines for every kind of line ending, and without control characters and lone
    surrogates.
    """
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """The text with every run of white space as one blank, and none at its ends."""
    return _SPACE.sub(" ", visible(text)).strip()


def inert(text: str, *, followed: bool = False) -> str:
    """The text with tags, pictures and links escaped; for text within a line.

    `followed` says that Markdown comes right after it: then nothing may begin in its last character, and that
    be no escape.
    """
    if followed and text[-1:] in _BEGINNINGS:
        return inert(text + _BEGINNINGS[text[-1]])[:-1]
    for pattern, char in ((_TAG, "<"), (_LINK, "]"), (_PICTURE, "!")):
        if char in text:
            text = _escape(pattern, char, text)
    return text + _trailing_backslashes(text) if followed else text


def without_code(text: str) -> str:
    """Markdown with its backticks escaped, so that they do not pair with those of code next to it."""
    return _escape(_BACKTICK, "`", text)


def code_span(text: str) -> str:
    """The text as code within a line, "" when it is blank."""
    line = one_line(text)
    if not line:
        return ""
    fence = "`" * (max((len(run) for run in _BACKTICKS.findall(line)), default=0) + 1)
    blank = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{blank}{line}{blank}{fence}"


def paragraph(text: str) -> str:
    """Text of one or more lines as a paragraph: `inert`, and no line begins a block of its own."""
    return literal_starts(_INDENT.sub("", inert(text)))


def literal_starts(text: str) -> str:
    """Markdown of a paragraph, none of whose lines begins a block of its own."""
    return _LINE_START.sub(_escaped_start, text)


def heading(text: str, level: int) -> str:
    """A heading of level 1 to 6 in one line, or "" when the text is blank."""
    line = inert(one_line(text))
    return f"{'#' * min(max(level, 1), 6)} {line}" if line else ""


def link(text: str, url: str) -> str:
    """Markdown (already escaped) as a link, or unchanged where the address is not to be followed."""
    target = safe_url(url)
    return f"[{text}]({target})" if target and text.strip() else text


def safe_url(url: str) -> str | None:
    """The address with all that could end a link encoded; None unless it is http, https or mailto."""
    target = visible(url).strip()
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https", "mailto") or not (parts.netloc or parts.scheme == "mailto"):
        return None
    return target.translate(_URL_ESCAPES)


def fenced(text: str, language: str) -> str:
    """The text as a code block, word for word, in a fence longer than any that it contains."""
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    ending = "" if text.endswith("\n") else "\n"
    return f"{fence}{language}\n{text}{ending}{fence}"


def inert_markdown(text: str) -> str:
    """Markdown with its tags, pictures and links to anything but http, https, mailto and its neighbours
    escaped.

    Only what stands in a fence at the start of a line is left alone: whether indented lines or backticks
    within a line are code depends on what is around them, and a mistake would let a picture through.
    """
    lines: list[str] = []
    loose: list[str] = []
    fence = ""
    for line in text.split("\n"):
        if fence:
            lines.append(line)
            closing = line.strip(" \t")
            if len(closing) >= len(fence) and not closing.strip(fence[0]) and not line.startswith("    "):
                fence = ""
            continue
        opened = _FENCE.match(line)
        if opened:
            lines += [*_inert_loose(loose), line]
            loose, fence = [], opened["fence"] or opened["tildes"]
            continue
        loose.append(line)
    return "\n".join([*lines, *_inert_loose(loose)])


def _inert_loose(lines: list[str]) -> list[str]:
    """Lines outside of fences, escaped as one text: a link may go on in the next line."""
    if not lines:
        return []
    text = "\n".join(lines)
    for pattern in (_LIVE_TAG, _LIVE_LINK, _LIVE_PICTURE):
        text = pattern.sub(r"\1\\\2", text)
    return [text]


def _escape(pattern: re.Pattern[str], char: str, text: str) -> str:
    return pattern.sub(lambda found: f"{found[1] * 2}\\{char}", text)


def _trailing_backslashes(text: str) -> str:
    return text[len(text.rstrip("\\")) :]


def _escaped_start(found: re.Match[str]) -> str:
    return f"{found['number']}\\{found['dot']}" if found["number"] else f"\\{found['mark']}"
