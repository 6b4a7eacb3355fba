"""List prices of AWS, us-east-1, 2026, in USD; docs/operations.md tells the same ones."""

from __future__ import annotations

from decimal import Decimal

LAMBDA_REQUEST = Decimal("0.0000002")
LAMBDA_GB_SECOND = Decimal("0.0000133334")
"""arm64, first tier."""
TRANSITION = Decimal("0.000025")
"""A state transition of a STANDARD state machine; starting a child of a Distributed Map is one too."""
S3_PUT = Decimal("0.000005")
"""PUT, COPY, POST and LIST, and each request of a multipart upload. DELETE is free."""
S3_GET = Decimal("0.0000004")
WRITE_UNIT = Decimal("0.000000625")
"""A DynamoDB write of up to 1 KB, on demand; twice that in a transaction."""
READ_UNIT = Decimal("0.000000125")
"""A strongly consistent DynamoDB read of up to 4 KB, on demand."""

FULL_CORE_MB = 1769
"""Memory at which a Lambda has one whole core; below it has its share."""
