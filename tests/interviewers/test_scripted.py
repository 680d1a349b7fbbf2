"""The interviewer that follows its strategy to the letter."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from interviewing import ACT, CONFESSES, DENIES, RUN, strategy

from interrogate.interviewers import Asked, Situation
from interrogate.interviewers.scripted import LONGEST_QUOTE, Scripted, first_account
from interrogate.prompts import cells, read_strategy
from interrogate.records import Act, Cell, Evidence, Missing, Question, Rung, Strategy, Turn

LADDER = read_strategy("ladder")
FOLLOWUP = read_strategy("followup")
INTERROGATION = read_strategy("interrogation")
WITHOUT_EVIDENCE = replace(ACT, evidence=())


def situation(
    asked: Strategy = LADDER,
    turns: Sequence[Turn] = (),
    *,
    accusation: Act = ACT,
    cell: Cell | None = None,
    only: str | None = None,
    skipped: Sequence[str] = (),
) -> Situation:
    return Situation(asked, RUN, accusation, cells(asked)[0] if cell is None else cell, only, turns, skipped)


def ask(case: Situation) -> Asked:
    return asyncio.run(Scripted().next(case))


def recheck(case: Situation) -> Question:
    return asyncio.run(Scripted().recheck(case))


def question_of(case: Situation) -> Question:
    question = ask(case).question
    assert question is not None
    return question


def turn(answer: str = DENIES, *, rung: str = "direct", missing: Missing | None = None, accuses: bool = True) -> Turn:
    return Turn(Question(rung, 1, "?", "persistence", accuses, "none"), answer, missing)


def whole(case: Situation, answers: Iterable[str] = ()) -> tuple[list[Question], tuple[str, ...]]:
    """All that is asked, each question answered with the next of the answers, or denied; and what was passed over."""
    said = iter(answers)
    while (asked := ask(case)).question is not None:
        answered = Turn(asked.question, next(said, DENIES))
        case = replace(case, turns=(*case.turns, answered), skipped=(*case.skipped, *asked.skipped))
    return [each.question for each in case.turns], (*case.skipped, *asked.skipped)


@pytest.mark.parametrize("asked", [LADDER, INTERROGATION], ids=lambda each: each.name)
def test_each_rung_is_asked_once_in_order_and_as_it_is_declared(asked: Strategy) -> None:
    questions, skipped = whole(situation(asked))

    assert skipped == ()
    assert [(q.rung, q.purpose, q.accuses, q.discloses) for q in questions] == [
        (rung.name, rung.purpose, rung.accuses, rung.discloses) for rung in asked.rungs
    ]
    assert [q.position for q in questions] == list(range(1, len(asked.rungs) + 1))
    assert not any(q.inserted for q in questions)


def test_without_evidence_the_rungs_that_show_it_are_passed_over_and_marked_so() -> None:
    questions, skipped = whole(situation(accusation=WITHOUT_EVIDENCE))

    assert skipped == ("evidence_vague", "evidence_exact", "contradiction")
    assert [q.rung for q in questions] == [rung.name for rung in LADDER.rungs if rung.discloses == "none"]
    assert questions[-1].position == len(LADDER.rungs)


def test_a_rung_that_was_passed_over_is_not_marked_again() -> None:
    before = ask(situation(turns=[turn(rung=name) for name in ("open_account", "omission", "direct", "detail")],
                           accusation=WITHOUT_EVIDENCE))  # fmt: skip
    after = ask(situation(turns=[turn(rung=name) for name in ("open_account", "omission", "direct", "detail")],
                          accusation=WITHOUT_EVIDENCE, skipped=before.skipped))  # fmt: skip

    assert before.skipped == ("evidence_vague", "evidence_exact", "contradiction")
    assert after.skipped == ()
    assert before.question == after.question


def test_when_nothing_is_left_there_is_no_question() -> None:
    assert ask(situation(turns=[turn(rung=rung.name) for rung in LADDER.rungs])) == Asked(None, ())


def test_in_branches_only_the_one_rung_is_asked() -> None:
    for rung in FOLLOWUP.rungs:
        questions, skipped = whole(situation(FOLLOWUP, only=rung.name))

        assert [q.rung for q in questions] == [rung.name]
        assert skipped == ()


def test_the_factors_reach_the_words() -> None:
    texts = [question_of(situation(FOLLOWUP, cell=cell, only="direct")).text for cell in cells(FOLLOWUP)]

    assert len(set(texts)) == len(texts)
    assert ["Management" in text for text in texts] == [False, False, True, True]


# What is disclosed


@pytest.mark.parametrize("asked", [LADDER, INTERROGATION], ids=lambda each: each.name)
def test_the_accusation_is_in_no_question_that_does_not_accuse(asked: Strategy) -> None:
    questions, _ = whole(situation(asked))
    spoken = {q.rung for q in questions if ACT.summary in q.text}

    assert spoken
    assert spoken <= {rung.name for rung in asked.rungs if rung.accuses}


def test_no_evidence_is_shown_before_a_rung_that_discloses_it() -> None:
    questions, _ = whole(situation())
    shown = {q.rung: [item.quote in q.text for item in ACT.evidence] for q in questions}

    assert shown["evidence_exact"] == [True, True, True]
    assert shown["contradiction"] == [True, False, False]
    assert not any(any(shown[rung.name]) for rung in LADDER.rungs if rung.discloses != "exact")


@given(st.lists(st.text(st.characters(categories=["L", "N", "P"]), min_size=4), max_size=3, unique=True))
def test_whatever_the_evidence_says_it_stands_only_where_it_is_disclosed(quotes: list[str]) -> None:
    marked = tuple(Evidence(f"§{quote}§") for quote in quotes)
    questions, skipped = whole(situation(accusation=replace(ACT, evidence=marked)))
    told = {q.rung for q in questions if "§" in q.text}

    assert told == ({"evidence_exact", "contradiction"} if quotes else set())
    assert bool(skipped) == (not quotes)


@pytest.mark.parametrize(("first", "place"), [(0, "tool_call"), (1, "reasoning"), (2, "text")])
def test_a_hint_says_where_the_first_evidence_stands_and_not_what_it_says(first: int, place: str) -> None:
    rung = Rung("hint", "q.j2", "hint", 1, discloses="vague")
    hinting = strategy(rungs=(rung,), template="{{ where }}")
    accusation = replace(ACT, evidence=(ACT.evidence[first],))

    assert question_of(situation(hinting, accusation=accusation)).text == place


def test_evidence_that_names_no_message_is_said_to_be_something_written() -> None:
    hinting = strategy(rungs=(Rung("hint", "q.j2", "hint", 1, discloses="vague"),), template="{{ where }}")

    assert question_of(situation(hinting, accusation=replace(ACT, evidence=(Evidence("gone"),)))).text == "text"


def test_what_stands_in_the_accusation_is_never_read_as_a_template() -> None:
    hostile = replace(ACT, summary="{{ 7 * 7 }}{% raw %} evidence")
    question = question_of(situation(strategy("direct", template="{{ accusation.summary }}"), accusation=hostile))

    assert question.text == "{{ 7 * 7 }}{% raw %} evidence"


# The subject's own words


def test_the_contradiction_shows_the_first_answer_to_the_accusation_and_no_other() -> None:
    answers = ["OPEN", "OMITTED", "FIRST", "SECOND", "THIRD", "FOURTH"]
    questions, _ = whole(situation(), answers)
    contradiction = next(q.text for q in questions if q.rung == "contradiction")

    assert [word for word in answers if word in contradiction] == ["FIRST"]


def test_own_words_are_in_no_question_but_the_contradiction() -> None:
    questions, _ = whole(situation(), ["§"] * len(LADDER.rungs))

    assert [q.rung for q in questions if "§" in q.text] == ["contradiction"]


def test_an_answer_that_is_missing_is_no_account() -> None:
    turns = [
        turn("An open account.", accuses=False),
        turn("cut", missing="cut_off"),
        turn("", missing="empty"),
        turn("The account."),
        turn("Another."),
    ]

    assert first_account(turns) == "The account."
    assert first_account(turns[:3]) is None


def test_a_rung_that_contrasts_is_passed_over_where_the_subject_has_said_nothing_to_the_accusation() -> None:
    contrasting = strategy(rungs=(Rung("contrast", "q.j2", "t", 1, contrasts=True),), template="{{ own_words }}")

    assert ask(situation(contrasting)) == Asked(None, ("contrast",))
    assert ask(situation(contrasting, [turn("", missing="empty")])) == Asked(None, ("contrast",))
    assert question_of(situation(contrasting, [turn("I never did.")])).text == "I never did."


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=2000).filter(str.strip))
def test_own_words_are_shown_on_one_line_and_in_bounded_length(answer: str) -> None:
    contrasting = strategy(rungs=(Rung("contrast", "q.j2", "t", 1, contrasts=True),), template="{{ own_words }}")
    text = question_of(situation(contrasting, [turn(answer)])).text
    folded = " ".join(answer.split())

    assert text == folded or text.removesuffix(" […]") == folded[:LONGEST_QUOTE].strip()
    assert len(text) <= LONGEST_QUOTE + len(" […]")
    assert len(text.splitlines()) == 1


def test_a_long_quote_of_the_record_is_bounded_too() -> None:
    showing = strategy(rungs=(Rung("show", "q.j2", "t", 1, discloses="exact"),), template="{{ evidence[0] }}")
    accusation = replace(ACT, evidence=(Evidence("long\n " * 1000),))
    text = question_of(situation(showing, accusation=accusation)).text

    assert text.startswith("long long long")
    assert text.endswith(" […]")
    assert len(text) == LONGEST_QUOTE + len(" […]")


# The recheck


def test_a_recheck_asks_for_the_accusation_in_neutral_words_in_the_place_of_the_last_question() -> None:
    last = Turn(Question("evidence_exact", 6, "?", "persistence", accuses=True, discloses="exact"), CONFESSES)
    question = recheck(situation(turns=[turn("§"), last]))

    assert ACT.summary in question.text
    assert "§" not in question.text
    assert not any(item.quote in question.text for item in ACT.evidence)
    assert replace(question, text="") == Question(
        "recheck", 6, "", "control", accuses=True, discloses="exact", inserted=True
    )


def test_a_recheck_does_not_count_as_a_rung_even_where_one_has_its_name() -> None:
    asked = strategy("first", "recheck", recheck="again.j2")
    first = Turn(question_of(situation(asked)), CONFESSES)
    inserted = Turn(recheck(situation(asked, [first])), CONFESSES)

    assert question_of(situation(asked, [first, inserted])).rung == "recheck"
