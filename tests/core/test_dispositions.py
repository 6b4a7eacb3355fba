"""File names from outside, held against a reader of the header that we did not write."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import HTTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.dispositions import attachment, kept_file_name


def read(header: str) -> tuple[str, str | None]:
    """Disposition and file name, as Python's own parser of headers sees them."""
    message = EmailMessage(policy=HTTP)
    message["Content-Disposition"] = header
    return message.get_content_disposition() or "", message.get_filename()


ANY_NAME = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60)
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=60)


@given(ANYTHING)
def test_no_name_breaks_out_of_the_header(name: str) -> None:
    header = attachment(name)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    assert "\\" not in header


@given(ANY_NAME.filter(lambda name: kept_file_name(name) == name))
def test_a_name_comes_back_as_it_was(name: str) -> None:
    # Python's parser takes the plain form, which comes first, where a header has both.
    disposition, _, encoded = attachment(name).partition("; filename*=")
    assert disposition.startswith("attachment; filename=")
    assert read(f"attachment; filename*={encoded}") == ("attachment", name)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("policies.pdf", "policies.pdf"),
        ("Übergröße 1.pdf", "Ubergro_e 1.pdf"),
        ("报告.pdf", "__.pdf"),
        ('a"b\\c%41.txt', "a_b_c_41.txt"),
        ("a\r\nSet-Cookie: x=1", "a__Set-Cookie: x=1"),
        ("a; filename=b.exe", "a; filename=b.exe"),
    ],
)
def test_old_clients_are_told_what_ascii_can_say(name: str, plain: str) -> None:
    assert read(attachment(name).partition("; filename*=")[0]) == ("attachment", plain)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("policies.pdf", "policies.pdf"),
        ("  policies.pdf \t", "policies.pdf"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\secret.docx", "secret.docx"),
        ("C:\\Users\\me/notes.md", "notes.md"),
        ("a\r\nb\x00c\x7f\x85\u2028.txt", "abc.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("half \ud83d.txt", "half .txt"),
        ("família 👩‍💻.txt", "família 👩‍💻.txt"),
        (".gitignore", ".gitignore"),
    ],
)
def test_of_a_name_what_is_harmless_is_kept(given_name: str, kept: str) -> None:
    assert kept_file_name(given_name) == kept


@pytest.mark.parametrize("name", ["", "   ", "/", "folder/", "..", "a/..", "\r\n", "\u202e", ". .", "\u3000"])
def test_a_name_of_which_nothing_is_left_is_none(name: str) -> None:
    assert kept_file_name(name) is None


@given(ANYTHING)
def test_what_is_kept_is_kept_again(name: str) -> None:
    kept = kept_file_name(name)
    assert kept is None or (kept_file_name(kept) == kept and not set(kept) & set("/\\\r\n\x00"))
