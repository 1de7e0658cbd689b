from pathlib import Path

import numpy as np
import soundfile

from desktop_app.engine.pack.published_sound import PublishedSound


def test_a_recording_is_found_by_its_name_and_known_by_its_length(tmp_path: Path) -> None:
    def write(name: str, seconds: float) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, np.zeros(round(seconds * 16_000)), 16_000)
        return path

    write("another/03-01.wav", 2.0)
    right = write("ravdess/Actor_01/03-01.flac", 3.3)
    alike = write("another/03-02.wav", 1.0)
    own = write("ravdess/03-02.wav", 1.05)
    (tmp_path / "ravdess" / "03-01.txt").write_text("what is said in it")
    sound = PublishedSound(tmp_path)
    assert sound.find("ravdess/03-01", 3.303) == right
    assert sound.find("ravdess/03-01", 3.39) == right
    assert sound.find("ravdess/03-01", 3.41) is None
    assert sound.find("ravdess/03-99", 3.3) is None
    assert sound.find("ravdess/03-02", 1.0) == own, "of several alike the corpus' own"
    assert sound.find("another/03-02", 1.0) == alike
    assert PublishedSound(tmp_path / "nowhere").find("ravdess/03-01", 3.3) is None


def test_a_tenth_of_a_second_may_differ_and_of_several_the_first_folders_counts(tmp_path: Path) -> None:
    for folder in ("d", "b", "e", "a", "c"):
        (tmp_path / folder).mkdir()
        soundfile.write(tmp_path / folder / "1.wav", np.zeros(1_600), 16_000)
    sound = PublishedSound(tmp_path)
    assert sound.find("corpus/1", 0.0) == tmp_path / "a" / "1.wav"
    assert sound.find("c/1", 0.2) == tmp_path / "c" / "1.wav"
    assert sound.find("1", 0.1) == tmp_path / "a" / "1.wav"
    assert sound.find("corpus/1", 0.21) is None
    soundfile.write(tmp_path / "a" / "1.wav", np.zeros(3_600), 16_000)
    assert sound.find("corpus/1", 0.0) == tmp_path / "b" / "1.wav"


def test_a_search_that_is_stopped_keeps_what_it_found(tmp_path: Path) -> None:
    for name in ("a/1.wav", "b/2.wav", "c/3.wav"):
        (tmp_path / name).parent.mkdir()
        soundfile.write(tmp_path / name, np.zeros(16_000), 16_000)
    asked: list[bool] = []
    sound = PublishedSound(tmp_path, lambda: bool(asked.append(True)) or len(asked) > 2)
    assert sound.find("a/1", 1.0) == tmp_path / "a" / "1.wav"
    assert sound.find("b/2", 1.0) is None
    assert len(asked) == 3
