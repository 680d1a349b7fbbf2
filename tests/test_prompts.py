"""The files of prompts/: found, checked, rendered, and safe to take from strangers."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import interrogate
from interrogate.errors import PromptError
from interrogate.prompts import (
    LARGEST_FILE,
    LONGEST,
    bundled,
    cells,
    promised,
    question_path,
    read_strategy,
    read_text,
    render,
    variables_of,
)
from interrogate.records import Cell, Rung, Strategy

BUNDLED = tuple(sorted(file.stem for file in (bundled("prompts") / "strategies").glob("*.yaml")))
GIVEN = {
    "accusation": {"kind": "concealment", "summary": "SUMMARY"},
    "where": "tool_call",
    "evidence": ["EVIDENCE"],
    "own_words": "OWN WORDS",
}
HEAD = "name: mine\nversion: 1\nabout: ''\ndesign: thread\n"
LADDER = read_strategy("ladder")


def bundled_rungs() -> Iterator[tuple[Strategy, Rung, Cell]]:
    for strategy in map(read_strategy, BUNDLED):
        for rung in strategy.rungs:
            for cell in cells(strategy):
                yield strategy, rung, cell


RUNGS = [
    pytest.param(*each, id=f"{each[0].name}-{each[1].name}-{number}") for number, each in enumerate(bundled_rungs())
]


def mine(folder: Path, template: str, rung: str = "", head: str = HEAD) -> str:
    """A strategy of one rung, with its question beside it."""
    (folder / "q.j2").write_text(template, encoding="utf-8")
    (folder / "mine.yaml").write_text(
        f"{head}rungs:\n  - {{name: q, question: q.j2, technique: t, pressure: 1{rung}}}\n", encoding="utf-8"
    )
    return str(folder / "mine.yaml")


# The bundled files


@pytest.mark.parametrize(("strategy", "rung", "cell"), RUNGS)
def test_a_bundled_question_renders_with_what_its_rung_promises(strategy: Strategy, rung: Rung, cell: Cell) -> None:
    given = {name: value for name, value in GIVEN.items() if name in promised(rung)}
    text = render(rung.question, strategy.templates[rung.question], {**given, "factors": dict(cell)})

    assert text == text.strip() != ""
    assert "{" not in text
    assert ("EVIDENCE" in text) == (rung.discloses == "exact")
    assert ("OWN WORDS" in text) == rung.contrasts
    assert rung.accuses or "SUMMARY" not in text


@pytest.mark.parametrize(("strategy", "rung", "cell"), RUNGS)
def test_a_bundled_question_uses_what_its_rung_is_there_to_show(strategy: Strategy, rung: Rung, cell: Cell) -> None:
    used = variables_of(rung.question, strategy.templates[rung.question])
    shows = {"none": set(), "vague": {"where"}, "exact": {"evidence"}}[rung.discloses]

    assert used <= promised(rung)
    assert used >= shows | ({"own_words"} if rung.contrasts else set()) | ({"factors"} if strategy.factors else set())


@pytest.mark.parametrize("missing", GIVEN)
def test_no_bundled_question_renders_without_a_variable_that_it_uses(missing: str) -> None:
    given = {name: value for name, value in GIVEN.items() if name != missing}
    for strategy, rung, cell in bundled_rungs():
        template = strategy.templates[rung.question]
        if missing in variables_of(rung.question, template):
            with pytest.raises(PromptError, match=f"{rung.question}: cannot be rendered .*'{missing}' is undefined"):
                render(rung.question, template, {**given, "factors": dict(cell)})


def test_every_question_among_the_bundled_files_is_asked_by_a_strategy() -> None:
    folder = bundled("prompts") / "questions"
    there = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    asked = {name for strategy in map(read_strategy, BUNDLED) for name in strategy.templates}

    assert there == asked


def test_the_default_ladder_climbs_from_an_open_account_to_the_contradiction() -> None:
    climbing = [rung for rung in LADDER.rungs if rung.purpose == "persistence"]
    names = [rung.name for rung in climbing]
    order = ["none", "vague", "exact"]
    shown = [order.index(rung.discloses) for rung in climbing[: names.index("contradiction") + 1]]

    assert len(climbing) >= 7
    assert names[0] == "open_account"
    assert not climbing[0].accuses
    assert [rung.name for rung in climbing if rung.contrasts] == ["contradiction"]
    assert shown == sorted(shown)
    assert shown[0] == 0
    assert shown[-1] == 2
    assert all(before.pressure < after.pressure for before, after in pairwise(climbing))
    assert LADDER.stop == "ladder_end"


def test_the_neutral_question_repeats_the_accusation_and_shows_nothing_else() -> None:
    assert LADDER.recheck is not None
    template = LADDER.templates[LADDER.recheck]

    assert variables_of(LADDER.recheck, template) == {"accusation"}
    assert "SUMMARY" in render(LADDER.recheck, template, {"accusation": GIVEN["accusation"]})


def questions_in(source: str) -> list[str]:
    """Text literals that ask a question of some length. What is said of the code is no literal of it."""
    tree = ast.parse(source)
    documented = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    literals = [
        " ".join(node.value.split())
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in documented
    ]
    return [text for text in literals if text.endswith("?") and len(text.split()) >= 5]


def test_no_question_is_written_in_python() -> None:
    sources = Path(interrogate.__file__).parent.rglob("*.py")
    found = {str(file): questions_in(file.read_text(encoding="utf-8")) for file in sources}

    assert {name: texts for name, texts in found.items() if texts} == {}
    assert questions_in('ask(f"{who}, did you delete the {thing} last night?")') == []
    assert questions_in('"""Did you do that in this session?"""\nx = "And did you do that,\\nin this session?"') == [
        "And did you do that, in this session?"
    ]


# What a rung gives its template


@pytest.mark.parametrize(
    ("rung", "names"),
    [
        (Rung("r", "q", "t", 1, accuses=False), {"factors"}),
        (Rung("r", "q", "t", 1), {"factors", "accusation"}),
        (Rung("r", "q", "t", 1, discloses="vague"), {"factors", "accusation", "where"}),
        (Rung("r", "q", "t", 1, discloses="exact"), {"factors", "accusation", "where", "evidence"}),
        (Rung("r", "q", "t", 1, accuses=False, contrasts=True), {"factors", "own_words"}),
    ],
)
def test_a_rung_promises_what_it_declares(rung: Rung, names: set[str]) -> None:
    assert promised(rung) == names


@pytest.mark.parametrize(
    ("rung", "template", "name"),
    [
        ("", "Look: {{ evidence[0] }}", "evidence"),
        ("", "{% for item in evidence %}{{ item }}{% endfor %}?", "evidence"),
        ("", "{% set shown = evidence %}{{ shown }}", "evidence"),
        ("", "It is in {{ where }}.", "where"),
        (", discloses: vague", "Look: {{ evidence[0] }}", "evidence"),
        (", discloses: exact", "You said {{ own_words }}", "own_words"),
        (", accuses: false", "{{ accusation.summary }}", "accusation"),
        ("", "{{ transcript }}", "transcript"),
    ],
)
def test_a_template_that_asks_for_what_its_rung_does_not_give_is_refused_by_name(
    rung: str, template: str, name: str, tmp_path: Path
) -> None:
    with pytest.raises(PromptError, match=rf"q\.j2: asks for {name}, which its rung in .*mine\.yaml does not give"):
        read_strategy(mine(tmp_path, template, rung))


def test_a_recheck_is_given_the_accusation_and_no_evidence(tmp_path: Path) -> None:
    (tmp_path / "again.j2").write_text("So did you? {{ evidence[0] }}", encoding="utf-8")
    with pytest.raises(PromptError, match=r"again\.j2: asks for evidence"):
        read_strategy(mine(tmp_path, "Did you?", head=f"{HEAD}recheck: again.j2\n"))


@pytest.mark.parametrize(
    ("template", "complaint"),
    [
        ("{{ accusation.sumary }}", "sumary"),
        ("{{ factors.tone }}", "tone"),
        ("{% if x %}", "not a Jinja2 template"),
        ("{{ }}", "not a Jinja2 template"),
        ("  \n ", "renders to nothing"),
        ("{{ accusation.summary.pop() }}", "pop"),
    ],
)
def test_a_template_that_does_not_work_is_refused_when_it_is_read(
    template: str, complaint: str, tmp_path: Path
) -> None:
    with pytest.raises(PromptError, match=rf"q\.j2.*{complaint}"):
        read_strategy(mine(tmp_path, template))


def test_a_template_is_tried_with_every_combination_of_factors(tmp_path: Path) -> None:
    template = '{% if factors.a == "y" and factors.b == "n" %}{{ nothing_here() }}{% endif %}Did you?'
    head = f"{HEAD}factors: {{a: ['x', 'y'], b: ['m', 'n']}}\n"
    with pytest.raises(PromptError, match="asks for nothing_here"):
        read_strategy(mine(tmp_path, template, head=head))
    with pytest.raises(PromptError, match=r"q\.j2: cannot be rendered"):
        read_strategy(mine(tmp_path, template.replace("nothing_here()", "factors.c"), head=head))


# Strangers' templates


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ factors.__class__.__init__.__globals__ }}",
        "{{ factors|attr('__class__')|attr('__mro__') }}",
        "{{ '{0.__class__.__mro__}'.format(factors) }}",
        "{{ lipsum.__globals__['os'].popen('id').read() }}",
        "{{ cycler.__init__.__globals__ }}",
        "{% set x = factors.update({'a': 1}) %}x",
        "{% include '/etc/hostname' %}",
        "{% import '/etc/hostname' as x %}x",
        "{% for i in range(999999999) %}x{% endfor %}",
        "{{ 'x' * 99999999999 }}",
        "{{ 9 ** 9 ** 9 ** 9 }}",
        "{{ 1 / 0 }}",
        "{{ '%d' % 'x' }}",
        "{{ '{1}'.format(0) }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% for a in factors recursive %}{{ loop(factors) }}{% endfor %}",
        pytest.param("{% for i in 'x' %}" * 30 + "x" + "{% endfor %}" * 30, id="blocks in blocks"),
        pytest.param("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", id="brackets in brackets"),
    ],
)
def test_a_template_that_reaches_out_or_never_ends_is_refused(template: str) -> None:
    with pytest.raises(PromptError, match=r"^mine\.j2"):
        render("mine.j2", template, {"factors": {"a": "b"}})


def test_a_template_without_end_is_stopped_on_its_way() -> None:
    endless = "{% for i in range(100000) %}{% for j in range(100000) %}xxxxxxxxxx{% endfor %}{% endfor %}"
    with pytest.raises(PromptError, match=f"renders to more than {LONGEST} characters"):
        render("mine.j2", endless, {})


def test_a_prompt_may_be_as_long_as_the_limit_and_no_longer() -> None:
    assert len(render("long.j2", "{{ text }}", {"text": "x" * LONGEST})) == LONGEST
    with pytest.raises(PromptError, match="renders to more than"):
        render("long.j2", "{{ text }}", {"text": "x" * (LONGEST + 1)})


@pytest.mark.parametrize("hostile", ["{{ 7 * 7 }}", "{% raw %}", "<b>&amp;</b>", "{# #}"])
def test_a_value_is_put_in_as_it_is_and_never_read_as_a_template(hostile: str) -> None:
    assert render("q.j2", "-{{ own_words }}-", {"own_words": hostile}) == f"-{hostile}-"


PIECES = (
    *"{{ }} {% %} {# #} for i in endfor if endif else set macro endmacro f ( ) [ ] 9 99 ** * / - . , |".split(),
    *"'x' factors range list __class__ format attr loop recursive include self caller cycler is not and = ~".split(),
    " ",
    "\n",
)


def outcome(work: Callable[[], str]) -> str:
    """What comes of it: a text, or our message."""
    try:
        return work()
    except PromptError as error:
        return str(error)


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join) | st.text())
def test_whatever_a_template_says_it_is_text_or_an_error_of_ours(template: str) -> None:
    assert 0 < len(outcome(lambda: render("wild.j2", template, {"factors": {"a": "b"}}))) <= LONGEST


@given(st.text())
def test_the_variables_of_whatever_template_are_names_or_an_error_of_ours(template: str) -> None:
    found = outcome(lambda: " ".join(variables_of("wild.j2", template)))

    assert found.startswith("wild.j2: not a Jinja2 template") or all(map(str.isidentifier, found.split()))


def test_a_template_nested_beyond_reading_is_no_template() -> None:
    with pytest.raises(PromptError, match=r"deep\.j2: not a Jinja2 template"):
        variables_of("deep.j2", "{{ " + "(" * 50_000 + " }}")


# Strategies of one's own


def test_an_unknown_strategy_is_told_those_there_are() -> None:
    with pytest.raises(PromptError, match=r"nosuch: no such strategy; name one of .*") as caught:
        read_strategy("nosuch")

    assert len(BUNDLED) >= 3
    assert all(name in str(caught.value) for name in BUNDLED)


def test_a_strategy_of_ones_own_finds_its_questions_beside_it_and_otherwise_the_bundled_ones(tmp_path: Path) -> None:
    (tmp_path / "ladder").mkdir()
    (tmp_path / "ladder" / "direct.j2").write_text("Mine: {{ accusation.summary }}", encoding="utf-8")
    (tmp_path / "own.yml").write_text(
        f"{HEAD}rungs:\n"
        "  - {name: direct, question: ladder/direct.j2, technique: t, pressure: 1}\n"
        "  - {name: closing, question: ladder/closing.j2, technique: t, pressure: 2}\n",
        encoding="utf-8",
    )
    strategy = read_strategy(str(tmp_path / "own.yml"))

    assert strategy.templates["ladder/direct.j2"] == "Mine: {{ accusation.summary }}"
    assert strategy.templates["ladder/closing.j2"] == LADDER.templates["ladder/closing.j2"]
    assert question_path("ladder/direct.j2", tmp_path / "own.yml") == tmp_path / "ladder" / "direct.j2"


@pytest.mark.parametrize("name", ["../secret.j2", "sub/../../secret.j2", "{tmp}/secret.j2", "link.j2"])
def test_a_strategy_cannot_send_files_from_outside_its_folder(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret.j2").write_text("the key", encoding="utf-8")
    folder = tmp_path / "strategy"
    (folder / "sub").mkdir(parents=True)
    (folder / "link.j2").symlink_to(tmp_path / "secret.j2")

    with pytest.raises(PromptError, match="leads out of"):
        question_path(name.replace("{tmp}", str(tmp_path)), folder / "mine.yaml")


def test_a_bundled_strategy_cannot_be_led_astray_either() -> None:
    with pytest.raises(PromptError, match="leads out of"):
        question_path("../rubrics/answer.j2")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("- just\n- a list\n", "not a strategy"),
        ("name: [", "not a strategy"),
        ("[" * 600, "not a strategy"),
        ("when: 2001-99-99", "not a strategy"),
        ("", "not a strategy"),
        (f"{HEAD}rungs: []\n", "at least one rung"),
        (f"{HEAD}rungs: []\nsecret: 1\n", "secret"),
        (f"{HEAD}rungs: []\ntemplates: {{q.j2: x}}\n", "at least one rung"),
        (
            f"{HEAD}rungs:\n  - {{name: q, question: nosuch.j2, technique: t, pressure: 1}}\n",
            r"nosuch\.j2: cannot be read",
        ),
        (f"{HEAD}rungs:\n  - {{name: q, question: q.j2, technique: t, pressure: 1, discloses: all}}\n", "discloses"),
    ],
)
def test_a_file_that_is_no_strategy_is_refused_with_the_reason(text: str, complaint: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PromptError, match=complaint) as caught:
        read_strategy(str(file))

    assert str(tmp_path) in str(caught.value) or str(bundled("prompts")) in str(caught.value)


@pytest.mark.parametrize(
    ("head", "rung", "complaint"),
    [
        ("templates: {q.j2: x}\n", "", "`templates` is filled in when read"),
        ("factors: {tone: []}\n", "", "a factor needs levels; give tone some"),
        ("recheck: q.j2\n", "", "need earlier answers; use design: thread"),
        ("", ", contrasts: true", "need earlier answers; use design: thread"),
    ],
)
def test_a_strategy_that_cannot_be_followed_is_refused(head: str, rung: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(PromptError, match=complaint):
        read_strategy(mine(tmp_path, "Did you?", rung, HEAD.replace("thread", "branches") + head))


def test_two_rungs_of_one_name_are_refused(tmp_path: Path) -> None:
    file = Path(mine(tmp_path, "Did you?"))
    file.write_text(file.read_text() + "  - {name: q, question: q.j2, technique: t, pressure: 2}\n", encoding="utf-8")
    with pytest.raises(PromptError, match="each with a name of its own"):
        read_strategy(str(file))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    large, binary = tmp_path / "large.j2", tmp_path / "binary.j2"
    large.write_bytes(b"x" * (LARGEST_FILE + 1))
    binary.write_bytes(b"\xff\xfe\xfa")

    with pytest.raises(PromptError, match=r"large\.j2: larger than"):
        read_text(large)
    for file in (binary, tmp_path / "nosuch.j2", tmp_path, tmp_path / "a\0b"):
        with pytest.raises(PromptError, match="cannot be read"):
            read_text(file)


# Digests and cells


def test_a_changed_word_in_a_template_changes_the_strategys_digest(tmp_path: Path) -> None:
    before = read_strategy(mine(tmp_path, "Did you do that?")).digest
    same = read_strategy(mine(tmp_path, "Did you do that?")).digest
    after = read_strategy(mine(tmp_path, "Did you do this?")).digest

    assert before == same != after


def test_a_changed_recheck_changes_the_strategys_digest(tmp_path: Path) -> None:
    digests = []
    for words in ("Did you?", "Did you, then?"):
        (tmp_path / "again.j2").write_text(words, encoding="utf-8")
        digests.append(read_strategy(mine(tmp_path, "Did you?", head=f"{HEAD}recheck: again.j2\n")).digest)

    assert digests[0] != digests[1]


def test_the_bundled_strategies_differ_in_digest() -> None:
    assert len({read_strategy(name).digest for name in BUNDLED}) == len(BUNDLED)


def test_cells_are_every_combination_of_the_factors_levels_in_order_of_their_names() -> None:
    strategy = read_strategy("followup")

    assert cells(strategy) == (
        (("authority", "none"), ("honesty", "none")),
        (("authority", "none"), ("honesty", "request")),
        (("authority", "management"), ("honesty", "none")),
        (("authority", "management"), ("honesty", "request")),
    )
    assert cells(LADDER) == ((),)


def test_the_factors_change_the_words_of_every_question_that_follows_them() -> None:
    strategy = read_strategy("followup")
    for rung in strategy.rungs:
        texts = {
            render(rung.question, strategy.templates[rung.question], {**GIVEN, "factors": dict(cell)})
            for cell in cells(strategy)
        }

        assert len(texts) == len(cells(strategy))
