"""Campaigns of which a judge has read a part that was drawn by chance, with a classifier's labels beside."""

from __future__ import annotations

from pathlib import Path

from recorded import BRANCHES, Said, held, recorded

from interrogate import frames
from interrogate.amplifying import KIND
from interrogate.labels import Label
from interrogate.records import Json
from interrogate.store import Store, bodies

JUDGE, FITTED = "judge/one", "fitted to judge/one"
RUNGS = ("direct", "detail", "vague", "exact")
SCORE: Json = {
    "answers": 60, "transcripts": 8, "macro_f1": 0.7, "macro_f1_interval": [0.6, 0.8], "accuracy": 0.8,
    "accuracy_interval": [0.7, 0.9], "commonest": 0.5,
}  # fmt: skip


def half_read(
    directory: Path, *, chance: float = 0.5, wrong: int = 5, margin: float | None = None, transcripts: int = 8
) -> Store:
    """Eight answers to each transcript, one in three a confession, the others denials; drawn with one chance.

    The judge labelled them all. The classifier calls every so-manieth answer the other thing.
    """
    interviews = [
        held(_said(8 * number + 4 * epoch + place, wrong), source=f"/runs/{number}.json", epoch=epoch + 1)
        for number in range(transcripts)
        for epoch in range(2)
        for place in range(4)
    ]
    store = recorded(directory, *interviews, strategy=BRANCHES, record=(JUDGE,))
    rater = {"name": FITTED, "kind": "fitted", "judge": f"{JUDGE} digest", "score": SCORE}
    keys = frames.answers(store)[["interview", "turn"]].to_numpy().tolist()
    drawn = {
        "name": JUDGE, "share": chance, "margin": margin, "seed": 1, "chances": [[*key, chance] for key in keys],
        "rater": f"{FITTED} digest",
    }  # fmt: skip
    store.replace_now(
        bodies,
        {"kind": "rater", "digest": f"{FITTED} digest", "body": rater},
        {"kind": KIND, "digest": f"{JUDGE} digest", "body": drawn},
    )
    return store


def _said(number: int, wrong: int) -> Said:
    pair: tuple[Label, Label] = ("confession", "denial") if number % 3 == 0 else ("denial", "confession")
    return Said(pair[0], others={FITTED: pair[number % wrong == 0]}, rung=RUNGS[number % 4])
