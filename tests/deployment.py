"""Fixtures: a deployment on moto (table, bucket, bus); the state machine is a list of what was started."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.config import Config
from botocore.session import Session
from moto import mock_aws

from marksheet import aws, benchmarks, models
from marksheet.announcements import Announcements
from marksheet.application import Application
from marksheet.benchmarks import NewBenchmark
from marksheet.credentials import Credentials
from marksheet.domain import (
    Benchmark,
    Caller,
    Evaluation,
    Model,
    ProviderName,
    Role,
    ScorerSpec,
    Stage,
    Status,
)
from marksheet.finishing import finish_evaluation
from marksheet.ingesting import ingest_upload
from marksheet.keys import SCOPES
from marksheet.models import NewModel
from marksheet.planning import plan_evaluation
from marksheet.scheduler import Scheduler
from marksheet.settings import Settings
from marksheet.store import layout, open_store
from marksheet.worker.lanes import LaneTask, score_lane

TABLE, BUCKET = "marksheet-test", "marksheet-test-data"
SCHEDULE_GROUP = "marksheet-test"


@dataclass
class RecordedWorkflow:
    """Stands where the state machine is: remembers what it was told."""

    started: list[tuple[str, int]] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)

    def start(self, evaluation: Evaluation) -> None:
        self.started.append((evaluation.evaluation_id, evaluation.attempt))

    def stop(self, evaluation: Evaluation) -> None:
        self.stopped.append(evaluation.evaluation_id)


class Clock:
    """Time that moves when it is told to, and a millisecond at every look, so that ids sort."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at


_kept: dict[tuple[str, str | None], Any] = {}


def kept_client(session: Session, service: str, config: Config, make: Callable[..., Any]) -> Any:
    """The client of a service, made once for all tests: most of a test's time would go into making it.

    moto answers every client inside `mock_aws`, each time from an empty account; the credentials and the
    region are the same in all tests of an account.
    """
    key = (service, config.signature_version)
    if key not in _kept:
        _kept[key] = make(session, service, config=config)
    return _kept[key]


