"""From a question to the chat messages a model is asked with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from marksheet.errors import InvalidRequest, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet.domain import Question

MAX_TEMPLATE_BYTES = 64 << 10

_PLACEHOLDER = re.compile(r"\{(question|context|choices)\}")
_DEFAULT = "{question}"


def messages(
    benchmark_system_prompt: str | None,
    benchmark_template: str | None,
    model_settings: Mapping[str, Any],
    question: Question,
) -> list[dict[str, str]]:
    """The messages for a chat API: at most one `system` message, then one `user` message.

    The system message is the model's own `system_prompt`, then the benchmark's, a blank line between them.
    One message, because many chat templates accept no second one.
    """
    system = [text for text in (model_settings.get("system_prompt"), benchmark_system_prompt) if text]
    user = {"role": "user", "content": render(benchmark_template, question)}
    if not system:
        return [user]
    return [{"role": "system", "content": "\n\n".join(system)}, user]


def render(template: str | None, question: Question) -> str:
    """The template with its placeholders filled in; None stands for the question as it is.

    {question}, {context} and {choices} are replaced, and no other brace means anything, neither in the
    template nor in what is filled in. Choices are lines "A. ...", and follow the question when the template
    does not place them; context chunks have a blank line between them, and come before everything when the
    template does not place them.
    """
    template = template or _DEFAULT
    placed = set(_PLACEHOLDER.findall(template))
    context = "\n\n".join(question.context)
    choices = "\n".join(f"{chr(ord('A') + i)}. {choice}" for i, choice in enumerate(question.choices))
    asked = question.question
    if choices and "choices" not in placed:
        asked = f"{asked}\n\n{choices}"
    values = {"question": asked, "context": context, "choices": choices}
    text = _PLACEHOLDER.sub(lambda match: values[match[1]], template)
    return f"{context}\n\n{text}" if context and "context" not in placed else text


def validate_template(text: str, location: tuple[str | int, ...]) -> None:
    """Raises `InvalidRequest` at `location` for a template without {question}, or one that is too long."""
    size = len(text.encode(errors="surrogatepass"))
    if size > MAX_TEMPLATE_BYTES:
        message = f"is {size:,} bytes long; {MAX_TEMPLATE_BYTES:,} are allowed"
    elif "question" not in _PLACEHOLDER.findall(text):
        message = "must contain {question}; {context} and {choices} may be placed too"
    else:
        return
    raise InvalidRequest(Problem(location, message))
