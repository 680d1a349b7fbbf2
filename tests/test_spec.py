"""What a user asks for: every mistake is named in one line, and the same command finds its campaign again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from interrogate.errors import InputError
from interrogate.library import spec_of
from interrogate.prompts import bundled
from interrogate.spec import EXAMPLE_SUBJECTS, Spec, parameters_of, read_spec


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "spec.yaml"


def test_a_spec_is_read_with_the_names_of_the_command_line(file: Path) -> None:
    asked = {"transcripts": ["a.eval"], "subject": "openai/gpt-4o", "parameters": {"judge": {"temperature": 0.0}}}
    file.write_text(yaml.safe_dump(asked))

    assert read_spec(file) == asked


def test_an_empty_spec_asks_for_the_example(file: Path) -> None:
    file.write_text("# nothing yet\n")

    assert read_spec(file) == {}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("subjects: [a/b]", "subjects: Extra inputs are not permitted"),
        ("epochs: 0", "epochs: Input should be greater than or equal to 1"),
        ("epochs: many\nbudget: -1", "epochs: .*; budget: "),
        ("parameters: {subjct: {temperature: 0}}", "parameters.subjct.*: Input should be 'subject'"),
        ("parameters: {subject: {model: x, n: 3}}", "parameters.subject: .*model, n is set by this program"),
        ("- a\n- b", "valid dictionary"),
        ("a: [", "expected"),
    ],
)
def test_a_spec_that_cannot_be_used_says_where(file: Path, text: str, complaint: str) -> None:
    file.write_text(text)

    with pytest.raises(
        InputError, match=rf"spec\.yaml: not a spec \((.|\n)*{complaint}(.|\n)*its keys are transcripts"
    ):
        read_spec(file)


def test_a_spec_that_is_not_there_is_named(file: Path) -> None:
    with pytest.raises(InputError, match=r"spec\.yaml: not a spec \(.*No such file"):
        read_spec(file)


def test_no_message_repeats_a_key(file: Path) -> None:
    file.write_text("parameters: {subjct: {api_key: sk-0123456789}}\napi_key: sk-0123456789")

    with pytest.raises(InputError) as from_file:
        read_spec(file)
    with pytest.raises(InputError) as from_keys:
        spec_of({"api_key": "sk-0123456789"}, {})
    with pytest.raises(InputError) as from_setting:
        parameters_of(["subjct.api_key=sk-0123456789"])
    assert "sk-0" not in f"{from_file.value}{from_keys.value}{from_setting.value}"


@pytest.mark.parametrize(
    ("settings", "parameters"),
    [
        ([], {}),
        (["subject.api_base=http://localhost:8000/v1"], {"subject": {"api_base": "http://localhost:8000/v1"}}),
        (["judge.temperature=0", "judge.top_p=0.5"], {"judge": {"temperature": 0, "top_p": 0.5}}),
        (["subject.seed=1", "judge.seed=2", "subject.seed=3"], {"subject": {"seed": 3}, "judge": {"seed": 2}}),
        (['subject.stop=["\\nuser:", "x=y"]'], {"subject": {"stop": ["\nuser:", "x=y"]}}),
        (["subject.thinking={type: enabled}"], {"subject": {"thinking": {"type": "enabled"}}}),
        (["subject.extra.name=true"], {"subject": {"extra.name": True}}),
    ],
)
def test_settings_become_parameters_by_role(settings: list[str], parameters: dict[str, dict[str, Any]]) -> None:
    assert parameters_of(settings) == parameters


@given(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.lists(st.text("ab c")))
def test_the_value_of_a_setting_is_what_yaml_says(value: object) -> None:
    assert parameters_of([f"judge.x={yaml.safe_dump(value, default_flow_style=True)}"]) == {"judge": {"x": value}}


@pytest.mark.parametrize("setting", ["", "temperature=0", "subject.temperature", "rater.temperature=0", "=", ".=1"])
def test_a_setting_of_another_form_is_refused(setting: str) -> None:
    with pytest.raises(InputError, match=r"write ROLE\.KEY=VALUE with a role of subject"):
        parameters_of([setting])


@pytest.mark.parametrize("value", ["[", "@x", "a: b: c", "'"])
def test_a_value_that_is_no_yaml_is_refused(value: str) -> None:
    with pytest.raises(InputError, match=r"-M subject\.stop: the value cannot be read as YAML; put it in quotes"):
        parameters_of([f"subject.stop={value}"])


@pytest.mark.parametrize("given", ["a.eval", ["a.eval"], ("a.eval",), Path("a.eval"), [Path("a.eval")]])
def test_one_transcript_may_be_given_as_it_is(given: object) -> None:
    assert Spec.model_validate({"transcripts": given}).transcripts == ("a.eval",)


@pytest.mark.parametrize("taken", ["model", "messages", "tools", "stream", "n", "max_retries", "aside"])
def test_a_parameter_that_the_program_sets_is_refused(taken: str) -> None:
    with pytest.raises(InputError, match=rf"parameters\.subject: .*{taken} is set by this program; leave it out"):
        spec_of({"parameters": {"subject": {taken: 1}}}, {})


def test_with_nothing_asked_the_example_runs_on_simulated_subjects() -> None:
    spec = Spec()

    assert spec.is_example
    assert spec.subjects == EXAMPLE_SUBJECTS
    assert spec.paths == (str(bundled("transcripts")),)
    assert spec.directory.match("interrogations/example-*")


def test_transcripts_without_a_subject_are_a_question() -> None:
    with pytest.raises(InputError, match="whom to interview"):
        _ = Spec(transcripts=("a.eval",)).subjects


def test_a_subject_named_twice_is_interviewed_once() -> None:
    assert Spec(subject=("b/b", "a/a", "b/b")).subjects == ("b/b", "a/a")


def test_a_directory_that_is_named_is_taken(tmp_path: Path) -> None:
    assert Spec(dir=tmp_path, subject=("a/b",)).directory == tmp_path


ASKED: dict[str, Any] = {
    "transcripts": ["a.eval"],
    "subject": ["a/b"],
    "strategy": "mine/short.yaml",
    "parameters": {"subject": {"api_key": "sk-1"}},
}


@pytest.mark.parametrize(
    "change", [{}, {"budget": 5}, {"max_connections": 3}, {"parameters": {"subject": {"api_key": "sk-2"}}}]
)
def test_the_same_command_finds_its_directory_again(change: dict[str, Any]) -> None:
    first, again = spec_of(ASKED, {}), spec_of(ASKED, change)

    assert first.directory == again.directory
    assert first.directory.match("interrogations/short-????????")


@pytest.mark.parametrize(
    "change",
    [
        {"transcripts": ["b.eval"]},
        {"acts": ["acts.yaml"]},
        {"subject": ["a/c"]},
        {"judge": ["a/c"]},
        {"strategy": "ladder"},
        {"max_turns": 3},
        {"epochs": 2},
        {"limit": 1},
        {"seed": 1},
        {"record": "classifier"},
        {"parameters": {"subject": {"temperature": 1}}},
    ],
)
def test_another_command_has_another_directory(change: dict[str, Any]) -> None:
    assert spec_of(ASKED, change).directory != spec_of(ASKED, {}).directory


def test_what_is_given_beside_a_spec_overrides_it() -> None:
    assert spec_of(Spec(epochs=2, seed=1), {"epochs": 3}) == Spec(epochs=3, seed=1)
