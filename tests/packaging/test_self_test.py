"""The self-test: what a step prints of itself fails it, and a failed step fails the whole."""

import os

import pytest

from desktop_app import self_test
from desktop_app.errors import PackError


def quiet() -> str:
    return "held"


def prints() -> str:
    os.write(1, b"a stray line\n")
    return "held"


def library_writes() -> str:
    os.write(2, b"qt.qpa: no such plugin\n")
    return "held"


def sound_system_talks() -> str:
    os.write(2, b"ALSA lib pcm.c:2664:(snd_pcm_open_noupdate) Unknown PCM cards.pcm.rear\n")
    os.write(2, b"Cannot connect to server socket err = No such file or directory\n")
    return "held"


def refuses() -> str:
    raise PackError("The pack is damaged. Install it again.")


def breaks() -> str:
    raise ModuleNotFoundError("No module named 'desktop_app.commands.voice'")


def fails() -> str:
    raise self_test.StepError("12 neighbours instead of 32")


@pytest.mark.parametrize("step", [quiet, sound_system_talks])
def test_a_step_that_holds(step: self_test.Step) -> None:
    assert self_test.attempt(step) == (True, "held")


@pytest.mark.parametrize(
    ("step", "word"),
    [
        (prints, "a stray line"),
        (library_writes, "no such plugin"),
        (refuses, "The pack is damaged."),
        (breaks, "desktop_app.commands.voice"),
        (fails, "12 neighbours"),
    ],
)
def test_a_step_that_does_not(step: self_test.Step, word: str) -> None:
    held, said = self_test.attempt(step)
    assert not held
    assert word in said


def test_one_failed_step_fails_the_whole_and_the_rest_are_done(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(self_test, "STEPS", {"first": refuses, "second": quiet})
    monkeypatch.setenv("VOICEKIN_HOME", "restored by monkeypatch")
    assert self_test.run() == 1
    assert capfd.readouterr().out.splitlines() == [
        "FAILED first: The pack is damaged. Install it again.",
        "ok     second: held",
    ]


def test_the_samples_are_speech_and_small() -> None:
    from desktop_app.engine.sound.audio import load_audio
    from desktop_app.engine.sound.speech import SpeechDetector

    made = sorted(self_test.SAMPLE.parent.glob("*.flac"))
    assert len(made) == 4
    assert sum(path.stat().st_size for path in made) < 300_000
    for path in (self_test.SAMPLE, *made):
        samples = load_audio(path).samples
        assert (SpeechDetector().probabilities(samples) > 0.5).mean() > 0.5
