"""The library: recordings and users' notes are kept, and removed ones can be restored."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app.engine.people.library import Library, Outcome, Remembered, SaidOfSpeaker, find_takes, size_of
from desktop_app.engine.people.profiles import Profiles
from desktop_app.engine.people.store import MIGRATIONS, Store
from desktop_app.engine.recognition.answer import Named
from desktop_app.errors import StoreError

ROOT = Path(__file__).resolve().parents[3]
SAD = Outcome("sad", {"angry": 0.1, "sad": 0.9}, False, 2.5, "Anna", Named(("sad", "angry"), 0.97, of_time=True))


def test_what_was_heard_is_there_again(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        Library(store).remember(
            [
                Remembered(Path("/a.wav"), "a", outcome=SAD),
                Remembered(Path("/a.wav"), "a", 0),
                Remembered(Path("/a.wav"), "a", 1),
                Remembered(Path("/t.wav"), "t", None, True),
            ]
        )
    with Store(tmp_path) as store:
        items = {(item.path, item.channel): item for item in Library(store).all()}
    assert len(items) == 4
    assert items[Path("/a.wav"), 0].name == "a"
    assert items[Path("/a.wav"), None].outcome == SAD
    assert items[Path("/a.wav"), 1].outcome is None
    assert items[Path("/t.wav"), None].is_take


def test_another_answer_changes_the_answer_alone(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        library = Library(store)
        library.remember([Remembered(Path("/a.wav"), "a.wav", outcome=SAD)])
        (item,) = library.all()
        library.change(item.id, name="My day", notes="in the kitchen", tags="home, evening")
        happy = Outcome("happy", {"angry": 0.0, "sad": 0.2}, True, 2.5)
        library.remember([Remembered(Path("/a.wav"), "a.wav", outcome=happy)])
        library.remember([Remembered(Path("/a.wav"), "a.wav")])
        (now,) = library.all()
    assert (now.id, now.name, now.notes, now.tags) == (item.id, "My day", "in the kitchen", "home, evening")
    assert now.outcome == happy
    assert now.added == item.added


def test_names_are_required_and_lengths_are_limited(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        library = Library(store)
        library.remember([Remembered(Path("/a.wav"), "a.wav")])
        (item,) = library.all()
        with pytest.raises(StoreError, match="needs a name"):
            library.change(item.id, name=" ", notes="lost?")
        with pytest.raises(StoreError, match="too long"):
            library.change(item.id, notes="x" * 5000)
        assert library.all() == (item,)


def test_what_is_removed_can_be_put_back_until_the_store_is_opened_anew(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        library = Library(store)
        library.remember([Remembered(Path(f"/{i}.wav"), str(i), outcome=SAD) for i in range(3)])
        before = library.all()
        library.change(before[0].id, notes="kept")
        before = library.all()
        library.remove([item.id for item in before[:2]])
        assert library.all() == before[2:]
        library.put_back([before[0].id], {before[0].id: Path("/elsewhere.wav")})
        first = library.all()[0]
        assert (first.path, first.notes) == (Path("/elsewhere.wav"), "kept")
    with Store(tmp_path) as store:
        library = Library(store)
        library.put_back([before[1].id])
        assert [item.id for item in library.all()] == [before[0].id, before[2].id]


def test_who_speaks_is_kept_and_a_voice_that_is_forgotten_is_nobody_until_it_is_back(tmp_path: Path) -> None:
    talk = Path("/talk.wav")
    with Store(tmp_path) as store:
        library, profiles = Library(store), Profiles(store)
        library.remember([Remembered(talk, "talk.wav", outcome=SAD), Remembered(talk, "talk.wav", 0)])
        anna, ben = (profiles.create(name).id for name in ("Anna", "Ben"))
        library.say_who_speaks(talk, None, 3, [SaidOfSpeaker(0, "Interviewer", ben), SaidOfSpeaker(2, "", anna)])
        library.say_who_speaks(talk, None, 2, [SaidOfSpeaker(0, "Interviewer", ben), SaidOfSpeaker(1, "", anna)])
        library.say_who_speaks(Path("/nowhere.wav"), None, 2, [SaidOfSpeaker(0, "Nobody")])
        library.remember([Remembered(talk, "talk.wav", outcome=SAD)])  # another answer changes nothing of it
        said = (SaidOfSpeaker(0, "Interviewer", ben), SaidOfSpeaker(1, "", anna))
    with Store(tmp_path) as store:
        library, profiles = Library(store), Profiles(store)
        items = {item.channel: item for item in library.all()}
        assert (items[None].speakers, items[None].said) == (2, said)
        assert (items[0].speakers, items[0].said) == ("off", ())
        removed = profiles.remove(ben)
        profiles.create("Carl")  # which may get the number of the one that went
        (item,) = (item for item in library.all() if item.channel is None)
        assert item.said == (SaidOfSpeaker(0, "Interviewer", None), SaidOfSpeaker(1, "", anna))
        profiles.restore(removed)
        back = next(p.id for p in profiles.all() if p.name == "Ben")
        (item,) = (item for item in library.all() if item.channel is None)
        assert item.said == (SaidOfSpeaker(0, "Interviewer", back), SaidOfSpeaker(1, "", anna))
        library.say_who_speaks(talk, None, "auto", ())
        assert [(item.speakers, item.said) for item in library.all() if item.channel is None] == [("auto", ())]
        library.remove([item.id])
    with Store(tmp_path) as store, store.reading() as connection:
        assert connection.execute("SELECT count(*) FROM library_speakers").fetchone() == (0,)


def test_a_library_from_before_is_taken_over(tmp_path: Path) -> None:
    with Store(tmp_path, MIGRATIONS[:3]) as store, store.writing() as connection:
        connection.execute(
            "INSERT INTO library (path, channel, is_take, name, added) VALUES ('/a.wav', -1, 0, 'a', '2026-01-01')"
        )
        connection.execute(
            """INSERT INTO library (path, channel, is_take, name, added, label, probabilities, abstained, duration_s,
            voice) VALUES ('/b.wav', -1, 0, 'b', '2025-01-01', 'sad', '{"angry": 0.1, "sad": 0.9}', 0, 2.5, '')"""
        )
    with Store(tmp_path) as store:
        item, answered = Library(store).all()
        assert (item.name, item.speakers, item.said) == ("a", "off", ())
        assert answered.outcome is not None
        assert answered.outcome.named == Named(("sad",), 0.9)


def test_kept_takes_that_it_does_not_name_are_found(tmp_path: Path) -> None:
    takes = tmp_path / "recordings"
    takes.mkdir()
    (takes / "2026-01-01 10.00.00.wav").write_bytes(b"x" * 1000)
    with Store(tmp_path / "store") as store:
        library = Library(store)
        library.remember(find_takes(takes, library.all()))
        (item,) = library.all()
        assert (item.name, item.is_take, size_of(library.all())) == ("2026-01-01 10.00.00", True, 1000)
        assert find_takes(takes, library.all()) == ()


WRITER = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from desktop_app.engine.people.library import Remembered, Library
from desktop_app.engine.people.store import Store

with Store(Path(sys.argv[1])) as store:
    library = Library(store)
    for i in range(int(sys.argv[2]), 10**6):
        library.remember([Remembered(Path(f"/{{i}}.wav"), str(i))])
        item = library.all()[0]
        library.change(item.id, notes=f"note {{i}}")
        print(i, flush=True)
"""


def test_a_kill_at_any_moment_loses_no_confirmed_change(tmp_path: Path) -> None:
    told = -1
    for life in range(8):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER.format(root=str(ROOT)), str(tmp_path), str(1000 * life)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert writer.stdout is not None
        for _ in range(3 + life):
            told = int(writer.stdout.readline())
        os.kill(writer.pid, signal.SIGKILL)
        writer.stdout.close()
        writer.wait(timeout=60)
        with Store(tmp_path) as store:
            with store.reading() as connection:
                assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            notes = {item.name: item.notes for item in Library(store).all()}
        assert notes[str(told)] == f"note {told}"
