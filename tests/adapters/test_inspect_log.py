"""Inspect logs: what they are known by, and what they are listed to hold."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from inspect_logs import FORMATS, asked, model_call, offered, one, said, sample, span, texts, written

from interrogate.adapters import Unread, conversations, read_paths
from interrogate.adapters.conversations import Conversation
from interrogate.adapters.formats import inspect_log
from interrogate.adapters.formats.inspect_log import claims
from interrogate.adapters.opening import open_file
from interrogate.records import Json, Transcript


def rewritten(path: Path, changes: dict[str, bytes | None]) -> Path:
    """The archive without the members that are given as None, and with those that are given after the others."""
    with zipfile.ZipFile(path) as archive:
        kept = {name: archive.read(name) for name in archive.namelist() if changes.get(name, b"") is not None}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in [*kept.items(), *((name, value) for name, value in changes.items() if value is not None)]:
            archive.writestr(name, content)
    return path


def listed(path: Path) -> list[Conversation]:
    return [each for each in offered(path) if not each.only_by_name]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return written(tmp_path / "run.eval", sample([asked(), said()]), sample([asked(), said("Done.")], "s2"))


@FORMATS
@pytest.mark.parametrize(
    ("samples", "locators"),
    [
        ([("a/b c?1", 1), ("x#1@2:3%", 1), (7, 1)], ["7", "a/b c?1", "x%231%402%3A3%25"]),
        ([("s", 1), ("s", 2), ("t", 1), ("t", 2)], ["s@1", "t@1", "s@2", "t@2"]),
        ([("a@b", 1), ("a@b", 2)], ["a%40b@1", "a%40b@2"]),
    ],
)
def test_samples_and_their_epochs_have_names_of_their_own(
    tmp_path: Path, ending: str, samples: list[tuple[str | int, int]], locators: list[str]
) -> None:
    path = written(
        tmp_path / f"run.{ending}",
        *(sample([asked(), said(f"{name} {epoch}")], name, epoch) for name, epoch in samples),
    )

    found = [each for each in read_paths([str(path)]) if isinstance(each, Transcript)]

    assert [each.source.locator for each in found] == locators
    assert {texts(each)[-1] for each in found} == {f"{name} {epoch}" for name, epoch in samples}


@FORMATS
def test_a_log_is_listed_with_model_and_length_and_without_inspect(tmp_path: Path, ending: str) -> None:
    path = written(tmp_path / f"run.{ending}", sample([asked(), said()]))
    code = (
        "import sys; from interrogate.adapters import conversations\n"
        "print([(c.source.locator, c.model, c.messages) for c in conversations(sys.argv[1:])])\n"
        "assert 'inspect_ai' not in sys.modules"
    )

    printed = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)

    assert printed.stdout.strip() == "[('s1', 'openai/gpt-4o-2024-08-06', 2)]"


@FORMATS
def test_a_log_is_known_by_its_bytes_whatever_its_name(tmp_path: Path, ending: str) -> None:
    path = written(tmp_path / f"run.{ending}", sample([asked(), said()])).rename(tmp_path / "backup of # 3.old")

    assert claims(open_file(path))
    assert texts(one(path)) == ["Clean up.", "Cleaned."]


def test_a_log_of_a_run_that_was_cut_off_is_listed_from_its_journal(path: Path) -> None:
    rewritten(path, {"header.json": None, "summaries.json": None, "reductions.json": None})

    assert [(each.source.locator, each.model, each.messages) for each in listed(path)] == [
        ("s1", "openai/gpt-4o-2024-08-06", 2),
        ("s2", "openai/gpt-4o-2024-08-06", 2),
    ]


def test_a_sample_that_no_summary_names_is_asked_itself(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        journal = {name: None for name in archive.namelist() if name.startswith("_journal/summaries")}
        content = json.loads(archive.read("samples/s1_epoch_1.json")) | {"id": 12, "epoch": 3}
    changes: dict[str, bytes | None] = {"summaries.json": None, "samples/s1_epoch_1.json": None, **journal}
    rewritten(path, changes | {"samples/odd.json": json.dumps(content).encode()})

    assert [each.source.locator for each in listed(path)] == ["s2", "12@3"]
    assert texts(one(path, "12@3")) == ["Clean up.", "Cleaned."]


def test_of_two_members_of_one_name_the_later_holds(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        content = archive.read("samples/s1_epoch_1.json").replace(b"Cleaned.", b"Cleaned again.")
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("samples/s1_epoch_1.json", content)

    assert [each.source.locator for each in listed(path)] == ["s1", "s2"]
    assert texts(one(path))[-1] == "Cleaned again."


def test_a_damaged_sample_is_named_and_does_not_stop_the_others(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        place = archive.getinfo("samples/s1_epoch_1.json")
    content = bytearray(path.read_bytes())
    content[place.header_offset + 30 + len(place.filename) + place.compress_size // 2] ^= 1
    path.write_bytes(content)

    damaged, whole = read_paths([str(path)])

    assert isinstance(damaged, Unread)
    assert re.search(r"run\.eval: samples/s1_epoch_1\.json is damaged .*copy the log again", damaged.error)
    assert isinstance(whole, Transcript)


def test_a_sample_in_which_nobody_answers_does_not_stop_the_others(tmp_path: Path) -> None:
    path = written(tmp_path / "run.eval", sample([asked()], "mute"), sample([asked(), said()], "speaks"))

    mute, speaks = read_paths([str(path)])

    assert isinstance(mute, Unread)
    assert "nobody to put back" in mute.error
    assert isinstance(speaks, Transcript)


def test_a_member_under_a_password_is_refused(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for place in [found.start() for found in re.finditer(b"PK\x01\x02", content)]:
        content[place + 8] |= 1
    path.write_bytes(content)

    (refused,) = conversations([str(path)])

    assert isinstance(refused, Unread)
    assert re.search(r"is damaged \(.*encrypted", refused.error)


@FORMATS
def test_a_log_without_samples_is_refused(tmp_path: Path, ending: str) -> None:
    (refused,) = conversations([str(written(tmp_path / f"run.{ending}"))])

    assert isinstance(refused, Unread)
    assert "without samples, status success" in refused.error


@pytest.mark.parametrize(
    "change",
    [
        {"samples": [{"id": 1}]},
        {"samples": [[]]},
        {"samples": [{"id": 1, "messages": [{"role": 7}]}]},
        {"samples": [{"id": [1], "epoch": {}, "messages": "none", "events": 3}]},
    ],
)
def test_a_json_log_of_another_shape_is_refused_in_one_line(tmp_path: Path, change: Json) -> None:
    path = written(tmp_path / "run.json", sample([asked(), said()]))
    path.write_text(json.dumps(json.loads(path.read_text()) | change))

    (refused,) = read_paths([str(path)])

    assert isinstance(refused, Unread)
    assert re.fullmatch(rf"{re.escape(str(path))}[^\n]*", refused.error)


@pytest.mark.parametrize("odd", [3, None, [], "none", {"model": 7, "model_roles": [1], "task_args": "x"}])
def test_a_log_whose_header_is_odd_is_read_all_the_same(tmp_path: Path, odd: Any) -> None:
    path = written(tmp_path / "run.json", sample([asked(), said()]))
    path.write_text(json.dumps(json.loads(path.read_text()) | {"eval": odd}))

    assert one(path).model is None


@pytest.mark.parametrize("pack", ["gzip", "zstandard"])
def test_a_packed_json_log_is_unpacked(tmp_path: Path, pack: str) -> None:
    path = written(tmp_path / "run.json", sample([asked(), said()]))
    path.write_bytes(pytest.importorskip(pack).compress(path.read_bytes()))

    assert texts(one(path)) == ["Clean up.", "Cleaned."]


def test_a_log_can_be_read_while_an_event_loop_runs(path: Path) -> None:
    async def in_a_notebook() -> Transcript:
        return one(path)

    assert texts(asyncio.run(in_a_notebook()))[-1] == "Cleaned."


@FORMATS
def test_other_views_are_offered_by_name_where_a_sample_has_them(tmp_path: Path, ending: str) -> None:
    whole = model_call(said(), [asked()])
    trimmed = model_call(said(), [])
    attack = sample([asked(), said()], "attack", metadata={"eval_mode": "attack"}, events=[whole])
    replayed = sample([asked(), said(model="fixed")], "replayed", metadata={"eval_mode": "attack"})
    samples = [sample([asked(), said()], name, events=[call]) for name, call in (("same", whole), ("trimmed", trimmed))]
    path = written(tmp_path / f"run.{ending}", attack, replayed, *samples)

    assert [(each.source.locator, each.messages) for each in offered(path) if each.only_by_name] == [
        ("attack:as-generated", 2),
        ("trimmed:last-model-input", 1),
    ]


def test_a_large_log_is_not_looked_into_and_offers_what_it_may_hold(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspect_log, "LOOKED_INTO", 100)

    assert [(each.source.locator, each.messages) for each in offered(path)] == [
        ("s1", 2),
        ("s1:last-model-input", None),
        ("s2", 2),
        ("s2:last-model-input", None),
    ]


def test_the_branches_of_an_audit_are_offered_where_there_are_several(tmp_path: Path) -> None:
    spans = [span("t1", "trajectory"), span("t2", "trajectory"), span("t3", "trajectory")]
    first = model_call(said("One.", name="o"), role="target", span_id="t1")
    third = model_call(said("Two.", name="t"), [asked("And?")] * 3, role="target", span_id="t3")
    roles = {"auditor": {"model": "a/b"}, "target": {"model": "openai/target"}}
    audits = [sample([], "rolled", events=[*spans, first, third]), sample([], "straight", events=[spans[0], first])]
    path = written(tmp_path / "run.eval", *audits, author="none/none", model_roles=roles)

    found = offered(path)

    assert [each.source.locator for each in found] == ["rolled", "rolled:branch-1", "rolled:branch-3", "straight"]
    assert found[1].about == "left by the auditor, 2 messages"
    assert {each.model for each in found} == {"openai/target"}


def test_another_zip_is_not_claimed(tmp_path: Path) -> None:
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("report.json", "{}")

    assert not claims(open_file(path))


@pytest.mark.parametrize(("locator", "read"), [("", ["s1", "s2"]), ("#s2", ["s2"])])
def test_a_sample_is_unpacked_once_to_be_read_and_the_others_not_at_all(
    path: Path, monkeypatch: pytest.MonkeyPatch, locator: str, read: list[str]
) -> None:
    unpacked: list[str] = []

    class Watched(zipfile.ZipFile):
        def read(self, name: str | zipfile.ZipInfo, pwd: bytes | None = None) -> bytes:
            unpacked.append(str(name))
            return super().read(name, pwd)

    monkeypatch.setattr(zipfile, "ZipFile", Watched)

    found = list(read_paths([f"{path}{locator}"]))

    assert [type(each) for each in found] == [Transcript] * len(read)
    assert [name for name in unpacked if name.startswith("samples/")] == [
        f"samples/{name}_epoch_1.json" for name in read
    ]
