"""The engine's answers: frozen dataclasses that the window shows, the command line prints and exports write."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from desktop_app.engine.recognition.manner import enumerated, in_words
from desktop_app.engine.recognition.path_text import path_of, path_text

Floats = npt.NDArray[np.float32]

OR = " or "
"""Joins the labels of a label set when they are written as one text."""

VoiceKind = Literal["none", "itself", "group", "saved", "speakers"]

THAN: Mapping[VoiceKind, str] = {
    "none": "most people speak",
    "itself": "elsewhere in this recording",
    "group": "in the other recordings",
    "saved": "this voice usually does",
}
"""What the manner of speaking is compared with, for each kind of voice."""

Probabilities = Mapping[str, float]
"""Label -> probability, in the pack's label order; sums to 1."""


@dataclass(frozen=True)
class Named:
    """The emotions that an answer names in short.

    Attributes:
        labels: One or two; none if the answer is uncertain or no speech was heard.
        share: Their probability together; of a long recording, their share of the time.
        of_time: Whether it is a share of the time.
    """

    labels: tuple[str, ...] = ()
    share: float = 0.0
    of_time: bool = False


@dataclass(frozen=True)
class Neighbour:
    """One of the k nearest recordings in the datastore.

    Attributes:
        id: The item's unique id in the datastore.
        label: Its emotion.
        corpus, speaker, language: Its source; "" if not known.
        text: The words that are spoken, or the file's name of an example of the user's own; "" if not known.
        duration_s: Length in seconds.
        distance: Euclidean distance of the embeddings, 0 to 2.
        weight: Its share of p_knn, 0 to 1; the weights of the k nearest sum to 1.
        envelope: Peaks of its waveform, 0 to 1, in equal stretches; the pack's items have 64; empty if not known.
        clip: Path of its audio inside the pack, or None.
        own: True for one of the user's own examples.
        place: Its place on the pack's map; None if not known.
    """

    id: str
    label: str
    corpus: str
    speaker: str
    language: str
    text: str
    duration_s: float
    distance: float
    weight: float
    envelope: tuple[float, ...] = ()
    clip: str | None = None
    own: bool = False
    place: tuple[float, float] | None = None


@dataclass(frozen=True)
class Segment:
    """One stretch of a recording with its own answer; times in seconds from the recording's start.

    Attributes:
        label_set: As in Recognition.
        speaker: The index of its speaker in Recognition.speakers; None if speakers were not told apart.
    """

    start_s: float
    end_s: float
    label: str
    probabilities: Probabilities
    label_set: tuple[str, ...] = ()
    speaker: int | None = None


@dataclass(frozen=True)
class Timing:
    """The time that each stage took, in milliseconds."""

    decode: float = 0.0
    encode: float = 0.0
    retrieve: float = 0.0


@dataclass(frozen=True)
class VoiceUsed:
    """Whose baseline was subtracted from a recording's features.

    Attributes:
        kind: "none": no baseline; "itself": that of the recording's own stretches; "group": that of the recordings
            which were analysed together with it; "saved": that of a saved voice; "speakers": one for each speaker, see
            `Recognition.speakers`.
        name: The name of a saved voice.
        heard: The number of recordings, or of stretches of this recording, that it was estimated from.
        settled: 0 to 1, how well it is known, see `Voice`: the better, the more certain are the answers.
    """

    kind: VoiceKind = "none"
    name: str = ""
    heard: int = 0
    settled: float = 0.0

    def clause(self) -> str:
        """A clause to show to the user; "" if no baseline was used."""
        if self.kind == "itself":
            return "compared with the rest of this recording"
        if self.kind == "speakers":
            return "each speaker compared with their own stretches"
        if self.kind == "group":
            return f"compared with all {self.heard} recordings together"
        return (
            f"compared with the voice of {self.name}, known from {_recordings(self.heard)}"
            if self.kind == "saved"
            else ""
        )


NOBODY = VoiceUsed()


