"""Turns a recording into an explained answer: `analyse` runs the encoder, `answer` does the rest and can be
repeated."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from time import perf_counter
from typing import Literal

import numpy as np
import numpy.typing as npt

from desktop_app.engine.pack.format import Item, Pack
from desktop_app.engine.recognition import dimensions, fusion
from desktop_app.engine.recognition.answer import (
    NOBODY,
    Features,
    Neighbour,
    Probabilities,
    Recognition,
    RestsOn,
    Segment,
    Speaker,
    Timing,
    VoiceUsed,
    speaker_name,
)
from desktop_app.engine.recognition.encoder import Encoder
from desktop_app.engine.recognition.manner import manner_of
from desktop_app.engine.recognition.retrieval import Datastore, Hit, OwnExamples, Retrieved, own_mix, retrieve_own
from desktop_app.engine.recognition.voice import (
    Voice,
    estimate_baseline,
    known_temperature,
    prior_of,
    temperature_for,
)
from desktop_app.engine.sound.audio import SAMPLE_RATE, Waveform, probe, read_blocks
from desktop_app.engine.sound.channels import ChannelTurns
from desktop_app.engine.sound.segmentation import MARGIN_S, HeardBefore, Piece, Segmenter
from desktop_app.engine.sound.speech import CHUNK_S, SPEECH, SpeechDetector
from desktop_app.engine.sound.steady import QUIETEST_DB, gain, high_passed, levelled, loudest_power
from desktop_app.engine.speakers.clustering import MOST_SPEAKERS
from desktop_app.engine.speakers.encoder import SpeakerEncoder
from desktop_app.engine.speakers.turns import Listened, WhoSpeaks, listen, who_speaks
from desktop_app.errors import AudioError, Cancelled

Floats = npt.NDArray[np.float32]
ShouldStop = Callable[[], bool]
Progress = Callable[[float], None]
Listen = Callable[[Waveform], None]
Encode = Callable[[Waveform], Callable[[], Floats]]
"""Takes a stretch float32 [n] and returns a function that gives its pooled features [1, D]; that is called when the
whole recording has been read."""
SpeakerCount = int | Literal["auto", "off"]
"""How many people speak in a recording: a number; "auto", to find out if it lasts AUTO_SPEAKERS_S; or "off", not to
tell speakers apart."""

AUTO_SPEAKERS_S = 15.0
"""With "auto", a shorter recording is taken to have one speaker."""

FIRST_WAY = 0.2
"""Share of the time for a recording that the first pass takes, if speakers are told apart first."""

MIN_GROUP = 5
"""The number of recordings, or stretches of one, from which their common baseline is subtracted. On six corpora left
out in turn, groups of 5 of one speaker gain 8.9 points of UA if they are of all moods, and lose nothing if of one mood;
groups of 5 of several speakers, who share a room and a microphone, gain 4.0, groups of 30 5.9 (the worst corpus -0.5
and -1.0)."""

MIN_SECONDS = 0.1
"""The shortest recording that is analysed; shorter than this is less than a syllable."""

BLOCK_S = 0.5
"""Seconds that are read between two calls of `should_stop`."""

PARTING_S = 2.0
"""Seconds without speech that split a clip in two; without such a pause it is analysed whole, as in training."""

NEAR_SILENCE_DB = -50.0
"""A recording counts as without speech if the detector finds no chunk of 32 ms with speech, and either the loudest
tenth of a second is below NEAR_SILENCE_DB (dB of full scale) or the sound is unlike the datastore.

