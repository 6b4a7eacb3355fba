"""Lists of eval specs as they are answered."""

from __future__ import annotations

from marksheet.dialects.doteval import encode_spec_list
from marksheet.dialects.doteval.page_tokens import encode_page_token
from marksheet.domain import ListedSpec

AT = "2026-01-02T03:04:05.000Z"
SPEC = ListedSpec(
    spec_id="spec-01kdy2m8r80000000000000001",
    version=2,
    name="towns",
    description="which town it is",
    grader_count=3,
    created_at=AT,
    owner="abcdefghijklmnop",
    shared_with=("*",),
)


def test_a_list_has_the_number_of_graders_and_where_it_goes_on() -> None:
    assert encode_spec_list([SPEC], SPEC.spec_id) == {
        "eval_specs": [
            {
                "eval_spec_id": SPEC.spec_id,
                "version": 2,
                "name": "towns",
                "description": "which town it is",
                "graders": 3,
                "owner": "abcdefghijklmnop",
                "created_at": AT,
            }
        ],
        "next_page_token": encode_page_token(SPEC.spec_id),
    }


def test_the_last_page_has_no_token() -> None:
    assert encode_spec_list([], None) == {"eval_specs": [], "next_page_token": None}
