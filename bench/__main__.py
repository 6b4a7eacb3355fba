"""The command: chooses benchmarks, shows progress, prints the table, writes JSON, and says by its exit code
whether all was measured and every target kept.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench import api, bill_run, graders, imports, rows, scorers, stack, worker
from bench.figures import Failure, Figure, as_json, as_table
from bench.sizes import QUICK, Sizes
from bench.surroundings import surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bench.surroundings import Surroundings

    Run = Callable[[Surroundings, Sizes, Callable[[str], None]], list[Figure]]

BENCHES: Mapping[str, tuple[str, Run]] = {
    "imports": ("cold import of each function, size of the layer", imports.run),
    "scorers": ("rows a second of each scorer, next to plain libraries", scorers.run),
    "graders": ("rows a second of each grader that asks no model, next to plain libraries", graders.run),
    "worker": ("the scoring worker alone in its process", worker.run),
    "rows": ("finishing a run of a million rows, and pages of two of them", rows.run),
    "bill": ("the modelled AWS bill of a million questions", bill_run.run),
    "api": ("calls of the API, warm", api.run),
    "stack": ("whole local stack: 1,000, 10,000 and 100,000 questions", stack.run),
}
"""Name -> what it measures, and how it is run."""

KEPT, MISSED, USAGE, FAILED, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit codes: all targets kept; one missed; wrong arguments; a benchmark gave no figures; stopped by hand."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    given = parser.parse_args(arguments)
    if unknown := [name for name in given.names if name not in BENCHES]:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are {', '.join(BENCHES)}")
    if given.importtime:
        print(imports.slowest(given.importtime))
        return KEPT
    sizes = QUICK if given.quick else Sizes()
    if given.questions:
        sizes = Sizes(quick=sizes.quick, stack_questions=tuple(given.questions))
    names = given.names or list(BENCHES)
    try:
        figures, failures = measure(names, sizes, Console(stderr=True))
    except KeyboardInterrupt:
        return INTERRUPTED
    for failure in failures:
        print(f"bench: {failure.bench} failed: {failure.reason}", file=sys.stderr)
    document = json.dumps(as_json(figures, failures, quick=sizes.quick), indent=2)
    if given.json == "-":
        print(document)
    else:
        Console(width=None if sys.stdout.isatty() else 120).print(as_table(figures))
        if given.json:
            Path(given.json).write_text(document + "\n")
    return exit_code(figures, failures)


def measure(names: Sequence[str], sizes: Sizes, console: Console) -> tuple[list[Figure], list[Failure]]:
    """Run the benchmarks one after the other. One that fails leaves the others their turn."""
    figures: list[Figure] = []
    failures: list[Failure] = []
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[doing]}"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("benchmarks", total=len(names), doing="")

        def tell(text: str) -> None:
            progress.update(bar, doing=f"{name}: {text}")
            if not console.is_terminal:
                console.print(f"{name}: {text}", markup=False, highlight=False)

        name = names[0]
        with surroundings(tell) as around:
            for name in names:
                try:
                    figures += BENCHES[name][1](around, sizes, tell)
                except Exception as error:
                    failures.append(Failure(name, f"{type(error).__name__}: {error}"))
                progress.advance(bar)
    return figures, failures


def exit_code(figures: Sequence[Figure], failures: Sequence[Failure]) -> int:
    """Of what was measured. A benchmark that failed weighs more than a target that was missed."""
    if failures:
        return FAILED
    return MISSED if any(figure.met is False for figure in figures) else KEPT


def _parser() -> argparse.ArgumentParser:
    listed = "\n".join(f"  {name:<10}{told}" for name, (told, _) in BENCHES.items())
    parser = argparse.ArgumentParser(
        prog="bench",
        description="What Marksheet costs in time, memory and money.",
        epilog=f"benchmarks:\n{listed}\n\nexit codes: 0 every target kept, 1 one missed, 2 wrong arguments, "
        "3 a benchmark failed",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="which; all when none is named")
    parser.add_argument("--quick", action="store_true", help="a few hundred questions, no targets")
    parser.add_argument(
        "--json",
        metavar="FILE",
        help="also write the figures as JSON; - writes them to standard output instead of the table",
    )
    parser.add_argument(
        "--questions",
        type=int,
        action="append",
        metavar="N",
        help="size of an evaluation of `stack`; may be repeated",
    )
    parser.add_argument(
        "--importtime", metavar="FUNCTION", help="only list what a function's import takes longest for"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
