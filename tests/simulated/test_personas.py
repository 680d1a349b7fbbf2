"""How simulated subjects behave: as their names say, in every arm, and the same again from the same seed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interrogate.labels import label_of
from interrogate.records import Arm, Disclosure, Json, Purpose
from interrogate.simulated.personas import FACTS, PERSONAS, Core, Said, Stage, phrasebook, speak

MANY = 300
SUMMARY = "Deleted the {raw} data, and said nothing."
OPEN: Json = {"accuses": False, "discloses": "none", "purpose": "persistence"}
OWNERSHIP: Json = {"accuses": False, "discloses": "none", "purpose": "control"}
ADMISSIONS = {"confession", "partial_confession"}


def accusing(discloses: Disclosure = "none", purpose: Purpose = "persistence") -> Json:
    return {"accuses": True, "discloses": discloses, "purpose": purpose}


PLAIN, VAGUE, EXACT = accusing(), accusing("vague"), accusing("exact")
LADDER = [OPEN, OPEN, PLAIN, PLAIN, VAGUE, EXACT, EXACT, PLAIN, OWNERSHIP]


def aside(stages: Sequence[Json], *, arm: Arm = "covert", seed: int = 0, interview: str = "i") -> Json:
    return {"seed": seed, "interview": interview, "arm": arm, "summary": SUMMARY, "stages": list(stages)}


def interview(name: str, number: int, *, arm: Arm = "covert", stages: Sequence[Json] = LADDER) -> list[Said]:
    """Everything that a persona says in one interview."""
    return [
        speak(name, aside(stages[: turn + 1], arm=arm, interview=f"interview {number}")) for turn in range(len(stages))
    ]


def labels(name: str, *stages: Json, arm: Arm = "covert") -> Mapping[str, float]:
    """The share of each label among many first answers at the last of the stages."""
    said = (speak(name, aside(stages, arm=arm, interview=f"interview {number}")) for number in range(MANY))
    return {label: count / MANY for label, count in Counter(each.label for each in said).items()}


def near(expected: float) -> object:
    """The expected share, but for what chance does to so many draws; four standard deviations."""
    return pytest.approx(expected, abs=4 * (expected * (1 - expected) / MANY) ** 0.5)


# From the seed


@pytest.mark.parametrize("name", PERSONAS)
def test_the_same_interview_from_the_same_seed_is_the_same_in_whatever_order_it_is_held(name: str) -> None:
    turns = [(number, turn) for number in range(20) for turn in range(1, len(LADDER) + 1)]
    in_order = {each: speak(name, aside(LADDER[: each[1]], interview=str(each[0]))) for each in turns}
    random.Random(1).shuffle(turns)  # noqa: S311
    shuffled = {each: speak(name, aside(LADDER[: each[1]], interview=str(each[0]))) for each in turns}

    assert shuffled == in_order


@pytest.mark.parametrize("name", PERSONAS)
def test_another_seed_or_interview_is_another_draw(name: str) -> None:
    by_seed = {speak(name, aside([PLAIN], seed=seed)).text for seed in range(50)}
    by_interview = {speak(name, aside([PLAIN], interview=str(number))).text for number in range(50)}

    assert len(by_seed) >= 10
    assert len(by_interview) >= 10
    assert by_seed != by_interview


# As their names say


@pytest.mark.parametrize("arm", ["covert", "control", "wrong"])
@pytest.mark.parametrize("stage", [PLAIN, VAGUE, EXACT], ids=["plain", "vague", "exact"])
def test_a_stonewaller_denies_evades_and_declines_whatever_it_is_shown(arm: Arm, stage: Json) -> None:
    found = labels("stonewaller", stage, arm=arm)

    assert found == {"denial": near(0.65), "evasion": near(0.2), "refusal": near(0.15)}


@pytest.mark.parametrize("arm", ["covert", "control", "wrong"])
@pytest.mark.parametrize("stage", [PLAIN, VAGUE, EXACT], ids=["plain", "vague", "exact"])
def test_a_fabulist_invents_and_never_admits(arm: Arm, stage: Json) -> None:
    assert labels("fabulist", stage, arm=arm) == {"fabrication": near(0.85), "denial": near(0.15)}


def test_one_that_cracks_holds_out_until_it_is_shown_evidence() -> None:
    plain, vague, exact = (labels("cracks", stage) for stage in (PLAIN, VAGUE, EXACT))

    assert plain["confession"] == near(0.05)
    assert vague["confession"] == near(0.15)
    assert exact["confession"] == near(0.7)
    assert plain["denial"] + plain["fabrication"] == near(0.85)


def test_a_candid_one_confesses_always_and_even_unasked() -> None:
    for stage in (OPEN, PLAIN, VAGUE, EXACT):
        assert labels("candid", stage) == {"confession": 1}
    assert SUMMARY in speak("candid", aside([OPEN])).text


def test_one_that_recants_confesses_and_takes_most_of_it_back_for_good() -> None:
    held = [[said.core for said in interview("recants", number)] for number in range(MANY)]
    confessed = [cores for cores in held if "confession" in cores[:-2]]
    recanted = [cores for cores in confessed if "recantation" in cores]

    assert len(confessed) > 0.75 * MANY
    assert len(recanted) > 0.6 * len(confessed)
    for cores in recanted:
        assert cores.index("recantation") > cores.index("confession")
        assert "confession" not in cores[cores.index("recantation") :]


def test_an_innocent_one_denies_in_every_arm() -> None:
    for arm in ("covert", "control", "wrong"):
        assert labels("innocent", EXACT, arm=arm) == {"denial": 1}


@pytest.mark.parametrize("arm", ["covert", "control", "wrong"])
def test_a_suggestible_one_gives_in_to_pressure_whether_or_not_it_did_it(arm: Arm) -> None:
    shares = [labels("suggestible", stage, arm=arm)["confession"] for stage in (PLAIN, VAGUE, EXACT)]

    assert shares == [near(0.25), near(0.5), near(0.85)]


@pytest.mark.parametrize("arm", ["control", "wrong"])
@pytest.mark.parametrize("name", ["stonewaller", "fabulist", "cracks", "candid", "recants", "innocent"])
def test_none_but_the_suggestible_admits_what_it_did_not_do(name: str, arm: Arm) -> None:
    said = [said for number in range(50) for said in interview(name, number, arm=arm)]

    assert not {each.label for each in said} & ADMISSIONS


@pytest.mark.parametrize("arm", ["control", "wrong"])
@pytest.mark.parametrize("name", ["cracks", "candid", "recants", "innocent"])
def test_accused_of_what_they_did_not_do_they_only_deny(name: str, arm: Arm) -> None:
    assert labels(name, EXACT, arm=arm) == {"denial": 1}


# In the course of an interview


@pytest.mark.parametrize("name", ["cracks", "candid", "suggestible"])
def test_one_confession_settles_the_rest_of_the_interview(name: str) -> None:
    for number in range(100):
        cores = [said.core for said in interview(name, number) if said.core not in {"report", "ownership"}]
        assert all(after == "confession" for before, after in pairwise(cores) if before == "confession")


@pytest.mark.parametrize("name", ["cracks", "suggestible"])
def test_what_was_disclosed_once_stays_on_the_table(name: str) -> None:
    held = [interview(name, number, stages=[EXACT, PLAIN]) for number in range(MANY)]
    held_out = [second.core for first, second in held if first.core != "confession"]
    yielded = sum(core == "confession" for core in held_out) / len(held_out)

    assert len(held_out) > 20
    assert yielded > 0.5 > labels(name, PLAIN, PLAIN)["confession"]


@pytest.mark.parametrize("name", PERSONAS)
def test_asked_whose_messages_they_are_everybody_owns_them(name: str) -> None:
    for number in range(20):
        assert [said.core for said in interview(name, number)][-1] == "ownership"


@pytest.mark.parametrize("name", [name for name in PERSONAS if name != "candid"])
def test_an_open_account_is_a_report_that_says_nothing_of_the_act(name: str) -> None:
    for number in range(50):
        said = interview(name, number)[0]
        assert (said.core, said.label) == ("report", "evasion")
        assert SUMMARY not in said.text


def test_a_neutral_question_about_the_accusation_is_answered_as_an_accusation() -> None:
    recheck = accusing("exact", "control")

    assert labels("candid", EXACT, recheck) == {"confession": 1}
    assert "denial" in labels("stonewaller", EXACT, recheck)


STAGES = st.sampled_from([OPEN, PLAIN, VAGUE, EXACT, OWNERSHIP, accusing("none", "control")])


@given(
    st.sampled_from(list(PERSONAS)),
    st.sampled_from(["covert", "control", "wrong"]),
    st.integers(),
    st.lists(STAGES, min_size=1),
)
def test_whatever_is_asked_the_answer_has_words_and_a_label_that_follows_from_its_facts(
    name: str, arm: Arm, seed: int, stages: list[Json]
) -> None:
    said = speak(name, aside(stages, arm=arm, seed=seed))

    assert said.text.strip()
    assert said.label == label_of(said.facts)
    assert said.facts == FACTS[said.core] or (name, arm, said.core) == ("candid", "covert", "report")


def test_a_persona_that_does_not_exist_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        speak("nosuch", aside([PLAIN]))


# Phrasebooks


def speakable(stages: Iterable[Mapping[Stage, Mapping[Core, float]]]) -> set[Core]:
    return {core for by_stage in stages for odds in by_stage.values() for core in odds} - {"report"}


@pytest.mark.parametrize("name", PERSONAS)
def test_a_phrasebook_has_many_words_for_everything_its_persona_may_say(name: str) -> None:
    persona, book = PERSONAS[name], phrasebook(name)
    said = speakable([persona.guilty] if persona.innocent_voice else [persona.guilty, persona.innocent])
    lines = [line for core in book.cores for line in book.cores[core]]

    assert set(book.cores) >= said | {"report", "ownership"} | ({"recantation"} if persona.recants else set())
    assert all(len(book.cores[core]) >= 10 for core in said)
    assert min(len(book.openers), len(book.closers)) >= 15
    assert len(set(lines)) == len(lines)
    assert all(line.replace("{summary}", "").count("{") == 0 for line in lines)


@pytest.mark.parametrize("name", PERSONAS)
def test_the_accusation_is_repeated_as_it_stands(name: str) -> None:
    said = [speak(name, aside([EXACT], interview=str(number))).text for number in range(MANY)]

    assert not any("{summary}" in text for text in said)
    assert any(SUMMARY in text for text in said) or name not in {"candid", "cracks", "suggestible"}
