"""The pack's format: it is read back as written, and a bad pack is refused before anything in it is opened."""

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from desktop_app.engine.pack import format as pack_format
from desktop_app.engine.pack import items as pack_items
from desktop_app.engine.pack.archive import unpack, zip_pack
from desktop_app.engine.pack.format import Item, Pack
from desktop_app.engine.pack.index import HEADER_WORDS, check_index, item_vectors, node_words
from desktop_app.engine.pack.read import load_folder, load_pack
from desktop_app.engine.pack.write import write_pack
from desktop_app.engine.recognition.verify import verify_pack
from desktop_app.errors import PackError
from tests.engine.pack.conftest import Edit, edit, rewrite
from tests.engine.sound.bad_audio import permissions_count
from tests.tiny_pack import EMBEDDING, LABELS, POOLED, build_tiny_pack


def refusal(path: Path) -> str:
    with pytest.raises(PackError) as error:
        load_pack(path)
    sentence = str(error.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def test_what_is_written_is_read_back(tiny_pack: Pack) -> None:
    again = load_pack(tiny_pack.root)
    assert again.manifest == tiny_pack.manifest
    assert tuple(again.items) == tuple(tiny_pack.items)
    assert [again.manifest.labels[i] for i in again.item_labels] == [item.label for item in again.items]
    assert replace(again.items[1], envelope=()) == Item(
        *("tiny/001", "happy", "beta", "speaker 0", "Deutsch", 1.1, "Grüße", "CC0-1.0"), clip=None
    )
    assert "Grüße".encode() in (again.root / "neighbours.jsonl").read_bytes(), "for people to read as well"
    assert len(again.items[1].envelope) == 64
    assert again.manifest.labels == LABELS
    assert again.manifest.knn.weighting == "distance"
    assert again.manifest.voice == {"spread": 0.45}
    assert again.voice is not None
    assert again.voice.shape == (len(LABELS) + 2, POOLED)
    assert again.map is not None
    assert again.map.shape == (len(again.items), 2)
    assert again.model_card().startswith("# Tiny pack")
    assert again.encoder_sha256 == hashlib.sha256((again.root / "encoder.onnx").read_bytes()).hexdigest()


def test_a_pack_that_is_installed_for_everyone_is_read_by_those_who_may_not_write(copy: Path) -> None:
    for path in copy.rglob("*"):
        path.chmod(0o444)
    with permissions_count():
        pack = load_pack(copy)
        assert len(item_vectors(copy / "index.ann", len(pack.items), EMBEDDING)) == len(pack.items)


def test_a_manifest_of_megabytes_is_refused_before_it_is_read(copy: Path) -> None:
    (copy / "pack.json").write_bytes((copy / "pack.json").read_bytes() + b" " * pack_format.MAX_MANIFEST_BYTES)
    assert "pack.json of this pack is too large" in refusal(copy)


def test_a_row_that_is_found_wrong_later_is_named(copy: Path) -> None:
    """Of a pack whose files passed before, rows are read only when they are neighbours."""
    rows = (copy / "neighbours.jsonl").read_bytes()
    third = rows.splitlines(keepends=True)[2]
    (copy / "neighbours.jsonl").write_bytes(rows.replace(third, third.replace(b'"id": "', b'"di": "')))
    pack = load_folder(copy, checked=True)
    assert pack.items[1].id == "tiny/001"
    with pytest.raises(PackError, match=r"id in line 3 of neighbours\.jsonl"):
        pack.items[2]
    (copy / "neighbours.jsonl").write_bytes(rows.replace(third, b"?" * (len(third) - 1) + b"\n"))
    with pytest.raises(PackError, match="not valid JSON lines"):
        load_folder(copy, checked=True).items[2]


def test_a_pack_may_tell_dimensions_and_what_does_not_fit_them_is_told(tmp_path: Path, tiny_pack: Pack) -> None:
    assert tiny_pack.dimensions is None
    assert "dimensions" not in json.loads((tiny_pack.root / "pack.json").read_text(encoding="utf-8"))
    pack = build_tiny_pack(tmp_path / "p", items=20, dimensions=True)
    assert pack.manifest.dimensions == ("arousal", "dominance", "valence")
    assert pack.dimensions is not None
    assert pack.dimensions.shape == (3, EMBEDDING + 1)
    assert all(check.ok for check in verify_pack(pack.root))
    for named in ([], ["arousal"]):
        edit(pack.root, lambda d, named=named: d.update(dimensions=named))  # type: ignore[misc]
        assert "dimensions.npy does not fit" in refusal(pack.root)
    for named in (["arousal", "arousal", "valence"], ["arousal", "valence", "label"]):
        edit(pack.root, lambda d, named=named: d.update(dimensions=named))  # type: ignore[misc]
        assert "dimensions must be among arousal, dominance, valence, each once" in refusal(pack.root)
    edit(pack.root, lambda d: d.update(dimensions=["arousal", "dominance", "valence"]))
    array = np.zeros((3, EMBEDDING + 1), np.float32)
    array[1, 2] = np.nan
    np.save(tmp_path / "bad.npy", array)
    rewrite(pack.root, "dimensions.npy", (tmp_path / "bad.npy").read_bytes())
    assert "dimensions.npy holds what is not a number" in refusal(pack.root)
    edit(pack.root, lambda d: d["files"].pop("dimensions.npy"))
    assert "dimensions.npy does not fit" in refusal(pack.root)


def test_the_same_input_gives_the_same_bytes_and_replaces_what_was_there(tmp_path: Path) -> None:
    first = build_tiny_pack(tmp_path / "p", items=20).manifest
    (tmp_path / "p" / "left over").touch()
    second = build_tiny_pack(tmp_path / "p", items=20).manifest
    assert first.files == second.files
    assert not (tmp_path / "p" / "left over").exists()
    assert [p.name for p in tmp_path.iterdir() if p.name != "voicekin-home"] == ["p"]


def test_a_pack_never_takes_the_place_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "precious.wav").write_bytes(b"sound")
    with pytest.raises(PackError, match="is no pack"):
        build_tiny_pack(tmp_path / "clips", items=8)
    assert [p.name for p in tmp_path.rglob("*.wav")] == ["precious.wav"]
    (tmp_path / "empty").mkdir()
    build_tiny_pack(tmp_path / "empty", items=8)


