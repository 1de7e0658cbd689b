"""The one owner of the pack and its recogniser: every answer in the window is made in this worker's thread."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from desktop_app.engine.recognition import Recognition
from desktop_app.errors import PackError
from desktop_app.ui.jobs import Job, JobState, Priority, Worker
from desktop_app.ui.widgets.map_view import Landscape

if TYPE_CHECKING:
    from desktop_app.engine.recogniser import Recogniser
    from desktop_app.engine.speech import SpeechDetector

Samples = NDArray[np.float32]

ENVELOPE_BLOCK_S = 10.0
SPOKEN_WITHIN_S = 0.8  # live: someone is speaking if there was speech this recently
SPEECH_PROBABILITY = 0.5  # Silero's own default threshold


@dataclass(frozen=True)
class PackInfo:
    """What the window shows of the pack in use.

    Attributes:
        root: Its folder.
        name, version, licence: As the pack says.
        labels: The emotions it knows, in its order.
        k, alpha: What it answers with unless asked otherwise.
        items: Recordings in its datastore.
        landscape: Where they lie on the map; empty where the pack has no map.
        model_card: Its text, Markdown.
    """

    root: Path
    name: str
    version: str
    licence: str
    labels: tuple[str, ...]
    k: int
    alpha: float
    items: int
    landscape: Landscape
    model_card: str


@dataclass(frozen=True)
class Answered:
    """A recording's answer and what another answer can be made from without encoding again.

    Attributes:
        recognition: The answer.
        analysis: The engine's Analysis.
        envelope: Peaks 0 to 1 of the recording.
    """

    recognition: Recognition
    analysis: Any
    envelope: tuple[float, ...]


@dataclass(frozen=True)
class LiveAnswer:
    """One live moment: the shares heard in the window, or None where nobody speaks."""

    shares: dict[str, float] | None


class RecognitionOwner(QObject):
    """Loads the pack behind the first paint and answers after it.

    Signals:
        opened: PackInfo, once a pack is in use.
        failed: The VoiceKinError why no pack could be opened.
    """

    opened = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.worker = Worker("recogniser", self)
        self.pack: PackInfo | None = None
        self._recogniser: Recogniser | None = None  # touched by the worker's thread only
        self._detector: SpeechDetector | None = None

    def open(self, path: Path) -> Job:
        """Use the pack at `path`; a bad one leaves the pack in use as it is."""

        def load(state: JobState) -> PackInfo:  # noqa: ARG001
            # imported here: ONNX Runtime and the rest load behind the first paint
            from desktop_app.engine.pack import load_pack
            from desktop_app.engine.recogniser import Recogniser
            from desktop_app.engine.speech import SpeechDetector

            pack = load_pack(path)
            recogniser = Recogniser(pack)
            recogniser.encoder.encode(
                [np.zeros(pack.manifest.sample_rate, dtype=np.float32)]
            )  # the first run allocates
            self._detector = self._detector or SpeechDetector()
            self._recogniser = recogniser
            return pack_info(pack)

        job = self.worker.submit(load)
        job.done.connect(self._opened)
        job.failed.connect(self.failed)
        return job

    def answer_file(self, path: Path) -> Job:
        """Decode, encode and answer a recording; done with Answered."""

        def answer(state: JobState) -> Answered:
            recogniser = self._needed()
            analysis = recogniser.analyse_file(path, should_stop=state.should_stop, progress=state.progress)
            return Answered(recogniser.answer(analysis), analysis, envelope_of(path))

        return self.worker.submit(answer, Priority.QUEUED)

    def answer_again(self, answered: Answered, k: int, alpha: float) -> Job:
        """Mix the same analysis anew with other settings; done with Answered. Nothing is encoded."""

        def answer(state: JobState) -> Answered:  # noqa: ARG001
            return replace(answered, recognition=self._needed().answer(answered.analysis, k=k, alpha=alpha))

        return self.worker.submit(answer)

    def answer_live(self, samples: Samples, sample_rate: int) -> Job:
        """Answer a window of live sound, float32 [n] at the microphone's rate; done with LiveAnswer."""

        def answer(state: JobState) -> LiveAnswer:  # noqa: ARG001
            from desktop_app.engine.audio import SAMPLE_RATE, to_mono_at

            recogniser, detector = self._needed(), self._detector
            window = to_mono_at(samples, sample_rate, SAMPLE_RATE)
            assert detector is not None
            # the gate hears the end of the window alone: the encoder does not run while nobody speaks
            if (
                float(detector.probabilities(window[-round(SPOKEN_WITHIN_S * SAMPLE_RATE) :]).max())
                < SPEECH_PROBABILITY
            ):
                return LiveAnswer(None)
            return LiveAnswer(dict(recogniser.answer(recogniser.analyse(window)).probabilities))

        return self.worker.submit(answer, Priority.LIVE)

    def close(self) -> None:
        """End the worker."""
        self.worker.close()

    def _needed(self) -> "Recogniser":
        if self._recogniser is None:
            raise PackError("There is no pack in use. Choose one in the settings.")
        return self._recogniser

    def _opened(self, pack: PackInfo) -> None:
        self.pack = pack
        self.opened.emit(pack)


def pack_info(pack: Any) -> PackInfo:
    """What the window shows of an `engine.pack.Pack`."""
    manifest = pack.manifest
    landscape = Landscape()
    if pack.map is not None:
        landscape = Landscape(
            tuple(item.id for item in pack.items),
            tuple(item.label for item in pack.items),
            tuple((float(x), float(y)) for x, y in pack.map),
        )
    return PackInfo(
        root=pack.root,
        name=manifest.name,
        version=manifest.version,
        licence=manifest.licence,
        labels=tuple(manifest.labels),
        k=manifest.knn.k,
        alpha=manifest.knn.alpha,
        items=len(pack.items),
        landscape=landscape,
        model_card=pack.model_card(),
    )


def envelope_of(path: Path, n_peaks: int = 160) -> tuple[float, ...]:
    """The largest magnitude, 0 to 1, in each of `n_peaks` equal stretches of a recording of any length."""
    from desktop_app.engine.audio import SAMPLE_RATE, read_blocks
    from desktop_app.engine.timeline import columns, peaks_of

    peaks = peaks_of(read_blocks(path, SAMPLE_RATE, ENVELOPE_BLOCK_S), SAMPLE_RATE)
    return tuple(float(p) for p in np.minimum(columns(peaks, n_peaks), 1.0))
