"""Archives from strangers: unpacked whole, within bounds and within their folder, or refused by name."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interrogate.adapters import archives
from interrogate.adapters.archives import is_archive, unpacked
from interrogate.errors import TranscriptError

Pack = Callable[[Path, Mapping[str, bytes]], None]
MEMBERS = {"runs/a.json": b"[1]", "b.json": b"[2]"}


def zipped(path: Path, members: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def tarred(path: Path, members: Mapping[str, bytes], mode: Literal["w:", "w:gz"] = "w:") -> None:
    with tarfile.open(path, mode) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


def tarred_and_gzipped(path: Path, members: Mapping[str, bytes]) -> None:
    tarred(path, members, "w:gz")


EVERY = pytest.mark.parametrize("pack", [zipped, tarred, tarred_and_gzipped])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.archive"


def content_of(path: Path) -> dict[str, bytes]:
    with unpacked(path) as folder:
        return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


@EVERY
def test_an_archive_is_known_by_its_bytes_and_unpacked_whole(path: Path, pack: Pack) -> None:
    pack(path, MEMBERS)

    assert is_archive(path)
    assert content_of(path) == MEMBERS


@EVERY
def test_what_was_unpacked_is_gone_afterwards(path: Path, pack: Pack) -> None:
    pack(path, MEMBERS)

    with unpacked(path) as folder:
        pass

    assert not folder.exists()


@pytest.mark.parametrize("content", [b"", b"{}", gzip.compress(b"{}"), gzip.compress(b"[" * 600)[:-9], b"\x1f\x8b no"])
def test_a_file_that_holds_no_others_is_no_archive(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    assert not is_archive(path)


@pytest.mark.parametrize("mark", ["header.json", "_journal/start.json"])
def test_a_log_of_inspect_is_one_transcript_file(path: Path, mark: str) -> None:
    zipped(path, {mark: b"{}", "samples/1_epoch_1.json": b"{}"})

    assert not is_archive(path)


def test_a_tar_archive_whose_last_member_is_a_zip_archive_stays_a_tar_archive(path: Path, tmp_path: Path) -> None:
    zipped(tmp_path / "inner.zip", MEMBERS)
    inner = (tmp_path / "inner.zip").read_bytes()
    tarred(path, {"outer.json": b"[]", "inner.zip": inner})

    assert content_of(path) == {"outer.json": b"[]", "inner.zip": inner}


@EVERY
@pytest.mark.parametrize("name", ["../out.json", "a/../../out.json", "/out.json", "..\\out.json", "."])
def test_a_member_outside_the_archive_is_refused_and_written_nowhere(
    tmp_path: Path, path: Path, pack: Pack, name: str
) -> None:
    pack(path, {"fine.json": b"[]", name: b"[]"})

    with pytest.raises(TranscriptError, match=r"runs\.archive: the member .* lies outside the archive"):
        content_of(path)

    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_special_files_are_left_out(path: Path, kind: bytes) -> None:
    with tarfile.open(path, "w") as archive:
        link = tarfile.TarInfo("link.json")
        link.type, link.linkname = kind, "/etc/hostname"
        archive.addfile(link)
        archive.addfile(tarfile.TarInfo("link.json/inside.json"))

    assert content_of(path) == {"link.json/inside.json": b""}


def test_a_link_within_a_zip_archive_is_a_file_with_its_text(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("link.json")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/hostname")

    assert content_of(path) == {"link.json": b"/etc/hostname"}


def test_of_members_with_one_name_the_last_holds(path: Path) -> None:
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("a.json", "[1]")
        archive.writestr("a.json", "[2]")

    assert content_of(path) == {"a.json": b"[2]"}


@EVERY
def test_a_member_that_is_a_file_and_a_folder_at_once_is_refused(path: Path, pack: Pack) -> None:
    pack(path, {"a": b"[]", "a/b.json": b"[]"})

    with pytest.raises(TranscriptError, match=r"runs\.archive: cannot be unpacked"):
        content_of(path)


@EVERY
def test_an_archive_is_unpacked_up_to_a_size_and_no_further(
    path: Path, pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack(path, {"a.json": b" " * 60, "b.json": b" " * 60})
    monkeypatch.setattr(archives, "LARGEST_ARCHIVE", 120)

    assert len(content_of(path)) == 2

    monkeypatch.setattr(archives, "LARGEST_ARCHIVE", 119)
    with pytest.raises(TranscriptError, match=r"runs\.archive: more than .* MB when unpacked"):
        content_of(path)


def test_a_size_that_is_declared_small_does_not_help(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zipped(path, {"a.json": b" " * (3 << 20)})
    path.write_bytes(path.read_bytes().replace(struct.pack("<L", 3 << 20), struct.pack("<L", 10)))
    monkeypatch.setattr(archives, "LARGEST_ARCHIVE", 100)

    with pytest.raises(TranscriptError, match=r"runs\.archive: (a damaged archive|more than)"):
        content_of(path)


@EVERY
def test_an_archive_may_have_so_many_members(path: Path, pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    pack(path, {f"{number}.json": b"" for number in range(3)})
    monkeypatch.setattr(archives, "MOST_MEMBERS", 2)

    with pytest.raises(TranscriptError, match=r"runs\.archive: more than 2 members"):
        content_of(path)


def test_a_member_behind_a_password_is_refused(path: Path) -> None:
    zipped(path, MEMBERS)
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)

    with pytest.raises(TranscriptError, match=r"runs\.archive: a damaged archive \(.*password"):
        content_of(path)


def test_a_member_whose_name_was_lost_is_refused_as_one_outside(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a", b"{}")
    content = (tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(content.replace(b"a{}", b"\0{}").replace(b"aPK", b"\0PK"))

    with pytest.raises(TranscriptError, match="the member '' lies outside the archive"), unpacked(tmp_path / "a.zip"):
        pass


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_damaged_zip_archive_is_unpacked_or_refused(
    tmp_path_factory: pytest.TempPathFactory, method: int, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("a.json", b"[1, 2, 3]" * 20)
    unpacked_or_refused(path, data)


@EVERY
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_damaged_archive_is_unpacked_or_refused(
    tmp_path_factory: pytest.TempPathFactory, pack: Pack, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.archive"
    pack(path, MEMBERS)
    unpacked_or_refused(path, data)


def unpacked_or_refused(path: Path, data: st.DataObject) -> None:
    """Changes a byte, or cuts the file off there, and unpacks it."""
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content[place] = data.draw(st.integers(0, 255))
    else:
        del content[place:]
    path.write_bytes(content)
    if is_archive(path):
        try:
            content_of(path)
        except TranscriptError as error:
            refused = str(error)
        else:
            refused = str(path)

        assert str(path) in refused
