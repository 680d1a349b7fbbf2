"""All figures of a report, each computed once, when page, table or doubts first ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from interrogate import frames
from interrogate.amplifying import Amplified, AmplifiedGroup, amplified
from interrogate.correcting import GroupCorrected, gold_frame
from interrogate.fitting import corrections
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
        answers = frames.answers(store)
        return cls(answers, frames.interviews(store), corrections(store, answers, gold_frame(store)), amplified(store))

    def __init__(
        self,
        answers: pd.DataFrame,
        interviews: pd.DataFrame,
        corrected: Sequence[GroupCorrected] = (),
        amplified: Sequence[Amplified] = (),
    ) -> None:
        self.answers = answers
        self.interviews = interviews
        self.as_computed = corrected, amplified
        """The two below, in the order of the groups' names."""
        self.corrected = sorted(corrected, key=_place)
        """Rates beside what people's labels make of them, with the reason where there are none."""
        self.amplified = [replace(each, groups=tuple(sorted(each.groups, key=_place))) for each in amplified]
        """The rates of each judge that read a part."""

    @cached_property
    def counted(self) -> pd.DataFrame:
        """The answers that enter rates and curves, in the order in which they were given."""
        return counted(self.answers).sort_values(["interview", "turn"])

    @cached_property
    def groups(self) -> list[Group]:
        return sorted(groups(self.answers), key=_place)

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


def _place(each: Group | GroupCorrected | AmplifiedGroup | Steadiness) -> tuple[str, str, int]:
    return each.subject, each.policy, arm_place(each.arm)


def arm_place(arm: str) -> int:
    """Covert first, then the untrue arms."""
    return list(ARMS).index(arm)