Of 1,500 clips of six corpora, 3 have no chunk of speech, all of them sobs and cries louder than -22 dB; the 10 quietest
clips, -52 to -44 dB, reach a speech probability of 1.0. So neither condition alone may reject a clip; both together
reject none of these. Hiss, rumble and hum, which are amplified to the level of speech before the detector gets them,
reach 0.0 to 0.48."""

NAMED_TOGETHER = 2
"""The largest label set that is useful: "angry or happy" is informative, three of four labels are not."""

NO_SPEECH = "No speech was heard in this recording."
TOO_QUIET = "This recording is too quiet: record closer to the microphone, or turn it up."
LITTLE_SPEECH = "Too little speech was heard in this recording."
UNFAMILIAR = "This recording is unlike anything this pack has heard."
UNCERTAIN = "No single emotion stands out in this recording."


@dataclass(frozen=True, eq=False)
class Analysis:
    """The result of the expensive part of an answer: features, without sound.

    Attributes:
        path: The recording's file, or "".
        duration_s: Length of the recording.
        speech_s: Seconds of speech in it.
        speech_peak: The highest speech probability of any 32 ms.
        level_db: RMS of the loudest tenth of a second in dB of full scale, -120 for digital silence.
        spans: (start_s, end_s) of each stretch analysed; at least one.
        pooled: float32 [spans, D], see `Encoder.encode`.
        encoder_sha256: Identifies the encoder that made them.
        decode_ms, encode_ms: The time it took; decode includes finding the speech.
        start_s: The start of the analysed part, in seconds; it ends at `duration_s`.
        channel: The channel that was requested, counted from 0; None: the one with the clearest voice was chosen.
        remarks: Sentences about parts of the file that could not be used, and choices that were made in it.
        who: Who speaks when; None if speakers were not told apart or there is no speech.
        said_speaker: The speaker that the caller named; "" if none.
    """

    path: str
    duration_s: float
    speech_s: float
    speech_peak: float
    level_db: float
    spans: tuple[tuple[float, float], ...]
    pooled: Floats
    encoder_sha256: str
    decode_ms: float
    encode_ms: float
    start_s: float = 0.0
    channel: int | None = None
    remarks: tuple[str, ...] = ()
    who: WhoSpeaks | None = None
    said_speaker: str = ""

    @property
    def speaker_of(self) -> tuple[int, ...]:
        """The speaker of each span, counted from 0; empty if `who` is None."""
        return () if self.who is None else tuple(self.who.at(start_s, end_s) for start_s, end_s in self.spans)

    @property
    def mean_pooled(self) -> Floats:
        """The recording's features [D]: the mean over its spans, weighted by their length."""
        return np.average(self.pooled, axis=0, weights=_lengths(self.spans)).astype(np.float32)


@dataclass(frozen=True, eq=False)
class SpeakerVoice:
    """The baseline to use for one speaker of a recording.

    Attributes:
        baseline: float32 [D]; zeros if the speaker is not known.
        voice: Describes whose baseline it is.
        name: The speaker's name; "": "Speaker" and a number.
    """

    baseline: Floats
    voice: VoiceUsed = NOBODY
    name: str = ""


@dataclass(frozen=True, eq=False)
class Mixed:
    """The answers for the stretches of a recording.

    Attributes:
        labels: The L labels.
        p, p_model, p_knn: float64 [spans, L], as in eq. (4).
        alphas: float64 [spans], the weight of p_knn.
        novelties: float64 [spans], see `Recognition.novelty`.
        embedding: float32 [spans, E], L2-normalised.
    """

    labels: tuple[str, ...]
    p: npt.NDArray[np.float64]
    p_model: npt.NDArray[np.float64]
    p_knn: npt.NDArray[np.float64]
    alphas: npt.NDArray[np.float64]
    novelties: npt.NDArray[np.float64]
    embedding: Floats