def test_a_pack_that_fails_its_own_checks_is_not_written(tiny_pack: Pack, tmp_path: Path) -> None:
    with pytest.raises(PackError):
        write_pack(
            tmp_path / "p",
            tiny_pack.manifest,
            encoder=b"x",
            head=b"x",
            embeddings=np.zeros((3, EMBEDDING), np.float32),
            items=tiny_pack.items[:2],
            model_card="",
        )
    assert list(tmp_path.iterdir()) == []


def test_verify_runs_the_pack(tiny_pack: Pack) -> None:
    checks = verify_pack(tiny_pack.root)
    assert [c.name for c in checks] == ["manifest", "files", "labels", "index", "encoder", "answer"]
    assert all(c.ok for c in checks)


def test_verify_tells_what_is_wrong_without_raising(copy: Path) -> None:
    model = onnx.load(copy / "encoder.onnx")
    model.graph.node[0].input[0] = "nothing of that name"
    rewrite(copy, "encoder.onnx", model.SerializeToString())
    checks = verify_pack(copy)
    assert [c.ok for c in checks] == [True, True, True, True, False]
    assert "encoder.onnx" in checks[-1].detail
    (copy / "index.ann").unlink()
    (check,) = verify_pack(copy)
    assert not check.ok
    assert "index.ann" in check.detail


def test_keys_of_a_later_minor_change_are_left_alone(copy: Path) -> None:
    edit(copy, lambda d: d.update(colour="blue", knn={**d["knn"], "metric": "euclidean"}))
    assert load_pack(copy).manifest.name == "tiny"


def test_a_newer_format_asks_for_an_update(copy: Path) -> None:
    edit(copy, lambda d: d.clear() or d.update(format=2))
    assert "update VoiceKin" in refusal(copy)


