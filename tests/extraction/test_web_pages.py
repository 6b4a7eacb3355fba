from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet_extraction import extract
from marksheet_extraction.text_decoding import DecodedText
from marksheet_extraction.web_pages import read
from tests.extraction.markdown_reading import dangers, hostile

TAGS = (
    "p",
    "div",
    "b",
    "i",
    "a",
    "code",
    "pre",
    "ul",
    "ol",
    "li",
    "table",
    "tr",
    "td",
    "th",
    "h2",
    "blockquote",
)
PIECES = [
    *"ab<>&`![]()\\\n ",
    *(f"<{tag}>" for tag in (*TAGS, "span", "dl", "dt", "dd", "br", "hr")),
    *(f"</{tag}>" for tag in (*TAGS, "span", "dl", "dt", "dd")),
    '<a href="http://h">',
    '<a href="javascript:x">',
    '<img src="http://h/p" alt="![a](http://h)">',
    "<script>",
    "</script>",
    "<p hidden>",
    '<td colspan=3 rowspan="2">',
    "&lt;img src=x&gt;",
    "![a](http://h)",
]


def markdown(html: str) -> str:
    return read(DecodedText(html)).markdown.strip()


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h3>A <em>b</em>\n c</h3>text", "### A *b* c\n\ntext"),
        ("<p>a<p>b<div>c</div>d", "a\n\nb\n\nc\n\nd"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<p># a<p>- b<p>1. c", "\\# a\n\n\\- b\n\n1\\. c"),
        ("<b> a </b>b<strong></strong>c", "**a** bc"),
        ("<b>a<p>b</p>c</b>", "**a**\n\nb\n\nc"),
        ("<del>a</del><s>b</s>", "~~a~~~~b~~"),
        ("<code>a`b</code> c`d <kbd>Ctrl</kbd>", "``a`b`` c\\`d `Ctrl`"),
        ("<code>a <b>b</b></code>", "`a b`"),
        ("<code>![x](http://h)`b</code><code>c</code>", "``![x](http://h)`b`` `c`"),
        ("a <b> b </b> c<i> d</i>", "a **b** c *d*"),
        ("<code>``&lt;img src=x&gt;</code>", "``` ``<img src=x> ```"),
        ("<pre>a <b>&lt;b&gt;</b>\n\n  c\n</pre>", "```\na <b>\n\n  c\n```"),
        ("<a href='https://h/(x)'>a <b>b</b></a>", "[a **b**](https://h/%28x%29)"),
        ("<a href='/near'>a</a> <a>b</a> <a href=https://h></a>", "a b"),
        ("Wow!<a href=https://h>more</a>", "Wow\\![more](https://h)"),
        ("![a]<b></b>(http://h)", "\\![a\\](http://h)"),
        ("<ul><li>a<ul><li>b</ul><li>c</ul>", "- a\n  - b\n- c"),
        ("<ol start=9><li>a<li>b<p>c</ol>", "9. a\n\n10. b\n\n    c"),
        ("<ul>a<li></li><li>b</ul>", "a\n- \n- b"),
        ("<li>alone", "- alone"),
        ("<dl><dt>a<dd>b<dt>c<dd>d</dl>", "a\n\n- b\n\nc\n\n- d"),
        ("<blockquote>a<p>b<ul><li>c</ul></blockquote>", "> a\n>\n> b\n>\n> - c"),
        ("a<hr>b", "a\n\n---\n\nb"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "| a | b |\n| --- | --- |\n| c |  |"),
        ("<table><caption>C</caption><tbody><tr><th>a</table>", "C\n\n| a |\n| --- |"),
        ("<table><td>a<td><p>b<p>c<ul><li>d</ul></table>", "| a | b<br>c<br>- d |\n| --- | --- |"),
        ("<table><tr><td><table><tr><td>a<td>b</table><td>c</table>", "| a; b | c |\n| --- | --- |"),
        ("<table><tr><td><pre>a\nb</pre><td><h2>c</h2></table>", "| `a`<br>`b` | c |\n| --- | --- |"),
        ("<td>no table", "no table"),
        ("<table></table>", ""),
        ("<script>a</script><style>b</style><title>c</title><noscript>d</noscript>e", "e"),
        ("<svg><p>a</svg><template><p>b</template>c", "c"),
        ("<div><p hidden>a</div>b", "b"),
        ("<span hidden>a<span>b</span>c</span>d", "d"),
        ("<img alt=' a  lamp '>b<img src=x alt=''><img hidden alt=c>", "a lamp b"),
        ("</p></b>a</nothing>", "a"),
        ("<p>a<!-- <b>c</b> --> b<![CDATA[c]]>", "a b"),
        ("a&nbsp;&amp;&lt;b&gt;", "a\u00a0&\\<b>"),
        ("<", "<"),
        ("a<![x>b<![endif]-->c<![CDATA[d]]>e", "abce"),
        ("a<![x", "a\\<\\![x"),
    ],
)
def test_html_becomes_markdown(html: str, expected: str) -> None:
    assert markdown(html) == expected


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_a_strangers_page_loads_and_runs_nothing(html: str) -> None:
    assert [danger for danger in dangers(markdown(html)) if danger != "html_inline: <br>"] == []


@given(hostile)
def test_a_strangers_text_does_nothing(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    html = f"<p>{escaped}<b>{escaped}</b><ul><li>{escaped}</ul><table><td>{escaped}</table>"
    assert [danger for danger in dangers(markdown(html)) if danger != "html_inline: <br>"] == []


def test_elements_further_in_than_layouts_reach_are_their_text() -> None:
    assert markdown("<ul><li>" * 100 + "a" + "</ul>" * 100).endswith("- a")
    assert markdown("<b>" * 100_000 + "a").strip("*") == "a"


def test_a_page_without_text_is_refused() -> None:
    from marksheet_extraction.extracted import Refused

    with pytest.raises(Refused, match=r"^this file has no text$"):
        extract(b"<html><body><img src=a.png></body></html>")
