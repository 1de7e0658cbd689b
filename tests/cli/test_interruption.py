"""Ctrl-C, TERM and HUP at any moment: every command ends with its word and its status, and none hangs.

The moments are random. VOICEKIN_INTERRUPTIONS=300 scripts/test tests/cli/test_interruption.py sends more of them.
"""

import os
import random
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import soundfile

from desktop_app import cli, interruption
from desktop_app.engine.pack.format import Pack
from desktop_app.engine.recognition.recogniser import Recogniser
from desktop_app.errors import Cancelled
from tests.tiny_pack import LABELS, RATE, clip
from tests.trainer import made_corpora as made

TIMES = int(os.environ.get("VOICEKIN_INTERRUPTIONS", "30"))
LIMIT_S = 120  # of one process on the busiest machine: to its hard end, and to what it imports until then
STOPPED = b"voicekin: stopped.\n"
RECIPE = """
name = "tiny"
[corpora]
names = ["ravdess"]
labels = ["angry", "happy", "neutral", "sad"]
[backbone]
name = "tiny"
layers = 2
pooled_layers = [1, 2]
max_seconds = 3.0
[head]
members = 2
width = 32
embedding = 8
[training]
epochs = 200
patience = 200
batch_size = 16
[protocol]
kind = "speaker-folds"
folds = 3
seeds = [0, 1]
"""

posix = pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise there")


class Running:
    """A process of VoiceKin that has come so far as to heed signals."""

    def __init__(self, command: Sequence[object], **options: object) -> None:
        python = [sys.executable, *map(str, command)]
        self.process = subprocess.Popen(python, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)  # type: ignore[call-overload]
        self._wait(lambda: bool(self._caught() & 1 << (signal.SIGTERM - 1)))

    def send(self, number: int) -> None:
        if self.process.poll() is None:
            self.process.send_signal(number)

    def end(self) -> tuple[int, bytes]:
        """Exit status and what it said."""
        try:
            _, said = self.process.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise AssertionError(f"{self.process.args} hangs") from None
        return self.process.returncode, said

    def _caught(self) -> int:
        """The signals that the process has a handler for, as a mask; all where that can't be seen."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text()
            return int(next(line for line in status.splitlines() if line.startswith("SigCgt")).split()[1], 16)
        except (OSError, StopIteration):
            time.sleep(0.3)
            return -1

    def _wait(self, ready: Callable[[], bool]) -> None:
        until = time.monotonic() + LIMIT_S
        while self.process.poll() is None and not ready():
            assert time.monotonic() < until
            time.sleep(0.002)


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    folder = tmp_path / "clips"
    folder.mkdir()
    for i in range(12):
        soundfile.write(folder / f"{i}.wav", clip(LABELS[i % 4], i), RATE)
    return folder


@pytest.fixture
def calls(
    tiny_pack: Pack, clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, tuple[list[object], bytes]]:
    """Each kind of call, and what an interrupted one says last."""
    pytest.importorskip("torch")
    from tests.trainer.tiny_backbones import save_tiny

    made.ravdess(tmp_path / "corpora" / "ravdess", range(1, 7))
    save_tiny("whisper", tmp_path / "models" / "tiny")
    (tmp_path / "tiny.toml").write_text(RECIPE, encoding="utf-8")
    monkeypatch.setenv("VOICEKIN_CORPORA", str(tmp_path / "corpora"))
    monkeypatch.setenv("VOICEKIN_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("VOICEKIN_CACHE", str(tmp_path / "cache"))
    app, pack, files = ["-m", "desktop_app"], ["--pack", tiny_pack.root], sorted(clips.iterdir())
    go_on = b"Stopped. To continue, run the same command with --resume.\n"
    return {
        "classify": ([*app, "classify", "--json", "--jobs", 2, *pack, *files * 20], STOPPED),
        "voice": ([*app, "voice", "learn", "Anna", *pack, *files * 20], STOPPED),
        "examples": ([*app, "examples", "add", "sad", *pack, *files * 20], STOPPED),
        "train": (
            ["-m", "trainer.cli", "fit", "--recipe", tmp_path / "tiny.toml", "--run", tmp_path / "run", "--resume"],
            go_on,
        ),
    }


@posix
@pytest.mark.timeout(TIMES * LIMIT_S)
def test_a_signal_at_any_moment_ends_it_with_its_word(calls: dict[str, tuple[list[object], bytes]]) -> None:
    rng = random.Random(7)
    took: dict[str, float] = {}
    interrupted = 0
    for i in range(TIMES):
        kind = "train" if i % 10 == 9 else ("classify", "voice", "classify", "examples")[i % 4]
        command, word = calls[kind]
        number = rng.choice((signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
        begun = time.monotonic()
        running = Running(command)
        time.sleep(rng.random() * took.get(kind, 2.0))
        running.send(number)
        for _ in range(rng.choice((0, 0, 1, 5))):  # impatience
            time.sleep(rng.random() * 0.05)
            running.send(number)
        status, said = running.end()
        if status == 128 + number:
            interrupted += 1
            assert said.endswith(word), (kind, number, said)
            assert said.count(word) == 1, said
            assert b"Traceback" not in said, said
        else:  # it had ended before
            assert status in (0, 1), (kind, number, status, said)
            took[kind] = time.monotonic() - begun
    assert interrupted > TIMES / 3
    connected = subprocess.run(
        [sys.executable, "-m", "desktop_app", "voice", "list"], capture_output=True, timeout=LIMIT_S, check=False
    )
    assert connected.returncode == 0, connected.stderr  # what they all wrote to is whole


@posix
def test_who_waits_for_what_never_comes_is_ended_hard(tiny_pack: Pack, tmp_path: Path) -> None:
    # a pipe that nobody reads is full after 64 KiB, and the write to it waits for ever
    files = [tmp_path / "a.wav"]
    soundfile.write(files[0], clip("sad"), RATE)
    running = Running(["-m", "desktop_app", "classify", "--json", "--pack", tiny_pack.root, *files * 60])
    time.sleep(2)
    running.send(signal.SIGTERM)
    assert running.process.wait(LIMIT_S) == 128 + signal.SIGTERM
    assert running.process.stderr is not None
    assert running.process.stderr.read() == STOPPED
    running.process.communicate()


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_window_closes(number: int, monkeypatch: pytest.MonkeyPatch, user_home: Path) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    running = Running(["-m", "desktop_app"])
    until = time.monotonic() + LIMIT_S
    while not list(user_home.rglob("voicekin.log")) and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(random.Random(number).random() * 2)
    running.send(number)
    status, said = running.end()
    assert status == 128 + number, said
    assert b"Traceback" not in said


@posix
def test_a_signal_that_is_ignored_stays_ignored(tiny_pack: Pack, clips: Path) -> None:
    command = ["-m", "desktop_app", "classify", "--json", "--pack", tiny_pack.root, *clips.iterdir()]
    running = Running(command, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    running.send(signal.SIGHUP)
    assert running.end() == (0, b"")


def test_a_request_is_one_line_and_a_status(
    tiny_pack: Pack, clips: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Recogniser.answer

    def asked_to_stop(*arguments: object, **more: object) -> object:
        monkeypatch.setattr(interruption, "_signal", int(signal.SIGINT))
        return real(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Recogniser, "answer", asked_to_stop)
    assert cli.main(["classify", "--pack", str(tiny_pack.root), str(clips)]) == 130
    assert capsys.readouterr().err == STOPPED.decode()
    with pytest.raises(Cancelled):
        interruption.check()


def test_a_request_that_comes_before_the_work_begins_ends_it_there(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from desktop_app.commands import pack

    monkeypatch.setattr(interruption, "_signal", int(signal.SIGTERM))
    monkeypatch.setattr(pack, "run", lambda _: pytest.fail("it was begun"))
    assert cli.main(["pack", "list"]) == 143
    assert capsys.readouterr() == ("", STOPPED.decode())


STANDS_STILL = """
import os, sys, time
from desktop_app import interruption
interruption.AGAIN_S, interruption.BLOCKED_S = float(sys.argv[1]), 0.2
interruption.watch("stopped.", float(sys.argv[2]))
print("begun", flush=True)
if sys.argv[3] == "reads":
    open(sys.argv[4]).read()