class Recogniser:
    """Answers with an open pack. Not for use by two threads at once.

    Attributes:
        pack: The pack in use.
        encoder, datastore: The pack's graphs, and its recordings.
    """

    def __init__(self, pack: Pack, threads: int | None = None) -> None:
        """Opens the pack's graphs and index.

        Raises:
            PackError: One of them can't be opened.
        """
        self.pack = pack
        self.encoder = Encoder(pack, threads)
        self.datastore = Datastore(pack)
        self._detector = SpeechDetector(self.encoder.threads)
        self._item_labels = pack.item_labels
        self._encode: Encode = self._encode_here
        self._speaker_encoder: SpeakerEncoder | None = None  # opened when first needed

    def analyse(
        self,
        samples: Waveform,
        *,
        path: str = "",
        speakers: SpeakerCount = "off",
        should_stop: ShouldStop | None = None,
        progress: Progress | None = None,
    ) -> Analysis:
        """Analyses samples float32 [n], mono, -1..1, at the pack's rate.

        Args:
            path: The path to name in the answer.
            speakers: Whether to tell speakers apart; stretches then end where another speaker begins.
            should_stop: Called at least once for each second of sound; True cancels.
            progress: Called with the share that is done, 0 to 1.

        Raises:
            AudioError: The sound is too short.
            Cancelled: `should_stop` returned True.
        """
        size = round(BLOCK_S * SAMPLE_RATE)
        expected_s = len(samples) / SAMPLE_RATE

        def blocks() -> Iterator[Waveform]:
            return (samples[start : start + size] for start in range(0, len(samples), size))

        heard: Listened | None = None
        who: WhoSpeaks | None = None
        if asks_for_speakers(speakers, expected_s):
            progress, first = _halves(progress)
            heard = self._listened(blocks(), expected_s, should_stop, first)
            who = who_speaks(heard.windows, _number(speakers), None, should_stop)
        return self._analyse_blocks(blocks(), expected_s, path, path or "This take", should_stop, progress, heard, who)

    def analyse_file(
        self,
        path: Path,
        *,
        channel: int | None = None,
        start_s: float = 0.0,
        end_s: float | None = None,
        speakers: SpeakerCount = "off",
        should_stop: ShouldStop | None = None,
        progress: Progress | None = None,
        listen: Listen | None = None,
    ) -> Analysis:
        """Analyses a file of any length in constant memory; arguments and errors as in `analyse` and `load_audio`.

        Args:
            start_s, end_s: The part to analyse, in seconds; None: to the end. Spans count from the file's start.
            speakers: As in `analyse`; the file is then read twice. If each channel has its own speaker, as in
                recordings of calls, speakers are told apart by the channel.
            listen: Called with each block that was read, float32 [n], mono at 16 kHz, for drawing the waveform.
        """
        expected_s = end_s or 0.0
        if end_s is None and (progress is not None or speakers == "auto"):  # otherwise it is not needed
            expected_s = probe(path).duration_s
        expected_s -= start_s
        remarks: list[str] = []
        turns: list[ChannelTurns] = []

        def blocks(tell: Callable[[str], None] | None = None) -> Iterator[Waveform]:
            return read_blocks(path, SAMPLE_RATE, BLOCK_S, channel, start_s, end_s, tell, turns.append)

        heard: Listened | None = None
        who: WhoSpeaks | None = None
        drawn = listen
        if asks_for_speakers(speakers, expected_s):
            progress, first = _halves(progress)
            heard = self._listened(_passed_on(blocks(), drawn), expected_s, should_stop, first)
            who = who_speaks(heard.windows, _number(speakers), turns[0] if turns else None, should_stop)
            drawn = None
        passed = _passed_on(blocks(remarks.append), drawn)
        analysis = self._analyse_blocks(passed, expected_s, str(path), path.name, should_stop, progress, heard, who)
        spans = tuple((start_s + a, start_s + b) for a, b in analysis.spans)
        duration_s = start_s + analysis.duration_s
        return replace(
            analysis,
            spans=spans,
            duration_s=duration_s,
            start_s=start_s,
            channel=channel,
            remarks=tuple(remarks),
            who=None if who is None else who.later(start_s),
        )

    def encoding_by(self, encode: Encode) -> "Recogniser":
        """A copy of this recogniser that lets `encode` encode the stretches."""
        other = copy(self)
        other._encode = encode
        return other

    def for_another_thread(self) -> "Recogniser":
        """A recogniser for another thread, with the same graphs and index, which several threads may use at once."""
        other = copy(self)
        other._detector = SpeechDetector(self.encoder.threads)
        return other

    def answer(
        self,
        analysis: Analysis,
        *,
        baseline: Floats | None = None,
        voice: VoiceUsed = NOBODY,
        speakers: Sequence[SpeakerVoice] = (),
        k: int | None = None,
        alpha: float | None = None,
        examples: OwnExamples | None = None,
        features: bool = False,
        should_stop: ShouldStop | None = None,
        progress: Progress | None = None,
    ) -> Recognition:
        """The answer for an analysed recording; quick, so it can be repeated with other settings.

        Args:
            baseline: The speaker's baseline, float32 [D]; None if the speaker is not known.
            voice: Describes whose baseline it is, for the answer.
            speakers: A baseline for each speaker of `analysis.who`, in place of both, see `speaker_voices`.
            k: How many neighbours; None: the pack's setting. At most all recordings are used.
            alpha: Weight of p_knn in eq. (4), 0 to 1; None: the pack's setting, raised where examples are near.
            examples: The user's own examples; they influence the answer where they are near.
            features: Whether the answer contains the features it was made from.
            should_stop, progress: As in `analyse`: the thousand segments of an hour take more than a second.

        Raises:
            ValueError: The analysis was made by another encoder or has another number of speakers, k is below 1, or
                alpha is outside 0..1.
            Cancelled: `should_stop` returned True.
        """
        manifest = self.pack.manifest
        if analysis.encoder_sha256 != self.encoder.encoder_sha256:
            raise ValueError("this analysis was made with another pack's encoder")
        k = manifest.knn.k if k is None else k
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        start = perf_counter()
        labels = (*manifest.labels, *(examples.labels if examples is not None else ()))
        if baseline is None:
            baseline = np.zeros(manifest.pooled_dim, np.float32)
        speaker_of = np.array(analysis.speaker_of, np.int64)
        if speakers and (analysis.who is None or len(speakers) != analysis.who.speakers):
            raise ValueError("there is to be one voice for each speaker of this recording")
        if speakers:
            baselines = np.stack([one.baseline for one in speakers])[speaker_of]
            usual = speakers[0].baseline if len(speakers) == 1 else baseline
            settled = np.array([one.voice.settled for one in speakers])[speaker_of]
            alone = speakers[0].voice
            voice = alone if len(speakers) == 1 else VoiceUsed("speakers", heard=len(analysis.spans))
        else:
            baselines, usual = np.broadcast_to(baseline, analysis.pooled.shape), baseline
            settled = np.full(len(analysis.spans), voice.settled)
        headed = self.encoder.head(analysis.pooled, baselines)
        p_model = np.zeros((len(analysis.spans), len(labels)))
        # the classifier's output that examples are compared by is made without a baseline, whichever each one has
        as_stranger = fusion.softmax(headed.logits, manifest.calibration_temperature)
        temperatures = temperature_for(settled, manifest.calibration_temperature, known_temperature(self.pack))
        p_model[:, : len(manifest.labels)] = fusion.softmax(headed.logits / temperatures[:, None], 1.0)
        near = np.zeros(len(analysis.spans)) if examples is None else examples.nearness(analysis.pooled)
        chosen = None if alpha is None else np.full(len(analysis.spans), alpha)
        alphas, trusts = chosen, near * (examples.trust if examples is not None else 0.0)
        if alphas is None:
            own = (examples.alpha, examples.trust) if examples is not None else (0.0, 0.0)
            alphas, trusts = own_mix(near, manifest.knn.alpha, *own)
        retrieved = []
        novelties = []
        stretches = zip(headed.embedding, analysis.pooled, baselines, as_stranger, trusts, strict=True)
        for embedding, pooled, its_baseline, said, trust in stretches:
            if should_stop is not None and should_stop():
                raise Cancelled
            retrieved.append(self._retrieve(embedding, pooled, its_baseline, said, k, examples, float(trust)))
            novelties.append(self._novelty(embedding, retrieved[-1].hits))
            if progress is not None:
                progress(len(retrieved) / len(analysis.spans))
        p_knn = np.stack([r.distribution for r in retrieved])
        p = fusion.fuse(p_knn, p_model, alphas)
        mixed = Mixed(labels, p, p_model, p_knn, alphas, np.array(novelties), headed.embedding)
        whole = self.put_together(analysis, mixed, usual, voice, examples)
        shares = _shares(analysis.spans)
        neighbours = self._neighbours(retrieved, shares, k, examples)
        return replace(
            whole,
            neighbours=neighbours,
            k=len(neighbours),
            own_share=float(shares @ (alphas * trusts)),
            timing_ms=Timing(analysis.decode_ms, analysis.encode_ms, (perf_counter() - start) * 1e3),
            features=_features(analysis, headed.embedding) if features else None,
            speakers=self._speakers(analysis, whole.segments, labels, p, speakers, voice),
        )

    def _dimensions(self, embedding: Floats, shares: npt.NDArray[np.float64]) -> dict[str, float]:
        """What the pack tells beside the label, of stretches [spans, E] that are `shares` [spans] of a recording."""
        weights = self.pack.dimensions
        if weights is None:
            return {}
        whole = shares @ dimensions.told(embedding, weights)
        return dict(zip(self.pack.manifest.dimensions, whole.tolist(), strict=True))

    def put_together(
        self, analysis: Analysis, mixed: Mixed, usual: Floats, voice: VoiceUsed, examples: OwnExamples | None
    ) -> Recognition:
        """Combines the answers for the stretches of a recording; without neighbours, features, speakers and timing.

        Args:
            mixed: The answers for its stretches.
            usual: float32 [D], the baseline that its manner is compared with.
            voice, examples: What it is based on, for the answer.
        """
        labels, shares, manifest = mixed.labels, _shares(analysis.spans), self.pack.manifest
        novelty = float(shares @ mixed.novelties)
        whole = shares @ mixed.p
        best = int(whole.argmax())
        label_set = self._label_set(labels, whole)
        because = self._doubts(analysis, float(whole[best]), label_set, novelty)
        heard_speech = because != NO_SPEECH
        return Recognition(
            path=analysis.path,
            duration_s=analysis.duration_s,
            label=labels[best],
            confidence=float(whole[best]),
            abstained=bool(because),
            abstained_because=because,
            novelty=novelty,
            speech_s=analysis.speech_s,
            probabilities=_named(labels, whole),
            model_probabilities=_named(labels, shares @ mixed.p_model),
            neighbour_probabilities=_named(labels, shares @ mixed.p_knn),
            neighbours=(),
            k=0,
            alpha=float(shares @ mixed.alphas),
            segments=self._segments(analysis, labels, mixed.p) if heard_speech else (),
            timing_ms=Timing(),
            channel=analysis.channel,
            remarks=analysis.remarks,
            label_set=label_set,
            manner=manner_of(analysis.mean_pooled, usual, manifest.manner) if heard_speech else {},
            rests_on=RestsOn(voice, f"{manifest.name} {manifest.version}", 0 if examples is None else len(examples)),
            said_speaker=analysis.said_speaker,
            dimensions=self._dimensions(mixed.embedding, shares) if heard_speech else {},
        )

    def recognise_file(self, path: Path) -> Recognition:
        """`analyse_file`, then `answer`, with the pack's settings."""
        return self.answer(self.analyse_file(path))

    def estimate_voice(self, analyses: Iterable[Analysis]) -> Voice:
        """The baseline of the speaker of these recordings; those without speech are ignored."""
        rows = [a.pooled for a in analyses if not self.is_silent(a)]
        pooled = np.concatenate(rows) if rows else np.zeros((0, self.pack.manifest.pooled_dim), np.float32)
        return estimate_baseline(pooled, self.stranger_probabilities, prior_of(self.pack))

    def own_voice(self, analysis: Analysis) -> tuple[Floats, VoiceUsed] | None:
        """The baseline of a recording's own stretches, and its description; None if there are too few stretches.

        If several people speak in the recording, it captures what they have in common: their room and microphone.
        """
        if len(analysis.spans) < MIN_GROUP:
            return None
        voice = self.estimate_voice([analysis])
        used = VoiceUsed("itself", heard=len(analysis.spans), settled=voice.settled)
        return (voice.baseline, used) if voice.clips else None

    def group_voice(self, analyses: Iterable[Analysis], at_least: int = MIN_GROUP) -> tuple[Floats, VoiceUsed] | None:
        """The common baseline of recordings that are analysed together, and its description; None if fewer than
        `at_least` of them contain speech."""
        spoken = [a for a in analyses if not self.is_silent(a)]
        if not spoken or len(spoken) < at_least:
            return None
        voice = self.estimate_voice(spoken)
        return voice.baseline, VoiceUsed("group", heard=len(spoken), settled=voice.settled)

    def speaker_voices(
        self, analysis: Analysis, said: Mapping[int, SpeakerVoice] | None = None
    ) -> tuple[SpeakerVoice, ...]:
        """The baseline for each speaker of a recording, for `answer`; empty if speakers were not told apart.

        Args:
            said: The baselines that are known for some of them, by their index from 0, which are used unchanged. The
                others get the baseline of the whole recording, refined by that of their own stretches if there are
                MIN_GROUP of these. On artificial conversations from corpora left out, this is better than either
                alone.
        """
        if analysis.who is None:
            return ()
        speaker_of = np.array(analysis.speaker_of)
        zeros = np.zeros(self.pack.manifest.pooled_dim, np.float32)
        whole = self.own_voice(analysis) or (zeros, NOBODY)
        voices = []
        for speaker in range(analysis.who.speakers):
            own = np.flatnonzero(speaker_of == speaker)
            if said is not None and speaker in said:
                voices.append(said[speaker])
            elif analysis.who.speakers == 1 or len(own) < MIN_GROUP:
                voices.append(SpeakerVoice(*whole))
            else:
                common, used = whole
                rest = estimate_baseline(
                    analysis.pooled[own] - common, self.stranger_probabilities, prior_of(self.pack)
                )
                settled = max(rest.settled, used.settled)
                voices.append(SpeakerVoice(common + rest.baseline, VoiceUsed("itself", "", len(own), settled)))
        return tuple(voices)

    def model_probabilities(self, pooled: Floats, baseline: Floats) -> npt.NDArray[np.float64]:
        """p_model [n, L] for pooled features [n, D] with a baseline [D]."""
        logits = self.encoder.head(pooled, baseline).logits
        return fusion.softmax(logits, self.pack.manifest.calibration_temperature)

    def stranger_probabilities(self, pooled: Floats) -> npt.NDArray[np.float64]:
        """p_model [n, L] for pooled features [n, D] of unknown speakers."""
        return self.model_probabilities(pooled, np.zeros(pooled.shape[1], np.float32))

    def is_silent(self, analysis: Analysis) -> bool:
        """Whether there is certainly no speech, judging by the sound alone: no chunk of speech, and near silence."""
        return analysis.speech_peak < SPEECH and analysis.level_db < NEAR_SILENCE_DB

    def _segments(
        self,
        analysis: Analysis,
        labels: Sequence[str],
        p: npt.NDArray[np.float64],
    ) -> tuple[Segment, ...]:
        who = analysis.speaker_of or [None] * len(analysis.spans)
        return tuple(
            Segment(
                start_s, end_s, labels[int(row.argmax())], _named(labels, row), self._label_set(labels, row), speaker
            )
            for (start_s, end_s), row, speaker in zip(analysis.spans, p, who, strict=True)
        )

    def _speakers(
        self,
        analysis: Analysis,
        segments: Sequence[Segment],
        labels: Sequence[str],
        p: npt.NDArray[np.float64],
        voices: Sequence[SpeakerVoice],
        voice: VoiceUsed,
    ) -> tuple[Speaker, ...]:
        """The speakers, each with the mean answer over their stretches, weighted by length."""
        if analysis.who is None or not segments:
            return ()
        seconds = _lengths(analysis.spans)
        speakers = []
        for number in range(analysis.who.speakers):
            own = np.array([s.speaker == number for s in segments])
            spoken = float(seconds[own].sum())
            row = seconds[own] @ p[own] / spoken if spoken > 0 else np.full(len(labels), 1 / len(labels))
            its = voices[number] if voices else SpeakerVoice(np.zeros(0, np.float32), voice)
            speakers.append(
                Speaker(
                    its.name or speaker_name(number),
                    spoken,
                    spoken / float(seconds.sum()),
                    labels[int(row.argmax())],
                    _named(labels, row),
                    self._label_set(labels, row),
                    its.voice,
                )
            )
        return tuple(speakers)

    def _label_set(self, labels: Sequence[str], p: npt.NDArray[np.float64]) -> tuple[str, ...]:
        return tuple(labels[i] for i in fusion.label_set(p, self.pack.manifest.set_probability))

    def _doubts(self, analysis: Analysis, confidence: float, label_set: Sequence[str], novelty: float) -> str:
        """Why the answer is uncertain, or ""."""
        if self.is_silent(analysis) or (analysis.speech_peak < SPEECH and novelty > 1.0):
            return NO_SPEECH
        if analysis.level_db < QUIETEST_DB:
            return TOO_QUIET
        if analysis.speech_s < self.pack.manifest.abstain_speech_s:
            return LITTLE_SPEECH
        if novelty > 1.0:
            return UNFAMILIAR
        uncertain = confidence < self.pack.manifest.abstain_confidence or len(label_set) > NAMED_TOGETHER
        return UNCERTAIN if uncertain else ""

    def _analyse_blocks(
        self,
        blocks: Iterator[Waveform],
        expected_s: float,
        path: str,
        name: str,
        should_stop: ShouldStop | None,
        progress: Progress | None,
        listened: Listened | None = None,
        who: WhoSpeaks | None = None,
    ) -> Analysis:
        encode_s = 0.0
        spans: list[tuple[float, float]] = []
        pooled: list[Callable[[], Floats]] = []
        start = perf_counter()
        meter = _Meter(high_passed(blocks), expected_s, should_stop, progress)
        detector = self._detector if listened is None else HeardBefore(listened.probabilities)
        cuts = [] if who is None else who.changes_s()
        segmenter = Segmenter(detector, self.pack.manifest.max_seconds, cuts)
        longest = round(self.pack.manifest.max_seconds * SAMPLE_RATE)
        for piece in self._pieces(meter, segmenter, longest, name, whole=not cuts):
            if should_stop is not None and should_stop():
                raise Cancelled
            encode_start = perf_counter()
            spans.append((piece.start_s, min(piece.end_s, meter.seconds)))
            pooled.append(self._encode(levelled(piece.samples, longest).samples))
            encode_s += perf_counter() - encode_start
        return Analysis(
            path=path,
            duration_s=meter.seconds,
            speech_s=min(segmenter.speech_chunks * CHUNK_S, meter.seconds),
            speech_peak=segmenter.speech_peak,
            level_db=meter.level_db,
            spans=tuple(spans),
            pooled=np.concatenate([rows() for rows in pooled]),
            encoder_sha256=self.encoder.encoder_sha256,
            decode_ms=(perf_counter() - start - encode_s) * 1e3,
            encode_ms=encode_s * 1e3,
            who=who,
        )

    def _encode_here(self, samples: Waveform) -> Callable[[], Floats]:
        rows = self.encoder.encode([samples]).pooled
        return lambda: rows

    def _listened(
        self, blocks: Iterator[Waveform], expected_s: float, should_stop: ShouldStop | None, progress: Progress | None
    ) -> Listened:
        """The first pass over a recording, at the same levels as in `_pieces`."""
        if self._speaker_encoder is None:
            self._speaker_encoder = SpeakerEncoder(self.encoder.threads)
        meter = _Meter(high_passed(blocks), expected_s, should_stop, progress)
        first, _ = _first_of(meter, round(self.pack.manifest.max_seconds * SAMPLE_RATE))
        levels = (block * gain(meter.loudest) for block in chain(first, meter))
        return listen(levels, self._detector, self._speaker_encoder)

    def _pieces(
        self, meter: "_Meter", segmenter: Segmenter, longest: int, name: str, *, whole: bool
    ) -> Iterator[Piece]:
        """A recording of at most `longest` samples, split only at long pauses; a longer one, split at all its pauses.

        `whole` is False if even a short one is split at all pauses, because several people speak in it.
        """
        first, held = _first_of(meter, longest)
        if held < MIN_SECONDS * SAMPLE_RATE:
            raise AudioError(f"{name} is too short to hear a mood in: record at least {MIN_SECONDS} seconds.")
        if held <= longest and whole:
            yield from _parted(np.concatenate(first), segmenter, longest)
            return
        loudest = _Loudest(longest)
        found = False
        for block in chain(first, meter):
            loudest.feed(block)
            # amplified by the loudest moment so far; the first `longest` samples together
            for piece in segmenter.feed(block * gain(meter.loudest)):
                found = True
                yield piece
        for piece in segmenter.finish():
            found = True
            yield piece
        if not found:  # no speech detected: answer for the loudest part, as uncertain
            yield loudest.piece()

    def _retrieve(
        self,
        embedding: Floats,
        pooled: Floats,
        baseline: Floats,
        p_model: npt.NDArray[np.float64],
        k: int,
        examples: OwnExamples | None,
        trust: float,
    ) -> Retrieved:
        """The neighbours of one stretch and their p_knn, from the embedding [E], pooled features [D], speaker's
        baseline [D], the classifier's p_model [L], and the share of p_own in p_knn."""
        settings, labels = self.pack.manifest.knn, self.pack.manifest.labels
        hits = self.datastore.nearest(embedding, k)
        weights = fusion.knn_weights([hit.distance for hit in hits], settings.temperature, settings.weighting)
        indices = self._item_labels[[hit.index for hit in hits]]
        names = (*labels, *(examples.labels if examples is not None else ()))
        own_hits = examples.nearest(embedding, k) if examples is not None and trust > 0 else ()
        if examples is None or not own_hits:
            return Retrieved(hits, weights, fusion.knn_distribution(indices, weights, len(names)))
        found = Retrieved(hits, weights, fusion.knn_distribution(indices, weights, len(labels)))
        return retrieve_own(
            found,
            indices,
            own_hits,
            np.array([names.index(examples.item(hit.index).label) for hit in own_hits]),
            fusion.knn_weights([hit.distance for hit in own_hits], settings.temperature, settings.weighting),
            examples.distribution(pooled, baseline, p_model, own_hits),
            trust,
        )

    def _novelty(self, embedding: Floats, hits: Sequence[Hit]) -> float:
        """The novelty of one stretch, relative to the pack's recordings only, not to the user's own."""
        of_pack = [hit.distance for hit in hits if not hit.own]
        if len(of_pack) < min(fusion.NOVELTY_NEIGHBOURS, len(self.datastore)):
            of_pack = [hit.distance for hit in self.datastore.nearest(embedding, fusion.NOVELTY_NEIGHBOURS)]
        return fusion.novelty(of_pack, self.pack.manifest.novelty_distance)

    def _item(self, hit: Hit, examples: OwnExamples | None) -> Item:
        return examples.item(hit.index) if hit.own and examples is not None else self.datastore.items[hit.index]

    def _neighbours(
        self,
        retrieved: Sequence[Retrieved],
        shares: npt.NDArray[np.float64],
        k: int,
        examples: OwnExamples | None,
    ) -> tuple[Neighbour, ...]:
        """The k neighbours with the largest weight over all segments, nearest first; for one segment, all its k."""
        weight: dict[tuple[bool, int], float] = {}
        nearest: dict[tuple[bool, int], Hit] = {}
        for share, one in zip(shares, retrieved, strict=True):
            for hit, w in zip(one.hits, one.weights, strict=True):
                key = (hit.own, hit.index)
                weight[key] = weight.get(key, 0.0) + float(share * w)
                if key not in nearest or hit.distance < nearest[key].distance:
                    nearest[key] = hit
        kept = sorted(nearest, key=lambda key: (-weight[key], nearest[key].distance))[:k]
        total = sum(weight[key] for key in kept)
        ranked = sorted(kept, key=lambda key: nearest[key].distance)
        return tuple(
            _neighbour(self._item(nearest[key], examples), nearest[key], weight[key] / total, self._place(nearest[key]))
            for key in ranked
        )

    def _place(self, hit: Hit) -> tuple[float, float] | None:
        if hit.own or self.pack.map is None:
            return None
        x, y = self.pack.map[hit.index].tolist()
        return x, y