@pytest.mark.parametrize("name", ["encoder.onnx", "head.onnx", "index.ann", "neighbours.jsonl", "MODEL_CARD.md"])
def test_a_changed_cut_or_missing_file_is_named(copy: Path, name: str) -> None:
    content = (copy / name).read_bytes()
    (copy / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert name in refusal(copy)
    (copy / name).write_bytes(content[:-1])
    assert name in refusal(copy)
    (copy / name).unlink()
    assert name in refusal(copy)
    edit(copy, lambda d: d["files"].pop(name))
    assert name in refusal(copy)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.pop("labels"),
        lambda d: d.update(labels=["angry"]),
        lambda d: d.update(labels=["angry", "angry"]),
        lambda d: d.update(labels=["angry", 3]),
        lambda d: d.update(labels="angry"),
        lambda d: d.update(format="1"),
        lambda d: d.update(format=True),
        lambda d: d.update(sample_rate=0),
        lambda d: d.update(sample_rate=16_000.5),
        lambda d: d.update(max_seconds=10**400),
        lambda d: d.update(max_seconds=-1),
        lambda d: d.update(embedding_dim=7),
        lambda d: d.update(pooled_dim=POOLED + 1),
        lambda d: d.update(name="../evil"),
        lambda d: d.update(name="NUL"),
        lambda d: d["knn"].update(k=0),
        lambda d: d["knn"].update(alpha=1.5),
        lambda d: d["knn"].update(temperature=0),
        lambda d: d["knn"].update(weighting="guess"),
        lambda d: d.update(knn=[]),
        lambda d: d["calibration"].update(temperature=None),
        lambda d: d["novelty"].update(distance=0),
        lambda d: d["abstain"].update(confidence="high"),
        lambda d: d["abstain"].pop("speech_s"),
        lambda d: d["label_set"].update(probability=1.5),
        lambda d: d.update(scores={"UA": float("nan")}),
        lambda d: d.update(manner={"pitch": [POOLED, 1]}),
        lambda d: d.update(manner={"pitch": [-1, 1]}),
        lambda d: d.update(manner={"pitch": [0, 2]}),
        lambda d: d.update(manner={"pitch": [0, 1, 1]}),
        lambda d: d.update(files={}),
        lambda d: d["files"]["index.ann"].update(sha256="00"),
        lambda d: d["files"]["index.ann"].update(size=-1),
        lambda d: d["files"].update({"INDEX.ANN": d["files"]["index.ann"]}),
        lambda d: d["files"].update({"pack.json": d["files"]["index.ann"]}),
    ],
)
def test_a_wrong_value_gets_a_sentence(copy: Path, change: Edit) -> None:
    edit(copy, change)
    refusal(copy)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": NaN}', "[" * 100_000, "\udcff"])
def test_invalid_json_is_a_clear_error(copy: Path, text: str) -> None:
    (copy / "pack.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    refusal(copy)


@pytest.mark.parametrize(
    "name",
    [
        "../outside.onnx",
        "/etc/passwd",
        "clips/../../outside",
        "C:\\Windows\\x",
        "c:x",
        "clips\\a",
        "nul",
        "clips/con.wav",
        "a\0b",
        "a.",
        ".hidden",
        "",
        "a//b",
        "ä.wav",
    ],
)
def test_no_file_name_points_outside_the_pack(copy: Path, name: str) -> None:
    edit(copy, lambda d: d["files"].update({name: {"sha256": "0" * 64, "size": 1}}))
    assert "not allowed" in refusal(copy)


def test_a_link_out_of_the_pack_is_refused(copy: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    shutil.move(copy / "index.ann", outside)
    (copy / "index.ann").symlink_to(outside)
    assert "link" in refusal(copy)


def test_a_clip_in_a_linked_folder_is_refused(copy: Path, tmp_path: Path) -> None:
    rewrite(copy, "clips/a.ogg", b"sound")
    load_pack(copy)
    shutil.move(copy / "clips", tmp_path / "clips")
    (copy / "clips").symlink_to(tmp_path / "clips")
    assert "link" in refusal(copy)


def test_an_item_names_the_clip_that_the_pack_has_of_it(copy: Path) -> None:
    rows = (copy / "neighbours.jsonl").read_text(encoding="utf-8")
    without_index_of_rows(copy)
    rewrite(copy, "clips/a.ogg", b"sound")
    rewrite(copy, "neighbours.jsonl", rows.replace('"clip": null', '"clip": "clips/a.ogg"', 1).encode())
    assert [item.clip for item in load_pack(copy).items[:2]] == ["clips/a.ogg", None]


def test_a_clip_that_the_pack_does_not_list_is_refused(copy: Path) -> None:
    rows = (copy / "neighbours.jsonl").read_text(encoding="utf-8")
    rewrite(copy, "neighbours.jsonl", rows.replace('"clip": null', '"clip": "../secret.wav"', 1).encode())
    assert "secret" in refusal(copy)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"label": "sad"', '"label": "grumpy"'),
        ('"tiny/001"', '"tiny/000"'),
        ('"duration_s": 1', '"duration_s": -1'),
        ('"corpus": "alpha"', '"corpus": 3'),
        ('"envelope": [', '"envelope": [2, '),
        ('"envelope": [', '"envelope": [' + "0, " * 64),
        ('"clip": null', '"clip": ["clips/a.wav"]'),
        ('{"id"', '{"id'),
    ],
)
def test_a_wrong_row_gets_a_sentence(copy: Path, old: str, new: str) -> None:
    rows = (copy / "neighbours.jsonl").read_text(encoding="utf-8")
    assert old in rows
    rewrite(copy, "neighbours.jsonl", rows.replace(old, new, 1).encode())
    refusal(copy)


def test_rows_and_index_must_agree_in_number(copy: Path) -> None:
    without_index_of_rows(copy)
    rows = (copy / "neighbours.jsonl").read_bytes().splitlines(keepends=True)
    rewrite(copy, "neighbours.jsonl", b"".join(rows[:-1]))
    assert "index" in refusal(copy)
    rewrite(copy, "neighbours.jsonl", b"")
    assert "empty" in refusal(copy)


def without_index_of_rows(root: Path) -> Path:
    """As packs were before they had one."""
    (root / "neighbours.idx").unlink()
    edit(root, lambda d: d["files"].pop("neighbours.idx"))
    return root


def test_a_pack_without_an_index_of_its_rows_reads_the_same(copy: Path, tiny_pack: Pack) -> None:
    old = load_pack(without_index_of_rows(copy))
    assert tuple(old.items) == tuple(tiny_pack.items)
    assert old.item_labels.tolist() == tiny_pack.item_labels.tolist()


@pytest.mark.parametrize("change", ["end", "label", "cut", "longer", "other order"])
def test_an_index_of_the_rows_that_says_other_than_the_rows_is_refused(copy: Path, change: str) -> None:
    rows = np.fromfile(copy / "neighbours.idx", [("end", "<u8"), ("label", "<u2")])
    if change == "end":
        rows["end"][3] += 1
    elif change == "label":
        rows["label"][3] = (rows["label"][3] + 1) % len(LABELS)
    elif change == "other order":
        rows = rows[::-1]
    content = rows.tobytes()
    rewrite(copy, "neighbours.idx", {"cut": content[:-1], "longer": content + b"1"}.get(change, content))
    assert "neighbours.idx" in refusal(copy)


def test_an_item_is_read_from_the_end_in_slices_and_not_beyond(tiny_pack: Pack) -> None:
    assert tiny_pack.items[-1] == tiny_pack.items[len(tiny_pack.items) - 1]
    assert [item.id for item in tiny_pack.items[2:4]] == ["tiny/002", "tiny/003"]
    with pytest.raises(IndexError):
        tiny_pack.items[len(tiny_pack.items)]


def test_a_row_without_an_end_is_refused(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack_items, "MAX_ROW_BYTES", 100)
    assert "too long" in refusal(copy)


def nodes(root: Path) -> np.ndarray[Any, np.dtype[np.int32]]:
    return np.fromfile(root / "index.ann", "<i4").reshape(-1, node_words(EMBEDDING))


@pytest.mark.parametrize("seed", range(40))
def test_a_forged_index_is_refused_or_searches_inside_itself(copy: Path, seed: int) -> None:
    """Random words of the file are overwritten with bad links and counts; whatever passes the check must not crash."""
    rng = np.random.default_rng(seed)
    forged = nodes(copy)
    for _ in range(1 + seed % 3):
        row = rng.integers(len(forged))
        forged[row, rng.integers(HEADER_WORDS)] = rng.choice([-1, 0, 1, 2, 79, 80, len(forged), 2**30])
    rewrite(copy, "index.ann", forged.tobytes())
    try:
        pack = load_pack(copy)
    except PackError:
        return
    from desktop_app.engine.recognition.retrieval import Datastore

    store = Datastore(pack)
    hits = store.nearest(store.embedding(0), 80)
    assert all(0 <= hit.index < 80 for hit in hits)


def test_each_kind_of_forgery_is_found(copy: Path, tiny_pack: Pack) -> None:
    good = nodes(tiny_pack.root)
    n, bucket = len(tiny_pack.items), node_words(EMBEDDING) - 2
    lists = np.flatnonzero(good[n:, 0] <= bucket) + n
    splits = np.flatnonzero(good[n:, 0] > bucket) + n
    assert len(lists)
    assert len(splits)

    def forged(row: int, column: int, value: int) -> None:
        bad = good.copy()
        bad[row, column] = value
        bad.tofile(copy / "index.ann")
        with pytest.raises(PackError, match="index"):
            check_index(copy / "index.ann", n, EMBEDDING)

    check_index(tiny_pack.root / "index.ann", n, EMBEDDING)
    forged(lists[0], 2, n)  # a member that is no item
    forged(lists[0], 2, -1)
    forged(splits[0], 2, len(good))  # a link past the end
    forged(splits[-1], 3, splits[-1])  # a link to itself: a search that never ends
    forged(splits[0], 3, good[splits[0], 2])  # the same branch twice: exponential
    forged(0, 0, 7)  # an item that claims descendants
    forged(len(good) - 1, 0, n - 1)  # the last root claims fewer
    forged(len(good) - 1, 0, n + 1)  # a root that claims more items than there are
    forged(3, HEADER_WORDS, 0x7FC00000)  # NaN
    for content in (b"", good.tobytes()[:-4], good[:n].tobytes()):
        (copy / "index.ann").write_bytes(content)
        with pytest.raises(PackError, match="index"):
            check_index(copy / "index.ann", n, EMBEDDING)


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("voice.npy", np.zeros(3, np.float32)),
        ("voice.npy", np.full(POOLED, np.nan, np.float32)),
        ("voice.npy", np.zeros(POOLED, np.int64)),
        ("map.npy", np.zeros((3, 2), np.float32)),
        ("map.npy", np.array([{"code": "runs"}], dtype=object)),
    ],
)
def test_arrays_must_fit(copy: Path, tmp_path: Path, name: str, array: np.ndarray[Any, Any]) -> None:
    np.save(tmp_path / name, array, allow_pickle=True)
    rewrite(copy, name, (tmp_path / name).read_bytes())
    assert name in refusal(copy)