@dataclass(frozen=True)
class Speaker:
    """One speaker of a recording, and the answer for all stretches of that speaker.

    Attributes:
        name: The name that the user gave, or "Speaker 1" and so on, in the order in which they first speak.
        speech_s: The total length of their stretches.
        share: Their share of the time of all stretches, 0 to 1.
        label, probabilities, label_set: As in Recognition, for their stretches only.
        voice: Whose baseline was subtracted from their features.
    """

    name: str
    speech_s: float
    share: float
    label: str
    probabilities: Probabilities
    label_set: tuple[str, ...] = ()
    voice: VoiceUsed = NOBODY

    def as_json(self) -> dict[str, Any]:
        """An object for the list `speakers` of an answer in JSON."""
        return {
            "name": self.name,
            "speech_s": round(self.speech_s, 3),
            "share": round(self.share, 4),
            "label": self.label,
            "label_set": list(self.label_set),
            "probabilities": _rounded(self.probabilities),
            "voice": self.voice.kind,
            "voice_name": self.voice.name,
            "voice_heard": self.voice.heard,
            "voice_settled": round(self.voice.settled, 4),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """What `as_json` made.

        Raises:
            KeyError, TypeError: `data` is not what `as_json` makes.
        """
        return cls(
            data["name"],
            data["speech_s"],
            data["share"],
            data["label"],
            data["probabilities"],
            tuple(data["label_set"]),
            VoiceUsed(data["voice"], data["voice_name"], data["voice_heard"], data["voice_settled"]),
        )


def speaker_name(index: int) -> str:
    """The name of a speaker whom the user has not named; `index` counts from 0."""
    return f"Speaker {index + 1}"


@dataclass(frozen=True)
class RestsOn:
    """What an answer is based on besides the recording; k and alpha are in the answer itself.

    Attributes:
        pack: Name and version of the pack.
        examples: How many of the user's own examples could influence it.
    """

    voice: VoiceUsed = NOBODY
    pack: str = ""
    examples: int = 0

    def as_json(self) -> dict[str, Any]:
        """The object `rests_on` of an answer in JSON."""
        return {
            "voice": self.voice.kind,
            "name": self.voice.name,
            "heard": self.voice.heard,
            "settled": round(self.voice.settled, 4),
            "pack": self.pack,
            "examples": self.examples,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """What `as_json` made.

        Raises:
            KeyError, TypeError: `data` is not what `as_json` makes.
        """
        voice = VoiceUsed(data["voice"], data["name"], data["heard"], data.get("settled", 0.0))
        return cls(voice, data["pack"], data["examples"])


@dataclass(frozen=True, eq=False)
class Features:
    """The features of a recording, from which it can be answered again without the sound; see `Analysis`.

    Attributes:
        spans: (start_s, end_s) of each stretch analysed.
        pooled: float32 [spans, D], with no baseline subtracted.
        embedding: float32 [spans, E], L2-normalised, made with the baseline that the answer names.
        speech_peak, level_db, encoder_sha256, start_s: As in `Analysis`.
    """

    spans: tuple[tuple[float, float], ...]
    pooled: Floats
    embedding: Floats
    speech_peak: float
    level_db: float
    encoder_sha256: str
    start_s: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """A JSON object that preserves the numbers exactly: arrays are base64 of little-endian float32."""
        return {
            "spans": [list(span) for span in self.spans],
            "pooled": _packed(self.pooled),
            "embedding": _packed(self.embedding),
            "speech_peak": self.speech_peak,
            "level_db": self.level_db,
            "encoder_sha256": self.encoder_sha256,
            "start_s": self.start_s,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """What `as_json` made.

        Raises:
            KeyError, TypeError, ValueError: `data` is not what `as_json` makes.
        """
        spans = tuple((start_s, end_s) for start_s, end_s in data["spans"])
        arrays = {name: _unpacked(data[name], len(spans)) for name in ("pooled", "embedding")}
        return cls(**{**data, "spans": spans, **arrays})


@dataclass(frozen=True)
class Recognition:
    """The answer for one recording.

    Attributes:
        path: The file, or "" for a live take.
        duration_s: Length of the recording in seconds.
        label: The most probable label, even if `abstained`.
        confidence: Its probability.
        abstained: True if the answer is too uncertain, or the sound too unlike the datastore, to be relied on.
        abstained_because: The reason, one sentence for the user; "" unless abstained.
        novelty: Distance to the datastore relative to the pack's threshold; above 1, the sound is unlike the datastore.
        speech_s: Seconds of speech that the voice-activity detector heard.
        probabilities: p = alpha * p_knn + (1 - alpha) * p_model  (eq. 4).
        model_probabilities: p_model = softmax(logits / T).
        neighbour_probabilities: p_knn.
        neighbours: The k nearest, nearest first.
        k, alpha: The values that were used; alpha is the mean over the segments.
        own_share: The share of the answer that comes from the user's own examples, 0 to 1.
        segments: The stretches analysed; one for a short clip, none if no speech was found.
        timing_ms: The time that each stage took.
        channel: The channel that was requested, counted from 0; None: the one with the clearest voice was chosen.
        remarks: Sentences about parts of the file that could not be used, and choices that were made in it.
        label_set: The labels that the evidence supports, `label` first; usually only `label`.
        rests_on: The voice, pack and examples that were used.
        manner: How it was said, see `manner_of`: relative to the voice if it is known, else to all recordings.
        features: The features it was made from, if requested; not in JSON.
        dimensions: Name -> 0 to 1, such as arousal from calm to excited; empty and not in JSON if the pack has none.
        said_speaker: The speaker that the caller named; "" and not in JSON if none.
        speakers: The speakers, in the order in which they first speak; empty if speakers were not told apart.
    """

    path: str
    duration_s: float
    label: str
    confidence: float
    abstained: bool
    abstained_because: str
    novelty: float
    speech_s: float
    probabilities: Probabilities
    model_probabilities: Probabilities
    neighbour_probabilities: Probabilities
    neighbours: tuple[Neighbour, ...]
    k: int
    alpha: float
    segments: tuple[Segment, ...]
    timing_ms: Timing
    channel: int | None = None
    own_share: float = 0.0
    remarks: tuple[str, ...] = ()
    label_set: tuple[str, ...] = ()
    rests_on: RestsOn = RestsOn()
    manner: Mapping[str, float] = field(default_factory=dict)
    features: Features | None = field(default=None, compare=False)
    said_speaker: str = ""
    speakers: tuple[Speaker, ...] = ()
    dimensions: Mapping[str, float] = field(default_factory=dict)

    def speaker_of(self, segment: Segment) -> str:
        """The name of a segment's speaker; "" if not known."""
        return "" if segment.speaker is None else self.speakers[segment.speaker].name

    def as_json(self) -> dict[str, Any]:
        """The object that `voicekin classify --json` prints on one line."""
        return {
            "path": path_text(self.path),
            **({"said_speaker": self.said_speaker} if self.said_speaker else {}),
            "channel": None if self.channel is None else self.channel + 1,  # counted from 1, as `--channel` does
            "duration_s": round(self.duration_s, 3),
            "speech_s": round(self.speech_s, 3),
            "label": self.label,
            "label_set": list(self.label_set),
            "confidence": round(self.confidence, 6),
            "abstained": self.abstained,
            "abstained_because": self.abstained_because,
            "remarks": list(self.remarks),
            "novelty": round(self.novelty, 4),
            "probabilities": _rounded(self.probabilities),
            "model_probabilities": _rounded(self.model_probabilities),
            "neighbour_probabilities": _rounded(self.neighbour_probabilities),
            "k": self.k,
            "alpha": round(self.alpha, 4),
            "own_share": round(self.own_share, 4),
            "rests_on": self.rests_on.as_json(),
            "manner": {name: round(value, 3) for name, value in self.manner.items()},
            **({"dimensions": {n: round(v, 4) for n, v in self.dimensions.items()}} if self.dimensions else {}),
            "neighbours": [
                {
                    "id": n.id,
                    "label": n.label,
                    "corpus": n.corpus,
                    "speaker": n.speaker,
                    "language": n.language,
                    "distance": round(n.distance, 4),
                    "weight": round(n.weight, 4),
                    "own": n.own,
                }
                for n in self.neighbours
            ],
            "segments": [
                {
                    "start_s": round(s.start_s, 3),
                    "end_s": round(s.end_s, 3),
                    "label": s.label,
                    "label_set": list(s.label_set),
                    "probabilities": _rounded(s.probabilities),
                    "speaker": None if s.speaker is None else s.speaker + 1,
                }
                for s in self.segments
            ],
            "speakers": [speaker.as_json() for speaker in self.speakers],
            "timing_ms": {
                "decode": round(self.timing_ms.decode, 1),
                "encode": round(self.timing_ms.encode, 1),
                "retrieve": round(self.timing_ms.retrieve, 1),
            },
        }

    def said(self) -> str:
        """A sentence on how it was said; "" if that is as usual, or if several people speak."""
        if self.rests_on.voice.kind == "speakers":
            return ""
        words = enumerated(in_words(self.manner), " and ")
        return f"Spoken {words} than {THAN[self.rests_on.voice.kind]}." if words else ""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Reverses `as_json` as far as possible: numbers are rounded, neighbours have no text and no envelope.

        Raises:
            KeyError, TypeError: `data` is not what `as_json` makes.
        """
        # older journals have no channel, label_set, remarks or speakers
        channel = data.get("channel")
        speakers = tuple(map(Speaker.from_json, data.get("speakers", ())))

        def spoken(one: Mapping[str, Any]) -> Segment:
            speaker = one.get("speaker")
            if speaker is not None and not 1 <= speaker <= len(speakers):
                raise KeyError("speaker")
            return Segment(**{**known(one), "speaker": None if speaker is None else speaker - 1})

        def known(one: Mapping[str, Any]) -> dict[str, Any]:
            return {**one, "label_set": tuple(one.get("label_set", [one["label"]]))}

        neighbours = ({**n, "text": "", "duration_s": 0.0} for n in data["neighbours"])
        values = {
            **known(data),
            "path": path_of(data["path"]),
            "neighbours": tuple(Neighbour(**n) for n in neighbours),
            "segments": tuple(map(spoken, data["segments"])),
            "speakers": speakers,
            "timing_ms": Timing(**data["timing_ms"]),
            "channel": None if channel is None else channel - 1,
            "remarks": tuple(data.get("remarks", ())),
            "rests_on": RestsOn.from_json(data["rests_on"]) if "rests_on" in data else RestsOn(),
            "manner": dict(data.get("manner", {})),
            "dimensions": dict(data.get("dimensions", {})),
        }
        return cls(**values)


@dataclass(frozen=True)
class Failure:
    """A recording that got no answer.

    Attributes:
        path: The file.
        error: The reason, one sentence for the user.
    """

    path: str
    error: str

    def as_json(self) -> dict[str, Any]:
        """The object that `voicekin classify --json` prints for it."""
        return {"path": path_text(self.path), "error": path_text(self.error)}


Outcome = Recognition | Failure
"""The result of a batch for one file."""


def _recordings(n: int) -> str:
    return f"{n} recording" if n == 1 else f"{n} recordings"


def _packed(array: Floats) -> str:
    return base64.b64encode(np.ascontiguousarray(array, "<f4").tobytes()).decode()


def _unpacked(text: str, rows: int) -> Floats:
    return np.frombuffer(base64.b64decode(text), "<f4").reshape(rows, -1)


def _rounded(probabilities: Probabilities) -> dict[str, float]:
    return {label: round(p, 6) for label, p in probabilities.items()}