def asks_for_speakers(speakers: SpeakerCount, duration_s: float) -> bool:
    """Whether to tell speakers apart in a recording of this length; a length of 0 (not known) counts as long.

    Raises:
        ValueError: `speakers` is not a number from 1 to MOST_SPEAKERS, "auto" or "off".
    """
    if speakers not in ("auto", "off", *range(1, MOST_SPEAKERS + 1)):
        raise ValueError(f"speakers must be 1 to {MOST_SPEAKERS}, auto or off, not {speakers!r}")
    return speakers != "off" and (speakers != "auto" or duration_s <= 0 or duration_s >= AUTO_SPEAKERS_S)


def _number(speakers: SpeakerCount) -> int | None:
    return speakers if isinstance(speakers, int) else None


def _halves(progress: Progress | None) -> tuple[Progress | None, Progress | None]:
    """Progress functions for the second pass over a recording, and for the first."""
    if progress is None:
        return None, None
    told = progress
    return lambda share: told(FIRST_WAY + (1 - FIRST_WAY) * share), lambda share: told(FIRST_WAY * share)


def _first_of(meter: "_Meter", longest: int) -> tuple[list[Waveform], int]:
    """The first blocks, until they have more than `longest` samples in total, and their number of samples."""
    first: list[Waveform] = []
    held = 0
    for block in meter:
        first.append(block)
        held += len(block)
        if held > longest:
            break
    return first, held


