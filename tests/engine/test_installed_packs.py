import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest

from desktop_app import paths
from desktop_app.engine import installed_packs as packs
from desktop_app.engine.installed_packs import find_pack, install_pack, pack_in_use, remove_pack, use_pack
from desktop_app.engine.pack import read
from desktop_app.engine.pack.archive import zip_pack
from desktop_app.engine.pack.format import MANIFEST, NEIGHBOURS, Pack
from desktop_app.engine.pack.read import load_pack
from desktop_app.errors import PackError, StoreError
from tests.stop_at import stopped_at_each_moment
from tests.tiny_pack import build_tiny_pack


@pytest.fixture(scope="session")
def other_pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return build_tiny_pack(tmp_path_factory.mktemp("other") / "folder", items=20, name="other")


@pytest.fixture(autouse=True)
def shipping(tiny_pack: Pack, monkeypatch: pytest.MonkeyPatch) -> Pack:
    monkeypatch.setattr(paths, "default_pack", lambda: tiny_pack.root)
    return tiny_pack


def names() -> list[str]:
    return [p.name for p in packs.installed_packs()]


def left_over() -> list[str]:
    return (
        [p.name for p in packs.packs_folder().iterdir() if p.name.startswith(".")]
        if packs.packs_folder().exists()
        else []
    )


@pytest.mark.parametrize("zipped", [False, True], ids=["folder", "vkpack"])
def test_an_installation_that_is_stopped_leaves_nothing(zipped: bool, other_pack: Pack, tmp_path: Path) -> None:
    source = other_pack.root
    if zipped:
        source = tmp_path / "pack.vkpack"
        zip_pack(other_pack, source)
    n_files = len(other_pack.manifest.files)
    asked = stopped_at_each_moment(
        lambda should_stop: install_pack(source, should_stop=should_stop), lambda: (names(), left_over())
    )
    assert names() == ["tiny", "other"]
    assert asked > n_files  # at each file, and while the pack is first run


def test_a_pack_that_is_opened_looks_whether_it_is_to_stop(other_pack: Pack) -> None:
    asked = stopped_at_each_moment(lambda should_stop: packs.open_pack(other_pack.root, should_stop), names)
    assert asked > len(other_pack.manifest.files)


@pytest.mark.parametrize("zipped", [False, True], ids=["folder", "vkpack"])
def test_install_switch_remove(zipped: bool, other_pack: Pack, shipping: Pack, tmp_path: Path) -> None:
    source = other_pack.root
    if zipped:
        source = tmp_path / "ü pack.vkpack"
        zip_pack(other_pack, source)
    assert names() == ["tiny"]
    installed = install_pack(source)
    assert (installed.name, installed.in_use, installed.ships, installed.problem) == ("other", False, False, "")
    assert names() == ["tiny", "other"]
    assert load_pack(find_pack("Other")).manifest == other_pack.manifest
    assert pack_in_use() == shipping.root

    assert use_pack("other") == installed.path == pack_in_use()
    assert [p.in_use for p in packs.installed_packs()] == [False, True]
    with pytest.raises(PackError, match="in use"):
        remove_pack("other")

    use_pack("tiny")
    remove_pack("other")
    assert names() == ["tiny"]
    assert pack_in_use() == shipping.root
    assert left_over() == []


def damage(root: Path) -> None:
    path = root / NEIGHBOURS
    path.write_bytes(path.read_bytes()[:-10])


def newer(root: Path) -> None:
    manifest = json.loads((root / MANIFEST).read_text(encoding="utf-8"))
    (root / MANIFEST).write_text(json.dumps({**manifest, "format": 99}), encoding="utf-8")


def no_manifest(root: Path) -> None:
    (root / MANIFEST).unlink()