while sys.argv[3] == "writes":
    os.write(2, b"x" * 10_000)
while True:
    time.sleep(0.1)
"""
"""A program that never looks: seconds for AGAIN_S, for the grace, and what it waits for."""


def begun(*arguments: object) -> Running:
    running = Running(["-c", STANDS_STILL, *arguments])
    assert running.process.stdout is not None
    assert running.process.stdout.readline() == b"begun\n"
    return running


@posix
def test_a_second_signal_some_time_after_the_first_ends_it_hard_and_says_so() -> None:
    running = begun(0.3, 600, "sleeps")
    running.send(signal.SIGTERM)
    time.sleep(0.6)
    assert running.process.poll() is None
    until = time.monotonic() + LIMIT_S
    while running.process.poll() is None and time.monotonic() < until:  # the first may be read late
        running.send(signal.SIGTERM)
        time.sleep(0.1)
    assert running.end() == (143, b"stopped. It was ended at once, in the midst of its work.\n")


@posix
def test_signals_at_once_are_one() -> None:
    running = begun(600, 1.0, "sleeps")
    until = time.monotonic() + LIMIT_S
    while running.process.poll() is None and time.monotonic() < until:
        running.send(signal.SIGHUP)
    assert running.end() == (129, b"stopped.\n")


@posix
def test_who_waits_for_a_pipe_without_a_writer_is_ended(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    running = begun(600, 0.3, "reads", tmp_path / "pipe")
    running.send(signal.SIGINT)
    assert running.end() == (130, b"stopped.\n")


@posix
def test_a_full_pipe_in_place_of_stderr_keeps_nobody(tmp_path: Path) -> None:
    """Neither the work that writes to it nor the last word."""
    running = begun(600, 0.3, "writes", tmp_path)
    time.sleep(0.3)
    running.send(signal.SIGTERM)
    assert running.process.wait(LIMIT_S) == 143
    running.process.communicate()


@posix
def test_numbers_of_closed_streams_go_to_no_file(tmp_path: Path) -> None:
    """Else what a library writes to stderr would be in a user's file, or taken for a signal."""
    program = (
        "import os, time; from desktop_app import interruption; interruption.watch('stopped.'); "
        f"file = open({str(tmp_path / 'file')!r}, 'w'); assert file.fileno() > 2; os.write(2, b'warning'); "
        "time.sleep(0.1); assert not interruption.requested()"
    )
    call = f"{shlex.quote(sys.executable)} -c {shlex.quote(program)} <&- >&- 2>&-"
    assert subprocess.run(call, shell=True, timeout=LIMIT_S, check=False).returncode == 0
    assert (tmp_path / "file").read_text(encoding="utf-8") == ""
