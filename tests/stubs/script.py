"""What a stub of a model provider does with its calls: rules for what goes wrong, answers, and counters."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Rule:
    """What to do with calls whose prompt contains `match`. The first rule that applies decides."""

    action: str
    """A key of `ACTIONS` or of the wire's own, or "latency", which only adds `delay` and lets later rules
    decide.
    """
    match: str = ""
    share: float = 1.0
    """Of the matching calls the rule applies to this share, drawn by `seed` from the prompt and how often it
    came: the same calls whenever the same prompts are asked.
    """
    for_good: bool = False
    """The share is one of prompts: a prompt is hit every time or never."""
    seed: int = 0
    times: int | None = None
    """For the first so many calls it applies to; None for all."""
    seconds: float | None = None
    """For so long after the first call it applied to; None for ever."""
    delay: float = 0.0
    """Seconds before the response, and for "drip" between its bytes."""
    status: int = 500
    retry_after: str | None = None
    text: str = "no, said the stub"
    """Answer, error message or redirect; {prompt} and {authorization} stand for what the caller sent."""
    kind: str = ""
    """The error's name; the wire has one for every status."""
    size: int = 5_000_000
    """Bytes of a "big" or a bomb's inflated response."""

    def drawn(self, number: int, prompt: str, call: int) -> bool:
        """Whether it applies to this call; `number` tells rules of the same seed apart."""
        if self.share >= 1.0:
            return True
        what = f"{self.seed}/{number}/{0 if self.for_good else call}/{prompt}".encode(errors="replace")
        digest = hashlib.blake2b(what, digest_size=8).digest()
        return int.from_bytes(digest, "big") < self.share * 2**64


def mix(
    *,
    throttled: float = 0.05,
    failing: float = 0.01,
    hanging: float = 0.002,
    broken: float = 0.002,
    for_good: float = 0.01,
    retry_after: str | None = None,
    seed: int = 0,
) -> list[Rule]:
    """The faults of a bad day, as shares of calls; `for_good` is the share of prompts that never get an
    answer.
    """
    return [
        Rule("status", share=for_good, for_good=True, seed=seed),
        Rule("throttle", share=throttled, retry_after=retry_after, seed=seed),
        Rule("status", share=failing, seed=seed),
        Rule("hang", share=hanging, seed=seed),
        Rule("broken", share=broken, seed=seed),
    ]


@dataclass(slots=True)
class Call:
    """A request that a wire takes for a call of a model."""

    prompt: str
    body: dict[str, Any]
    path: str
    headers: Mapping[str, str]


class Script:
    """Rules, answers and counters; what all connections share."""

    def __init__(
        self, rules: Sequence[Rule] = (), answers: Mapping[str, str] | None = None, latency: float = 0.0
    ) -> None:
        self.rules = list(rules)
        self.answers = dict(answers or {})
        self.latency = latency
        self.by_prompt: Counter[str] = Counter()
        self.by_action: Counter[str] = Counter()
        self.authorizations: Counter[str] = Counter()
        self.calls: deque[Call] = deque(maxlen=100)
        """The latest."""
        self.in_flight = 0
        self.max_in_flight = 0
        self._matched: Counter[int] = Counter()
        self._first_match: dict[int, float] = {}

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """Of the latest calls."""
        return [call.body for call in self.calls]

    def stats(self) -> dict[str, Any]:
        return {
            "calls": self.by_prompt.total(),
            "by_prompt": dict(self.by_prompt),
            "by_action": dict(self.by_action),
            "in_flight": self.in_flight,
            "max_in_flight": self.max_in_flight,
            "authorizations": dict(self.authorizations),
        }

    def take(self, call: Call, now: float) -> tuple[float, Rule]:
        """Count the call, and decide how long to wait for and what to do then."""
        self.by_prompt[call.prompt] += 1
        self.authorizations[call.headers.get("authorization", "")] += 1
        self.calls.append(call)
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)
        delay, rule = self._decide(call.prompt, now)
        self.by_action[rule.action] += 1
        return delay, rule

    def _decide(self, prompt: str, now: float) -> tuple[float, Rule]:
        delay = self.latency
        for number, rule in enumerate(self.rules):
            if rule.match not in prompt or not rule.drawn(number, prompt, self.by_prompt[prompt]):
                continue
            first = self._first_match.setdefault(number, now)
            self._matched[number] += 1
            if rule.times is not None and self._matched[number] > rule.times:
                continue
            if rule.seconds is not None and now - first >= rule.seconds:
                continue
            delay += 0.0 if rule.action == "drip" else rule.delay
            if rule.action != "latency":
                return delay, rule
        return delay, Rule("reply", text=self.answer_to(prompt))

    def answer_to(self, prompt: str) -> str:
        if prompt in self.answers:
            return self.answers[prompt]
        for question, answer in self.answers.items():
            if question in prompt:
                return answer
        found = re.search(r"answer:\s*(\S+)", prompt, re.IGNORECASE)
        return found[1] if found else "I do not know."
