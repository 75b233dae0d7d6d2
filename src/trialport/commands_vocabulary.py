"""What `trialport vocabulary` does, apart from reading options: import, list and remove terminologies."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from msgspec import Struct
from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table

from trialport.vocabulary.cache import cache_directory, compiled_files, load_compiled
from trialport.vocabulary.imports.faults import Progress
from trialport.vocabulary.imports.importing import Importer, Wish
from trialport.vocabulary.imports.report import Report
from trialport.vocabulary.imports.shapes import FORMAT_NAMES, Format
from trialport.vocabulary.imports.stored import import_directory, list_sources, remove_source
from trialport.vocabulary.index import load_shipped
from trialport.vocabulary.reading import Reader
from trialport.vocabulary.sources import DATA


class ListedImport(Struct, frozen=True):
    """One imported source; only the name is known of a damaged one."""

    name: str
    damaged: bool = False
    format: Format | None = None
    version: str = ""
    terms: int = 0
    concepts: int = 0
    unmapped: int = 0
    conflicts: int = 0
    on_conflict: str = ""
    imported_at: datetime | None = None
    program: str = ""
    sha256: str = ""


def import_terms(file: Path, wish: Wish) -> Report:
    """Import a file into the folder of this user or deployment, and compile the index that it makes."""
    with _bar() as progress:
        importer = Importer(import_directory(), lambda: Reader(load_shipped()), version("trialport"), progress)
        before = compiled_files(DATA, cache_directory(), import_directory())
        report = importer.import_file(file, wish, datetime.now(UTC))
        if report.file:
            _forget(before)
            progress("Compiling the index", 0, 0)
            load_compiled(DATA, cache_directory(), import_directory())
    return report


def _forget(paths: list[Path]) -> None:
    """Remove the index of imports as they were."""
    for path in paths:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def list_imports() -> list[ListedImport]:
    """List the folder's sources."""
    return [
        ListedImport(name, damaged=True)
        if source is None
        else ListedImport(
            name=name,
            format=source.format,
            version=source.version,
            terms=source.terms,
            concepts=source.concepts,
            unmapped=source.unmapped,
            conflicts=source.conflicts,
            on_conflict=source.on_conflict,
            imported_at=source.imported_at,
            program=source.program,
            sha256=source.sha256,
        )
        for name, source in list_sources(import_directory())
    ]


def remove_import(name: str) -> bool:
    """Remove a source; returns False when there is none of this name."""
    before = compiled_files(DATA, cache_directory(), import_directory())
    removed = remove_source(import_directory(), name)
    if removed:
        _forget(before)
    return removed


@contextmanager
def _bar() -> Iterator[Progress]:
    """Show a progress bar on standard error while the work goes on, if that is a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)

        def advance(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total or None)

        yield advance


def show_imports(listed: list[ListedImport]) -> None:
    """Print the sources as a table."""
    console = Console()
    if not listed:
        console.print(f"Nothing was imported into {import_directory()}.", highlight=False, soft_wrap=True)
        return
    for one in listed:
        if one.damaged or one.format is None or one.imported_at is None:
            said = "damaged: import it again, or remove it"
        else:
            said = (
                f"{one.version or '-'}  {FORMAT_NAMES[one.format]}, {one.terms} terms, {one.unmapped} of {one.concepts}"
                f" concepts unmapped, {one.conflicts} conflicts left out, {one.imported_at:%Y-%m-%d %H:%M} UTC by"
                f" Trialport {one.program}"
            )
        console.print(f"{one.name}  {said}", markup=False, highlight=False, soft_wrap=True)


def show_report(report: Report) -> None:
    """Print for people what an import did or would do."""
    console = Console(highlight=False, soft_wrap=True)
    version_said = f" {report.version}" if report.version else ""
    console.print(
        f"{report.name}{version_said}: {FORMAT_NAMES[report.format]}, sha256 {report.sha256[:16]}", markup=False
    )
    if report.outcome == "unchanged":
        console.print("The same file was imported before in the same way. Nothing was done.")
        return
    _show_counts(console, report)
    _show_examples(console, report)
    _show_coverage(console, report)
    if report.change is not None:
        console.print(f"Against what is stored: {report.change.added} terms added, {report.change.removed} removed.")
        _show_list(console, "added", report.change.added_examples)
        _show_list(console, "removed", report.change.removed_examples)
    if report.outcome == "tried":
        console.print("Dry run: nothing was written.")
    else:
        console.print(f"{report.outcome}: {report.file}. Servers and workers see it after a restart.", markup=False)


def _show_counts(console: Console, report: Report) -> None:
    if report.concepts is None or report.terms is None:
        return
    of, terms = report.concepts, report.terms
    table = Table("What", "Number", show_header=False)
    for what, number in (
        ("concepts read", of.read),
        ("  placed by their own ICD-10 code", of.by_code),
        ("  placed by their nearest ancestor's", of.by_ancestor),
        ("  placed by their name", of.by_name),
        ("  unmapped", of.unmapped),
        ("terms read", terms.read),
        ("  new", terms.new),
        ("  known already", terms.known),
        ("  in conflict with our words", terms.conflicts),
        ("    of these marked as another meaning", terms.marked),
        ("  repeated", terms.repeated),
        ("  too long to be looked up", terms.too_long),
        ("  without telling words", terms.no_words),
        ("  of unmapped concepts", terms.of_unmapped),
        ("terms to store" if report.outcome == "tried" else "terms stored", terms.stored),
        *((f"left out: {reason}", count) for reason, count in report.left_out.items()),
    ):
        table.add_row(what, str(number))
    console.print(table)


def _show_examples(console: Console, report: Report) -> None:
    if report.concepts is None or report.terms is None:
        return
    _show_list(console, "new", report.terms.new_examples)
    _show_list(console, "unmapped", report.concepts.unmapped_examples)
    _show_list(console, "unfit", report.terms.unfit_examples)
    told = (f"{one.term} (there {one.category}, here {one.shipped})" for one in report.terms.conflict_examples)
    _show_list(console, "conflicts", tuple(told))


def _show_list(console: Console, what: str, examples: tuple[str, ...]) -> None:
    if examples:
        console.print(f"{what}: {'; '.join(examples)}", markup=False)


def _show_coverage(console: Console, report: Report) -> None:
    if report.coverage is None:
        return
    told = ", ".join(
        f"{one.chapter} {100 * one.with_terms // one.categories}%" for one in report.coverage.chapters if one.with_terms
    )
    console.print(
        f"Categories with terms: {report.coverage.with_terms} of {report.coverage.categories};"
        f" {len(report.coverage.without_terms)} have none. {told}",
        markup=False,
    )
