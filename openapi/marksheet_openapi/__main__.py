"""Write the document into its files, or with `--check` say whether they are what would be written."""

import sys

from evaluations_api.documentation import DOCUMENT

from marksheet_openapi.document import ROOT, written

FILES = (DOCUMENT, ROOT / "docs" / "openapi.json")
"""The one that is served, and the same for readers."""


def main(arguments: list[str]) -> int:
    """The exit code: 1 for a file that is not up to date."""
    text = written()
    if arguments != ["--check"]:
        for path in FILES:
            path.write_text(text, encoding="utf-8")
            print(path.relative_to(ROOT))
        return 0
    old = [path for path in FILES if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in old:
        print(f"{path.relative_to(ROOT)} is not what the code says: run make openapi")
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
