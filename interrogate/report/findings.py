"""All figures of a report, each computed once, when page, table or doubts first ask for it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from interrogate import frames
from interrogate.correcting import GroupCorrected, corrected, gold_frame
from interrogate.quantities import (
    Contrast,
    CurvePoint,
    Group,
    Mix,
    Steadiness,
    contrasts,
    counted,
    curves,
    groups,
    mixes,
    steadiness,
)
from interrogate.report.wording import ARMS
from interrogate.store import Store

if TYPE_CHECKING:
    import pandas as pd


class Findings:
    """The frames `answers` and `interviews` of a campaign, and the quantities that follow from them."""

    @classmethod
    def of(cls, store: Store) -> Findings:
        return cls(frames.answers(store), frames.interviews(store), gold_frame(store))

    def __init__(self, answers: pd.DataFrame, interviews: pd.DataFrame, people: pd.DataFrame) -> None:
        self.answers = answers
        self.interviews = interviews
        self.people = people
        """What people settled on."""

    @cached_property
    def counted(self) -> pd.DataFrame:
        """The answers that enter rates and curves, in the order in which they were given."""
        return counted(self.answers).sort_values(["interview", "turn"])

    @cached_property
    def groups(self) -> list[Group]:
        return sorted(groups(self.answers), key=_place)

    @cached_property
    def corrected(self) -> list[GroupCorrected]:
        """Rates beside what people's labels make of them; empty where nobody labelled anything."""
        return sorted(corrected(self.answers, self.people), key=_place) if len(self.people) else []

    @cached_property
    def curves(self) -> list[CurvePoint]:
        return curves(self.answers)

    @cached_property
    def contrasts(self) -> list[Contrast]:
        return contrasts(self.answers)

    @cached_property
    def mixes(self) -> list[Mix]:
        return mixes(self.answers)

    @cached_property
    def steadiness(self) -> list[Steadiness]:
        return sorted(steadiness(self.answers, self.interviews), key=_place)


def _place(each: Group | GroupCorrected | Steadiness) -> tuple[str, str, int]:
    return each.subject, each.policy, arm_place(each.arm)


def arm_place(arm: str) -> int:
    """Covert first, then the untrue arms."""
    return list(ARMS).index(arm)