def test_an_array_that_is_no_array_gets_a_sentence(copy: Path) -> None:
    rewrite(copy, "map.npy", b"\x93NUMPY\x01\x00garbage")
    assert "map.npy" in refusal(copy)


def test_weights_outside_the_graph_are_refused(copy: Path) -> None:
    model = onnx.load(copy / "encoder.onnx")
    onnx.external_data_helper.convert_model_to_external_data(model, location="../../weights.bin", size_threshold=0)
    rewrite(copy, "encoder.onnx", model.SerializeToString())
    check = verify_pack(copy)[-1]
    assert not check.ok
    assert "another file" in check.detail


@pytest.mark.parametrize("key", [b"\x0a\x88\x00", b"\x8a\x80\x80\x80\x10\x08"])
def test_weights_outside_the_graph_are_refused_however_they_are_written(copy: Path, tmp_path: Path, key: bytes) -> None:
    model = onnx.load(copy / "head.onnx")
    weights = next(w for w in model.graph.initializer if w.name == "projection")
    model.graph.initializer.remove(weights)
    (tmp_path / "weights.bin").write_bytes(weights.raw_data)
    # the 8 drawn out to two bytes; the field's number to five, with a bit that 32 have no room for
    entry = key + b"location" + field(2, b"weights.bin")
    outside = bytes([0x08, weights.dims[0], 0x08, weights.dims[1], 0x10, 0x01, *field(8, b"projection")])
    outside += field(13, entry) + b"\x70\x01"
    rewrite(copy, "head.onnx", model.SerializeToString() + field(7, field(5, outside)))
    assert "another file" in verify_pack(copy)[-1].detail


