"""Amazon Bedrock's runtime to test against: Converse and Titan's embeddings on loopback, misbehaving on
demand.

    with BedrockStub([Rule("throttle", times=2)], secret_key=SECRET_KEY) as stub:
        ...converse at stub.origin...

It takes only requests that are signed with the secret key: it signs what it received once more, with
botocore, and compares. As a process: python -m tests.stubs.bedrock_stub --secret-key ... See `model_server`
for what it answers.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import unquote

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.stubs.model_server import ModelStub, Refused, parser, serve
from tests.stubs.openai_stub import vector
from tests.stubs.script import Call, Rule, Script, mix

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.stubs.model_server import Action, Connection

__all__ = ["BedrockStub", "BedrockWire", "Rule", "converse_body", "error_body", "mix"]

_PATH = re.compile(r"/model/([^/]+)/(converse|invoke)")
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 "
    r"Credential=(?P<key>[^/]+)/(?P<day>\d{8})/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request, "
    r"SignedHeaders=(?P<names>[a-z0-9;-]+), Signature=(?P<signature>[0-9a-f]{64})"
)
_KINDS: Mapping[int, str] = {
    400: "ValidationException",
    403: "AccessDeniedException",
    404: "ResourceNotFoundException",
    408: "ModelTimeoutException",
    424: "ModelErrorException",
    429: "ThrottlingException",
    500: "InternalServerException",
    503: "ServiceUnavailableException",
}


def converse_body(content: object, stop_reason: str = "end_turn") -> bytes:
    """The body of a good answer of Converse; `content` is a text, or the list of blocks."""
    blocks = [{"text": content}] if isinstance(content, str) else content
    return json.dumps(
        {
            "output": {"message": {"role": "assistant", "content": blocks}},
            "stopReason": stop_reason,
            "usage": {"inputTokens": 11, "outputTokens": 7, "totalTokens": 18},
            "metrics": {"latencyMs": 1},
        }
    ).encode()


def error_body(message: str, kind: str) -> tuple[bytes, str]:
    """The body of an error, and the header that names it."""
    return json.dumps({"message": message}).encode(), f"x-amzn-ErrorType: {kind}:http://internal/\r\n"


def _throttle(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    connection.fail(429, rule, text)


def _wrong_types(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    connection.respond(200, b'{"output": {"message": 4}, "embedding": "4", "usage": "much"}')


def _refusal(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    connection.respond(200, converse_body(text, "refusal"))


def _content_filter(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    connection.respond(200, converse_body([], "content_filtered"))


def _guardrail(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    connection.respond(200, converse_body(text, "guardrail_intervened"))


def _empty(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    connection.respond(200, converse_body([]))


def _parts(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    thought = {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "x"}}}
    connection.respond(200, converse_body([thought, *({"text": letter} for letter in text)]))


@dataclass(frozen=True, slots=True)
class BedrockWire:
    """POST /model/{model}/converse, and /invoke for Titan's text embeddings."""

    secret_key: str | None
    """None takes any signature, for what only knows the secret itself."""
    actions: ClassVar[Mapping[str, Action]] = {
        "throttle": _throttle,
        "wrong_types": _wrong_types,
        "refusal": _refusal,
        "content_filter": _content_filter,
        "guardrail": _guardrail,
        "empty": _empty,
        "parts": _parts,
    }

    def read(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Call | Refused:
        if refused := self._check_signature(method, path, headers, body):
            return Refused(403, *error_body(refused, "InvalidSignatureException"))
        known = _PATH.fullmatch(path)
        if method != "POST" or known is None:
            return Refused(404, *error_body("no such operation", "UnknownOperationException"))
        asked = json.loads(body)
        if known[2] == "invoke":
            return Call(asked["inputText"], asked, unquote(path), headers)
        texts = [block["text"] for block in asked["messages"][-1]["content"]]
        if not all(texts) or asked["messages"][0]["role"] != "user":
            return Refused(400, *error_body("blank text, or no user's turn first", "ValidationException"))
        return Call("\n".join(texts), asked, unquote(path), headers)

    def reply(self, call: Call, text: str) -> bytes:
        if "inputText" in call.body:
            found = vector(call.body["inputText"])
            return json.dumps({"embedding": found, "inputTextTokenCount": 5}).encode()
        return converse_body(text)

    def error(self, status: int, message: str, kind: str) -> tuple[bytes, str]:
        return error_body(message, kind or _KINDS.get(status, "UnknownException"))

    def _check_signature(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> str:
        """What is wrong with the signature; empty when nothing is."""
        claimed = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
        if claimed is None:
            return "no signature"
        names = claimed["names"].split(";")
        if not {"host", "x-amz-date"} <= set(names) or claimed["service"] != "bedrock":
            return "not everything is signed"
        if self.secret_key is None:
            return ""
        request = AWSRequest(
            method,
            f"http://{headers['host']}{path}",
            data=body,
            headers={name: headers[name] for name in names if name != "host"},
        )
        request.context["timestamp"] = headers["x-amz-date"]
        auth = SigV4Auth(Credentials(claimed["key"], self.secret_key), "bedrock", claimed["region"])
        canonical = auth.canonical_request(request)
        signature = auth.signature(auth.string_to_sign(request, canonical), request)
        return "" if signature == claimed["signature"] else "another signature"


class BedrockStub(ModelStub):
    """The server in a thread of its own, for as long as the context is open."""

    def __init__(
        self,
        rules: Sequence[Rule] = (),
        answers: Mapping[str, str] | None = None,
        latency: float = 0.0,
        *,
        secret_key: str | None,
    ) -> None:
        super().__init__(BedrockWire(secret_key), Script(rules, answers, latency))


def main() -> None:
    options = parser("A stub server that speaks as Amazon Bedrock's runtime does.")
    options.add_argument("--secret-key", required=True)
    given = options.parse_args()
    serve(given, BedrockWire(given.secret_key))


if __name__ == "__main__":
    main()
