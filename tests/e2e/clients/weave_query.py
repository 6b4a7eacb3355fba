"""What a user of weave writes to read results row by row: with the generated client, which is told to refuse
answers that are not of its schema, and through the library's own binding.

Called with one JSON argument: `url`, `key`, `entity`, `project`, `runs`. Prints what it was answered, as
JSON.
"""

import json
import os
import sys

TOLD = json.loads(sys.argv[1])
os.environ["WF_TRACE_SERVER_URL"] = TOLD["url"]

from weave.trace_server_bindings.remote_http_trace_server import RemoteHTTPTraceServer  # noqa: E402
from weave.vendor import weave_server_sdk as sdk  # noqa: E402

MADE, LOGGED = TOLD["runs"]


def client(**options: str) -> sdk.WeaveTrace:
    given = {"base_url": TOLD["url"], "username": "api", "password": TOLD["key"], **options}
    return sdk.WeaveTrace(**given, _strict_response_validation=True)


def query(asking: sdk.WeaveTrace, *, entity: str = TOLD["entity"], **asked: object) -> object:
    return asking.v2_eval_results.query(TOLD["project"], entity=entity, **asked)


def plain(answer: object) -> dict:
    return json.loads(answer.to_json(exclude_unset=False))


def refused(error: type, asking: sdk.WeaveTrace, **asked: object) -> dict:
    try:
        query(asking, **asked)
    except error as told:
        return {"status": told.status_code, "body": told.body}
    raise AssertionError(f"no {error.__name__}")


def through_the_binding() -> dict:
    server = RemoteHTTPTraceServer.from_env()
    server.set_auth(("api", TOLD["key"]))
    request = {
        "project_id": f"{TOLD['entity']}/{TOLD['project']}",
        "evaluation_call_ids": TOLD["runs"],
        "include_raw_data_rows": True,
        "include_summary": True,
        "require_intersection": True,
    }
    return plain(server.eval_results_query(request))


def main() -> None:
    asking = client()
    shown = {"include_raw_data_rows": True, "resolve_row_refs": True, "include_summary": True}
    pages = [
        plain(query(asking, evaluation_call_ids=TOLD["runs"], limit=7, offset=offset, **shown))
        for offset in range(0, 28, 7)
    ]
    first = query(asking, evaluation_run_ids=[MADE], limit=1)
    seen = {
        "whole": plain(query(asking, evaluation_call_ids=TOLD["runs"], **shown)),
        "pages": pages,
        "shared": plain(query(asking, evaluation_call_ids=TOLD["runs"], require_intersection=True, **shown)),
        "first_output": first.rows[0].evaluations[0].trials[0].api_model_output,
        "bound": through_the_binding(),
        "nobody": plain(query(asking, evaluation_call_ids=["nobody"], include_summary=True)),
        "wrong_user": refused(sdk.AuthenticationError, client(username="admin"), evaluation_call_ids=[MADE]),
        "wrong_key": refused(sdk.AuthenticationError, client(password="msk_no"), evaluation_call_ids=[MADE]),
        "other_entity": refused(sdk.NotFoundError, asking, entity="umbrella", evaluation_call_ids=[MADE]),
        "no_ids": refused(sdk.UnprocessableEntityError, asking, evaluation_call_ids=[]),
        "negative": refused(sdk.UnprocessableEntityError, asking, evaluation_call_ids=[MADE], limit=-1),
    }
    print(json.dumps(seen))


main()