def field(number: int, content: bytes) -> bytes:
    """A field of a protobuf message, up to 127 bytes of content."""
    return bytes([number << 3 | 2, len(content)]) + content


@pytest.mark.parametrize(("logits", "embedding"), [(len(LABELS) + 3, EMBEDDING), (len(LABELS), EMBEDDING - 3)])
def test_a_graph_that_keeps_its_sizes_open_is_held_to_them(copy: Path, logits: int, embedding: int) -> None:
    rewrite(copy, "head.onnx", head_of_open_sizes(logits, embedding))
    check = verify_pack(copy)[-1]
    assert not check.ok
    assert "not as pack.json says" in check.detail


def head_of_open_sizes(logits: int, embedding: int) -> bytes:
    """A head whose outputs are cut to sizes that are known only when it runs."""
    from onnx import TensorProto, helper, numpy_helper

    floats = TensorProto.FLOAT
    inputs = [helper.make_tensor_value_info(name, floats, ["b", POOLED]) for name in ("pooled", "baseline")]
    outputs = [helper.make_tensor_value_info(name, floats, ["b", name]) for name in ("logits", "embedding")]
    numbers = {"zero": [0], "axis": [1], "logits_size": [logits], "embedding_size": [embedding]}
    constants = [numpy_helper.from_array(np.array(value, np.int64), name) for name, value in numbers.items()]
    nodes = [
        helper.make_node("Sub", ["pooled", "baseline"], ["x"]),
        helper.make_node("Sub", ["pooled", "pooled"], ["nothing"]),
        helper.make_node("ReduceSum", ["nothing"], ["sum"], keepdims=0),
        helper.make_node("Cast", ["sum"], ["number"], to=TensorProto.INT64),
    ]
    for name in ("logits", "embedding"):
        nodes.append(helper.make_node("Add", [f"{name}_size", "number"], [f"{name}_end"]))
        nodes.append(helper.make_node("Slice", ["x", "zero", f"{name}_end", "axis"], [name]))
    graph = helper.make_graph(nodes, "open", inputs, outputs, constants)
    content: bytes = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8
    ).SerializeToString()
    return content