@pytest.fixture
def aws_account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty account with the table and the bucket of the template."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    # moto evaluates a condition and writes in two steps; DynamoDB and S3 do both as one, whatever other
    # threads do.
    one_at_a_time = threading.RLock()
    make_call = BaseClient._make_api_call

    def make_call_alone(self: BaseClient, operation_name: str, api_params: Any) -> Any:
        with one_at_a_time:
            return make_call(self, operation_name, api_params)

    monkeypatch.setattr(BaseClient, "_make_api_call", make_call_alone)
    make = Session.create_client
    monkeypatch.setattr(
        Session,
        "create_client",
        lambda session, service, *, config: kept_client(session, service, config, make),
    )
    with mock_aws():
        aws.client.cache_clear()
        aws.session.cache_clear()
        aws.client("dynamodb").create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("PK", "SK")],
            KeySchema=[
                {"AttributeName": "PK", "KeyType": "HASH"},
                {"AttributeName": "SK", "KeyType": "RANGE"},
            ],
        )
        aws.client("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        yield
    aws.client.cache_clear()
    aws.session.cache_clear()


@pytest.fixture
def schedule_group(aws_account: None) -> str:
    """The template's group of schedules; only those who make schedules need it."""
    aws.client("scheduler").create_schedule_group(Name=SCHEDULE_GROUP)
    return SCHEDULE_GROUP


@pytest.fixture
def settings() -> Settings:
    return Settings(
        table_name=TABLE,
        bucket_name=BUCKET,
        state_machine_arn="arn:aws:states:eu-central-1:123456789012:stateMachine:marksheet",
        max_lanes=4,
        checkpoint_seconds=0.2,
        lease_seconds=30,
        allow_private_endpoints=True,
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def workflow() -> RecordedWorkflow:
    return RecordedWorkflow()


@pytest.fixture
def app(aws_account: None, settings: Settings, clock: Clock, workflow: RecordedWorkflow) -> Application:
    return Application(
        settings=settings,
        store=open_store(TABLE, BUCKET),
        workflow=workflow,  # type: ignore[arg-type]
        credentials=Credentials("marksheet"),
        announcements=Announcements("default"),
        scheduler=Scheduler(
            SCHEDULE_GROUP,
            target_arn="arn:aws:lambda:eu-central-1:123456789012:function:marksheet-start-scheduled",
            role_arn="arn:aws:iam::123456789012:role/marksheet-scheduler",
            dead_letters_arn="arn:aws:sqs:eu-central-1:123456789012:marksheet-dead-letters",
        ),
        clock=clock,
    )


@pytest.fixture
def caller() -> Caller:
    return Caller("acme", "abcdefghijklmnop", SCOPES)


@pytest.fixture
def stranger() -> Caller:
    """Somebody of another organization."""
    return Caller("umbrella", "ponmlkjihgfedcba", SCOPES)


class Execution:
    """Runs an evaluation as the state machine does: plan, then every lane until it is finished,
    then finish.
    """

    def __init__(self, app: Application) -> None:
        self._app = app

    def plan(self, evaluation: Evaluation, stage: Stage = Stage.ANSWERS) -> list[LaneTask]:
        """The lanes of the current attempt, as the map would hand them out."""
        plan = plan_evaluation(
            self._app, evaluation.organization, evaluation.evaluation_id, evaluation.attempt, stage
        )
        entries = json.loads(self._app.store.objects.read(plan.manifest_key))
        return [
            LaneTask.from_event(
                {
                    "organization": evaluation.organization,
                    "evaluation_id": evaluation.evaluation_id,
                    "attempt": evaluation.attempt,
                    "lane": entry,
                    "invocation": {"execution": f"{stage}-child-{entry['lane']}", "retry": 0},
                }
            )
            for entry in entries
        ]

    def finish(self, evaluation: Evaluation) -> Status:
        return finish_evaluation(
            self._app, evaluation.organization, evaluation.evaluation_id, evaluation.attempt
        )

    def score(self, lanes: list[LaneTask]) -> None:
        for task in lanes:
            while not score_lane(self._app, task, seconds_left=60).finished:
                pass

    def run(self, evaluation: Evaluation) -> Status:
        self.score(self.plan(evaluation))
        if evaluation.pairs is not None:
            self.score(self.plan(evaluation, Stage.PAIRS))
        return self.finish(evaluation)


@pytest.fixture
def execution(app: Application) -> Execution:
    return Execution(app)


class Deployment:
    """Puts benchmarks and models in, through the same use cases as the API."""

    def __init__(self, app: Application, caller: Caller) -> None:
        self._app = app
        self._caller = caller

    def benchmark(self, count: int, name: str = "sums", **settings: Any) -> Benchmark:
        """A benchmark of so many questions: `q1` asks for 1, and so on."""
        rows = [
            {"question_id": f"q{n}", "question": f"Say {n}", "expected_answer": str(n)}
            for n in range(1, count + 1)
        ]
        new = NewBenchmark(name=name, scorers=(ScorerSpec("exact_match", Role.CORRECTNESS),), **settings)
        return benchmarks.upload(self._app, self._caller, new, json.dumps(rows).encode(), "json")[0]

    def recorded(self, model_id: str, answers: Mapping[str, str]) -> Model:
        """A model that brought these answers along, by question id."""
        models.register(self._app, self._caller, NewModel(model_id, ProviderName.RECORDED, {}))
        upload = models.request_answers(self._app, self._caller, model_id)
        key = layout.upload_object(self._caller.organization, upload.upload_id)
        rows = [json.dumps({"question_id": q, "output": text}) for q, text in answers.items()]
        self._app.store.objects.write(key, "\n".join(rows).encode())
        ingest_upload(self._app, key)
        return models.get(self._app, self._caller, model_id)

    def endpoint(self, model_id: str, base_url: str, **settings: Any) -> Model:
        """A model behind an OpenAI-compatible endpoint."""
        given = {"base_url": base_url, "model": "stub", **settings}
        return models.register(self._app, self._caller, NewModel(model_id, ProviderName.OPENAI, given))


@pytest.fixture
def deployment(app: Application, caller: Caller) -> Deployment:
    return Deployment(app, caller)
