"""What the routes of all kinds of things do alike: read, list and delete their versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edge import READ, WRITE, answer, body_of, query_of

from marksheet.application import application
from marksheet.dialects import weave
from marksheet.tracing import kept_things
from traces_api.answering import answer_lines, answer_with
from traces_api.projects import caller_within

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools.event_handler import Response
    from aws_lambda_powertools.utilities.data_classes.common import BaseProxyEvent

    from marksheet.domain import Caller, ObjectVersion

    Encode = Callable[[Caller, str, ObjectVersion], dict[str, Any]]
    """Caller, project's label and version to the version's answer."""


def sent_to(event: BaseProxyEvent, entity: str, project: str) -> tuple[Caller, str, bytes]:
    """Who hands something in, the project's label, and what was sent."""
    return *caller_within(event, WRITE, entity, project), body_of(event)


def reference(caller: Caller, label: str, version: ObjectVersion) -> str:
    """The reference that leads to a version."""
    return str(kept_things.reference_to(caller, label, version))


def read(
    event: BaseProxyEvent, place: tuple[str, str], kind: str, named: tuple[str, str], encode: Encode
) -> Response[str]:
    """A version by name and digest."""
    caller, label = caller_within(event, READ, *place)
    object_id, digest = weave.decode_version(kind, *named)
    found = kept_things.get(application(), caller, label, kind, object_id, digest)
    return answer_with(encode(caller, label, found), instead="it is too large for an answer")


def list_latest(event: BaseProxyEvent, place: tuple[str, str], kind: str, encode: Encode) -> Response[str]:
    """The latest version of everything of a kind."""
    caller, label = caller_within(event, READ, *place)
    asked = weave.decode_list(query_of(event))
    found = kept_things.list_latest(application(), caller, label, kind)
    end = None if asked.limit is None else asked.offset + asked.limit
    bodies = (encode(caller, label, version) for version in found[asked.offset : end])
    return answer_lines(bodies, instead="ask for fewer with limit and offset")


def delete(event: BaseProxyEvent, place: tuple[str, str], kind: str, object_id: str) -> Response[str]:
    """Versions of something, or all of them."""
    caller, label = caller_within(event, WRITE, *place)
    name, _ = weave.decode_version(kind, object_id)
    digests = weave.decode_delete_versions(query_of(event))
    number = kept_things.delete(application(), caller, label, kind, name, digests)
    return answer(weave.encode_num_deleted(number))
