from __future__ import annotations

from marksheet_cli.local.stack import PARAMETERS, laptop_parameters


def test_bedrock_is_where_the_users_own_tools_find_it() -> None:
    found = laptop_parameters({"AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "http://127.0.0.1:9000"})
    assert found == {**PARAMETERS, "BedrockEndpoint": "http://127.0.0.1:9000"}


def test_without_the_variable_bedrock_is_awss() -> None:
    assert laptop_parameters({})["BedrockEndpoint"] == ""
