"""The shards a worker holds: what is left of a checkpoint when its shard is done."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from marksheet import evaluations
from marksheet.application import Application
from marksheet.domain import Caller, Outcome, Trial
from marksheet.evaluations import CreateEvaluation
from marksheet.store import layout
from marksheet.store.objects import Objects
from marksheet.store.shards import Holder
from marksheet.worker.open_shards import OpenShards


def test_a_checkpoint_under_way_is_not_left_behind_by_a_shard_that_is_done(
    app: Application, caller: Caller, deployment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment.recorded("m", {"q1": "1"})
    new = CreateEvaluation("m", deployment.benchmark(1).benchmark_id)
    evaluation = evaluations.create(app, caller, new)
    run = evaluation.runs[0]
    shards = OpenShards(app, evaluation, run, Holder("execution", 0))
    shards.unfinished(1, 1)
    opened = shards.open(1)
    opened.add(Trial(1, "q1", 1, Outcome.RIGHT, "1", {}))
    opened.dirty = True
    begun, may_end = threading.Event(), threading.Event()
    write = Objects.write

    def slowly(self: Objects, key: str, content: bytes, content_type: str = "") -> None:
        begun.set()
        assert may_end.wait(timeout=30)
        write(self, key, content, content_type)

    async def save_and_finish() -> None:
        saving = asyncio.create_task(shards.save(opened))
        await asyncio.to_thread(begun.wait)
        finishing = asyncio.create_task(shards.finish(opened))
        # Long enough for one that does not wait to be over.
        await asyncio.wait({finishing}, timeout=0.2)
        may_end.set()
        await asyncio.gather(saving, finishing)
        await shards.save(opened)

    monkeypatch.setattr(Objects, "write", slowly)
    asyncio.run(save_and_finish())
    (shard,) = app.store.shards.list_all("acme", evaluation.evaluation_id, 0, 1, 1)
    assert shard.done
    checkpoint = layout.checkpoint("acme", evaluation.evaluation_id, run.run_id, 1, opened.shard.generation)
    assert app.store.objects.find(checkpoint) is None
