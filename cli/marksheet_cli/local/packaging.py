"""The repository's code as the artifacts that `template.yaml` names, built for the Python of this machine."""

import hashlib
import io
import json
import platform
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.local.emulator import Report, find_uv, run

RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
"""The emulator runs Lambdas with its own interpreter, which is this one."""

ARCHITECTURE = "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "x86_64"

_UNCHANGING = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of the template."""

    logical_id: str
    folder: str
    """Below `layers`."""
    module: str
    """Our own package in it."""


LAYERS = (
    Layer("CoreLayer", "core", "marksheet"),
    Layer("ExtractionLayer", "extraction", "marksheet_extraction"),
)


@dataclass(frozen=True, slots=True)
class Artifact:
    """One local path of the template, and what takes its place there."""

    template_line: str
    """As the template has it, such as `CodeUri: functions/`."""
    key: str
    """Named after its content."""
    content: bytes

    def uploaded_line(self, bucket: str) -> str:
        return f"{self.template_line.split(':')[0]}: s3://{bucket}/{self.key}"


def package(repository: Path, cache: Path, report: Report) -> list[Artifact]:
    """All artifacts of the template. A layer is built only when something that goes into it has changed."""
    functions = _zip(repository / "functions", _sources(repository / "functions"))
    layers = [(layer, _layer(repository / "layers", layer, cache, report).read_bytes()) for layer in LAYERS]
    definition = _definition(repository / "statemachine" / "evaluation.asl.yaml")
    return [
        Artifact("CodeUri: functions/", f"functions-{_digest(functions)}.zip", functions),
        *(
            Artifact(f"ContentUri: layers/{layer.folder}", f"{layer.folder}-{_digest(content)}.zip", content)
            for layer, content in layers
        ),
        Artifact(
            "DefinitionUri: statemachine/evaluation.asl.yaml",
            f"definition-{_digest(definition)}.json",
            definition,
        ),
    ]


def render(template: str, artifacts: Iterable[Artifact], bucket: str) -> str:
    """The template with its local paths replaced by uploaded ones, and not one other character changed."""
    for artifact in artifacts:
        if artifact.template_line not in template:
            raise CommandError(f"template.yaml does not say {artifact.template_line!r}", code=ExitCode.DEFECT)
        template = template.replace(artifact.template_line, artifact.uploaded_line(bucket))
    return template


def _definition(path: Path) -> bytes:
    """The state machine as JSON: AWS takes YAML, the emulator does not."""
    import yaml

    return json.dumps(yaml.safe_load(path.read_text()), indent=1).encode()


def _layer(layers: Path, layer: Layer, cache: Path, report: Report) -> Path:
    """A layer's zip, built with its own Makefile and kept under a hash of all that goes into it."""
    source = layers / layer.folder
    inputs = [source / "Makefile", source / "requirements.lock", *_sources(source / layer.module)]
    inputs += sorted(layers.glob("*.mk"))
    seal = hashlib.sha256(f"{sys.version} {platform.platform()}".encode())
    for path in inputs:
        seal.update(str(path.relative_to(layers)).encode() + b"\0" + path.read_bytes() + b"\0")
    target = cache / f"{layer.folder}-{seal.hexdigest()[:16]}.zip"
    if target.exists():
        target.touch()
        return target
    report(f"building the {layer.folder} layer")
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as directory:
        command = ["make", "--silent", "-C", str(source), f"build-{layer.logical_id}"]
        command += [
            f"ARTIFACTS_DIR={directory}",
            "MARKSHEET_TARGET=host",
            f"MARKSHEET_RUNTIME={RUNTIME}",
            f"MARKSHEET_PYTHON={sys.executable}",
        ]
        uv = find_uv()
        run([*command, *([f"UV={uv}"] if uv else [])], f"the {layer.folder} layer could not be built")
        site = Path(directory)
        content = _zip(site, sorted(path for path in site.rglob("*") if path.is_file()))
        partial = Path(directory) / "layer.zip"
        partial.write_bytes(content)
        partial.rename(target)
    _keep_newest(cache, layer.folder, 4)
    return target


def _keep_newest(cache: Path, folder: str, count: int) -> None:
    kept = sorted(cache.glob(f"{folder}-*.zip"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in kept[count:]:
        path.unlink(missing_ok=True)


def _sources(directory: Path) -> list[Path]:
    """The files that are code: no caches, nothing hidden; in an order that does not depend on the disk."""
    return sorted(
        path
        for path in directory.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    )


def _zip(root: Path, paths: Iterable[Path]) -> bytes:
    """The files as one zip, its bytes depending on them alone. Stored, since every worker unpacks it anew."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in paths:
            entry = zipfile.ZipInfo(path.relative_to(root).as_posix(), _UNCHANGING)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())
    return buffer.getvalue()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
