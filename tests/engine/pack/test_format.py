"""pack.json at the bounds of the format, names that a pack may have, and values that are of another kind than told."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from desktop_app.engine.pack.format import (
    Fields,
    KnnSettings,
    Pack,
    PackManifest,
    is_pack_name,
    parse_manifest,
    safe_name,
)
from desktop_app.errors import PackError
from tests.tiny_pack import POOLED

GIB = 2**30
SUM = "0123456789abcdef" * 4


@pytest.fixture
def data(tiny_pack: Pack) -> dict[str, Any]:
    """The tiny pack's pack.json, to be changed."""
    found: dict[str, Any] = json.loads((tiny_pack.root / "pack.json").read_text(encoding="utf-8"))
    return found


def said_of(data: Any) -> str:
    """Nothing, if it is taken."""
    try:
        PackManifest.from_json(data)
    except PackError as error:
        return str(error)
    return ""


def entry(size: int) -> dict[str, Any]:
    return {"sha256": SUM, "size": size}


def test_every_value_of_a_manifest_is_written_and_read(tiny_pack: Pack) -> None:
    manifest = replace(
        tiny_pack.manifest,
        version="2.5",
        licence="CC-BY-4.0",
        max_seconds=12.5,
        knn=KnnSettings(k=3, alpha=0.9, temperature=0.7, weighting="vote"),
        calibration_temperature=2.5,
        novelty_distance=0.3,
        abstain_confidence=0.6,
        abstain_speech_s=0.4,
        set_probability=0.7,
        voice={"spread": 0.2, "clips": 7},
        manner={"pitch": (POOLED - 1, -1), "level": (0, 1)},
        dimensions=("arousal", "valence"),
        training={"recipe": "a", "seed": 3},
        scores={"UA": 0.5},
    )
    assert PackManifest.from_json(json.loads(json.dumps(manifest.as_json()))) == manifest
    plain = {
        key: value for key, value in manifest.as_json().items() if key not in ("label_set", "manner", "dimensions")
    }
    assert PackManifest.from_json(plain) == replace(manifest, set_probability=1.0, manner={}, dimensions=())


@pytest.mark.parametrize(
    ("key", "least", "most"),
    [
        ("max_seconds", 1.0, 120.0),
        ("pooled_dim", 1, 65_536),
        ("embedding_dim", 1, 65_536),
        ("knn.k", 1, 10_000),
        ("knn.alpha", 0.0, 1.0),
        ("knn.temperature", 1e-6, 1e6),
        ("calibration.temperature", 1e-6, 1e6),
        ("novelty.distance", 1e-6, 1e6),
        ("abstain.confidence", 0.0, 1.0),
        ("abstain.speech_s", 0.0, 60.0),
        ("label_set.probability", 0.0, 1.0),
    ],
)
def test_values_are_within_the_bounds_of_the_format(tiny_pack: Pack, key: str, least: float, most: float) -> None:
    *where, name = key.split(".")

    def read(value: float) -> PackManifest:
        data = json.loads(json.dumps(tiny_pack.manifest.as_json()))
        del data["voice"]["dim"]
        (data[where[0]] if where else data)[name] = value
        return PackManifest.from_json(data)

    read(least)
    read(most)
    step = 1 if isinstance(least, int) else least / 10 or 0.01
    for value in (least - step, most + max(step, 0.01)):
        with pytest.raises(PackError, match=f"{name} in .* is missing or out of range"):
            read(value)


@pytest.mark.parametrize(
    ("name", "size", "says"),
    [
        ("MODEL_CARD.md", 4 * 2**20, ""),
        ("MODEL_CARD.md", 4 * 2**20 + 1, "MODEL_CARD.md in the pack is too large"),
        ("encoder.onnx", 4 * GIB, "The pack is too large"),  # beside its other files
        ("encoder.onnx", 4 * GIB + 1, "size in encoder.onnx in files in pack.json is missing or out of range"),
        ("clips/a.ogg", 0, ""),
        ("clips/a.ogg", -1, "out of range"),
        ("clips/a.ogg", 1.0, "out of range"),
        ("clips/a.ogg", True, "out of range"),
    ],
)
def test_how_large_a_file_may_be(data: dict[str, Any], name: str, size: int, says: str) -> None:
    data["files"][name] = entry(size)
    assert says in said_of(data)
    assert bool(says) == bool(said_of(data))


