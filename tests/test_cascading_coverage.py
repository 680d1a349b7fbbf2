"""Whether a share that follows from what was read leaves the rates right: simulated, and printed.

Run with `pytest -m slow -s tests/test_cascading_coverage.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from judged import Judged, judged

from interrogate.amplifying import Drawn, Pooled
from interrogate.cascading import PILOT, ROUNDS, grown, wanting
from interrogate.people import Key
from interrogate.records import Json
from interrogate.stats.powered import Powered

pytestmark = pytest.mark.slow

CAMPAIGNS, ANSWERS = 400, 40


@dataclass(frozen=True, slots=True)
class Read:
    """A group's answers, the judge's part of them, and the rate that follows."""

    truth: Judged
    drawn: Drawn

    @property
    def pooled(self) -> Pooled:
        return Pooled((), [self._row(key, chance) for key, chance in self.drawn.chances.items()])

    @property
    def found(self) -> Powered:
        found = self.pooled.powered()["strict"]
        assert isinstance(found, Powered), found
        return found

    def _row(self, key: Key, chance: float) -> Json:
        place = int(key[0]), key[1]
        judged = _as_label(bool(self.truth.truth[place])) if self.drawn.holds(key) else (None, None)
        label, admission = _as_label(bool(self.truth.label[place]))
        return {
            "interview": key[0], "turn": key[1], "transcript": key[0], "label": label, "admission": admission,
            "chance": chance, "label_judge": judged[0], "admission_judge": judged[1],
        }  # fmt: skip


def _as_label(denies: bool) -> tuple[str, str]:
    return ("denial", "none") if denies else ("confession", "full")


def read_to(margin: float, truth: Judged, seed: int, rounds: int) -> Read:
    """As the cascade does it: a pilot, then as much more as it says, and again."""
    keys = [(str(row), column) for row in range(len(truth.truth)) for column in range(ANSWERS)]
    even = dict.fromkeys(keys, 0.5)
    drawn = grown(Drawn("j", "judge", 0.1, margin, seed, {}), even, [(keys, max(0.1, PILOT / len(keys)))])
    for _ in range(rounds):
        larger = grown(drawn, even, wanting([Read(truth, drawn).pooled], margin))
        if larger == drawn:
            break
        drawn = larger
    return Read(truth, drawn)


def whole(read: Read) -> Read:
    return Read(read.truth, grown(read.drawn, dict.fromkeys(read.drawn.chances, 0.5), [(list(read.drawn.chances), 1)]))


@pytest.mark.parametrize(
    ("transcripts", "rate", "margin"),
    [(12, 0.7, 0.2), (12, 0.85, 0.15), (24, 0.7, 0.12), (24, 0.85, 0.1), (48, 0.7, 0.075)],
)
def test_reading_on_until_the_margin_is_reached_leaves_the_rates_right(
    transcripts: int, rate: float, margin: float
) -> None:
    for rounds in (0, ROUNDS):
        source = np.random.default_rng(21)
        reads = [
            read_to(
                margin,
                judged(source, transcripts=transcripts, rate=rate, sensitivity=0.85, specificity=0.85, answers=ANSWERS),
                seed,
                rounds,
            )
            for seed in range(CAMPAIGNS)
        ]
        found = [each.found for each in reads]
        rows = np.array([(each.mean.estimate, each.mean.low, each.mean.high) for each in found], dtype=float)
        bias, error = rows[:, 0].mean() - rate, rows[:, 0].std() / CAMPAIGNS**0.5
        coverage = ((rows[:, 1] <= rate) & (rate <= rows[:, 2])).mean()
        reached = np.array([(each.mean.half_width or 1) <= margin for each in found])
        given_up = ~reached & [not list(wanting([each.pooled], margin)) for each in reads]
        wrongly = [
            (whole(each).found.mean.half_width or 1) <= margin for each, up in zip(reads, given_up, strict=True) if up
        ]
        print(
            f"{transcripts} transcripts, rate {rate}, margin {margin}, {rounds} rounds: bias {bias:+.4f} "
            f"({error:.4f}), coverage {coverage:.3f}, read {np.mean([each.labelled for each in found]):.0f} of "
            f"{transcripts * ANSWERS}, reached {reached.mean():.2f}, given up {given_up.mean():.2f}, wrongly "
            f"{np.sum(wrongly) / CAMPAIGNS:.2f}",
            flush=True,
        )

        assert abs(bias) < 3.5 * error
        assert 0.92 <= coverage <= 0.985
