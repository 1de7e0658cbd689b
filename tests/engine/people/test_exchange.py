"""Export and import: everything is restored on another computer, a bad file changes nothing, nothing else is sent."""

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from desktop_app.engine.people import exchange
from desktop_app.engine.people.examples import Examples
from desktop_app.engine.people.exchange import CONTENTS, Imported, export_file, import_file
from desktop_app.engine.people.profiles import Profiles
from desktop_app.engine.people.store import Heard, Store
from desktop_app.errors import StoreError, TargetExists
from tests.engine.people.test_store import DIM, ENCODER, ROOT, heard
from tests.stop_at import stopped_at_each_moment

Contents = dict[str, Any]


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "home") as store:
        profiles, examples = Profiles(store), Examples(store)
        me = profiles.create("Zoë").id
        profiles.create("empty")
        profiles.set_learns_from_takes(me, True)
        for seed in range(3):
            profiles.contribute(me, heard(seed, pieces=seed + 1))
        both = examples.add(heard(1, pieces=2), "sad", me)
        examples.add(heard(7), "müde")
        examples.add(
            Heard(heard(8, pieces=2).pooled, "encoder-b", "/home/zoë/secret/8.wav", 3, 2, baseline=heard(9).pooled[0]),
            "sad",
        )
        store.keep_audio(both, np.linspace(-0.5, 0.5, 800, dtype=np.float32), 16_000)
        yield store


def everything(store: Store) -> list[object]:
    """What a store holds, without its own ids and paths."""
    profiles, examples = Profiles(store), Examples(store)
    voices = {p.id: p.name for p in profiles.all()}
    return [
        [(p.name, p.paused, p.learns_from_takes, p.recordings) for p in profiles.all()],
        [
            (profiles.material(i, e, DIM).pooled.tolist(), profiles.material(i, e, DIM).labels)
            for i in voices
            for e in (ENCODER, "encoder-b")
        ],
        sorted(
            (e.label, voices.get(e.voice_id or 0, ""), Path(e.origin).name, e.added, e.duration_s, e.audio is not None)
            for e in examples.all()
        ),
        [
            (f.label, f.pooled.tolist(), None if f.baseline is None else f.baseline.tolist())
            for e in (ENCODER, "encoder-b")
            for batch in examples.features(e, DIM)
            for f in batch
        ],
    ]


def test_the_longest_name_and_label_come_along(tmp_path: Path) -> None:
    with Store(tmp_path / "home") as store, Store(tmp_path / "elsewhere") as other:
        voice = Profiles(store).create("ü" * 60).id
        Profiles(store).contribute(voice, heard(1))
        Examples(store).add(heard(2), "ö" * 60, voice)
        export_file(store, tmp_path / "long.vkexamples")
        assert import_file(other, tmp_path / "long.vkexamples") == Imported(1, 1, 0)
        assert everything(other) == everything(store)


def test_an_export_that_is_stopped_writes_nothing_and_an_import_takes_in_nothing(filled: Store, tmp_path: Path) -> None:
    target = tmp_path / "mine.vkexamples"
    there = stopped_at_each_moment(
        lambda should_stop: export_file(filled, target, should_stop=should_stop),
        lambda: sorted(path.name for path in tmp_path.iterdir()),
    )
    assert there >= 5 + 5  # at each recording, for its features and its sound
    with Store(tmp_path / "elsewhere") as other:
        asked = stopped_at_each_moment(
            lambda should_stop: import_file(other, target, should_stop), lambda: everything(other)
        )
        assert asked == 5
        assert everything(other) == everything(filled)


def test_everything_comes_back_elsewhere(filled: Store, tmp_path: Path) -> None:
    target = tmp_path / "mine.vkexamples"
    exported = export_file(filled, target)
    assert (exported.voices, exported.examples, exported.with_audio) == (2, 3, 1)
    with Store(tmp_path / "elsewhere") as other:
        assert import_file(other, target) == Imported(voices=2, examples=3, already_there=0)
        assert everything(other) == everything(filled)
        assert import_file(other, target) == Imported(voices=0, examples=0, already_there=3)
        assert everything(other) == everything(filled)
    with pytest.raises(TargetExists):
        export_file(filled, target)
    export_file(filled, target, overwrite=True)


def test_what_is_there_already_stays_as_it_is(filled: Store, tmp_path: Path) -> None:
    export_file(filled, tmp_path / "mine.vkexamples")
    with Store(tmp_path / "elsewhere") as other:
        Profiles(other).create("ZOË")
        Examples(other).add(heard(7), "happy")
        assert import_file(other, tmp_path / "mine.vkexamples") == Imported(voices=1, examples=2, already_there=1)
        assert [p.name for p in Profiles(other).all()] == ["empty", "ZOË"]
        assert Examples(other).labels()["happy"] == 1


def test_an_export_holds_no_paths(filled: Store, tmp_path: Path) -> None:
    export_file(filled, tmp_path / "mine.vkexamples")
    with zipfile.ZipFile(tmp_path / "mine.vkexamples") as archive:
        names = {entry.filename for entry in archive.infolist()}
        assert {name.split("/")[0] for name in names} == {CONTENTS, "features", "audio"}
        assert b"secret" not in archive.read(CONTENTS)


