"""The store: changes are kept, an undone change leaves nothing, a kill loses at most the current change."""

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from desktop_app.engine.people import store as store_module
from desktop_app.engine.people.examples import Examples
from desktop_app.engine.people.profiles import MAX_PIECES, Profiles
from desktop_app.engine.people.store import DATABASE, MIGRATIONS, Heard, Store, clean_name
from desktop_app.errors import StoreError

ENCODER, DIM = "encoder-a", 6
ROOT = Path(__file__).resolve().parents[3]


def heard(seed: int, pieces: int = 1, encoder: str = ENCODER) -> Heard:
    pooled = np.random.default_rng(seed).normal(size=(pieces, DIM)).astype(np.float32)
    return Heard(pooled, encoder, f"clip {seed}.wav", 2.0, 1.5, envelope=(0.0, 0.5, 1.0))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "data") as opened:
        yield opened


# --- voices ---


def test_voices_are_kept_by_name(store: Store) -> None:
    profiles = Profiles(store)
    me = profiles.create("  Jürgen  Š. ")
    assert (me.name, me.paused, me.learns_from_takes, me.recordings) == ("Jürgen Š.", False, False, 0)
    assert profiles.named("jürgen š.") == me
    for taken in ("JÜRGEN Š.", "", " \n ", "x" * 61, "a\0b"):
        with pytest.raises(StoreError):
            profiles.create(taken)
    profiles.set_paused(me.id, True)
    profiles.set_learns_from_takes(me.id, True)
    profiles.rename(me.id, "me")
    profiles.rename(me.id, "Me")  # its own name is not taken
    (again,) = profiles.all()
    assert (again.name, again.paused, again.learns_from_takes) == ("Me", True, True)
    with pytest.raises(StoreError, match="there is Me"):
        profiles.named("you")


def test_a_voice_learns_each_recording_once_and_can_undo_it(store: Store) -> None:
    profiles = Profiles(store)
    me = profiles.create("me").id
    first = profiles.contribute(me, heard(1))
    assert profiles.contribute(me, heard(1)) == first
    second = profiles.contribute(me, heard(2, pieces=3))
    material = profiles.material(me, ENCODER, DIM)
    assert material.pooled.shape == (4, DIM)
    assert material.pooled[:3] == pytest.approx(heard(2, pieces=3).pooled, abs=2e-3)
    assert (material.recordings, material.unheard) == (2, 0)
    assert [c.origin for c in profiles.contributions(me)] == ["clip 2.wav", "clip 1.wav"]
    profiles.withdraw(me, second)
    assert len(profiles.material(me, ENCODER, DIM).pooled) == 1
    with store.reading() as connection:
        assert connection.execute("SELECT count(*) FROM recordings").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM features").fetchone() == (1,)


def test_a_voice_is_empty_for_another_encoder(store: Store) -> None:
    profiles = Profiles(store)
    me = profiles.create("me").id
    profiles.contribute(me, heard(1))
    material = profiles.material(me, "encoder-b", DIM)
    assert (material.pooled.shape, material.unheard) == ((0, DIM), 1)


def test_a_long_recording_gives_stretches_from_all_over_it(store: Store) -> None:
    profiles = Profiles(store)
    me = profiles.create("me").id
    pooled = np.arange(1000, dtype=np.float32)[:, None] * np.ones(DIM, np.float32)
    profiles.contribute(me, Heard(pooled, ENCODER, "long.wav", 4000.0, 3000.0))
    material = profiles.material(me, ENCODER, DIM)
    assert material.pooled.shape == (MAX_PIECES, DIM)
    assert (material.pooled[0, 0], material.pooled[-1, 0]) == (0, 999)


def test_the_latest_recordings_have_room_before_older_ones(store: Store) -> None:
    profiles = Profiles(store)
    me = profiles.create("me").id
    for name, n in (("oldest", 2), ("long", 1000), ("newest", 3)):
        rows = np.full((n, DIM), {"oldest": 1, "long": 2, "newest": 3}[name], np.float32)
        profiles.contribute(me, Heard(rows, ENCODER, f"{name}.wav", 4.0, 3.0))
    found = profiles.material(me, ENCODER, DIM).pooled[:, 0].tolist()
    assert found == [3.0] * 3 + [2.0] * (MAX_PIECES - 3)


# --- examples ---


def test_an_example_is_added_corrected_relabelled_and_removed(store: Store) -> None:
    examples = Examples(store)
    first = examples.add(heard(1), "sad")
    assert examples.add(heard(1), "angry") == first  # the same recording: a correction
    (example,) = examples.all()
    assert (example.id, example.label, example.origin, example.audio) == (first, "angry", "clip 1.wav", None)
    assert example.envelope == pytest.approx((0.0, 0.5, 1.0), abs=0.01)
    examples.relabel(first, " tired ")
    examples.add(heard(2), "tired")
    assert examples.labels() == {"tired": 2}
    with pytest.raises(StoreError):
        examples.add(heard(3), "")
    examples.remove([first])
    assert [e.origin for e in examples.all()] == ["clip 2.wav"]


