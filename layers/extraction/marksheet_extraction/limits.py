"""How large a document, and what it unfolds to, may be."""

from __future__ import annotations

LARGEST_DOCUMENT = 50 << 20
"""Bytes of a document as it was uploaded."""
LONGEST_MARKDOWN = 10_000_000
"""Characters of the Markdown made of it."""

MOST_PAGES = 2_000
"""Pages of a PDF, slides of a presentation, sheets of a workbook."""
MOST_ROWS = 50_000
"""Rows of one sheet or CSV file that are kept."""
MOST_COLUMNS = 200
"""Columns of one sheet or CSV file that are kept."""
MOST_TABLE_CELLS = 1_000_000
"""Cells of one table of a text document, a slide or a web page, merged ones counted as often as they are
wide and high.
"""
LONGEST_FIELD = 1_000_000
"""Characters of one field of a CSV file."""
DEEPEST_JSON = 200
"""Lists and objects within each other."""

MOST_ENTRIES = 5_000
"""Files in the archive that an Office file is."""
LARGEST_UNPACKED = 256 << 20
"""Bytes of all of them together, unpacked."""
HIGHEST_RATIO = 100
"""How many times its packed size a file of over a MiB in an archive may have unpacked. Office files reach 5
to 30; deflate ends at 1,032.
"""
LARGEST_DIRECTORY = 4 << 20
"""Bytes of an archive's list of its files."""
DEEPEST_XML = 256
"""Elements within each other. Also what libxml2 allows."""
