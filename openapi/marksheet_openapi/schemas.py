"""The schemas of everything that goes over the wire, gathered from the models that read it or describe it."""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import TYPE_CHECKING, Any

from pydantic import AliasChoices, BaseModel, TypeAdapter

from marksheet_openapi import scorers
from marksheet_openapi.bodies import Identifier
from marksheet_openapi.operations import Described, Operation
from marksheet_openapi.surfaces import SURFACES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PLACE = "#/components/schemas/"
_FILE = {"type": "string", "contentMediaType": "application/octet-stream"}


class SchemaBook:
    """`components` has them under their names, sorted; the methods give references into it."""

    def __init__(self, operations: Iterable[Operation], shared: Mapping[str, Any]) -> None:
        self._operations = list(operations)
        self._types: dict[Any, Any] = {("shared", name): model for name, model in shared.items()}
        self._types["Identifier"] = Identifier
        self._types |= {surface.error: surface.error for surface in SURFACES}
        for said in self._operations:
            for model in (*said.bodies, said.form, said.query, said.answer):
                if isinstance(model, type):
                    self._types[model] = model
            for name, text in said.fields.items():
                if isinstance(text, Described):
                    self._types[name, id(text)] = text.type
        self._schemas, self.components = self._generate()
        self._describe()

    def shared(self, name: str) -> Any:
        """The schema of a shared answer."""
        return self._schemas["shared", name]

    def reference(self, model: Any) -> Any:
        """A reference to a model."""
        return self._schemas[model]

    def body(self, said: Operation) -> Any:
        """The schema of an operation's JSON body."""
        variants = [self._schemas[model] for model in said.bodies]
        if len(variants) == 1:
            return variants[0]
        if said.discriminator is None:
            return {"anyOf": variants}
        return {"oneOf": variants, "discriminator": {"propertyName": said.discriminator}}

    def form(self, model: Any, file: str) -> dict[str, Any]:
        """The schema of a form: the model's fields, and the file."""
        fields = self.components[model.__name__]
        properties = {"file": {**_FILE, "description": file}, **fields["properties"]}
        return {**fields, "properties": properties, "required": ["file", *fields["required"]]}

    def query(self, said: Operation) -> list[dict[str, Any]]:
        """The parameters of an operation's query."""
        if said.query is None:
            return []
        schema = self.components[said.query.__name__]
        needed = schema.get("required", ())
        return [_parameter(n, dict(field), required=n in needed) for n, field in schema["properties"].items()]

    def needed_by(self, document: Any) -> dict[str, Any]:
        """The components that a document refers to, and those they refer to, by name."""
        needed: set[str] = set()
        open_ends = _references(document)
        while open_ends:
            needed |= open_ends
            open_ends = set().union(*(_references(self.components[name]) for name in open_ends)) - needed
        return {name: self.components[name] for name in sorted(needed)}

    def _generate(self) -> tuple[dict[Any, Any], dict[str, Any]]:
        keys = list(self._types)
        inputs = [(str(i), "validation", TypeAdapter(self._types[key])) for i, key in enumerate(keys)]
        found, definitions = TypeAdapter.json_schemas(inputs, ref_template=_PLACE + "{model}")  # type: ignore[arg-type]
        components = {**definitions["$defs"], **scorers.components()}
        schemas = {key: found[str(i), "validation"] for i, key in enumerate(keys)}
        components["Identifier"] = schemas["Identifier"]
        return schemas, components

    def _describe(self) -> None:
        """Say of every field of a request what it means. Raises LookupError for one that nobody describes."""
        for said in self._operations:
            for model in (*said.bodies, said.form, said.query):
                if isinstance(model, type):
                    self._describe_fields(model, said.fields)
        for model in _models_below(self._types.values()):
            described = self.components.get(model.__name__, {}).get("properties", {})
            for name, text in docstrings(model).items():
                if name in described:
                    described[name].setdefault("description", text)

    def _describe_fields(self, model: type[BaseModel], fields: Mapping[str, str | Described]) -> None:
        schema = self.components[model.__name__]
        schema["description"] = inspect.getdoc(model)
        _add_other_names(model, schema)
        own = docstrings(model)
        for name, field in schema["properties"].items():
            text = field.get("description") or fields.get(name, own.get(name))
            if text is None:
                raise LookupError(
                    f"field {name!r} of {model.__name__} is not described: give it a docstring in "
                    f"{model.__module__}, or an entry among the `fields` of its operation"
                )
            if isinstance(text, Described):
                field.clear()
                field.update(self._schemas[name, id(text)])
                text = text.text
            field["description"] = text


def docstrings(model: type) -> dict[str, str]:
    """The texts below a class's fields, and below those it inherits."""
    found: dict[str, str] = {}
    for owner in reversed(model.__mro__):
        if owner.__module__.startswith("marksheet") and owner.__name__ in _defined(owner):
            found |= _defined(owner)[owner.__name__]
    return found


def _defined(owner: type) -> dict[str, dict[str, str]]:
    """The classes of a module with the texts below their fields."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.getmodule(owner) or owner)))
    return {
        node.name: {
            field.target.id: inspect.cleandoc(text.value.value)
            for field, text in zip(node.body, node.body[1:], strict=False)
            if isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
            and isinstance(text.value.value, str)
        }
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }


def _add_other_names(model: type[BaseModel], schema: dict[str, Any]) -> None:
    """pydantic writes down the first name of a field. It reads all of them, but one at a time."""
    properties = schema["properties"]
    for info in model.model_fields.values():
        if isinstance(info.validation_alias, AliasChoices):
            first, *others = map(str, info.validation_alias.choices)
            for other in others:
                properties[other] = {**properties[first], "description": f"Another name of `{first}`."}
                schema["not"] = {"required": [first, other]}


def _models_below(types: Iterable[Any]) -> list[type[BaseModel]]:
    """The models among the fields of these types."""
    return [
        info.annotation
        for model in types
        if isinstance(model, type) and issubclass(model, BaseModel)
        for info in model.model_fields.values()
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel)
    ]


def _parameter(name: str, schema: dict[str, Any], *, required: bool) -> dict[str, Any]:
    """A parameter of the query. Absent is what null is in its model."""
    text = schema.pop("description")
    kinds = [kind for kind in schema.pop("anyOf", []) if kind != {"type": "null"}]
    schema |= kinds[0] if len(kinds) == 1 else {"anyOf": kinds} if kinds else {}
    style = {"style": "form", "explode": False} if schema.get("type") == "array" else {}
    needed = {"required": True} if required else {}
    return {"name": name, "in": "query", **needed, "description": text, **style, "schema": schema}


def without_noise(value: Any) -> Any:
    """The same without pydantic's titles, which repeat the names, and without defaults that say null."""
    if isinstance(value, list):
        return [without_noise(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: inner if name in ("example", "value", "info") else without_noise(inner)
        for name, inner in value.items()
        if not (name == "title" and isinstance(inner, str)) and not (name == "default" and inner is None)
    }


def _references(value: Any) -> set[str]:
    """The components that something refers to."""
    if isinstance(value, list):
        return set().union(*map(_references, value))
    if not isinstance(value, dict):
        return set()
    own = {value["$ref"].removeprefix(_PLACE)} if str(value.get("$ref", "")).startswith(_PLACE) else set()
    return own.union(*map(_references, value.values()))