def test_removing_an_example_removes_its_audio_but_not_the_voice(store: Store) -> None:
    examples, profiles = Examples(store), Profiles(store)
    voice = profiles.create("Zoë").id
    both = examples.add(heard(1), "sad", voice)
    profiles.contribute(voice, heard(1))
    store.keep_audio(both, np.linspace(-0.5, 0.5, 800, dtype=np.float32), 16_000)
    (example,) = examples.all()
    assert example.audio is not None
    examples.remove([both])
    assert len(profiles.contributions(voice)) == 1
    assert examples.add(heard(1), "sad", voice) == both
    (example,) = examples.all()
    assert example.audio is None


def test_a_removal_is_taken_back_whole(store: Store) -> None:
    profiles, examples = Profiles(store), Examples(store)
    me = profiles.create("me").id
    example = examples.add(heard(1), "sad", me)
    path = store.keep_audio(example, np.linspace(-0.5, 0.5, 1600, dtype=np.float32), 16_000)
    before = examples.all()
    assert before[0].audio == path
    removed = examples.remove_all()
    assert examples.all() == ()
    examples.restore(removed)
    assert examples.all() == before
    (batch,) = examples.features(ENCODER, DIM)
    assert batch[0].pooled == pytest.approx(heard(1).pooled[0], abs=2e-3)


def test_a_removal_is_taken_back_whatever_came_meanwhile(store: Store) -> None:
    examples = Examples(store)
    sound = np.linspace(-0.5, 0.5, 1600, dtype=np.float32)
    first, second = examples.add(heard(1), "sad"), examples.add(heard(2), "angry")
    store.keep_audio(second, sound, 16_000)
    removed = examples.remove([first, second])
    again = examples.add(heard(3), "happy")
    other = examples.add(heard(1), "neutral")
    assert {again, other} == {first, second}, "SQLite gives free ids anew"
    examples.restore(removed)
    found = {e.origin: e for e in examples.all()}
    assert {origin: e.label for origin, e in found.items()} == {
        "clip 1.wav": "neutral",
        "clip 2.wav": "angry",
        "clip 3.wav": "happy",
    }
    assert [origin for origin, e in found.items() if e.audio is not None] == ["clip 2.wav"]
    (batch,) = examples.features(ENCODER, DIM)
    for one in batch:
        seed = next(int(origin[5]) for origin, e in found.items() if e.id == one.id)
        assert one.pooled == pytest.approx(heard(seed).pooled[0], abs=2e-3)


def test_removing_a_voice_leaves_its_examples(store: Store) -> None:
    profiles, examples = Profiles(store), Examples(store)
    me = profiles.create("me").id
    both = examples.add(heard(1), "sad", me)
    assert profiles.contribute(me, heard(1)) == both
    profiles.contribute(me, heard(2))
    removed = examples.remove([both])
    assert profiles.material(me, ENCODER, DIM).recordings == 2  # the voice has learnt from it all the same
    examples.restore(removed)
    profiles.remove(me)
    (example,) = examples.all()
    assert (example.id, example.voice_id) == (both, None)
    with store.reading() as connection:
        assert connection.execute("SELECT count(*) FROM recordings").fetchone() == (1,)


def test_an_example_that_is_removed_later_stays_removed_when_a_voice_comes_back(store: Store) -> None:
    profiles, examples = Profiles(store), Examples(store)
    anna, ben = profiles.create("Anna").id, profiles.create("Ben").id
    of_ben = examples.add(heard(1), "sad", ben)
    profiles.contribute(anna, heard(1))
    for take_away in (lambda: profiles.withdraw(anna, of_ben), lambda: profiles.remove(anna)):
        removed = take_away()
        examples.remove([of_ben])
        profiles.restore(removed)
        assert examples.all() == ()
        assert examples.add(heard(1), "sad", ben) == of_ben
    assert [(p.name, p.recordings) for p in profiles.all()] == [("Anna", 1), ("Ben", 0)]


