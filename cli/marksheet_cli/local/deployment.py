"""The template on the emulator: artifacts into a bucket, one CloudFormation stack, its outputs."""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.local.emulator import HOST, Report
from marksheet_cli.local.packaging import Artifact, render

STACK = "marksheet-local"
_ARTIFACTS_BUCKET = "marksheet-local-artifacts"
_TEMPLATE = "template.yaml"
_DEPLOY_SECONDS = 120
_DEPLOYED = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
_START_OVER = "'marksheet local down --wipe' forgets what is stored and lets the next start begin anew"

AWS_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
}
"""The emulator's root, whom it lets do everything. The Lambdas have sessions of their own roles instead."""


@dataclass(frozen=True, slots=True)
class DeployedFunction:
    """A function as the stack has it."""

    name: str
    environment: Mapping[str, str]
    """Its variables, the emulator's address, and the administrator's credentials in place of its role's."""
    timeout_seconds: int


class Deployment:
    """The stack on the emulator at one port."""

    def __init__(self, port: int) -> None:
        self.endpoint = f"http://{HOST}:{port}"
        self._clients: dict[str, Any] = {}

    def digest(self, template: str, artifacts: list[Artifact], parameters: Mapping[str, str]) -> str:
        """Equal for equal deployments."""
        said = [template, [artifact.key for artifact in artifacts], dict(sorted(parameters.items()))]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    def deploy(
        self, template: str, artifacts: list[Artifact], parameters: Mapping[str, str], report: Report
    ) -> None:
        """Create the stack, or bring the one that exists up to date."""
        report("deploying template.yaml")
        s3 = self._client("s3")
        s3.create_bucket(Bucket=_ARTIFACTS_BUCKET)
        for artifact in artifacts:
            s3.put_object(Bucket=_ARTIFACTS_BUCKET, Key=artifact.key, Body=artifact.content)
        # From a bucket, as `sam deploy` does: sent along it may have 51,200 bytes.
        rendered = render(template, artifacts, _ARTIFACTS_BUCKET)
        s3.put_object(Bucket=_ARTIFACTS_BUCKET, Key=_TEMPLATE, Body=rendered.encode())
        self._change_stack(
            StackName=STACK,
            TemplateURL=f"{self.endpoint}/{_ARTIFACTS_BUCKET}/{_TEMPLATE}",
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        self._expire_items()
        # Nobody needs the artifacts any more, and every layer has fifty megabytes.
        for key in (_TEMPLATE, *(artifact.key for artifact in artifacts)):
            s3.delete_object(Bucket=_ARTIFACTS_BUCKET, Key=key)

    def exists(self) -> bool:
        return self._status() in _DEPLOYED

    def outputs(self) -> dict[str, str]:
        """The template's outputs by name."""
        stack = self._client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def environment(self) -> dict[str, str]:
        """What a client of this deployment needs to know, but for an API key."""
        outputs = self.outputs()
        return {
            "MARKSHEET_URL": f"{self.endpoint}/_aws/execute-api/{outputs['ApiId']}/$default",
            "MARKSHEET_STACK": STACK,
            "MARKSHEET_TABLE": outputs["TableName"],
            "MARKSHEET_BUCKET": outputs["BucketName"],
            "AWS_ENDPOINT_URL": self.endpoint,
            **AWS_CREDENTIALS,
        }

    def function(self, logical_id: str) -> DeployedFunction:
        """A function by its name in the template."""
        name = self._physical_id(logical_id)
        found = self._client("lambda").get_function_configuration(FunctionName=name)
        environment = {
            **found["Environment"]["Variables"],
            "AWS_ENDPOINT_URL": self.endpoint,
            **AWS_CREDENTIALS,
        }
        return DeployedFunction(name, environment, found["Timeout"])

    def fail_cut_off_executions(self) -> None:
        """Tell FailEvaluation of executions that ended with an earlier emulator: no event does.

        An evaluation that is over, or was resumed since, stays as it is.
        """
        machine = self._client("stepfunctions")
        listed = machine.list_executions(
            stateMachineArn=self.outputs()["StateMachineArn"], statusFilter="FAILED", maxResults=100
        )
        for execution in listed["executions"]:
            ended = machine.describe_execution(executionArn=execution["executionArn"])
            if ended.get("error") == "States.ServiceRestart":
                event = {"detail": {"status": "ABORTED", "input": ended["input"]}}
                self._client("lambda").invoke(
                    FunctionName=self._physical_id("FailEvaluation"), Payload=json.dumps(event)
                )

    def _physical_id(self, logical_id: str) -> str:
        found = self._client("cloudformation").describe_stack_resource(
            StackName=STACK, LogicalResourceId=logical_id
        )
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    def _change_stack(self, **request: Any) -> None:
        cloudformation = self._client("cloudformation")
        try:
            # An earlier command may have been interrupted in the middle of it.
            if self._settled_status() in (None, "DELETE_COMPLETE"):
                cloudformation.create_stack(**request)
            else:
                cloudformation.update_stack(**request)
        except cloudformation.exceptions.ClientError as error:
            if "No updates are to be performed" not in str(error):
                raise CommandError(
                    f"the emulator refused the deployment: {error}",
                    hint=_START_OVER,
                    code=ExitCode.UNAVAILABLE,
                ) from error
        status = self._settled_status()
        if status not in _DEPLOYED:
            raise CommandError(
                f"the deployment ended in {status}: {self._first_failure()}",
                hint=_START_OVER,
                code=ExitCode.UNAVAILABLE,
            )

    def _settled_status(self) -> str | None:
        deadline = time.monotonic() + _DEPLOY_SECONDS
        while (status := self._status()) and status.endswith("_IN_PROGRESS") and time.monotonic() < deadline:
            time.sleep(0.1)
        return status

    def _status(self) -> str | None:
        cloudformation = self._client("cloudformation")
        try:
            stacks = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
        except cloudformation.exceptions.ClientError:
            return None
        return str(stacks[0]["StackStatus"])

    def _first_failure(self) -> str:
        events = self._client("cloudformation").describe_stack_events(StackName=STACK)["StackEvents"]
        reasons = [
            f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason given')}"
            for event in reversed(events)
            if event["ResourceStatus"].endswith("_FAILED")
        ]
        return reasons[0] if reasons else "no resource failed"

    def _expire_items(self) -> None:
        # The emulator deletes expired items, but does not read TimeToLiveSpecification from a template.
        dynamodb = self._client("dynamodb")
        table = self.outputs()["TableName"]
        described = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
        if described["TimeToLiveStatus"] == "DISABLED":
            dynamodb.update_time_to_live(
                TableName=table, TimeToLiveSpecification={"AttributeName": "expires_at", "Enabled": True}
            )

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            import botocore.session

            session: Any = botocore.session.get_session()
            self._clients[service] = session.create_client(
                service,
                endpoint_url=self.endpoint,
                aws_access_key_id=AWS_CREDENTIALS["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=AWS_CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
                region_name=AWS_CREDENTIALS["AWS_DEFAULT_REGION"],
            )
        return self._clients[service]


def read_template(repository: Path) -> str:
    """The text of `template.yaml`. Raises `CommandError` outside of a checkout."""
    path = repository / "template.yaml"
    if not path.is_file():
        raise CommandError(
            f"there is no {path}",
            hint="run this in a checkout of Marksheet, or name one with --repository",
            code=ExitCode.USAGE,
        )
    return path.read_text()