def test_a_card_of_gigabytes_is_refused_before_it_is_read(copy: Path) -> None:
    most = pack_format.MAX_TEXT_BYTES["MODEL_CARD.md"]
    edit(copy, lambda d: d["files"]["MODEL_CARD.md"].update(size=most + 1))
    assert "too large" in refusal(copy)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no named pipes among its files")
def test_a_pipe_is_no_pack_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.vkpack")
    assert "no pack" in refusal(tmp_path / "pipe.vkpack")
    os.mkfifo(tmp_path / "pack.json")
    assert "no pack" in refusal(tmp_path)


@pytest.mark.parametrize(
    "change",
    [lambda d: d.update(labels=[*LABELS, "tired"]), lambda d: d["voice"].update(dim=3)],
)
def test_the_graph_and_the_manifest_must_agree(copy: Path, change: Edit) -> None:
    edit(copy, change)
    assert not verify_pack(copy)[-1].ok


def test_a_swapped_head_is_found(copy: Path) -> None:
    rewrite(copy, "head.onnx", (copy / "encoder.onnx").read_bytes())
    assert "head.onnx" in verify_pack(copy)[-1].detail


def test_no_pack_at_all(tmp_path: Path) -> None:
    assert "no pack" in refusal(tmp_path / "missing")
    assert "pack.json" in refusal(tmp_path)
    (tmp_path / "text.vkpack").write_text("hello")
    assert "no pack" in refusal(tmp_path / "text.vkpack")


# --- .vkpack ---


