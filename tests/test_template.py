"""What the template promises, read from the file: also the things that the emulator takes no notice of."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

from marksheet.settings import Settings
from marksheet.store import layout, objects
from tests.cloudformation import ROOT, listed, properties, resources, statements, template

FUNCTIONS = sorted(resources("AWS::Serverless::Function"))
ROLES = [*FUNCTIONS, "EvaluationMachine"]


def folder(function: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", function).lower()


def actions(name: str) -> set[str]:
    return {action for statement in statements(name) for action in listed(statement["Action"])}


# Functions


def test_every_folder_of_functions_is_a_function_of_the_template() -> None:
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/handler.py")}
    assert folders == {folder(name) for name in FUNCTIONS}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_named_like_its_folder(name: str) -> None:
    assert properties(name)["Handler"] == f"{folder(name)}.handler.handler"
    assert properties(name)["CodeUri"] == "functions/"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_sample_events(name: str) -> None:
    assert list((ROOT / "events" / folder(name)).glob("*.json"))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_logs_into_a_group_of_its_own_that_forgets(name: str) -> None:
    assert properties(name)["LoggingConfig"]["LogGroup"] == {"Ref": f"{name}Logs"}
    assert properties(f"{name}Logs")["RetentionInDays"] == {"Ref": "LogRetentionDays"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_says_how_long_it_takes_and_how_much_memory(name: str) -> None:
    assert {"Timeout", "MemorySize", "Description"} <= properties(name).keys()


def test_every_log_group_forgets() -> None:
    for name in resources("AWS::Logs::LogGroup"):
        assert properties(name)["RetentionInDays"] == {"Ref": "LogRetentionDays"}, name


def test_functions_are_traced_and_log_json() -> None:
    shared = template()["Globals"]["Function"]
    assert shared["Tracing"] == "Active"
    assert shared["LoggingConfig"]["LogFormat"] == "JSON"


def test_the_environment_names_every_setting_and_nothing_that_no_code_reads() -> None:
    given = set(template()["Globals"]["Function"]["Environment"]["Variables"])
    given |= set(properties("EvaluationsApi")["Environment"]["Variables"])
    settings = {field.name.upper() for field in dataclasses.fields(Settings)}
    assert {name for name in given if not name.startswith("POWERTOOLS_")} == settings


@pytest.mark.parametrize(
    "field",
    [
        "max_lanes",
        "max_schedules",
        "checkpoint_seconds",
        "lease_seconds",
        "inline_download_bytes",
        "presign_seconds",
    ],
)
def test_a_parameter_has_the_default_of_its_setting(field: str) -> None:
    parameter = "".join(word.title() for word in field.split("_"))
    defaults = {f.name: f.default for f in dataclasses.fields(Settings)}
    assert template()["Parameters"][parameter]["Default"] == defaults[field]


def test_a_file_that_is_answered_directly_fits_a_functions_result() -> None:
    # It leaves in base64, a third larger, and its headers with it; a result has 6 MiB at most.
    assert template()["Parameters"]["InlineDownloadBytes"]["MaxValue"] * 4 / 3 < (6 << 20) - 100_000


def test_private_endpoints_are_refused_unless_asked_for() -> None:
    assert template()["Parameters"]["AllowPrivateEndpoints"]["Default"] == "false"


def test_what_a_laptop_may_do_is_refused_in_an_aws_account() -> None:
    rule = template()["Rules"]["LocalIsTheEmulator"]
    assert {"Fn::Equals": [{"Ref": "AllowPrivateEndpoints"}, "true"]} in rule["RuleCondition"]["Fn::Or"]
    assert {"Fn::Equals": [{"Ref": "Stage"}, "local"]} in rule["RuleCondition"]["Fn::Or"]
    assert {"Fn::Not": [{"Fn::Equals": [{"Ref": "BedrockEndpoint"}, ""]}]} in rule["RuleCondition"]["Fn::Or"]
    assert rule["Assertions"][0]["Assert"] == {"Fn::Equals": [{"Ref": "AWS::AccountId"}, "000000000000"]}


def test_what_is_called_asynchronously_leaves_its_failures_in_the_queue() -> None:
    for name in ("IngestUpload", "ExtractDocument", "FailEvaluation", "StartScheduled"):
        failure = properties(name)["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]
        assert failure == {"Type": "SQS", "Destination": {"Fn::GetAtt": ["DeadLetters", "Arn"]}}
    target = properties("ExecutionEnded")["Targets"][0]
    assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["DeadLetters", "Arn"]}}


def test_the_layer_is_built_for_what_the_template_deploys_by_default() -> None:
    makefile = (ROOT / "layers" / "layer.mk").read_text()
    defaults = dict(re.findall(r"^(MARKSHEET_\w+) \?= (\S+)$", makefile, re.MULTILINE))
    assert defaults["MARKSHEET_RUNTIME"] == template()["Parameters"]["PythonRuntime"]["Default"]
    assert defaults["MARKSHEET_ARCH"] == template()["Parameters"]["Architecture"]["Default"]
    metadata = template()["Resources"]["CoreLayer"]["Metadata"]
    assert metadata["BuildArchitecture"] == defaults["MARKSHEET_ARCH"]


# API


def test_the_routes_are_these() -> None:
    routes = {
        properties(name)["RouteKey"]: properties(name)["AuthorizationType"]
        for name in resources("AWS::ApiGatewayV2::Route")
    }
    assert routes == {
        "GET /v1/health": "NONE",
        "GET /openapi.json": "NONE",
        "GET /docs": "NONE",
        "GET /docs/{file}": "NONE",
        "ANY /api/v3/{proxy+}": "CUSTOM",
        "ANY /v1/eval": "CUSTOM",
        "ANY /v1/eval/{proxy+}": "CUSTOM",
        "ANY /v1/datasets": "CUSTOM",
        "ANY /v1/datasets/{proxy+}": "CUSTOM",
        "ANY /v2/gen-ai/{proxy+}": "CUSTOM",
        "ANY /v2/{entity}/{project}/{proxy+}": "CUSTOM",
        "GET /server_info": "NONE",
        "POST /graphql": "CUSTOM",
        "ANY /call/{proxy+}": "CUSTOM",
        "ANY /calls/{proxy+}": "CUSTOM",
        "ANY /obj/{proxy+}": "CUSTOM",
        "ANY /objs/{proxy+}": "CUSTOM",
        "ANY /table/{proxy+}": "CUSTOM",
        "ANY /file/{proxy+}": "CUSTOM",
        "ANY /files/{proxy+}": "CUSTOM",
        "ANY /feedback/{proxy+}": "CUSTOM",
        "ANY /refs/{proxy+}": "CUSTOM",
        "OPTIONS /api/v3/{proxy+}": "NONE",
        "OPTIONS /v1/{proxy+}": "NONE",
        "OPTIONS /v2/{proxy+}": "NONE",
    }


def test_preflight_routes_exist_only_where_browsers_may_call() -> None:
    for name, route in resources("AWS::ApiGatewayV2::Route").items():
        preflight = properties(name)["RouteKey"].startswith("OPTIONS ")
        assert route.get("Condition") == ("HasCors" if preflight else None)
    assert template()["Parameters"]["CorsOrigins"]["Default"] == ""


def test_a_revoked_key_lives_five_minutes_at_most() -> None:
    assert properties("ApiAuthorizer")["AuthorizerResultTtlInSeconds"] == {"Ref": "AuthorizerTtlSeconds"}
    assert template()["Parameters"]["AuthorizerTtlSeconds"]["MaxValue"] <= 300


def test_routes_whose_errors_have_a_form_ask_about_requests_without_a_key_too() -> None:
    uncached = properties("UncachedAuthorizer")
    assert (uncached["IdentitySource"], uncached["AuthorizerResultTtlInSeconds"]) == ([], 0)
    cached = properties("ApiAuthorizer")
    assert uncached["AuthorizerUri"] == cached["AuthorizerUri"]
    asking = {
        properties(name)["RouteKey"]
        for name in resources("AWS::ApiGatewayV2::Route")
        if properties(name).get("AuthorizerId") == {"Ref": "UncachedAuthorizer"}
    }
    assert asking == {"ANY /v2/gen-ai/{proxy+}"}


def test_a_presigned_url_lives_fifteen_minutes_at_most() -> None:
    assert template()["Parameters"]["PresignSeconds"]["MaxValue"] <= 900


def test_the_api_is_throttled_and_its_accesses_are_logged() -> None:
    stage = properties("ApiStage")
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0
    assert stage["AccessLogSettings"]["DestinationArn"] == {"Fn::GetAtt": ["ApiLogs", "Arn"]}
    assert "authorization" not in stage["AccessLogSettings"]["Format"].lower()


# Permissions


@pytest.mark.parametrize("name", ROLES)
def test_no_role_has_a_wildcard_action(name: str) -> None:
    assert not [action for action in actions(name) if "*" in action]


@pytest.mark.parametrize("name", ROLES)
def test_only_log_delivery_goes_to_all_resources(name: str) -> None:
    for statement in statements(name):
        if "*" in listed(statement["Resource"]):
            assert statement["Sid"] == "DeliverLogs"
            assert all(action.startswith("logs:") for action in statement["Action"])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_role_reaches_items_by_their_leading_key_alone(name: str) -> None:
    leading = ["KEY#*"] if name == "Authorizer" else ["ORG#*"]
    for statement in statements(name):
        if listed(statement["Action"])[0].startswith("dynamodb:"):
            condition: dict[str, Any] = statement["Condition"]
            assert condition["ForAllValues:StringLike"] == {"dynamodb:LeadingKeys": leading}
            assert condition["Null"] == {"dynamodb:LeadingKeys": {"Fn::If": ["OnAws", "false", "true"]}}
            assert statement["Resource"] == {"Fn::GetAtt": ["Table", "Arn"]}


def test_no_role_may_read_items_without_naming_a_key() -> None:
    for name in ROLES:
        assert not {action for action in actions(name) if "Scan" in action or "PartiQL" in action}


def test_a_role_reaches_objects_below_orgs_alone() -> None:
    for name in ROLES:
        for statement in statements(name):
            if listed(statement["Action"])[0].startswith("s3:") and statement["Action"] != "s3:ListBucket":
                below = statement["Resource"]["Fn::Sub"].partition("-${Stage}/")[2]
                taken = (name, below) == ("RunsApi", "incoming/*")
                assert taken or below.startswith("orgs/*"), name


def test_files_that_nobody_asks_for_are_dropped() -> None:
    (rule,) = [
        rule
        for rule in properties("Bucket")["LifecycleConfiguration"]["Rules"]
        if rule["Id"] == "drop-incoming-files"
    ]
    assert (rule["Prefix"], rule["ExpirationInDays"]) == ("incoming/", 1)
    assert layout.incoming_file("acme", "upload-1").startswith(rule["Prefix"])


def test_what_is_derived_is_forgotten() -> None:
    (rule,) = [
        rule for rule in properties("Bucket")["LifecycleConfiguration"]["Rules"] if "TagFilters" in rule
    ]
    (tag,) = rule["TagFilters"]
    assert f"{tag['Key']}={tag['Value']}" == objects.DERIVED
    assert rule["ExpirationInDays"] == 30


def test_rows_are_sorted_on_the_largest_disk_there_is() -> None:
    assert properties("FinishEvaluation")["EphemeralStorage"] == {"Size": 10240}


def test_the_authorizer_reads_keys_and_nothing_else() -> None:
    assert actions("Authorizer") == {"dynamodb:GetItem"}


ASKING = ["GradingApi", "ScoreShard"]
"""Who calls models: the worker, and grading within a request."""


def test_only_who_asks_models_reads_their_keys() -> None:
    readers = [name for name in FUNCTIONS if "secretsmanager:GetSecretValue" in actions(name)]
    assert readers == ASKING


def test_only_who_asks_models_asks_bedrock_and_only_those_that_are_named() -> None:
    asking = {name for name in ROLES for action in actions(name) if action.startswith("bedrock:")}
    assert asking == set(ASKING)


@pytest.mark.parametrize("name", ASKING)
def test_bedrock_is_asked_for_the_models_that_are_named(name: str) -> None:
    (statement,) = [
        found["Fn::If"]
        for policy in properties(name)["Policies"]
        for found in policy["Statement"]
        if "Fn::If" in found
    ]
    condition, granted, otherwise = statement
    assert (condition, otherwise) == ("UsesBedrock", {"Ref": "AWS::NoValue"})
    assert (granted["Action"], granted["Resource"]) == ("bedrock:InvokeModel", {"Ref": "BedrockModelArns"})


def test_bedrock_is_not_asked_unless_models_are_named() -> None:
    assert template()["Parameters"]["BedrockModelArns"]["Default"] == ""
    assert template()["Parameters"]["BedrockEndpoint"]["Default"] == ""
    named = {"Fn::Join": ["", {"Ref": "BedrockModelArns"}]}
    assert template()["Conditions"]["UsesBedrock"] == {"Fn::Not": [{"Fn::Equals": [named, ""]}]}


def test_extraction_reads_originals_and_writes_markdown_and_nothing_else() -> None:
    granted = {
        statement["Action"]: statement["Resource"]["Fn::Sub"].partition("-${Stage}")[2]
        for statement in statements("ExtractDocument")
    }
    assert granted == {
        "s3:GetObject": "/orgs/*/documents/*",
        "s3:PutObject": "/orgs/*/markdown/*",
    }


def test_extraction_has_a_network_without_a_way_out() -> None:
    condition, network, _ = properties("ExtractDocument")["VpcConfig"]["Fn::If"]
    assert condition == "IsolatesExtraction"
    assert network["SubnetIds"] == [{"Ref": "ExtractionSubnetA"}, {"Ref": "ExtractionSubnetB"}]
    assert properties("ExtractionWayToS3")["VpcEndpointType"] == "Gateway"
    ways_out = ("InternetGateway", "NatGateway", "Route", "EgressOnlyInternetGateway", "VPCPeeringConnection")
    for kind in ways_out:
        assert resources(f"AWS::EC2::{kind}") == {}
    assert template()["Parameters"]["IsolateExtraction"]["Default"] == "true"


def test_each_kind_of_object_wakes_one_function() -> None:
    woken = {}
    for entry in properties("Bucket")["NotificationConfiguration"]["LambdaConfigurations"]:
        rules = {rule["Name"]: rule["Value"] for rule in entry["Filter"]["S3Key"]["Rules"]}
        assert rules["prefix"] == "orgs/"
        woken[rules["suffix"]] = entry["Function"]["Fn::GetAtt"][0]
    assert woken == {
        ".upload": "IngestUpload",
        ".extracted": "IngestUpload",
        ".document": "ExtractDocument",
    }


def test_secrets_are_reached_by_the_stacks_prefix_alone() -> None:
    for name in FUNCTIONS:
        for statement in statements(name):
            if listed(statement["Action"])[0].startswith("secretsmanager:"):
                assert statement["Resource"]["Fn::Sub"].endswith(":secret:${AWS::StackName}/*")


def test_the_machine_starts_its_own_children_alone() -> None:
    for statement in statements("EvaluationMachine"):
        if listed(statement["Action"])[0].startswith("states:"):
            for resource in listed(statement["Resource"]):
                assert re.search(
                    r":(stateMachine|execution):\$\{AWS::StackName\}-evaluation", resource["Fn::Sub"]
                )
    assert properties("EvaluationMachine")["Name"] == {"Fn::Sub": "${AWS::StackName}-evaluation"}


def test_the_api_keeps_schedules_of_its_own_group_alone() -> None:
    (statement,) = [s for s in statements("EvaluationsApi") if s["Sid"] == "KeepSchedules"]
    on_aws = statement["Resource"]["Fn::If"][1]["Fn::Sub"]
    assert statement["Resource"]["Fn::If"][0] == "OnAws"
    assert on_aws.endswith(":schedule/${ScheduleGroup}/*")
    assert [name for name in ROLES if any(a.startswith("scheduler:") for a in actions(name))] == [
        "EvaluationsApi"
    ]


def test_one_role_alone_may_be_passed_on_and_to_the_scheduler_alone() -> None:
    passing = [
        (name, statement)
        for name in ROLES
        for statement in statements(name)
        if "iam:PassRole" in listed(statement["Action"])
    ]
    ((name, statement),) = passing
    assert (name, statement["Resource"]) == ("EvaluationsApi", {"Fn::GetAtt": ["SchedulerRole", "Arn"]})
    assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}


def test_the_scheduler_calls_one_function_and_leaves_what_it_missed() -> None:
    role = properties("SchedulerRole")
    (policy,) = role["Policies"]
    allowed = {s["Action"]: s["Resource"] for s in policy["PolicyDocument"]["Statement"]}
    assert allowed == {
        "lambda:InvokeFunction": {"Fn::GetAtt": ["StartScheduled", "Arn"]},
        "sqs:SendMessage": {"Fn::GetAtt": ["DeadLetters", "Arn"]},
    }


def test_the_scheduler_takes_its_role_for_this_deployments_schedules_alone() -> None:
    (trust,) = properties("SchedulerRole")["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
        "ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["ScheduleGroup", "Arn"]}},
    }


@pytest.mark.parametrize("name", sorted(resources("AWS::Lambda::Permission")))
def test_a_service_may_call_a_function_from_one_source_alone(name: str) -> None:
    assert "SourceArn" in properties(name)


# Storage


def test_the_table_is_encrypted_restorable_and_kept() -> None:
    table = properties("Table")
    assert table["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS"}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionProtectionEnabled"] == {"Fn::If": ["Production", True, False]}
    assert template()["Resources"]["Table"]["DeletionPolicy"] == "Retain"


def test_the_table_forgets_what_has_expired() -> None:
    assert properties("Table")["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


@pytest.mark.parametrize("name", sorted(resources("AWS::S3::Bucket")))
def test_a_bucket_is_private_versioned_and_kept(name: str) -> None:
    bucket = properties(name)
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert template()["Resources"][name]["DeletionPolicy"] == "Retain"


def test_objects_are_encrypted_under_a_bucket_key() -> None:
    rule = properties("Bucket")["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms"}
    assert rule["BucketKeyEnabled"] is True


def test_the_bucket_forgets_old_versions_and_abandoned_uploads() -> None:
    rules = properties("Bucket")["LifecycleConfiguration"]["Rules"]
    assert {"NoncurrentDays": 30} in [rule.get("NoncurrentVersionExpiration") for rule in rules]
    assert {"DaysAfterInitiation": 2} in [rule.get("AbortIncompleteMultipartUpload") for rule in rules]


def _refuses_plain_http(statement: dict[str, Any], bucket: str) -> bool:
    return statement == {
        "Sid": "OnlyOverTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [{"Fn::GetAtt": [bucket, "Arn"]}, {"Fn::Sub": f"${{{bucket}.Arn}}/*"}],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def test_buckets_refuse_plain_http_on_aws() -> None:
    assert template()["Conditions"]["OnAws"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "Stage"}, "local"]}]}
    assert template()["Resources"]["BucketPolicy"]["Condition"] == "OnAws"
    (data,) = properties("BucketPolicy")["PolicyDocument"]["Statement"]
    assert _refuses_plain_http(data, "Bucket")
    _, logs = properties("AccessLogBucketPolicy")["PolicyDocument"]["Statement"]
    assert logs["Fn::If"][0] == "OnAws"
    assert _refuses_plain_http(logs["Fn::If"][1], "AccessLogBucket")


def test_the_bucket_has_one_name_wherever_it_is_spelled_out() -> None:
    name = properties("Bucket")["BucketName"]["Fn::Sub"]
    spelled = re.findall(r"marksheet-\$\{AWS::AccountId\}[^\s/\"]*", (ROOT / "template.yaml").read_text())
    assert set(spelled) == {name}


# Alarms


def test_alarms_watch_what_an_operator_must_know() -> None:
    watched = {
        (properties(name)["Namespace"], properties(name)["MetricName"])
        for name in resources("AWS::CloudWatch::Alarm")
    }
    assert watched == {
        ("AWS/ApiGateway", "5xx"),
        ("AWS/Lambda", "Errors"),
        ("AWS/Lambda", "Throttles"),
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
        ("AWS/States", "ExecutionTime"),
        ("AWS/States", "ExecutionsFailed"),
        ("AWS/States", "ExecutionsTimedOut"),
    }


@pytest.mark.parametrize("name", sorted(resources("AWS::CloudWatch::Alarm")))
def test_an_alarm_says_what_to_do_and_is_quiet_while_idle(name: str) -> None:
    assert properties(name)["AlarmDescription"]
    assert properties(name)["TreatMissingData"] == "notBreaching"
