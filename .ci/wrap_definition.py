"""Print a state machine's definition for cfn-lint: placeholders filled, in a plain CloudFormation resource.

cfn-lint does not look into the file that AWS::Serverless::StateMachine names.
"""

import json
import re
import sys
from pathlib import Path

import yaml

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:"


def wrap(text: str) -> dict[str, object]:
    """The definition's text as a template with one AWS::StepFunctions::StateMachine."""
    filled = re.sub(r"\$\{(\w+)\}", lambda placeholder: FUNCTION + placeholder[1], text)
    properties = {"RoleArn": "arn:aws:iam::123456789012:role/machine", "Definition": yaml.safe_load(filled)}
    return {"Resources": {"Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}}}


if __name__ == "__main__":
    print(json.dumps(wrap(Path(sys.argv[1]).read_text()), indent=2))
