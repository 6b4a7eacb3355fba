"""What a user of weave writes to evaluate a model: nothing of it knows where the calls go.

Called with the project. The environment says where, and with which key. Prints the summary as JSON.
"""

import asyncio
import json
import sys

import weave

ROWS = [
    {"question": "abc", "expected_answer": "cba"},
    {"question": "été ☃", "expected_answer": "☃ été"},
    {"question": "", "expected_answer": ""},
    {"question": "fail", "expected_answer": "liaf"},
]


@weave.op
def exact(expected_answer: str, output: str) -> dict:
    return {"correct": expected_answer == output, "length": len(output or "")}


@weave.op
def shorter(question: str, output: str) -> float:
    return 1.0 if len(output or "") <= len(question) else 0.25


class Mirror(weave.Model):
    offset: int = 1

    @weave.op
    def predict(self, question: str) -> str:
        if question == "fail":
            raise ValueError("this one fails on purpose")
        return question[::-1]


weave.init(sys.argv[1])
evaluation = weave.Evaluation(name="mirrors", dataset=ROWS, scorers=[exact, shorter])
summary = asyncio.run(evaluation.evaluate(Mirror()))
print(json.dumps(summary))