def _parted(samples: Waveform, segmenter: Segmenter, longest: int) -> list[Piece]:
    """A clip's stretches between pauses of PARTING_S or longer; the whole clip if there is no such pause."""
    clip = levelled(samples, longest)
    found: list[list[Piece]] = []
    for piece in chain(segmenter.feed(clip.samples), segmenter.finish()):
        if not found or piece.start_s - found[-1][-1].end_s >= PARTING_S:
            found.append([])
        found[-1].append(piece)
    if len(found) <= 1:
        return [Piece(0.0, len(samples) / SAMPLE_RATE, samples)]
    parts = []
    for pieces in found:
        start, end = (round(s * SAMPLE_RATE) + clip.start for s in (pieces[0].start_s, pieces[-1].end_s))
        margin = round(MARGIN_S * SAMPLE_RATE)
        heard = samples[max(0, start - margin) : end + margin]
        parts.append(Piece(max(0, start) / SAMPLE_RATE, min(end, len(samples)) / SAMPLE_RATE, heard))
    return parts


def _passed_on(blocks: Iterator[Waveform], listen: Listen | None) -> Iterator[Waveform]:
    for block in blocks:
        if listen is not None:
            listen(block)
        yield block


class _Meter:
    """Passes blocks on, measures time and level, reports the progress, and stops on request."""

    def __init__(
        self,
        blocks: Iterator[Waveform],
        expected_s: float,
        should_stop: ShouldStop | None,
        progress: Progress | None,
    ) -> None:
        self._blocks = blocks
        self._expected_s = expected_s
        self._should_stop = should_stop
        self._progress = progress
        self._samples = 0
        self.loudest = 0.0  # mean square of the loudest tenth of a second

    def __iter__(self) -> "_Meter":
        return self

    def __next__(self) -> Waveform:
        if self._should_stop is not None and self._should_stop():
            raise Cancelled
        block = next(self._blocks)
        self._samples += len(block)
        self.loudest = max(self.loudest, loudest_power(block))
        if self._progress is not None and self._expected_s > 0:
            self._progress(min(1.0, self.seconds / self._expected_s))
        return block

    @property
    def seconds(self) -> float:
        return self._samples / SAMPLE_RATE

    @property
    def level_db(self) -> float:
        return float(10 * np.log10(max(self.loudest, 1e-12)))