@pytest.mark.parametrize("spoil", [damage, newer, no_manifest])
@pytest.mark.parametrize("zipped", [False, True], ids=["folder", "vkpack"])
def test_a_bad_pack_changes_nothing(spoil, zipped: bool, other_pack: Pack, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    use_pack(install_pack(other_pack.root).name)
    before = packs.installed_packs()
    bad = tmp_path / "bad"
    shutil.copytree(other_pack.root, bad)
    spoil(bad)
    source = Path(shutil.make_archive(str(tmp_path / "bad"), "zip", bad)) if zipped else bad
    with pytest.raises(PackError) as caught:
        install_pack(source, replace=True)
    assert str(caught.value).endswith((".", "it."))
    assert "\n" not in str(caught.value)
    assert packs.installed_packs() == before
    assert load_pack(pack_in_use()).manifest == other_pack.manifest
    assert left_over() == []


def test_what_is_no_pack_at_all(tmp_path: Path) -> None:
    text = tmp_path / "x.vkpack"
    text.write_text("hello")
    for source in (text, tmp_path / "missing.vkpack", tmp_path):
        with pytest.raises(PackError):
            install_pack(source)
    assert left_over() == []


def test_only_what_the_manifest_lists_is_copied(other_pack: Pack, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(other_pack.root, source)
    (source / "holiday.jpg").write_bytes(b"private")
    installed = install_pack(source)
    assert not (installed.path / "holiday.jpg").exists()


def test_a_name_that_is_taken(other_pack: Pack, shipping: Pack, tmp_path: Path) -> None:
    first = install_pack(other_pack.root)
    with pytest.raises(PackError, match="installed already"):
        install_pack(other_pack.root)
    larger = build_tiny_pack(tmp_path / "larger", items=24, name="other")
    again = install_pack(larger.root, replace=True)
    assert again.path == first.path
    assert len(load_pack(again.path).items) == 24
    with pytest.raises(PackError, match="ships with VoiceKin"):
        install_pack(shipping.root, replace=True)


def test_the_shipping_pack_stays_and_unknown_names_are_told(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="can't be removed"):
        remove_pack("tiny")
    for act in (remove_pack, use_pack, find_pack):
        with pytest.raises(PackError, match="nowhere"):
            act("nowhere")
    with pytest.raises(PackError):
        remove_pack(os.pardir)
    assert find_pack(str(tmp_path)) == tmp_path


def test_a_chosen_pack_that_went_bad_or_away(other_pack: Pack, shipping: Pack) -> None:
    path = use_pack(install_pack(other_pack.root).name)
    (path / MANIFEST).write_text("{")
    listed = packs.installed_packs()[1]
    assert listed.in_use
    assert "damaged" in listed.problem
    with pytest.raises(PackError):
        use_pack("other")
    shutil.rmtree(path)
    assert pack_in_use() == shipping.root


def test_leftovers_of_an_interrupted_installation_are_swept(other_pack: Pack) -> None:
    old, young = packs.packs_folder() / ".new-old", packs.packs_folder() / ".new-young"
    for folder in (old, young):
        (folder / "pack").mkdir(parents=True)
    os.utime(old, (0, 0))
    assert names() == ["tiny"]
    install_pack(other_pack.root)
    assert left_over() == [".new-young"]


def test_a_folder_that_can_not_be_written_to_is_told(other_pack: Pack) -> None:
    packs.packs_folder().parent.mkdir(parents=True)
    packs.packs_folder().write_text("a file where the folder should be")
    assert names() == ["tiny"]
    for act in (lambda: install_pack(other_pack.root), lambda: use_pack("tiny")):
        with pytest.raises(StoreError, match="can't be"):
            act()


def test_a_zip_that_was_made_by_hand_around_the_folder(other_pack: Pack, tmp_path: Path) -> None:
    archive = tmp_path / "by hand.vkpack"
    with zipfile.ZipFile(archive, "w") as z:
        for path in other_pack.root.rglob("*"):
            if path.is_file():
                z.write(path, f"folder/{path.relative_to(other_pack.root).as_posix()}")
    assert install_pack(archive).name == "other"


def counted_checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files whose sums were made."""
    summed: list[str] = []
    real = read.sha256_of

    def counted(path: Path) -> str:
        summed.append(path.name)
        return real(path)

    monkeypatch.setattr(read, "sha256_of", counted)
    return summed


def test_an_installed_pack_is_checked_once_and_again_when_a_file_changed(
    other_pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = install_pack(other_pack.root).path
    summed = counted_checks(monkeypatch)
    first = packs.load_known(root)
    assert "index.ann" in summed
    summed.clear()
    again = packs.load_known(root)
    assert not summed
    assert tuple(again.items) == tuple(first.items)
    assert again.item_labels.tolist() == first.item_labels.tolist()
    assert again.map is not None
    content = bytearray((root / NEIGHBOURS).read_bytes())
    content[5] ^= 1
    (root / NEIGHBOURS).write_bytes(content)
    with pytest.raises(PackError, match=NEIGHBOURS):
        packs.load_known(root)
    with pytest.raises(PackError, match=NEIGHBOURS):
        packs.load_known(root)


def test_a_pack_from_elsewhere_is_checked_each_time(
    other_pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(shutil.copytree(other_pack.root, tmp_path / "copy"))
    summed = counted_checks(monkeypatch)
    for _ in range(2):
        summed.clear()
        packs.load_known(root)
        assert "encoder.onnx" in summed


def test_a_note_that_is_damaged_costs_a_check_and_no_more(shipping: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    packs.packs_folder().mkdir(parents=True)
    (packs.packs_folder() / packs.PASSED).write_text("[]")
    summed = counted_checks(monkeypatch)
    packs.load_known(shipping.root)
    assert summed
