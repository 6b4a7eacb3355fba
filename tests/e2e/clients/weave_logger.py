"""What a user of weave writes to log the outputs and scores of an evaluation that something else makes.

Called with the project. The environment says where, and with which key.
"""

import sys

import weave
from weave import EvaluationLogger

weave.init(sys.argv[1])
logger = EvaluationLogger(name="by hand", model="my-model", dataset="my-rows")
for number in range(5):
    prediction = logger.log_prediction(inputs={"question": f"q{number}"}, output={"answer": number})
    prediction.log_score(scorer="right", score=number % 2 == 0)
    prediction.log_score(scorer="near", score=number / 4)
    prediction.log_score(scorer="words", score={"count": number, "polite": True})
    prediction.finish()
logger.log_summary({"note": "logged by hand"})
