"""The SVG as a picture: what stands where, and that it is well-formed whatever the labels are."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import soundfile

from desktop_app.engine.exports.timeline_image import (
    MARGIN,
    PLOT,
    STACK_HEIGHT,
    STACK_TOP,
    colours,
    timeline_svg,
    timeline_svg_of_file,
)
from desktop_app.engine.recognition.answer import Recognition
from desktop_app.engine.sound.envelope import peaks_of

SVG = "{http://www.w3.org/2000/svg}"


def boxes(root: ElementTree.Element, fill: str) -> list[tuple[float, float, float, float]]:
    return [
        tuple(float(r.attrib[key]) for key in ("x", "y", "width", "height"))  # type: ignore[misc]
        for r in root.iter(f"{SVG}rect")
        if r.attrib["fill"] == fill
    ]


def test_stretches_stand_at_their_times_and_stack_to_the_top(recognition: Recognition) -> None:
    root = ElementTree.fromstring(timeline_svg(recognition, np.full(1000, 0.5, np.float32)))
    colour = colours(list(recognition.probabilities))
    per_label = {label: [b for b in boxes(root, c) if STACK_TOP - 1 <= b[1] < 290] for label, c in colour.items()}
    for i, (start, end) in enumerate([(250, 2000), (2000, 4500), (3605012, 3672000)]):
        stack = [per_label[label][i] for label in colour]
        assert sum(b[3] for b in stack) == pytest.approx(STACK_HEIGHT, abs=0.05)
        for x, _, width, _ in stack:
            assert x == pytest.approx(MARGIN + PLOT * start / 3672000, abs=0.01)
            assert width == pytest.approx(PLOT * (end - start) / 3672000, abs=0.01)
    words = [text.text or "" for text in root.iter(f"{SVG}text")]
    assert Path(recognition.path).name in words[0]
    assert "happy: 94 % of the time" in words
    assert "1:00:00" in words


def test_a_page_that_holds_it_writes_and_colours_the_labels(recognition: Recognition) -> None:
    dress = {label: (f"<{i}>", f"#00000{i}") for i, label in enumerate(recognition.probabilities)}
    root = ElementTree.fromstring(timeline_svg(recognition, dress=dress))
    words = [text.text or "" for text in root.iter(f"{SVG}text")]
    assert {word for word in words if not word[:1].isdigit()} <= {name for name, _ in dress.values()}
    assert all(boxes(root, colour) for _, colour in dress.values())


def test_the_waveform_is_read_from_the_recording_where_it_is(recognition: Recognition, tmp_path: Path) -> None:
    without = timeline_svg_of_file(recognition, tmp_path / "x.svg")
    samples = np.zeros(16_000, np.float32)
    samples[8_000:] = 0.5
    soundfile.write(recognition.path, samples, 16_000, format="WAV")
    with_waveform = timeline_svg_of_file(recognition, tmp_path / "x.svg")
    assert b"<path" not in without
    (path,) = ElementTree.fromstring(with_waveform).iter(f"{SVG}path")
    drawn = [float(stroke.split()[0]) for stroke in path.attrib["d"].split("M")[1:]]
    assert drawn[0] == pytest.approx(MARGIN + PLOT / 2, abs=PLOT / 50)
    assert drawn[-1] == pytest.approx(MARGIN + PLOT, abs=1)


def test_the_waveform_is_of_the_channel_that_was_listened_to(recognition: Recognition, tmp_path: Path) -> None:
    loud, silent = np.full(16_000, 0.5, np.float32), np.zeros(16_000, np.float32)
    soundfile.write(tmp_path / "two.wav", np.stack([loud, silent], axis=1), 16_000)
    first = replace(recognition, path=str(tmp_path / "two.wav"), channel=0)
    assert timeline_svg_of_file(first, tmp_path / "x.svg") == timeline_svg(first, peaks_of([loud], 16_000))
    second = replace(first, channel=1)
    assert timeline_svg_of_file(second, tmp_path / "x.svg") == timeline_svg(second, peaks_of([silent], 16_000))


def test_a_recording_without_speech_is_given_no_emotion(recognition: Recognition) -> None:
    because = "No speech was heard in this recording."
    silent = replace(recognition, segments=(), abstained=True, abstained_because=because)
    svg = timeline_svg(silent).decode()
    assert because in svg
    assert "as a whole" not in svg


def test_strange_labels_are_well_formed_and_have_colours_of_their_own(strange: Recognition) -> None:
    root = ElementTree.fromstring(timeline_svg(strange))
    assert any('say "no"' in (t.text or "") for t in root.iter(f"{SVG}text"))
    assert len(set(colours(list(strange.probabilities)).values())) == 6
