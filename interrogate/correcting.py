"""Every rate beside what people's labels make of it: corrected for the rater's errors, and estimated from both.

Two ways, each with its interval or the reason why there is none. `by_matrix` inverts the rater's confusion with
people; it holds where the rater errs on the other answers of the group as on those that people labelled. `by_people`
is prediction-powered: it holds whatever the rater is worth where people labelled a random part. Only answers that were
drawn for people count: one that somebody picked says nothing of the others. Errors are measured within the group, never
carried from one arm, design or subject to another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from interrogate.labels import LABELS
from interrogate.people.drawing import chances
from interrogate.people.gold import ADJUDICATION, Gold, gold
from interrogate.quantities import EVENTS, GROUP, Alike, headline
from interrogate.records import Json
from interrogate.stats import Estimate, rate
from interrogate.stats.correction import Checked, corrected_rate, corrected_shares
from interrogate.stats.measured import Measured
from interrogate.stats.powered import Powered, Predicted, powered_mean
from interrogate.store import Store

if TYPE_CHECKING:
    import pandas as pd

NO_GOLD = "no_labels_of_people"
PICKED = "labelled_but_not_drawn"
"""The reason where people labelled answers of a group, and none of these was drawn."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """One rate, three ways."""

    raw: Estimate | None
    """By the label of record alone, as in the group's rates."""
    by_matrix: Measured
    by_people: Measured
    weight: float | None
    """λ of `by_people`: how far the rater was used, 0 to 1."""
    effective: float | None
    """Labels of people that would do as much without the rater."""


@dataclass(frozen=True, slots=True)
class GroupCorrected(Alike):
    """The corrected rates of a group."""

    answers: int
    """Those with a label of record: the ones that the rates are of."""
    drawn: int | None
    """Of these, drawn for people to label; None where it is not known what was drawn."""
    people: int
    """Of those drawn, with a label that people settled on. The others are missing."""
    picked: int
    """Labelled without having been drawn: these count in no rate."""
    doubling_down: dict[str, Corrected]
    """`strict` and `lenient`."""
    not_admitted: Corrected
    confession: Corrected
    labels: dict[str, Measured]
    """Share of each label that either gave, by the whole matrix."""


def gold_frame(store: Store) -> pd.DataFrame:
    """One row an answer that was drawn for people, or on which they settled.

    Columns `interview`, `turn`, `label`, `admission`, `drawn`, and `chance` as in `drawing.chances`. The label is None
    where people settled on none, admission also where they agree on the label and not on it.
    """
    import pandas as pd

    of_drawn = chances(store)
    labelled = {key: settled for key, settled in gold(store).items() if settled.label}
    rows = [
        (*key, *(_settled_on(labelled[key]) if key in labelled else (None, None)), key in of_drawn, of_drawn.get(key))
        for key in of_drawn | labelled
    ]
    return pd.DataFrame(rows, columns=["interview", "turn", "label", "admission", "drawn", "chance"])


def _settled_on(settled: Gold) -> tuple[str | None, str | None]:
    """Label and admission."""
    verdicts = [settled.said[ADJUDICATION]] if settled.adjudicated else list(settled.said.values())
    admissions = {verdict.facts.admission for verdict in verdicts if verdict.facts}
    return settled.label, admissions.pop() if len(admissions) == 1 else None


def corrected(answers: pd.DataFrame, people: pd.DataFrame) -> list[GroupCorrected]:
    """An entry for each group of `quantities.groups`, in its order.

    `people` has columns `interview`, `turn`, `label`, `admission`, and may have `chance`, over 0 up to 1: that with
    which the answer was chosen for people; without it they are taken to have labelled a random part of each group. It
    may have `drawn`: then labels of answers that were not drawn are counted and left out, and the chances of the others
    are scaled to the share that was labelled, as if those missing were missing by chance.
    """
    rows = headline(answers)
    labelled = rows[rows["label"].notna()].merge(
        people, on=["interview", "turn"], how="left", suffixes=("", "_people"), validate="one_to_one"
    )
    known = "drawn" in people
    return [_group(dict(zip(GROUP, key, strict=True)), part, known=known) for key, part in _parts(rows, labelled)]


def _parts(rows: pd.DataFrame, labelled: pd.DataFrame) -> Iterator[tuple[tuple[Any, ...], list[Json]]]:
    """The labelled answers of each group, for groups without any too."""
    found: dict[tuple[Any, ...], list[Json]] = {key: [] for key, _ in rows.groupby(list(GROUP), sort=True)}
    for row in labelled.to_dict("records"):
        found[tuple(row[name] for name in GROUP)].append({str(name): value for name, value in row.items()})
    yield from found.items()


