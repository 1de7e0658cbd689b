"""The rows of a datastore: what a line may hold, and how it is written."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop_app.engine.pack.format import Item, Pack, PackManifest
from desktop_app.engine.pack.items import parse_item, read_items, write_items
from desktop_app.errors import PackError

ROW = {"id": "a/1", "label": "sad", "duration_s": 1.5}


def parsed(manifest: PackManifest, **more: Any) -> Item:
    return parse_item(json.dumps({**ROW, **more}).encode(), 7, manifest)


def test_what_a_line_need_not_say_is_empty(tiny_pack: Pack) -> None:
    assert parsed(tiny_pack.manifest) == Item("a/1", "sad", duration_s=1.5)
    null = dict.fromkeys(("corpus", "speaker", "language", "text", "licence", "envelope", "clip"))
    assert parsed(tiny_pack.manifest, **null) == Item("a/1", "sad", duration_s=1.5)


def test_every_value_of_a_line_has_its_place(tiny_pack: Pack) -> None:
    texts = {name: f"the {name}" for name in ("corpus", "speaker", "language", "text", "licence")}
    manifest = replace(tiny_pack.manifest, files={"clips/a.ogg": next(iter(tiny_pack.manifest.files.values()))})
    found = parsed(manifest, **texts, envelope=[0, 0.25, 1], clip="clips/a.ogg")
    assert found == Item(**ROW, **texts, envelope=(0.0, 0.25, 1.0), clip="clips/a.ogg")  # type: ignore[arg-type]
    assert {type(peak) for peak in found.envelope} == {float}


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"envelope": [0.5] * 64}, ""),
        ({"envelope": [0.5] * 65}, "not a list of peaks between 0 and 1"),
        ({"envelope": [0.5, 1.001]}, "not a list of peaks"),
        ({"envelope": [-0.001, 0.5]}, "not a list of peaks"),
        ({"envelope": [0.5, True]}, "not a list of peaks"),
        ({"envelope": ["0.5"]}, "not a list of peaks"),
        ({"envelope": {"0.5": 1}}, "not a list of peaks"),
        ({"envelope": "peaks"}, "not a list of peaks"),
        ({"duration_s": 0}, ""),
        ({"duration_s": 1_000_000}, ""),
        ({"duration_s": 1_000_000.1}, "duration_s in line 7 of neighbours.jsonl"),
        ({"duration_s": -0.001}, "duration_s in line 7 of neighbours.jsonl"),
        ({"duration_s": None}, "duration_s in line 7 of neighbours.jsonl"),
        ({"id": None}, "id in line 7 of neighbours.jsonl"),
        ({"label": "tired"}, "a label 'tired' that the pack has not"),
        ({"clip": "clips/none.ogg"}, "lacks the clip 'clips/none.ogg'"),
        ({"clip": ""}, ""),
        ({"text": 3}, "text in line 7 of neighbours.jsonl"),
    ],
)
def test_what_a_line_may_say(tiny_pack: Pack, more: dict[str, Any], says: str) -> None:
    if not says:
        assert parsed(tiny_pack.manifest, **more)
    else:
        with pytest.raises(PackError, match=says):
            parsed(tiny_pack.manifest, **more)


def test_lines_are_written_for_people_and_times_and_peaks_to_a_thousandth(tiny_pack: Pack, tmp_path: Path) -> None:
    item = Item("a/1", "sad", "c", "s", "Deutsch", 1.23456, "Grüße", "CC0-1.0", (0.12345, 1.0), None)
    write_items(tmp_path, tiny_pack.manifest.labels, [item, replace(item, id="a/2", label="happy")])
    first, second = (tmp_path / "neighbours.jsonl").read_bytes().splitlines(keepends=True)
    assert first.decode() == (
        '{"id": "a/1", "label": "sad", "corpus": "c", "speaker": "s", "language": "Deutsch", "duration_s": 1.235, '
        '"text": "Grüße", "licence": "CC0-1.0", "envelope": [0.123, 1.0], "clip": null}\n'
    )
    rows = np.fromfile(tmp_path / "neighbours.idx", [("end", "<u8"), ("label", "<u2")])
    assert rows["end"].tolist() == [len(first), len(first) + len(second)]
    assert [tiny_pack.manifest.labels[i] for i in rows["label"]] == ["sad", "happy"]
    items = read_items(tmp_path, replace(tiny_pack.manifest, files={}), checked=False)
    assert [item.id for item in items] == ["a/1", "a/2"]
    assert (items[-2].id, items[0].duration_s, len(items)) == ("a/1", 1.235, 2)


def test_a_line_has_less_than_a_megabyte(tiny_pack: Pack, tmp_path: Path) -> None:
    manifest = replace(tiny_pack.manifest, files={})
    bare = len(json.dumps({**ROW, "text": ""})) + 1
    for size in (2**20 - 1, 2**20):
        line = json.dumps({**ROW, "text": "x" * (size - bare)}).encode() + b"\n"
        (tmp_path / "neighbours.jsonl").write_bytes(line)
        if size < 2**20:
            assert len(read_items(tmp_path, manifest, checked=False)[0].text) == size - bare
        else:
            with pytest.raises(PackError, match=r"A line of neighbours\.jsonl in the pack is too long"):
                read_items(tmp_path, manifest, checked=False)


def test_the_line_that_is_wrong_is_told_and_one_that_comes_twice(tiny_pack: Pack, tmp_path: Path) -> None:
    good = [json.dumps({**ROW, "id": f"a/{i}"}) for i in range(3)]
    for lines, says in (
        ([good[0], good[1], json.dumps({**ROW, "id": 3})], "id in line 3 of"),
        ([good[0], good[1], good[0]], "name 'a/0' twice"),
        ([good[0], "{"], "not valid JSON lines"),
        ([good[0], good[1][:-1] + ', "x": NaN}'], "not valid JSON lines"),
        ([good[0], "[" * 100_000], "not valid JSON lines"),
        ([], "datastore is empty"),
    ):
        (tmp_path / "neighbours.jsonl").write_text("".join(f"{line}\n" for line in lines))
        with pytest.raises(PackError, match=says):
            read_items(tmp_path, tiny_pack.manifest, checked=False)


def test_rows_are_taken_as_a_sequence_and_read_when_they_are_asked_for(tiny_pack: Pack, tmp_path: Path) -> None:
    """Of a pack that was checked before: what is wrong in a line is found when that line is read."""
    write_items(tmp_path, tiny_pack.manifest.labels, [replace(tiny_pack.items[i], id=f"a/{i}") for i in range(5)])
    lines = (tmp_path / "neighbours.jsonl").read_bytes().splitlines(keepends=True)
    lines[3] = lines[3].replace(b'"id"', b'"di"')
    lines[4] = b"?" * (len(lines[4]) - 1) + b"\n"
    (tmp_path / "neighbours.jsonl").write_bytes(b"".join(lines))
    items = read_items(tmp_path, tiny_pack.manifest, checked=True)
    assert [item.id for item in items[:3]] == [items[-5].id, items[1].id, items[2].id] == ["a/0", "a/1", "a/2"]
    assert [item.id for item in items[2:0:-1]] == ["a/2", "a/1"]
    assert items.labels.tolist() == [0, 1, 2, 3, 0]
    for index, says in ((3, r"id in line 4 of neighbours\.jsonl"), (-1, "not valid JSON lines")):
        with pytest.raises(PackError, match=says):
            items[index]
    for index in (5, -6):
        with pytest.raises(IndexError):
            items[index]


def test_a_label_that_the_pack_has_not_is_found_when_it_is_read_back(tiny_pack: Pack, tmp_path: Path) -> None:
    write_items(tmp_path, tiny_pack.manifest.labels, [Item("a/1", "tired")])
    with pytest.raises(PackError, match="a label 'tired' that the pack has not"):
        read_items(tmp_path, replace(tiny_pack.manifest, files={}), checked=False)
