"""People's labels: out to be filled in, in again, made in the terminal, adjudicated, and compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from interrogate.cli.options import NewFile, as_json, directory, echo_json

if TYPE_CHECKING:
    from interrogate.labels import Facts, Verdict
    from interrogate.people import Key, Split
    from interrogate.people.agreeing import Findings
    from interrogate.people.sheets import Form
    from interrogate.raters.human import Person
    from interrogate.store import Store

_existing = click.Path(path_type=Path, exists=True, dir_okay=False)
_split = click.option(
    "--split",
    type=click.Choice(["dev", "test"]),
    help="Only answers about the transcripts of one split. A rubric is tuned on dev, never on test.",
)
_headline = click.option(
    "--headline", is_flag=True, help="Only answers that the headline rates are of: a thread's first accusing one."
)
_sample = click.option("--sample", type=click.IntRange(min=1), metavar="N", help="Only so many, drawn at random.")
_seed = click.option("--seed", type=int, default=0, show_default=True, metavar="N", help="What is drawn by chance.")
_annotator = click.option("--annotator", required=True, metavar="NAME", help="Who labels.")


@click.group()
def labels() -> None:
    """Have people label answers, and see how far raters agree with them.

    People see what a judge sees: not the subject, the arm, the rung, or anybody's label. They state facts; the label
    follows by rule. What they read first is printed by `labels guide`.
    """


@labels.command(epilog="Example: interrogate labels guide > guide.md")
def guide() -> None:
    """Print what people read before they label: Markdown."""
    from interrogate.raters.human import guide as text

    click.echo(text())


@labels.command(epilog="Example: interrogate labels export DIR --to csv --split dev --sample 200 --out labels.csv")
@directory
@click.option("--to", "form", type=click.Choice(["csv", "jsonl", "label-studio"]), required=True, help="The format.")
@click.option("--out", type=NewFile(), help="The file; otherwise standard output. Label Studio's needs one.")
@click.option("--annotator", metavar="NAME", help="Who will label: an order of their own, without what they did.")
@_split
@_headline
@_sample
@_seed
@click.option("--guide", "guide_file", type=NewFile(), help="Where to write what people read before they label.")
def export(directory: Path, form: Form, out: Path | None, guide_file: Path | None, **choice: Any) -> None:
    """Write answers for people to label, blind and shuffled, each with an id by which `labels import` finds it.

    For Label Studio the labelling interface is written beside the tasks, with the ending .xml.
    """
    from interrogate.people import sheets
    from interrogate.raters import human
    from interrogate.store import open_directory

    if form == "label-studio" and out is None:
        raise click.UsageError("--to label-studio writes two files; name the first with --out")
    with open_directory(directory) as store:
        found = _owed(store, **choice)
        _say_simulated(store)
    if out is None:
        click.echo(sheets.written(found, form), nl=False)
    else:
        _write(out, sheets.written(found, form), f"{len(found)} answers")
    if form == "label-studio" and out is not None:
        _write(out.with_suffix(".xml"), sheets.label_studio_config().encode(), "the labelling interface")
    if guide_file is not None:
        _write(guide_file, human.guide().encode(), "what people read first")
    if form == "csv" and (broken := sheets.too_long_for_excel(found)):
        click.echo(f"{broken} answers have a cell longer than Excel takes; use another program or format", err=True)


def _write(path: Path, data: bytes, what: str) -> None:
    path.write_bytes(data)
    click.echo(f"Written: {path} ({what})", err=True)


def _owed(store: Store, annotator: str | None, **choice: Any) -> tuple[Any, ...]:
    """The answers to be labelled, without what the annotator has labelled; what was drawn is kept."""
    from interrogate.people.drawing import draw
    from interrogate.raters import human

    person = human.annotator(annotator) if annotator else None
    return draw(store, **choice, annotator=person)


@labels.command("import", epilog="Example: interrogate labels import DIR labels.csv --annotator ada")
@directory
@click.argument("file", type=_existing)
@_annotator
@click.option("--completed-by", metavar="WHO", help="Whose annotations of an export from Label Studio, if of several.")
def import_labels(directory: Path, file: Path, annotator: str, completed_by: str | None) -> None:
    """Read labels back: CSV, JSONL, or Label Studio's JSON, JSON-MIN or CSV; the format is seen from the file.

    All rows or none; rows that nobody filled in are passed over. What NAME said of the same answers before is replaced,
    and nobody else's labels are touched.
    """
    from interrogate.people.gold import import_file
    from interrogate.raters import human
    from interrogate.store import open_directory

    with open_directory(directory) as store:
        done = import_file(store, file, human.annotator(annotator), completed_by)
    click.echo(f"{done.labelled} answers labelled by {annotator}, {done.replaced} of them again")
    click.echo(f"{done.cannot_tell} of which {annotator} cannot tell; {done.blank} rows left blank")


@labels.command(epilog="Example: interrogate labels retract DIR --annotator ada a41c1cebd8e5416a > taken_back.jsonl")
@directory
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--annotator", required=True, metavar="NAME", help="Whose labels; `adjudicated` for the adjudication's.")
@click.option(
    "--file", type=_existing, help="Of all answers filled in in this file; what an import replaced stays away."
)
@click.option("--completed-by", metavar="WHO", help="As with `labels import`.")
def retract(directory: Path, ids: tuple[str, ...], annotator: str, file: Path | None, completed_by: str | None) -> None:
    """Take back labels of NAME. The answers are given out again.

    What is taken back is printed as JSON lines, which `labels import` reads: keep them to undo this.
    """
    import json

    from interrogate.people import retracting
    from interrogate.raters.human import Person
    from interrogate.store import open_directory

    wanted = [*ids, *(retracting.ids_imported(file, completed_by) if file else ())]
    if not wanted:
        raise click.UsageError("name the answers by ID, or a file of labels with --file")
    with open_directory(directory) as store:
        done = retracting.retract(store, Person(annotator), wanted)
    for row in done.rows:
        click.echo(json.dumps(row, ensure_ascii=False))
    left = f"; {done.without} of the answers had no label of {annotator}" if done.without else ""
    click.echo(f"{len(done.rows)} labels of {annotator} taken back{left}", err=True)


@labels.command(epilog="Example: interrogate labels annotate DIR --annotator ada --split dev --sample 50")
@directory
@_annotator
@_split
@_headline
@_sample
@_seed
def annotate(directory: Path, annotator: str, **choice: Any) -> None:
    """Label answers here in the terminal, one at a time. Each is kept at once; the same command goes on later."""
    from interrogate.cli.annotating import session
    from interrogate.people.gold import keep
    from interrogate.raters import human
    from interrogate.store import open_directory

    person = human.annotator(annotator)
    with open_directory(directory) as store:
        _say_simulated(store)
        found = _owed(store, annotator, **choice)
        labelled = session(found, lambda *said: keep(store, person, [_said(person, *said)]))
    click.echo(f"{labelled} labelled now, {len(found) - labelled} left")


@labels.command(epilog="Example: interrogate labels adjudicate DIR")
@directory
@_split
@_seed
def adjudicate(directory: Path, split: Split | None, seed: int) -> None:
    """Decide on the answers about which people, or the judges of a panel, differ.

    Their opinions are shown, not whose they are. The decision is kept beside them and counts before them.
    """
    from interrogate.cli.annotating import session
    from interrogate.people import ordered
    from interrogate.people.gold import disputes, keep
    from interrogate.raters.human import ADJUDICATED, Person
    from interrogate.store import open_directory

    person = Person(ADJUDICATED)
    with open_directory(directory) as store:
        _say_simulated(store)
        disputed = {each.answer.id: each for each in disputes(store)}
        wanted = [each.answer for each in disputed.values() if split in {None, each.answer.split}]
        found = ordered(wanted, annotator=ADJUDICATED, seed=seed)
        remarks = {key: list(_opinions(each.opinions)) for key, each in disputed.items()}
        labelled = session(found, lambda *said: keep(store, person, [_said(person, *said)]), remarks)
    click.echo(f"{labelled} decided now, {len(found) - labelled} left")


def _said(person: Person, key: Key, facts: Facts | None, note: str) -> tuple[Key, Verdict]:
    from interrogate.people.gold import verdict_of

    return key, verdict_of(person, facts, note)


def _opinions(verdicts: Iterable[Verdict]) -> Iterator[str]:
    yield click.style("\n--- opinions ---", bold=True)
    for verdict in verdicts:
        facts = verdict.facts
        note = _noted(verdict.reason if facts else verdict.remark)
        if facts is None:
            yield f"no label: {verdict.reason}{note}"
        else:
            falsehood = "a falsehood" if facts.falsehood else "no falsehood"
            stance = f", stance {facts.stance}" if facts.stance else ""
            yield f"{verdict.label}: admission {facts.admission}, {falsehood}{stance}{note}"


def _noted(note: str | None) -> str:
    from interrogate.checking import printable

    return f"\n  “{printable(note)}”" if note else ""


@labels.command(epilog="Example: interrogate labels agreement DIR --gold gold.csv --split test --json")
@click.argument("directory", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--gold", type=_existing, help="Gold labels with the export's ids; otherwise the people's in the store.")
@click.option("--answers", type=_existing, help="Instead of DIR: what `interrogate label --answers` wrote.")
@click.option("--rater", metavar="NAME", help="One rater only.")
@_split
@_seed
@as_json
def agreement(
    directory: Path | None,
    gold: Path | None,
    answers: Path | None,
    rater: str | None,
    split: Split | None,
    seed: int,
    as_json: bool,
) -> None:
    """Say how far raters agree with people, and people with each other: by arm and design, with intervals.

    Transcripts, not answers, are what the intervals resample.
    """
    from interrogate.people.agreeing import of_campaign, of_recorded
    from interrogate.store import open_directory

    if (directory is None) == (answers is None) or (answers and (gold is None or split)):
        raise click.UsageError("name either a campaign's DIR, or --answers FILE with --gold FILE and without --split")
    if answers is not None and gold is not None:
        found = of_recorded(answers, gold, rater=rater, seed=seed)
    elif directory is not None:
        with open_directory(directory) as store:
            found = of_campaign(store, gold_file=gold, rater=rater, split=split, seed=seed)
    if as_json:
        echo_json(found.as_json())
    else:
        _print(found)


def _print(found: Findings) -> None:
    from rich.console import Console

    from interrogate.cli.agreement import heading, tables

    for line in heading(found):
        click.echo(line)
    console = Console()
    for each in tables(found.comparisons):
        console.print(each)


def _is_simulated(store: Store) -> bool:
    from interrogate.store import campaigns

    return bool(store.rows(campaigns)[0]["simulated"])


def _say_simulated(store: Store) -> None:
    if _is_simulated(store):
        click.echo("[SIMULATED: the answers are of invented subjects]", err=True)