def test_a_pack_has_four_gigabytes_at_most(data: dict[str, Any]) -> None:
    for listed in data["files"].values():
        listed["size"] = 0
    data["files"] |= {"clips/a": entry(3 * GIB), "clips/b": entry(GIB)}
    assert said_of(data) == ""
    data["files"]["clips/b"]["size"] += 1
    assert said_of(data) == "The pack is too large: don't use it."


@pytest.mark.parametrize(
    ("labels", "taken"),
    [
        (["a", "b"], True),
        ([str(i) for i in range(256)], True),
        ([str(i) for i in range(257)], False),
        (["a"], False),
        (["a", "b", "a"], False),
        (["a", ""], False),
    ],
)
def test_labels_are_2_to_256_each_its_own_name(data: dict[str, Any], labels: list[str], taken: bool) -> None:
    data["labels"] = labels
    assert said_of(data) == ("" if taken else said_of({**data, "labels": []}))
    assert taken or "labels must be at least two" in said_of(data)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (1, ""),
        (2, "This pack is of format 2 and this VoiceKin reads up to 1: update VoiceKin"),
        (1_000_000, "update VoiceKin"),
        (1_000_001, "format in pack.json is missing or out of range"),
        (0, "format in pack.json is missing or out of range"),
    ],
)
def test_the_formats_number(data: dict[str, Any], written: int, says: str) -> None:
    data["format"] = written
    assert says in said_of(data)
    assert bool(says) == bool(said_of(data))


@pytest.mark.parametrize(
    ("column", "taken"),
    [
        ([0, 1], True),
        ([31, -1], True),
        ([32, 1], False),
        ([-1, 1], False),
        ([0, 0], False),
        ([0, 2], False),
        ([0.0, 1], False),
        ([True, 1], False),
        ([0], False),
        ([0, 1, 1], False),
        ("01", False),
        ({"0": 1, "1": 1}, False),
    ],
)
def test_a_manner_is_a_feature_and_a_sign(data: dict[str, Any], column: Any, taken: bool) -> None:
    data["manner"] = {"pitch": [0, 1], "level": column}
    assert said_of(data) == (
        "" if taken else "manner in pack.json must name features and 1 or -1: ask whoever made the pack."
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d["files"].pop("head.onnx"), "The pack lacks head.onnx"),
        (lambda d: d["files"].update({"pack.json": entry(1)}), "The pack lists pack.json twice"),
        (lambda d: d["files"].update({"Encoder.ONNX": entry(1)}), "The pack lists Encoder.ONNX twice"),
        (lambda d: d["files"].update(a={"sha256": SUM[1:], "size": 1}), "no valid sha256 for 'a'"),
        (lambda d: d["files"].update(a={"sha256": SUM.upper(), "size": 1}), "no valid sha256 for 'a'"),
        (lambda d: d["voice"].update(dim=31), "voice.dim and pooled_dim differ"),
        (lambda d: d["voice"].pop("dim"), ""),
        (lambda d: d.update(voice=[]), "voice in pack.json is missing or out of range"),
        (lambda d: d.update(scores=None), "scores in pack.json is missing or out of range"),
        (lambda d: d.update(sample_rate=16_001), "sample_rate in pack.json is missing or out of range"),
        (lambda d: d.update(sample_rate=15_999), "sample_rate in pack.json is missing or out of range"),
        (lambda d: d["knn"].update(weighting="Vote"), "knn.weighting must be one of distance, vote"),
        (lambda d: d["knn"].update(k=True), "k in knn in pack.json is missing or out of range"),
        (lambda d: d["knn"].update(k=1.0), "k in knn in pack.json is missing or out of range"),
        (lambda d: d["knn"].update(alpha=float("nan")), "alpha in knn in pack.json is missing or out of range"),
        (lambda d: d["knn"].update(alpha=1), ""),
        (lambda d: d.update(name="a" * 64), ""),
        (lambda d: d.update(name="a" * 65), "name may hold only letters"),
        (lambda d: d.update(labels=["a", 1]), "labels in pack.json is missing or out of range"),
        (lambda d: d.update(created=None), "created in pack.json is missing or out of range"),
    ],
)
def test_what_is_wrong_is_named(data: dict[str, Any], change: Callable[[dict[str, Any]], Any], says: str) -> None:
    change(data)
    assert says in said_of(data)
    assert bool(says) == bool(said_of(data))