def edited(source: Path, target: Path, edit: Callable[[Contents], object] | None = None, **entries: bytes) -> Path:
    """A copy of an export with its contents edited and entries added or replaced; `None` contents are kept."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == CONTENTS and edit is not None:
                contents = json.loads(content)
                edit(contents)
                content = json.dumps(contents).encode()
            if entry.filename not in entries:
                new.writestr(entry.filename, content)
        for name, content in entries.items():
            new.writestr(name, content)
    return target


def npy(array: Any) -> bytes:
    out = io.BytesIO()
    np.save(out, array, allow_pickle=True)
    return out.getvalue()


def first(contents: Contents) -> Contents:
    recording: Contents = contents["recordings"][0]
    return recording


BAD: dict[str, Callable[[Contents], object]] = {
    "no kind": lambda c: c.pop("kind"),
    "another kind": lambda c: c.update(kind="holiday photos"),
    "no recordings": lambda c: c.pop("recordings"),
    "recordings are no list": lambda c: c.update(recordings={}),
    "a recording is no object": lambda c: c.update(recordings=[3]),
    "a label is a number": lambda c: c["recordings"][1]["example"].update(label=7),
    "a label is endless": lambda c: c["recordings"][1]["example"].update(label="x" * 10_000),
    "a label has control characters": lambda c: c["recordings"][1]["example"].update(label="a\0b"),
    "an unknown voice": lambda c: first(c)["voices"].append({"name": "nobody", "added": "2024-01-01T00:00:00Z"}),
    "a time that is none": lambda c: c["recordings"][1]["example"].update(added="'; DROP TABLE voices"),
    "rows beyond the end": lambda c: first(c)["features"][0].update(end=10**6),
    "rows backwards": lambda c: first(c)["features"][0].update(start=2, end=1),
    "rows of another": lambda c: first(c)["features"][0].update(start=1, end=2),
    "no features": lambda c: first(c).update(features=[]),
    "another file": lambda c: first(c)["features"][0].update(file="../../etc/passwd"),
    "an endless duration": lambda c: first(c).update(duration_s=1e300),
    "a flag is a text": lambda c: first(c).update(audio="yes"),
    "audio that is not there": lambda c: first(c).update(audio=True),
    "an envelope that is no hex": lambda c: first(c).update(envelope="zz"),
    "an endless envelope": lambda c: first(c).update(envelope="00" * 1025),
    "another fingerprint": lambda c: first(c).update(fingerprint="0" * 32),
}


@pytest.mark.parametrize("edit", BAD.values(), ids=BAD.keys())
def test_bad_contents_change_nothing(filled: Store, tmp_path: Path, edit: Callable[[Contents], object]) -> None:
    export_file(filled, tmp_path / "good.vkexamples")
    bad = edited(tmp_path / "good.vkexamples", tmp_path / "bad.vkexamples", edit)
    refused(bad, tmp_path)


def refused(bad: Path, tmp_path: Path) -> None:
    with Store(tmp_path / "elsewhere") as other:
        Examples(other).add(heard(99), "angry")
        before = everything(other)
        with pytest.raises(StoreError):
            import_file(other, bad)
        assert everything(other) == before
        other.sweep_audio()
        assert not other.audio_folder.exists() or not list(other.audio_folder.iterdir())


@pytest.mark.parametrize(
    "entries",
    [
        {"../escape.txt": b"x"},
        {"/absolute.flac": b"x"},
        {"features/0.npy": b"not an array"},
        {"features/0.npy": npy(np.array([{"a": 1}], dtype=object))},
        {"features/0.npy": npy(np.zeros((9, DIM), np.float64))},
        {"features/0.npy": npy(np.diag([1, 1, 1, 1, 1, np.inf]).astype(np.float16))},
        {"features/0.npy": npy(np.zeros(9, np.float16))},
        {"features/0.npy": npy(np.zeros((9, 0), np.float16))},
        {"features/0.npy": npy(np.zeros((9, 65_537), np.float16))},
        {CONTENTS: b"[" * 100_000},
        {CONTENTS: b"\xff\xfe"},
        {CONTENTS: b"[]"},
    ],
)
def test_bad_entries_change_nothing(filled: Store, tmp_path: Path, entries: dict[str, bytes]) -> None:
    export_file(filled, tmp_path / "good.vkexamples")
    refused(edited(tmp_path / "good.vkexamples", tmp_path / "bad.vkexamples", **entries), tmp_path)


def test_invalid_audio_changes_nothing(filled: Store, tmp_path: Path) -> None:
    export_file(filled, tmp_path / "good.vkexamples")
    with zipfile.ZipFile(tmp_path / "good.vkexamples") as archive:
        (name,) = (n for n in archive.namelist() if n.startswith("audio/"))
    refused(edited(tmp_path / "good.vkexamples", tmp_path / "bad.vkexamples", **{name: b"RIFF????"}), tmp_path)
    fast = io.BytesIO()  # at 192 kHz an hour would swell to gigabytes
    soundfile.write(fast, np.zeros(1920, np.int16), 192_000, format="FLAC")
    refused(edited(tmp_path / "good.vkexamples", tmp_path / "bad.vkexamples", **{name: fast.getvalue()}), tmp_path)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_cut_file_changes_nothing(filled: Store, tmp_path: Path, share: float) -> None:
    export_file(filled, tmp_path / "good.vkexamples")
    content = (tmp_path / "good.vkexamples").read_bytes()
    (tmp_path / "cut.vkexamples").write_bytes(content[: int(len(content) * share)])
    refused(tmp_path / "cut.vkexamples", tmp_path)


@pytest.mark.parametrize("limit", ["MAX_CONTENTS_BYTES", "MAX_FEATURES_BYTES", "MAX_AUDIO_BYTES", "MAX_BYTES"])
def test_a_file_that_swells_is_stopped(
    filled: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    export_file(filled, tmp_path / "good.vkexamples")
    monkeypatch.setattr(exchange, limit, 50)  # each entry has a limit of its own, and all together one
    refused(tmp_path / "good.vkexamples", tmp_path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_swells_as_a_whole_is_refused(filled: Store, tmp_path: Path, method: int) -> None:
    export_file(filled, tmp_path / "good.vkexamples")
    with zipfile.ZipFile(tmp_path / "good.vkexamples") as old, zipfile.ZipFile(tmp_path / "bad.vkexamples", "w") as new:
        for entry in old.infolist():
            new.writestr(
                entry.filename, old.read(entry), method if entry.filename == CONTENTS else zipfile.ZIP_DEFLATED
            )
    refused(tmp_path / "bad.vkexamples", tmp_path)


@pytest.mark.parametrize("what", ["missing", "folder", "pipe"])
def test_what_is_no_file_is_told(tmp_path: Path, what: str) -> None:
    (tmp_path / "folder").mkdir()
    if os.name != "nt":
        os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / what, tmp_path)


def test_an_encoder_of_two_dimensions_can_be_taken_along(tmp_path: Path) -> None:
    with Store(tmp_path / "data") as store:
        Examples(store).add(heard(1), "sad")
        Examples(store).add(replace(heard(2), pooled=np.ones((1, DIM + 1), np.float32)), "angry")
        export_file(store, tmp_path / "mine.vkexamples")
        with Store(tmp_path / "elsewhere") as other:
            import_file(other, tmp_path / "mine.vkexamples")
            assert everything(other) == everything(store)


def test_what_two_encoders_have_heard_can_be_taken_along(filled: Store, tmp_path: Path) -> None:
    (first, *_), *_ = Examples(filled).features(ENCODER, DIM)
    filled.put_features(first.id, "encoder-b", np.ones((3, DIM), np.float32))
    export_file(filled, tmp_path / "mine.vkexamples")
    with Store(tmp_path / "elsewhere") as other:
        import_file(other, tmp_path / "mine.vkexamples")
        assert everything(other) == everything(filled)


def test_a_newer_file_is_told(filled: Store, tmp_path: Path) -> None:
    export_file(filled, tmp_path / "good.vkexamples")
    newer = edited(tmp_path / "good.vkexamples", tmp_path / "newer.vkexamples", lambda c: c.update(format=2))
    with Store(tmp_path / "elsewhere") as other, pytest.raises(StoreError, match="newer VoiceKin"):
        import_file(other, newer)


def test_nothing_is_written_outside_the_folder_or_sent(tmp_path: Path) -> None:
    """Every file that is opened for writing, and every connection, while voices and examples are used in every way."""
    script = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
sys.dont_write_bytecode = True
from tests.engine.people.test_store import *
from desktop_app.engine.people.exchange import export_file, import_file
home, target = Path(sys.argv[1]), Path(sys.argv[2])
seen = []
def watch(event, args):
    if event == "open":
        path, mode, flags = args
        writing = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
        if not isinstance(path, int) and (writing or set(mode or "") & set("wax+")):
            seen.append(os.fspath(path))
    elif event in ("os.rename", "os.link", "os.symlink"):
        seen.append(os.fspath(args[1]))
    elif event in ("os.mkdir", "sqlite3.connect"):
        seen.append(os.fspath(args[0]))
    elif event.startswith("socket.") or event == "subprocess.Popen":
        seen.append(event)
sys.addaudithook(watch)
with Store(home) as store:
    me = Profiles(store).create("me").id
    examples = Examples(store)
    one = examples.add(heard(1), "sad", me)
    store.keep_audio(one, np.zeros(800, np.float32), 16_000)
    Profiles(store).contribute(me, heard(2))
    examples.restore(examples.remove_all())
    export_file(store, target)
    import_file(store, target)
for name in seen:
    print(os.path.realpath(name))
"""
    home, target = tmp_path / "home", tmp_path / "out" / "mine.vkexamples"
    target.parent.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", script, str(home), str(target)], capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, done.stderr
    written = [Path(line) for line in done.stdout.splitlines()]
    assert target in written
    outside = {path for path in written if not path.is_relative_to(home)}
    assert {path.parent for path in outside} == {target.parent}
    assert list(target.parent.iterdir()) == [target]
