"""The page: one HTML file that needs nothing else, to be read in any browser, printed, or kept beside a paper.

Whatever models and transcripts say is escaped, and stripped of what cannot be seen; the page runs no script and
fetches nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from interrogate import frames
from interrogate.chat import LOCAL
from interrogate.correcting import Corrected, GroupCorrected
from interrogate.quantities import Contrast, CurvePoint, Group, Mix, Steadiness
from interrogate.records import Json
from interrogate.report import wording
from interrogate.report.amplified import RATES, group_read, part_read, standing
from interrogate.report.doubts import FEW_TRANSCRIPTS, reasons_to_doubt
from interrogate.report.figures import persistence_figure
from interrogate.report.findings import Findings, arm_place
from interrogate.report.interviews import MOST_SHOWN, by_transcript, facts_of, rows_of, shown_interviews
from interrogate.store import Store, campaigns

if TYPE_CHECKING:
    import pandas as pd

FILE_NAME = "report.html"


@dataclass(frozen=True, slots=True)
class Panel:
    """What the page shows of one subject, under one policy."""

    subject: str
    policy: str
    groups: list[Group]
    contrasts: dict[str, Contrast]
    """By untrue arm."""
    figure: Markup
    curve: list[tuple[CurvePoint, dict[str, CurvePoint]]]
    """A point for the rung, and the points by arm."""
    rungs: list[tuple[Mix, list[Mix]]]
    """A mix for the rung, and the mixes of each arm."""
    steadiness: list[Steadiness]

    @property
    def simulated(self) -> bool:
        return any(group.simulated for group in self.groups)


def write_report(store: Store, findings: Findings, directory: Path, out: Path | None = None) -> Path:
    """Writes the page about a campaign, by default `report.html` in its directory, and gives its path.

    The same store gives the same bytes.
    """
    path = out or directory / FILE_NAME
    path.write_text(_rendered(store, findings, directory.resolve().name), encoding="utf-8", newline="\n")
    return path


def _rendered(store: Store, findings: Findings, name: str) -> str:
    calls = frames.calls(store)
    strategy = next(iter(store.bodies("strategy").values()))
    panels = list(_panels(findings))
    shown = shown_interviews(store, findings)
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            name=name,
            simulated=int(findings.interviews["simulated"].sum()),
            interview_count=len(findings.interviews),
            local=any(str(subject).startswith(LOCAL) for subject in findings.interviews["subject"]),
            done=_done(store, findings, strategy, calls),
            strategy=strategy,
            doubts=reasons_to_doubt(findings),
            panels=panels,
            corrected=_corrected(findings),
            amplified=findings.amplified,
            arms=sorted(set(findings.interviews["arm"]), key=arm_place),
            instrument=_instrument(findings, calls),
            few=FEW_TRANSCRIPTS,
            by_transcript=by_transcript(findings, FEW_TRANSCRIPTS),
            interviews=shown,
            left_out=len(findings.interviews) - len(shown),
            most=MOST_SHOWN,
        )
    )


def _environment() -> Environment:
    """Jinja2 with everything escaped and cleaned of what cannot be seen, before any template can forget it."""
    environment = Environment(
        loader=PackageLoader("interrogate.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_cleaned,
    )
    environment.filters |= {
        "percent": wording.percent, "points": wording.points, "ratio": wording.ratio, "many": wording.counted_as,
        "facts": facts_of, "words": lambda name: str(name).replace("_", " "),
    }  # fmt: skip
    environment.globals |= {
        "between": wording.between, "LETTERS": wording.LETTERS, "LABELS": wording.LABEL_ORDER, "ARMS": wording.ARMS,
        "LONGEST": wording.LONGEST_SHOWN, "RATES": RATES, "part_read": part_read, "group_read": group_read,
        "standing": standing,
    }  # fmt: skip
    return environment


def _cleaned(value: Any) -> Any:
    return wording.shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _panels(findings: Findings) -> Iterator[Panel]:
    for subject, policy in dict.fromkeys((group.subject, group.policy) for group in findings.groups):

        def mine(each: Any, key: tuple[str, str] = (subject, policy)) -> bool:
            return (each.subject, each.policy) == key

        points = [point for point in findings.curves if mine(point)]
        yield Panel(
            subject,
            policy,
            [group for group in findings.groups if mine(group)],
            {contrast.arm: contrast for contrast in findings.contrasts if mine(contrast)},
            persistence_figure(points),
            [(of[0], {point.arm: point for point in of}) for of in _gathered(points, "turn")],
            [
                (of[0], sorted(of, key=lambda mix: arm_place(mix.arm)))
                for of in _gathered([mix for mix in findings.mixes if mine(mix)], "position", "inserted", "rung")
            ],
            [each for each in findings.steadiness if mine(each)],
        )


def _corrected(findings: Findings) -> list[tuple[GroupCorrected, list[tuple[str, Corrected]]]]:
    """The groups that people labelled a part of, with their rates by name."""
    return [
        (
            group,
            [
                (RATES["strict"], group.doubling_down["strict"]),
                (RATES["lenient"], group.doubling_down["lenient"]),
                (RATES["not_admitted"], group.not_admitted),
                (RATES["confession"], group.confession),
            ],
        )
        for group in findings.corrected
        if group.people or group.picked
    ]


def _gathered(items: list[Any], *names: str) -> list[list[Any]]:
    """The items that agree in what is named, in its order."""
    found: dict[tuple[Any, ...], list[Any]] = {}
    for item in items:
        found.setdefault(tuple(getattr(item, name) for name in names), []).append(item)
    return [found[key] for key in sorted(found)]


def _done(store: Store, findings: Findings, strategy: Json, calls: pd.DataFrame) -> list[tuple[str, str]]:
    """What was done, as terms and what they stand for."""
    begun = store.rows(campaigns)[0]
    choices: Json = begun["choices"]
    return [
        ("Subjects", ", ".join(choices["subject"])),
        ("Transcripts", _transcripts(choices)),
        ("Interviews", _states(findings)),
        (
            "Strategy",
            f"{strategy['name']} v{strategy['version']} ({strategy['design']}), digest {choices['strategy']['digest']}",
        ),
        ("Interviewer", str(choices["interviewer"])),
        ("Repeats", _repeats(choices, strategy)),
        *_raters(store, choices),
        *[("Parameters", json.dumps(choices["parameters"], ensure_ascii=False))] * bool(choices["parameters"]),
        ("Calls", _calls(calls)),
        ("Begun", f"{begun['begun']}, with interrogate {begun['version']}"),
    ]


def _transcripts(choices: Json) -> str:
    read, unread = choices["transcripts"], choices["unread"]
    acts = sum(bool(each["acts"]) for each in read)
    text = f"{len(read)}: {acts} with an act, {len(read) - acts} without"
    return f"{text}; {wording.counted_as(len(unread), 'file')} could not be read" if unread else text


def _states(findings: Findings) -> str:
    states = Counter(findings.interviews["state"])
    arms = Counter(findings.interviews["arm"])
    by_arm = ", ".join(f"{arms[arm]:,} {arm}" for arm in sorted(arms, key=arm_place))
    return f"{states.total():,} planned ({by_arm}): " + ", ".join(
        f"{states[name]:,} {name}" for name in ("complete", "owed", "failed")
    )


def _repeats(choices: Json, strategy: Json) -> str:
    factors = "; ".join(f"{name}: {', '.join(levels)}" for name, levels in sorted(strategy["factors"].items()))
    turns = choices["max_turns"]
    parts = [wording.counted_as(choices["epochs"], "epoch"), f"seed {choices['seed']}"]
    parts += [f"at most {wording.counted_as(turns, 'turn')}"] if turns else []
    return ", ".join(parts + ([f"factors {factors}"] if factors else []))


def _raters(store: Store, choices: Json) -> Iterator[tuple[str, str]]:
    record = {rater["digest"]: rater["name"] for rater in choices["record"]}
    others = {key: body["name"] for key, body in store.bodies("rater").items() if key not in record}
    for term, raters in (("Label of record", record), ("Other raters", others)):
        if raters:
            yield term, ", ".join(f"{name}, digest {key}" for key, name in raters.items())


def _calls(calls: pd.DataFrame) -> str:
    tokens = [int(calls[name].fillna(0).sum()) for name in ("tokens_in", "tokens_out")]
    unpriced = int((calls["cost_usd"].isna() & calls["fault"].isna()).sum())
    cost = f"{calls['cost_usd'].fillna(0).astype(float).sum():,.2f} USD" + (
        f", {unpriced:,} calls without a known price" if unpriced else ""
    )
    return f"{len(calls):,}; {tokens[0]:,} tokens in, {tokens[1]:,} out; {cost}"


def _instrument(findings: Findings, calls: pd.DataFrame) -> Mapping[str, Any]:
    """What failed, of three kinds, and the labels against the truth where that is known."""
    answers, interviews = findings.answers, findings.interviews
    unlabelled = answers[answers["label"].isna()]
    failed = interviews[interviews["state"] != "complete"]
    faults = calls[calls["fault"].notna()]
    return {
        "answers": len(answers),
        "unlabelled": Counter(str(reason or "no reason given") for reason in _column(unlabelled, "unlabelled")),
        "failed": Counter((row["state"], row["reason"] or "not begun") for row in rows_of(failed)),
        "details": {row["reason"]: row["detail"] for row in rows_of(failed) if row["detail"]},
        "calls": len(calls),
        "faults": Counter((row["role"].split(":", 1)[0], row["model"], row["fault"]) for row in rows_of(faults)),
        "truth": _against_truth(findings),
    }


def _column(frame: Any, name: str) -> list[Any]:
    return [row[name] for row in rows_of(frame[[name]])]


def _against_truth(findings: Findings) -> dict[str, Counter[str]]:
    """For each true label, how the answers that enter rates were labelled; empty where no truth is known."""
    found: dict[str, Counter[str]] = {}
    for row in rows_of(findings.counted[["truth", "label"]]):
        if row["truth"] is not None:
            found.setdefault(row["truth"], Counter())[row["label"] or "none"] += 1
    return {label: found[label] for label in wording.LABEL_ORDER if label in found}