def test_features_come_in_batches_with_the_baseline_of_a_nameless_voice(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.engine.people.examples.BATCH", 2)
    examples = Examples(store)
    ids = [examples.add(heard(i, pieces=2), "sad") for i in range(5)]
    nameless = Heard(heard(9).pooled, ENCODER, "", 1.0, 1.0, baseline=np.full(DIM, 0.5, np.float32))
    ids.append(examples.add(nameless, "sad"))
    batches = list(examples.features(ENCODER, DIM))
    assert [[f.id for f in batch] for batch in batches] == [ids[:2], ids[2:4], ids[4:]]
    assert batches[0][0].pooled == pytest.approx(heard(0, pieces=2).pooled.mean(axis=0), abs=2e-3)
    assert batches[0][0].baseline is None
    assert batches[2][1].baseline == pytest.approx(np.full(DIM, 0.5))
    assert list(examples.features("encoder-b", DIM)) == []
    assert len(examples.unheard("encoder-b")) == 6


# --- audio ---


def test_removed_audio_is_gone_once_closed(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        examples = Examples(store)
        kept, gone = examples.add(heard(1), "sad"), examples.add(heard(2), "sad")
        sound = np.linspace(-1, 1, 800, dtype=np.float32)
        path = store.keep_audio(kept, sound, 16_000)
        store.keep_audio(gone, sound, 16_000)
        assert soundfile.read(path)[0] == pytest.approx(sound, abs=1e-4)
        examples.remove([gone])
    assert list(store.audio_folder.iterdir()) == [path]


def test_sound_that_the_user_deleted_is_not_there(store: Store) -> None:
    examples = Examples(store)
    one = examples.add(heard(1), "sad")
    store.keep_audio(one, np.zeros(800, np.float32), 16_000).unlink()
    (example,) = examples.all()
    assert example.audio is None


def test_files_that_no_recording_names_are_swept_at_opening(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.audio_folder.mkdir()
        (store.audio_folder / "left-behind.flac.part").write_bytes(b"x")
    with Store(tmp_path):
        assert list(store.audio_folder.iterdir()) == []


# --- what goes wrong ---


def test_a_failed_change_is_taken_back_whole(store: Store) -> None:
    examples = Examples(store)

    def fail() -> None:
        with store.writing():
            examples.add(heard(1), "sad")
            raise KeyError("a bug")

    with pytest.raises(KeyError):
        fail()
    assert examples.all() == ()


def test_a_full_disk_is_told_and_the_store_goes_on(store: Store) -> None:
    examples = Examples(store)
    examples.add(heard(1), "sad")
    with store.reading() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    def fill() -> None:
        for i in range(2, 400):
            examples.add(heard(i, pieces=300), "sad")

    with pytest.raises(StoreError, match="disk is full"):
        fill()
    assert examples.all()[-1].label == "sad"


def test_a_folder_that_cant_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreError, match="can't be used"):
        Store(tmp_path / "file" / "data")


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
@pytest.mark.parametrize("with_store", [False, True])
def test_a_read_only_folder_is_told(with_store: bool) -> None:
    """In a process of its own, because the user that runs the tests may be one for whom nothing is read-only."""
    with tempfile.TemporaryDirectory() as folder:
        if with_store:
            Store(Path(folder)).close()
        for path in (*Path(folder).iterdir(), Path(folder)):
            path.chmod(0o444 if path.is_file() else 0o555)
        script = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
from desktop_app.engine.people.store import Store
from desktop_app.errors import StoreError
from pathlib import Path
if os.geteuid() == 0:
    os.setuid(65534)
try:
    Store(Path({folder!r}))
except StoreError as error:
    print(error)
"""
        found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=240)
        Path(folder).chmod(0o755)
    assert found.returncode == 0, found.stderr
    assert found.stdout.startswith("Your voices and examples")
    assert folder in found.stdout


def test_a_store_of_a_newer_version_is_told_and_left_alone(tmp_path: Path) -> None:
    Store(tmp_path).close()
    connection = sqlite3.connect(tmp_path / DATABASE)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = (tmp_path / DATABASE).read_bytes()
    with pytest.raises(StoreError, match="newer VoiceKin"):
        Store(tmp_path)
    assert (tmp_path / DATABASE).read_bytes() == before


def test_a_file_that_is_not_ours_is_told_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_text("dear diary " * 100)
    with pytest.raises(StoreError, match="not a VoiceKin file"):
        Store(tmp_path)
    assert (tmp_path / DATABASE).read_text().startswith("dear diary")
    (tmp_path / DATABASE).unlink()
    connection = sqlite3.connect(tmp_path / DATABASE)
    connection.execute("CREATE TABLE diary (day TEXT)")
    connection.close()
    with pytest.raises(StoreError, match="not a VoiceKin file"):
        Store(tmp_path)


def test_another_process_that_is_writing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "BUSY_TIMEOUT_S", 0.0)
    with Store(tmp_path) as one, Store(tmp_path) as other, one.writing(), pytest.raises(StoreError, match="Another"):
        Profiles(other).create("me")


def test_threads_take_turns(store: Store) -> None:
    examples = Examples(store)
    threads = [
        threading.Thread(target=lambda s=s: [examples.add(heard(s * 100 + i), "sad") for i in range(20)])
        for s in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(examples.all()) == 80


@pytest.mark.parametrize(("typed", "clean"), [("  very\t tired ", "very tired"), ("ängstlich 😟", "ängstlich 😟")])
def test_names_are_tidied(typed: str, clean: str) -> None:
    assert clean_name(typed, "a label") == clean


def test_a_sound_that_is_too_loud_is_drawn_at_its_full_height(store: Store) -> None:
    Examples(store).add(replace(heard(1), envelope=(0.0, 1.7, 0.2)), "sad")
    (example,) = Examples(store).all()
    assert example.envelope == pytest.approx((0.0, 1.0, 0.2), abs=0.003)


# --- migration ---


def test_a_store_is_known_by_its_mark(tmp_path: Path) -> None:
    """SQLite keeps it at byte 68 of the file: with another one, no store of a released version could be opened."""
    with Store(tmp_path / "deep" / "down"):
        pass
    assert (tmp_path / "deep" / "down" / DATABASE).read_bytes()[68:72] == b"VKIN"


def add_mood(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE examples ADD COLUMN note TEXT NOT NULL DEFAULT ''")


def fail_late(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE examples ADD COLUMN note TEXT NOT NULL DEFAULT ''")
    raise sqlite3.OperationalError("half way")


def test_a_migration_keeps_what_is_there(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        Examples(store).add(heard(1), "sad")
    with Store(tmp_path, (*MIGRATIONS, add_mood)) as store, store.reading() as connection:
        assert connection.execute("SELECT label, note FROM examples").fetchall() == [("sad", "")]
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS) + 1,)


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        Examples(store).add(heard(1), "sad")
    with pytest.raises(sqlite3.OperationalError):
        Store(tmp_path, (*MIGRATIONS, fail_late))
    with Store(tmp_path) as store:
        assert [e.label for e in Examples(store).all()] == ["sad"]


# --- killed ---

KILLS = 200
WRITER = """
import json, os, sys
sys.path.insert(0, {root!r})
from pathlib import Path
import numpy as np
from desktop_app.engine.people.examples import Examples
from desktop_app.engine.people.profiles import Profiles
from desktop_app.engine.people.store import MIGRATIONS, Store
from tests.engine.people.test_store import add_mood, heard

folder = Path(sys.argv[1])
for line in sys.stdin:  # one life a line
    if os.fork():
        _, status = os.wait()
        print("ended", flush=True)
        continue
    life = int(line)
    migrations = MIGRATIONS if life < {kills} // 2 else (*MIGRATIONS, add_mood)
    store = Store(folder, migrations)
    profiles, examples = Profiles(store), Examples(store)
    print("pid", os.getpid(), flush=True)
    voice = profiles.create(f"voice {{life}}").id
    for i in range(1_000_000):
        seed = life * 1_000 + i
        example = examples.add(heard(seed), "sad", voice)
        print("added", seed, flush=True)
        profiles.contribute(voice, heard(seed))
        store.keep_audio(example, np.zeros(160, np.float32), 16_000)
        if i % 3 == 1:
            examples.relabel(example, "angry")
        if i % 3 == 2:
            examples.remove([example])
            print("removed", seed, flush=True)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="fork and SIGKILL of POSIX")
def test_a_kill_at_any_moment_loses_at_most_the_current_change(tmp_path: Path) -> None:
    script = WRITER.format(root=str(ROOT), kills=KILLS)
    writer = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert writer.stdin is not None
    assert writer.stdout is not None
    rng = np.random.default_rng(0)
    expected: set[int] = set()
    for life in range(KILLS):
        print(life, file=writer.stdin, flush=True)
        pid, changes, limit = 0, 0, int(rng.integers(0, 5))
        while (line := writer.stdout.readline().split())[0] != "ended":
            what, number = line[0], int(line[1])
            if what == "pid":
                pid = number
            else:
                (expected.add if what == "added" else expected.discard)(number)
                changes += 1
            if pid and changes >= limit:
                os.kill(pid, signal.SIGKILL)
                limit = 10**9
        if life % 20 == 19 or life == KILLS - 1:
            migrations = MIGRATIONS if life < KILLS // 2 else (*MIGRATIONS, add_mood)
            with Store(tmp_path, migrations) as store:
                with store.reading() as connection:
                    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
                found = {int(e.origin[5:-4]) for e in Examples(store).all()}
                # nothing that was told is lost; done and not yet told may be the last change of each life
                done_untold = found ^ expected
                assert all(seed % 3 == 2 for seed in expected - found), "removed, not lost"
                assert len({seed // 1_000 for seed in done_untold}) == len(done_untold)
                expected = found
                # whatever names a kept recording has it, and nothing else is left
                named = {e.audio.name for e in Examples(store).all() if e.audio is not None}
                assert {path.name for path in store.audio_folder.iterdir()} == named
    writer.stdin.close()
    assert writer.wait() == 0