class _Loudest:
    """Finds the loudest of the successive, non-overlapping stretches of a stream."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._open: list[Waveform] = []
        self._start = 0
        self._best: tuple[float, int, Waveform] | None = None

    def feed(self, block: Waveform) -> None:
        if self._open and sum(map(len, self._open)) + len(block) > self._size:
            self._close()
        self._open.append(block)

    def piece(self) -> Piece:
        if self._open:
            self._close()
        assert self._best is not None
        _, start, samples = self._best
        return Piece(start / SAMPLE_RATE, (start + len(samples)) / SAMPLE_RATE, samples)

    def _close(self) -> None:
        samples = np.concatenate(self._open)
        power = loudest_power(samples)
        if self._best is None or power > self._best[0]:
            self._best = (power, self._start, samples)
        self._start += len(samples)
        self._open = []


def _features(analysis: Analysis, embedding: Floats) -> Features:
    a = analysis
    return Features(a.spans, a.pooled, embedding, a.speech_peak, a.level_db, a.encoder_sha256, a.start_s)


def _lengths(spans: Sequence[tuple[float, float]]) -> npt.NDArray[np.float64]:
    return np.array([end - start for start, end in spans])


def _shares(spans: Sequence[tuple[float, float]]) -> npt.NDArray[np.float64]:
    """The share of each stretch in the total length."""
    lengths = _lengths(spans)
    return np.asarray(lengths / lengths.sum())


def _named(labels: Sequence[str], row: npt.NDArray[np.float64]) -> Probabilities:
    return dict(zip(labels, row.tolist(), strict=True))


def _neighbour(item: Item, hit: Hit, weight: float, place: tuple[float, float] | None) -> Neighbour:
    return Neighbour(
        id=item.id,
        label=item.label,
        corpus=item.corpus,
        speaker=item.speaker,
        language=item.language,
        text=item.text,
        duration_s=item.duration_s,
        distance=hit.distance,
        weight=weight,
        envelope=item.envelope,
        clip=item.clip,
        own=hit.own,
        place=place,
    )
