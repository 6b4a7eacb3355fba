"""One cold start: `import_probe.py LAYER FUNCTIONS FUNCTION` prints milliseconds of processor time as JSON.

Run by a bare interpreter: whatever is imported beyond its start is counted.
"""

import json
import os
import sys
import time

layer, functions, name = sys.argv[1:]
# Where Lambda puts the layer and the function; the function's folder comes first.
sys.path[:0] = [functions, layer]
os.environ.update(
    AWS_ACCESS_KEY_ID="none",
    AWS_SECRET_ACCESS_KEY="none",
    AWS_DEFAULT_REGION="us-east-1",
    TABLE_NAME="table",
    BUCKET_NAME="bucket",
)

began = time.process_time()
__import__(f"{name}.handler")
imported = time.process_time()

from marksheet import aws  # noqa: E402
from marksheet.application import application  # noqa: E402

application()
aws.client("dynamodb")
if name != "authorizer":
    aws.client("s3")
if name == "score_shard":
    # An endpoint and four scorers that compare.
    import marksheet.providers.openai
    import marksheet.scoring.exact_match
    import marksheet.scoring.includes
    import marksheet.scoring.rouge_l
    import marksheet.scoring.token_f1  # noqa: F401
if name == "evaluations_api":
    # What reads a request to create.
    from marksheet.dialects import nugen

    nugen.decode_create_evaluation  # noqa: B018
ready = time.process_time()
print(json.dumps({"import_ms": 1000 * (imported - began), "ready_ms": 1000 * (ready - began)}))