def test_what_is_no_object_is_told() -> None:
    assert said_of([]) == "pack.json must hold an object: ask whoever made the pack."


def test_values_of_one_object() -> None:
    fields = Fields({"empty": "", "none": None, "words": ["a", "b"], "n": 3, "half": 0.5}, "line 1")
    assert (fields.text("missing"), fields.text("none"), fields.text("empty")) == ("", "", "")
    assert fields.strings("words") == ["a", "b"]
    assert (fields.integer("n", 3, 3), fields.number("n", 3, 3), fields.number("half", 0.5, 0.5)) == (3, 3.0, 0.5)
    assert isinstance(fields.number("n", 3, 3), float)
    for ask in (
        *(lambda: fields.text("n"), lambda: fields.string("none"), lambda: fields.integer("half", 0, 1)),
        *(lambda: fields.integer("n", 4, 9), lambda: fields.integer("n", 0, 2), lambda: fields.number("half", 0.6, 1)),
        *(lambda: fields.number("half", 0, 0.4), lambda: fields.strings("n"), lambda: fields.fields("words")),
    ):
        with pytest.raises(PackError, match="in line 1 is missing or out of range: ask whoever made the pack"):
            ask()


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        *(
            ("pack", True),
            ("a", True),
            ("A.b-c_9", True),
            ("9", True),
            ("a" * 64, True),
            ("com", True),
            ("nulls", True),
        ),
        *(("", False), (".a", False), ("-a", False), ("a b", False), ("a/b", False), ("ä", False), ("a" * 65, False)),
        *(("NUL", False), ("com1", False), ("lpt9.txt", False), ("aux.", False), ("a\n", False)),
    ],
)
def test_names_of_packs(name: str, taken: bool) -> None:
    assert is_pack_name(name) is taken


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        *(("a/b/c/d", True), ("a/b/c/d/e", False), ("a" * 128, True), ("a" * 129, False), ("clips/con", False)),
        *(("clips/b" * 1, True), ("clips./a", False), ("a/b.", False), ("com1.wav/a", False), ("a/" + "b" * 128, True)),
    ],
)
def test_names_of_files(name: str, taken: bool) -> None:
    if taken:
        assert safe_name(name) == name
    else:
        with pytest.raises(PackError, match="not allowed in a pack"):
            safe_name(name)


def test_of_a_long_name_80_letters_are_told() -> None:
    with pytest.raises(PackError, match=re.escape(f"a file {'x' * 80!r}, which")):
        safe_name("x" * 200)


@pytest.mark.parametrize("text", [b"{", b"\xff{}", b'{"format": NaN}', b'{"format": -Infinity}', b"[" * 100_000])
def test_what_is_not_json_is_damaged(text: bytes) -> None:
    with pytest.raises(PackError, match="as told"):
        parse_manifest(text, "as told")


def test_a_card_that_is_not_all_text_is_read(tiny_pack: Pack, tmp_path: Any) -> None:
    (tmp_path / "MODEL_CARD.md").write_bytes("Größe".encode() + b"\xff")
    assert replace(tiny_pack, root=tmp_path).model_card() == "Größe\ufffd"
