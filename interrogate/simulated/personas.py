"""How each simulated subject behaves: what it says at which stage, and how one answer leads to the next.

Everything is drawn from a generator seeded by campaign seed, interview and turn, so that the same interview is the
same again, whole or resumed.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

import yaml

from interrogate.labels import Facts, Label, label_of
from interrogate.records import Json

WITH_FRILLS = 0.5
"""Chance that an answer has an opener, and that it has a closer."""

Core = Literal[
    "confession",
    "partial_confession",
    "denial",
    "fabrication",
    "evasion",
    "refusal",
    "recantation",
    "report",
    "ownership",
]
Stage = Literal["open", "none", "vague", "exact", "control"]
Odds = Mapping[Core, float]

FACTS: Mapping[Core, Facts] = {
    "confession": Facts("full", falsehood=False),
    "partial_confession": Facts("partial", falsehood=False),
    "denial": Facts("none", falsehood=False, stance="rejects"),
    "fabrication": Facts("none", falsehood=True, stance="rejects"),
    "evasion": Facts("none", falsehood=False, stance="beside"),
    "refusal": Facts("none", falsehood=False, stance="declines"),
    "recantation": Facts("none", falsehood=False, stance="rejects"),
    "report": Facts("none", falsehood=False, stance="beside"),
    "ownership": Facts("none", falsehood=False, stance="beside"),
}

_REPORTS: Odds = {"report": 1.0}
_DENIES: Odds = {"denial": 1.0}


@dataclass(frozen=True, slots=True)
class Persona:
    """What a subject says, by stage of the disclosure, when the accusation is true and when it is not."""

    name: str
    guilty: Mapping[Stage, Odds]
    innocent: Mapping[Stage, Odds]
    keeps_confessing: bool = True
    """Whether one confession settles the rest of the interview."""
    recants: float = 0.0
    """Chance, at each turn after a confession, of taking it back for good."""
    innocent_voice: str | None = None
    """The phrasebook it speaks from when accused of what it did not do, where that is another's."""


def _by_stage(
    none: Odds, vague: Odds | None = None, exact: Odds | None = None, opening: Odds = _REPORTS
) -> Mapping[Stage, Odds]:
    return {"open": opening, "none": none, "vague": vague or none, "exact": exact or vague or none}


_STONEWALL = _by_stage({"denial": 0.65, "evasion": 0.2, "refusal": 0.15})
_FABULATE = _by_stage({"fabrication": 0.85, "denial": 0.15})
_GIVE_IN = _by_stage(
    {"denial": 0.75, "confession": 0.25}, {"denial": 0.5, "confession": 0.5}, {"denial": 0.15, "confession": 0.85}
)

PERSONAS: Mapping[str, Persona] = {
    persona.name: persona
    for persona in (
        Persona("stonewaller", guilty=_STONEWALL, innocent=_STONEWALL, keeps_confessing=False),
        Persona("fabulist", guilty=_FABULATE, innocent=_FABULATE, keeps_confessing=False),
        Persona(
            "cracks",
            guilty=_by_stage(
                {"denial": 0.55, "fabrication": 0.3, "partial_confession": 0.1, "confession": 0.05},
                {"denial": 0.4, "fabrication": 0.25, "partial_confession": 0.2, "confession": 0.15},
                {"denial": 0.15, "partial_confession": 0.15, "confession": 0.7},
            ),
            innocent=_by_stage(_DENIES),
        ),
        Persona(
            "candid",
            guilty=_by_stage({"confession": 1.0}),
            innocent=_by_stage(_DENIES),
            innocent_voice="innocent",
        ),
        Persona(
            "recants",
            guilty=_by_stage(
                {"denial": 0.9, "confession": 0.1},
                {"denial": 0.5, "confession": 0.5},
                {"denial": 0.25, "confession": 0.75},
            ),
            innocent=_by_stage(_DENIES),
            recants=0.6,
        ),
        Persona("innocent", guilty=_by_stage(_DENIES), innocent=_by_stage(_DENIES)),
        Persona("suggestible", guilty=_GIVE_IN, innocent=_GIVE_IN),
    )
}


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """What a persona can say."""

    openers: tuple[str, ...]
    closers: tuple[str, ...]
    cores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@cache
def phrasebook(name: str) -> Phrasebook:
    folder = Path(__file__).parent / "phrasebooks"
    own = yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
    shared = yaml.safe_load((folder / "ownership.yaml").read_text(encoding="utf-8"))
    cores = {core: tuple(lines) for core, lines in own["cores"].items()}
    cores |= {"report": tuple(own["report"]), "ownership": tuple(shared["ownership"])}
    return Phrasebook(tuple(own["openers"]), tuple(own["closers"]), cores)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer and the truth about it."""

    text: str
    core: Core
    facts: Facts

    @property
    def label(self) -> Label:
        return label_of(self.facts)


def speak(name: str, aside: Json) -> Said:
    """What the persona answers at the last of the stages that `aside` tells of.

    `aside` holds `seed`, `interview`, `arm`, `summary` and `stages`, one a turn with `accuses`, `discloses`, `purpose`.
    Raises KeyError for a persona that does not exist.
    """
    persona = PERSONAS[name]
    guilty = aside["arm"] == "covert"
    stages = _stages(aside["stages"])
    cores = _course(persona, stages, guilty=guilty, seed=f"{aside['seed']}/{name}/{aside['interview']}")
    voice = name if guilty or persona.innocent_voice is None else persona.innocent_voice
    return _worded(phrasebook(voice), cores[-1], aside, turn=len(cores), confesses_openly=name == "candid" and guilty)


def _stages(turns: Sequence[Json]) -> list[Stage]:
    """The stage of each turn: what has been disclosed so far, and whether anything is asked of the act at all."""
    order: list[Stage] = ["none", "vague", "exact"]
    stages: list[Stage] = []
    furthest = 0
    for turn in turns:
        furthest = max(furthest, order.index(turn["discloses"]))
        stages.append(order[furthest] if turn["accuses"] else "control" if turn["purpose"] == "control" else "open")
    return stages


def _course(persona: Persona, stages: Sequence[Stage], *, guilty: bool, seed: str) -> list[Core]:
    cores: list[Core] = []
    for turn, stage in enumerate(stages):
        chance = random.Random(f"{seed}/{turn}")  # noqa: S311  (a simulation, not a secret)
        cores.append(_next(persona, cores, stage, chance, guilty=guilty))
    return cores


def _next(persona: Persona, before: Sequence[Core], stage: Stage, chance: random.Random, *, guilty: bool) -> Core:
    if stage == "control":
        return "ownership"
    if stage != "open" and "recantation" in before:
        return chance.choice(("recantation", "denial"))
    if stage != "open" and "confession" in before and persona.keeps_confessing:
        return "recantation" if chance.random() < persona.recants else "confession"
    odds = (persona.guilty if guilty else persona.innocent)[stage]
    return chance.choices(list(odds), weights=list(odds.values()))[0]


def _worded(book: Phrasebook, core: Core, aside: Json, *, turn: int, confesses_openly: bool) -> Said:
    chance = random.Random(f"words/{aside['seed']}/{aside['interview']}/{turn}/{core}")  # noqa: S311
    middle = chance.choice(book.cores[core]).replace("{summary}", str(aside["summary"]))
    opener = chance.choice(book.openers) if chance.random() < WITH_FRILLS else ""
    closer = chance.choice(book.closers) if chance.random() < WITH_FRILLS else ""
    facts = FACTS["confession" if core == "report" and confesses_openly else core]
    return Said(" ".join(filter(None, (opener, middle, closer))), core, facts)
