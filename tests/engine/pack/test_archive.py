"""A pack as one file: what is written and read of a zip archive, and within which limits."""

import json
import os
import tempfile
import zipfile
from pathlib import Path

import pytest

from desktop_app.engine.pack.archive import unpack, zip_pack
from desktop_app.engine.pack.format import Pack
from desktop_app.errors import Cancelled, PackError


def zipped(pack: Pack, archive: Path, folder: str = "", manifest: bytes | None = None, **more: bytes) -> Path:
    """The pack's files and more ones, below a folder, as any program packs them."""
    data = json.loads((pack.root / "pack.json").read_bytes())
    for name, content in more.items():
        data["files"][name.replace("__", "/")] = {"sha256": "0" * 64, "size": len(content)}
    with zipfile.ZipFile(archive, "w") as z:
        if folder:
            z.mkdir(folder)
        z.writestr(f"{folder}pack.json", manifest or json.dumps(data))
        for name in pack.manifest.files:
            z.write(pack.root / name, folder + name)
        for name, content in more.items():
            z.writestr(folder + name.replace("__", "/"), content)
    return archive


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_what_was_zipped_is_unpacked_to_the_byte(tiny_pack: Pack, tmp_path: Path) -> None:
    zip_pack(tiny_pack, tmp_path / "a.vkpack")
    assert [path.name for path in tmp_path.iterdir()] == ["a.vkpack"]
    unpack(tmp_path / "a.vkpack", tmp_path / "target")
    assert files(tmp_path / "target") == files(tiny_pack.root)


def test_an_archive_says_what_any_program_unpacks(tiny_pack: Pack, tmp_path: Path) -> None:
    zip_pack(tiny_pack, tmp_path / "a.vkpack")
    with zipfile.ZipFile(tmp_path / "a.vkpack") as z:
        assert z.namelist() == ["pack.json", *sorted(tiny_pack.manifest.files)]
        for entry in z.infolist():
            assert (entry.date_time, entry.external_attr >> 16) == ((1980, 1, 1, 0, 0, 0), 0o644)
            assert entry.compress_type == zipfile.ZIP_DEFLATED


def test_what_is_unpacked_everyone_may_read(tiny_pack: Pack, tmp_path: Path) -> None:
    unpack(zipped(tiny_pack, tmp_path / "a.vkpack"), tmp_path / "target")
    if os.name != "nt":
        assert (tmp_path / "target").stat().st_mode & 0o777 == 0o755
    for name in tiny_pack.manifest.files:
        assert (tmp_path / "target" / name).read_bytes() == (tiny_pack.root / name).read_bytes()


def test_files_lie_as_deep_as_a_pack_allows(tiny_pack: Pack, tmp_path: Path) -> None:
    archive = zipped(tiny_pack, tmp_path / "a.vkpack", clips__a__b__c=b"sound", clips__empty=b"")
    unpack(archive, tmp_path / "target")
    assert (tmp_path / "target" / "clips" / "a" / "b" / "c").read_bytes() == b"sound"
    assert (tmp_path / "target" / "clips" / "empty").read_bytes() == b""


def test_of_two_manifests_the_upper_one_is_the_packs(tiny_pack: Pack, tmp_path: Path) -> None:
    """The other is a file like any other; its folder's name comes first in the alphabet."""
    archive = zipped(tiny_pack, tmp_path / "a.vkpack", **{"clips__pack.json": b"{}"})
    unpack(archive, tmp_path / "target")
    assert (tmp_path / "target" / "clips" / "pack.json").read_bytes() == b"{}"


def test_a_manifest_lies_in_one_folder_at_most(tiny_pack: Pack, tmp_path: Path) -> None:
    unpack(zipped(tiny_pack, tmp_path / "one.vkpack", "folder/"), tmp_path / "one")
    assert files(tmp_path / "one").keys() == files(tiny_pack.root).keys()
    with pytest.raises(PackError, match=r"holds no pack\.json"):
        unpack(zipped(tiny_pack, tmp_path / "two.vkpack", "folder/folder/"), tmp_path / "two")


def test_a_manifest_has_four_megabytes_at_most(tiny_pack: Pack, tmp_path: Path) -> None:
    text = (tiny_pack.root / "pack.json").read_bytes()
    for size, fits in ((4 * 1024 * 1024, True), (4 * 1024 * 1024 + 1, False)):
        archive = zipped(tiny_pack, tmp_path / f"{size}.vkpack", manifest=text.ljust(size))
        if fits:
            unpack(archive, tmp_path / "target")
            assert (tmp_path / "target" / "pack.json").stat().st_size == size
        else:
            with pytest.raises(PackError, match="too large"):
                unpack(archive, tmp_path / "another")


def test_who_stops_is_asked_for_once_a_megabyte(tiny_pack: Pack, tmp_path: Path) -> None:
    archive = zipped(tiny_pack, tmp_path / "a.vkpack", clips__a=bytes(3 << 20), clips__b=bytes((1 << 20) + 1))
    asked: list[bool] = []
    unpack(archive, tmp_path / "target", lambda: bool(asked.append(False)))
    assert len(asked) == 3 + 2 + sum(-(-entry.size // 2**20) for entry in tiny_pack.manifest.files.values())
    with pytest.raises(Cancelled):
        unpack(archive, tmp_path / "another", lambda: True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.vkpack", "target"]


def test_a_pack_is_unpacked_beside_its_place_and_out_of_sight(
    tiny_pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From where a rename puts it there at once: the folder of temporary files may be on another disk."""
    archive = zipped(tiny_pack, tmp_path / "a.vkpack")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    seen: set[str] = set()
    unpack(archive, tmp_path / "target", lambda: bool(seen.update(p.name for p in tmp_path.iterdir())))
    assert {name.partition("-")[0] for name in seen} == {"a.vkpack", ".target"}


def test_where_there_is_no_room_a_sentence_says_why(tiny_pack: Pack, tmp_path: Path) -> None:
    archive = zipped(tiny_pack, tmp_path / "a.vkpack")
    (tmp_path / "target").write_text("a file")
    with pytest.raises(PackError, match=r"a\.vkpack can't be unpacked \(Not a directory\)\."):
        unpack(archive, tmp_path / "target")
    with pytest.raises(PackError, match=r"There is no pack at .*none\.vkpack"):
        unpack(tmp_path / "none.vkpack", tmp_path / "another")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.vkpack", "target"]
