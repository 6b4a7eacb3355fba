"""`python -m marksheet_extraction IN OUT_DIR`: see `child`."""

import sys

from marksheet_extraction.child import main

sys.exit(main())