@pytest.fixture
def archive(tiny_pack: Pack, tmp_path: Path) -> Path:
    zip_pack(tiny_pack, tmp_path / "tiny.vkpack")
    return tmp_path / "tiny.vkpack"


def rezip(
    archive: Path, change: Callable[[dict[str, bytes]], None], extra: list[tuple[str, bytes]] | None = None
) -> None:
    with zipfile.ZipFile(archive) as z:
        content = {name: z.read(name) for name in z.namelist()}
    change(content)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in [*content.items(), *(extra or [])]:
            z.writestr(name, data)


def test_a_zipped_pack_is_the_same_pack(archive: Path, tiny_pack: Pack) -> None:
    pack = load_pack(archive)
    assert pack.manifest == tiny_pack.manifest
    root = pack.root
    assert root.is_dir()
    del pack
    assert not root.exists()


def test_the_same_pack_zips_to_the_same_bytes(archive: Path, tiny_pack: Pack, tmp_path: Path) -> None:
    zip_pack(tiny_pack, tmp_path / "again.vkpack")
    assert (tmp_path / "again.vkpack").read_bytes() == archive.read_bytes()


def test_a_folder_zipped_by_hand_is_read(archive: Path) -> None:
    def nest(content: dict[str, bytes]) -> None:
        for name in list(content):
            content[f"my pack/{name}"] = content.pop(name)

    rezip(archive, nest)
    assert load_pack(archive).manifest.name == "tiny"


@pytest.mark.parametrize("name", ["../evil", "/evil", "clips/../../evil", "readme.txt"])
def test_an_archive_holds_what_it_lists_and_nothing_else(archive: Path, tmp_path: Path, name: str) -> None:
    rezip(archive, lambda _: None, [(name, b"x")])
    assert "does not list" in refusal(archive)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["tiny.vkpack"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_comes_twice_is_refused(archive: Path) -> None:
    rezip(archive, lambda _: None, [("encoder.onnx", b"x")])
    assert "twice" in refusal(archive)


def test_a_zip_bomb_is_refused(archive: Path, tmp_path: Path) -> None:
    def swell(content: dict[str, bytes]) -> None:
        content["MODEL_CARD.md"] = bytes(50_000_000)

    rezip(archive, swell)
    assert "size" in refusal(archive)
    # and one whose directory lies about the size: the bytes that come out are counted, not believed
    raw = archive.read_bytes()
    listed = len(b"# Tiny pack\n\nMade by the tests.\n")
    archive.write_bytes(raw.replace((50_000_000).to_bytes(4, "little"), listed.to_bytes(4, "little")))
    refusal(archive)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["tiny.vkpack"]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_swells_as_a_whole_is_refused(archive: Path, method: int) -> None:
    with zipfile.ZipFile(archive) as z:
        content = {name: z.read(name) for name in z.namelist()}
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in content.items():
            z.writestr(name, data, method if name == "index.ann" else None)
    assert "compressed" in refusal(archive)


def test_a_manifest_that_is_a_bomb_is_refused(archive: Path) -> None:
    rezip(archive, lambda c: c.update({"pack.json": b" " * (pack_format.MAX_MANIFEST_BYTES + 1)}))
    assert "too large" in refusal(archive)


def test_a_missing_entry_and_a_cut_archive_get_a_sentence(archive: Path) -> None:
    whole = archive.read_bytes()
    rezip(archive, lambda c: c.pop("index.ann") and None)
    assert "index.ann" in refusal(archive)
    archive.write_bytes(whole[: len(whole) // 2])
    refusal(archive)
    for position in range(100, len(whole), len(whole) // 23):
        archive.write_bytes(whole[:position] + bytes([whole[position] ^ 0xFF]) + whole[position + 1 :])
        try:
            load_pack(archive)
        except PackError:
            continue


def test_unpacking_leaves_nothing_behind_when_it_fails(archive: Path, tmp_path: Path) -> None:
    rezip(archive, lambda c: c.update({"index.ann": bytes(len(c["index.ann"]) + 1)}))
    with pytest.raises(PackError):
        unpack(archive, tmp_path / "target")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["tiny.vkpack"]
