"""A bundle on its way to the service: a spec, a benchmark, recorded models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet_cli.benchmarks import upload_benchmark
from marksheet_cli.exits import CommandError
from marksheet_cli.models import add_recorded_model

if TYPE_CHECKING:
    from marksheet_cli.openai_evals.conversion import Bundle
    from marksheet_cli.openai_evals.files import Written
    from marksheet_cli.session import Session


def send_bundle(session: Session, bundle: Bundle, written: Written) -> dict[str, Any]:
    """Make or renew what the bundle holds: {"spec", "benchmark", "models"} as the service has them then, and
    the ids of those of its judges that are `registered`.

    What exists under the same name gets its next version, and with the same content none. Raises
    CommandError.
    """
    made: dict[str, Any] = {"spec": None, "benchmark": None, "models": [], "registered": []}
    try:
        if bundle.spec is not None:
            made["spec"] = _send_spec(session, bundle.spec)
            session.screen.note(f"eval spec {bundle.name}, version {made['spec'].get('version')}")
        if bundle.judges:
            known = {row.get("model_id") for row in session.client.list_models()}
            made["registered"] = [judge for judge in bundle.judges if judge in known]
        if written.questions:
            made["benchmark"] = upload_benchmark(
                session.client, session.screen, written.questions, bundle.settings
            )
            session.screen.note(f"benchmark {bundle.name}, version {made['benchmark'].get('version')}")
        for model_id, answers in written.answers.items():
            model = add_recorded_model(session.client, session.screen, model_id, answers)
            made["models"].append(model)
            session.screen.note(f"recorded model {model_id}")
    except CommandError as error:
        if made["spec"] or made["benchmark"]:
            again = "what was made before stays; the same command again takes it up"
            error.hint = f"{error.hint}\n{again}" if error.hint else again
        raise
    return made


def _send_spec(session: Session, spec: dict[str, Any]) -> dict[str, Any]:
    """A new spec, or the next version of the one that has the name."""
    named = [row for row in session.grading.list_specs() if row.get("name") == spec["name"]]
    if named:
        return session.grading.update_spec(str(named[0].get("eval_spec_id", "")), spec)
    return session.grading.create_spec(spec)
