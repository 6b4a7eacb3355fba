"""Datasets, evaluations, models, scorers and operations that are handed in one by one: objects of the form
that the clients give theirs, so that either can read the other's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from marksheet.domain import OPERATION
from marksheet.errors import NotFound
from marksheet.tracing.objects import LATEST, get_file, get_object, keep_file, keep_object, keep_table
from marksheet.tracing.references import Reference, read_reference

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from marksheet.application import Application
    from marksheet.domain import Caller, ObjectVersion

DATASET, EVALUATION, MODEL, SCORER = "Dataset", "Evaluation", "Model", "Scorer"
_CODE = "obj.py"
"""What the clients call the file of an operation's source."""


def keep_dataset(
    app: Application,
    caller: Caller,
    project: str,
    name: str | None,
    description: str | None,
    rows: Sequence[Any],
) -> ObjectVersion:
    """Keep rows as a dataset's version."""
    table = keep_table(app, caller, project, rows)
    reference = Reference(caller.organization, project, "table", "", table.digest)
    value = _value(DATASET, name, description, rows=str(reference))
    return keep_object(app, caller, project, object_id_of(name, DATASET), value)


def keep_evaluation(
    app: Application, caller: Caller, project: str, name: str, description: str | None, **told: Any
) -> ObjectVersion:
    """Keep an evaluation: `dataset` and `scorers` are references."""
    value = _value(EVALUATION, name, description, **told)
    return keep_object(app, caller, project, object_id_of(name, EVALUATION), value)


def keep_model(
    app: Application,
    caller: Caller,
    project: str,
    name: str,
    description: str | None,
    source_code: str,
    attributes: Mapping[str, Any] | None,
) -> ObjectVersion:
    """Keep a model: the source of its class, and what else is said of it."""
    code = keep_file(app, caller, project, source_code.encode(errors="surrogatepass"))
    value = _value(MODEL, name, description, files={_CODE: code}, attributes=dict(attributes or {}))
    return keep_object(app, caller, project, object_id_of(name, MODEL), value)


def keep_scorer(
    app: Application, caller: Caller, project: str, name: str, description: str | None, op_source_code: str
) -> ObjectVersion:
    """Keep a scorer, and its operation beside it."""
    object_id = object_id_of(name, SCORER)
    operation = keep_operation(app, caller, project, f"{object_id}.score", op_source_code)
    value = _value(SCORER, name, description, score=str(reference_to(caller, project, operation)))
    return keep_object(app, caller, project, object_id, value)


def keep_operation(
    app: Application, caller: Caller, project: str, name: str | None, source_code: str | None
) -> ObjectVersion:
    """Keep an operation: its source."""
    code = keep_file(app, caller, project, (source_code or "").encode(errors="surrogatepass"))
    value = {"_type": "CustomWeaveType", "weave_type": {"type": OPERATION}, "files": {_CODE: code}}
    return keep_object(app, caller, project, object_id_of(name, OPERATION), value)


def get(
    app: Application, caller: Caller, project: str, kind: str, object_id: str, digest: str
) -> ObjectVersion:
    """A version of something of a kind, by its digest or as the `latest`. Raises `NotFound`."""
    if digest == LATEST:
        found = app.store.logged_objects.list_all(
            caller.organization, project, kind=kind, object_id=object_id
        )
        if not found:
            raise NotFound(kind, object_id)
        return found[-1]
    version = get_object(app, caller, project, object_id, digest)
    if version.kind != kind:
        raise NotFound(kind, object_id)
    return version


def list_latest(app: Application, caller: Caller, project: str, kind: str) -> list[ObjectVersion]:
    """The latest version of everything of a kind, by name."""
    found = app.store.logged_objects.list_all(caller.organization, project, kind=kind)
    return list({version.object_id: version for version in found}.values())


def delete(
    app: Application, caller: Caller, project: str, kind: str, object_id: str, digests: Collection[str] | None
) -> int:
    """Delete versions of something, all without `digests`; gives how many. A dataset's rows go too, unless
    another one has them too. Raises `NotFound` where there are none.
    """
    objects, organization = app.store.logged_objects, caller.organization
    there = objects.list_all(organization, project, kind=kind, object_id=object_id)
    gone = [version for version in there if digests is None or version.digest in digests]
    if not gone:
        raise NotFound(kind, object_id)
    for version in gone:
        objects.delete(organization, project, version, app.now())
    if kind == DATASET:
        kept = {_table(version) for version in objects.list_all(organization, project, kind=DATASET)}
        for digest in {_table(version) for version in gone} - kept - {None}:
            objects.delete_table(organization, project, str(digest))
    return len(gone)


def source_of(app: Application, caller: Caller, project: str, version: ObjectVersion) -> str:
    """The source code of an operation or a model; empty where there is none."""
    files = _field(version, "files")
    digest = files.get(_CODE) if isinstance(files, dict) else None
    if not isinstance(digest, str):
        return ""
    try:
        return get_file(app, caller, project, digest).decode(errors="replace")
    except NotFound:
        return ""


def reference_to(caller: Caller, project: str, version: ObjectVersion) -> Reference:
    """The reference that leads to a version."""
    kind = "op" if version.kind == OPERATION else "object"
    return Reference(caller.organization, project, kind, version.object_id, version.digest)


def object_id_of(name: str | None, otherwise: str) -> str:
    """The name under which something is kept, whatever it is called."""
    return re.sub(r"[^\w.-]+", "-", name or "").strip("-_").lstrip(".")[:128] or otherwise


def _value(kind: str, name: str | None, description: str | None, **told: Any) -> dict[str, Any]:
    head = {"_type": kind, "name": name, "description": description}
    return {**head, **told, "_class_name": kind, "_bases": ["Object", "BaseModel"]}


def _table(version: ObjectVersion) -> str | None:
    reference = read_reference(_field(version, "rows"))
    return reference.digest if reference and reference.kind == "table" else None


def _field(version: ObjectVersion, name: str) -> Any:
    return version.value.get(name) if isinstance(version.value, dict) else None