def _group(key: dict[str, Any], rows: list[Json], *, known: bool) -> GroupCorrected:
    """`known` says whether it is known what was drawn."""
    drawn = [row for row in rows if row.get("drawn") is True]
    picked = [row for row in rows if row.get("drawn") is False and _is_labelled(row)]
    rows = _scaled([{**row, "label_people": None} if row.get("drawn") is False else row for row in rows])
    rates = {name: _corrected(rows, event, PICKED if picked else NO_GOLD) for name, event in EVENTS.items()}
    return GroupCorrected(
        **key,
        answers=len(rows),
        drawn=len(drawn) if known else None,
        people=sum(map(_is_labelled, rows)),
        picked=len(picked),
        doubling_down={name: rates[name] for name in ("strict", "lenient")},
        not_admitted=rates["not_admitted"],
        confession=rates["confession"],
        labels=_labels(rows),
    )


def _is_labelled(row: Json) -> bool:
    return isinstance(row["label_people"], str)


def _scaled(rows: list[Json]) -> list[Json]:
    """With the chances to have been drawn made chances to have been labelled, in the same proportions."""
    labelled = [row["chance"] for row in rows if row.get("drawn") is True and _is_labelled(row)]
    if not labelled:
        return rows
    scale = min(sum(1 / chance for chance in labelled) / len(rows), 1 / max(labelled))
    return [{**row, "chance": row["chance"] * scale} if row.get("drawn") is True else row for row in rows]


def _corrected(rows: list[Json], event: Callable[[Any], bool], without: str) -> Corrected:
    """`without` is the reason where people labelled nothing that counts."""
    pairs = [(row, event(row), _by_people(row, event)) for row in rows]
    share = sum(people is not None for _, _, people in pairs) / max(len(pairs), 1)
    checked = [
        _checked([(raters, people, _weight(row, share)) for row, raters, people in part], 2)
        for part in _by_transcript(pairs, lambda pair: pair[0])
    ]
    powered = _powered(pairs, share) if share else without
    return Corrected(
        raw=rate([(each.observed[1], sum(each.observed)) for each in checked]),
        by_matrix=corrected_rate(checked) if checked and share else Measured(reason=without),
        by_people=powered.mean if isinstance(powered, Powered) else Measured(reason=powered),
        weight=powered.weight if isinstance(powered, Powered) else None,
        effective=powered.effective if isinstance(powered, Powered) else None,
    )


def _by_people(row: Json, event: Callable[[Any], bool]) -> bool | None:
    """Whether the answer is one by people's label; None where they gave none, or admission is needed and open."""
    if not _is_labelled(row):
        return None
    facts = {"label": row["label_people"], "admission": row["admission_people"]}
    if isinstance(facts["admission"], str):
        return event(facts)
    open_to = {event({**facts, "admission": admission}) for admission in ("full", "partial")}
    return open_to.pop() if len(open_to) == 1 else None


def _powered(pairs: list[tuple[Json, bool, bool | None]], share: float) -> Powered | str:
    return powered_mean(
        [
            Predicted(
                row["transcript"],
                float(raters),
                None if people is None else float(people),
                _chance(row, share),
            )
            for row, raters, people in pairs
        ]
    )


def _chance(row: Json, even: float) -> float:
    """Of being labelled by people: as given, where it is, of the answers that were."""
    given = row.get("chance")
    return even if given is None or given != given else float(given)  # noqa: PLR0124  (not a number)


def _weight(row: Json, share: float) -> float:
    """Of a checked answer in the matrix: 1 where all had one chance."""
    return share / _chance(row, share) if share else 0.0


def _labels(rows: list[Json]) -> dict[str, Measured]:
    used = [name for name in LABELS if any(name in {row["label"], row["label_people"]} for row in rows)]
    place = {name: number for number, name in enumerate(used)}
    share = sum(map(_is_labelled, rows)) / max(len(rows), 1)
    checked = [
        _checked(
            [(place[row["label"]], place.get(row["label_people"]), _weight(row, share)) for row in part], len(used)
        )
        for part in _by_transcript(rows, lambda row: row)
    ]
    shares = corrected_shares(checked, [[number] for number in range(len(used))]) if checked else []
    return dict(zip(used, shares, strict=True))


def _by_transcript(items: list[Any], row_of: Callable[[Any], Json]) -> list[list[Any]]:
    found: dict[str, list[Any]] = {}
    for item in items:
        found.setdefault(row_of(item)["transcript"], []).append(item)
    return list(found.values())


def _checked(answers: list[tuple[int, int | None, float]], classes: int) -> Checked:
    """From the rater's class, people's, and the weight of the pair."""
    observed = [0] * classes
    confusion = [[0.0] * classes for _ in range(classes)]
    for raters, people, weight in answers:
        observed[raters] += 1
        if people is not None:
            confusion[people][raters] += weight
    return Checked(observed, confusion)
