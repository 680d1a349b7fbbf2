"""Labelling: a campaign's answers, or recorded ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from interrogate.cli.options import NewFile, judge_settings, max_connections
from interrogate.errors import InputError

if TYPE_CHECKING:
    from interrogate.batches import Exchange
    from interrogate.records import Json

NO_JUDGE = {"classifier", "fitted"}
ALONE = (
    "--judge-share, --judge-margin and --rater fitted are for a campaign's DIR and one --rater, asked once and at "
    "once; a share or margin is a judge's"
)


@click.command(epilog="Example: interrogate label --answers answers.jsonl --rater openai/gpt-5 --out labels.jsonl")
@click.argument("directory", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--rater", multiple=True, metavar="classifier|fitted|MODEL", help="Who labels; classifier if left out.")
@click.option(
    "--answers",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Recorded answers, one JSON object a line.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the labels of --answers go; otherwise standard output.",
)
@judge_settings
@click.option(
    "--rubric",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Another rubric for the judge; its labels stand beside those by the usual one.",
)
@click.option(
    "--threshold",
    type=click.FloatRange(min=0, max=1),
    default=0.0,
    show_default=True,
    metavar="P",
    help="The classifier gives no label of which it is less sure.",
)
@click.option(
    "--judge-draws",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="Times that a judge labels each answer of a campaign.",
)
@click.option(
    "--judge-share",
    type=click.FloatRange(min=0, max=1, min_open=True),
    metavar="S",
    help="Have the judge read this share of a campaign's answers, drawn by chance, and fit a classifier to it.",
)
@click.option(
    "--judge-margin",
    type=click.FloatRange(min=0, max=0.5, min_open=True, max_open=True),
    metavar="M",
    help="Have the judge read as many as it takes for 95% intervals of M either way (0.1: ten points).",
)
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    metavar="N",
    help="Draws the judge's share, and the folds of a fitted classifier.",
)
@click.option("--batch-out", type=NewFile(), help="Ask nobody: write the judge's requests as an OpenAI batch file.")
@click.option(
    "--batch-in",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Ask nobody: label by the results of such a batch.",
)
@max_connections
def label(
    directory: Path | None,
    rater: tuple[str, ...],
    answers: Path | None,
    out: Path | None,
    settings: tuple[str, ...],
    **options: Any,
) -> None:
    """Label a campaign's answers, or label them again with another rater; nothing is asked of the subjects.

    With --answers, label recorded answers, lines of {"id", "question", "answer", "facts"}, with no campaign at all.
    With --batch-out, write what would be asked of the judge; send that in as a batch, and read its results with
    --batch-in and the same --rater, --rubric and -M. Both at once read results and write what is owed still.
    With --rater fitted, fit a classifier to what people labelled of the campaign, and have it label all of it.
    """
    from interrogate.spec import parameters_of

    if (directory is None) == (answers is None):
        raise click.UsageError("name either a campaign's DIR or --answers FILE")
    judging = {"parameters": parameters_of(settings).get("judge", {}), "rubric": options["rubric"]}
    live = {**judging, "threshold": options["threshold"]}
    most = options["max_connections"]
    raters = rater or ("classifier",)
    draws, files = options["judge_draws"], (options["batch_in"], options["batch_out"])
    _refuse_unused(directory, raters, out, options)
    in_part = options["judge_share"] is not None or options["judge_margin"] is not None
    if in_part or "fitted" in raters:
        if directory is None or len(raters) > 1 or any(files) or draws > 1 or (in_part and raters[0] in NO_JUDGE):
            raise click.UsageError(ALONE)
        _label_part(directory, raters[0], judging, options) if in_part else _label_fitted(directory, options["seed"])
    elif answers is not None and any(files):
        _exchange_recorded(answers, raters, out, judging, files)
    elif answers is not None:
        _label_recorded(answers, raters, out, {**live, "max_connections": most})
    elif directory is not None and any(files):
        _exchange(directory, raters, judging, draws, files)
    elif directory is not None:
        _label_campaign(directory, raters, live, {"max_connections": most, "draws": draws})


def _refuse_unused(directory: Path | None, raters: tuple[str, ...], out: Path | None, options: Json) -> None:
    """Whatever is asked for is done or refused."""
    unused = {
        "--out is for --answers": directory is not None and out is not None,
        "--judge-draws is for a campaign's DIR": directory is None and options["judge_draws"] > 1,
        "--threshold is for --rater classifier": bool(options["threshold"]) and "classifier" not in raters,
        "--rubric is for a judge": options["rubric"] is not None and set(raters) <= NO_JUDGE,
    }
    if said := [reason for reason, is_so in unused.items() if is_so]:
        raise click.UsageError("; ".join(said))


def _label_recorded(answers: Path, raters: tuple[str, ...], out: Path | None, live: Json) -> None:
    from interrogate.library import label as label_answers

    rows = _rows(answers)
    _write([row for name in raters for row in label_answers(rows, rater=name, **live)], out)


def _write(labelled: list[Any], out: Path | None) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in labelled)
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
        missing = sum(row["label"] is None for row in labelled)
        click.echo(f"Written: {out} ({len(labelled)} rows, {missing} without a label)", err=True)


def _rows(answers: Path) -> list[Any]:
    from interrogate.lines import numbered_lines

    return [_row(answers, number, line) for number, line in numbered_lines(answers)]


def _row(answers: Path, number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{answers}:{number}: not JSON ({error}); one object a line") from error


def _label_campaign(directory: Path, names: tuple[str, ...], live: Json, how: Json) -> None:
    from interrogate.campaign import relabel
    from interrogate.cli.campaigns import echo_standing
    from interrogate.cli.progress import shown
    from interrogate.library import blocking
    from interrogate.rating import rater_of

    raters = [rater_of(name, **live, draws=how["draws"]) for name in names]
    with shown() as observe:
        summary = blocking(lambda: relabel(directory, raters, **how, observe=observe))
    echo_standing(summary)


def _label_part(directory: Path, judge: str, judging: Json, options: Json) -> None:
    from interrogate.cascading import Asked, label_part
    from interrogate.cli.campaigns import echo_standing
    from interrogate.cli.progress import shown
    from interrogate.library import blocking
    from interrogate.raters.judge import judge_of
    from interrogate.report import amplified_lines

    rater = judge_of(judge, judging["parameters"], rubric=judging["rubric"])
    asked = Asked(options["judge_share"], options["judge_margin"], options["seed"])
    most = options["max_connections"]
    with shown() as observe:
        summary, found = blocking(lambda: label_part(directory, rater, asked, max_connections=most, observe=observe))
    echo_standing(summary)
    for line in amplified_lines(found):
        click.echo(line)


def _label_fitted(directory: Path, seed: int) -> None:
    from interrogate.cli.campaigns import echo_standing
    from interrogate.fitting import fit_to_people
    from interrogate.library import blocking
    from interrogate.report import score_line

    summary, score = blocking(lambda: fit_to_people(directory, seed=seed))
    echo_standing(summary)
    click.echo(score_line(score))


Files = tuple[tuple[Path, ...], Path | None]
"""Those with results, and the one for requests."""


def _exchange(directory: Path, raters: tuple[str, ...], judging: Json, draws: int, files: Files) -> None:
    from interrogate.batches import exchange, judges_of, results_of
    from interrogate.cli.campaigns import echo_standing
    from interrogate.library import blocking, load

    results, judges = results_of(files[0]), judges_of(raters, **judging, draws=draws)
    done = blocking(lambda: exchange(directory, judges, results, draws=draws))
    echo_standing(load(directory).summary)
    _tell(done, files[1])


def _exchange_recorded(answers: Path, raters: tuple[str, ...], out: Path | None, judging: Json, files: Files) -> None:
    from interrogate.batches import results_of
    from interrogate.library import label_by_batch

    if len(raters) > 1:
        raise click.UsageError("recorded answers are sent to one judge a batch; name one --rater")
    rows, done = label_by_batch(_rows(answers), results_of(files[0]), rater=raters[0], **judging)
    if files[0]:
        _write(rows, out)
    _tell(done, files[1])


def _tell(done: Exchange, requests: Path | None) -> None:
    click.echo(
        f"Now {done.labelled} labelled, {done.failed} without a label, {len(done.lines)} still to ask.", err=True
    )
    if requests:
        requests.write_text(done.text(), encoding="utf-8")
        click.echo(f"Written: {requests} ({len(done.lines)} requests; no key is in it)", err=True)
