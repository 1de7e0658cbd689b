"""From a recording to an explained answer: `analyse` runs the encoder, `answer` the rest, as often as asked."""

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
from desktop_app.engine.recognition import fusion
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
"""A stretch float32 [n] -> what gives its pooled features [1, D] when all of the recording has been read."""
SpeakerCount = int | Literal["auto", "off"]
"""How many people speak in a recording: so many; to be found where it lasts AUTO_SPEAKERS_S; or nobody asks."""

AUTO_SPEAKERS_S = 15.0
"""A shorter recording is one speaker's, unless a number is given."""

FIRST_WAY = 0.2
"""Of the time for a recording, where who speaks when is heard before what they sound like."""

MIN_GROUP = 5
"""Recordings, or stretches of one, from which on they are heard against their common voice. On six corpora left out in
turn, groups of 5 of one speaker gain 8.9 points of UA where they are of all moods, and lose none of one mood; groups of
5 of several speakers, who share a room and a microphone, gain 4.0, of 30 5.9 (the worst corpus -0.5 and -1.0)."""

MIN_SECONDS = 0.1
"""Shorter than a syllable: nothing to hear a mood in."""

BLOCK_S = 0.5
"""How much is read before anyone is asked whether to go on."""

PARTING_S = 2.0
"""Seconds without speech that part a clip in two; without such a pause it is heard whole, as in training."""

NEAR_SILENCE_DB = -50.0
"""No speech: not one chunk of 32 ms is speech to the detector, and the loudest tenth of a second is under
NEAR_SILENCE_DB (dB of full scale) or the sound is unlike anything known.

Of 1,500 clips of six corpora 3 have no chunk of speech, all sobs and cries louder than -22 dB; the 10 quietest clips,
-52 to -44 dB, reach a probability of 1.0. So neither figure alone may refuse a clip, and both together refuse none of
them. Hiss, rumble and hum, which are made as loud as speech before the detector hears them, reach 0.0 to 0.48."""

NAMED_TOGETHER = 2
"""Labels that an answer may leave open: "angry or happy" says something, three of four labels say nothing."""

UNHEARD = 0.005
"""A share of p_own under this changes no figure that is shown: the examples are left out."""

NO_SPEECH = "No speech was heard in this recording."
TOO_QUIET = "This recording is too quiet: record closer to the microphone, or turn it up."
LITTLE_SPEECH = "Too little speech was heard in this recording."
UNFAMILIAR = "This recording is unlike anything this pack has heard."
UNCERTAIN = "No emotion stands out clearly in this recording."


@dataclass(frozen=True, eq=False)
class Analysis:
    """What the expensive part leaves of a recording: features, and no sound.

    Attributes:
        path: The file it came from, or "".
        duration_s: Length of the recording.
        speech_s: Seconds of speech in it.
        speech_peak: The highest speech probability of any 32 ms.
        level_db: RMS of the loudest tenth of a second in dB of full scale, -120 for digital silence.
        spans: (start_s, end_s) of each stretch analysed; at least one.
        pooled: float32 [spans, D], see `Encoder.encode`.
        encoder_sha256: Which encoder made them.
        decode_ms, encode_ms: What it took; decode includes finding the speech.
        start_s: Where the stretch that was asked about begins, in seconds; it goes on to `duration_s`.
        channel: The channel that was listened to, counted from 0; None: the one that hears the voice best.
        remarks: Sentences on what of the file could not be heard, or was chosen in it.
        who: Who speaks when; None: nobody asked, or no speech was found.
        said_speaker: Who speaks, as whoever asked says; "" where nobody does.
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
        """Who speaks in each span, counted from 0; empty where `who` is None."""
        return () if self.who is None else tuple(self.who.at(start_s, end_s) for start_s, end_s in self.spans)

    @property
    def mean_pooled(self) -> Floats:
        """The recording's features as one row [D]: the mean over its spans, weighted by their length."""
        return np.average(self.pooled, axis=0, weights=_lengths(self.spans)).astype(np.float32)


@dataclass(frozen=True, eq=False)
class SpeakerVoice:
    """What an answer takes for one of the speakers of a recording.

    Attributes:
        baseline: float32 [D], zeros for one not known.
        voice: Whose that is.
        name: What they are called; "": by their number.
    """

    baseline: Floats
    voice: VoiceUsed = NOBODY
    name: str = ""


@dataclass(frozen=True, eq=False)
class Mixed:
    """What the stretches of a recording were answered.

    Attributes:
        labels: L of them.
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
    """A pack, ready to answer. Not for two threads at once.

    Attributes:
        pack: The pack in use.
        encoder, datastore: Its two halves.
    """

    def __init__(self, pack: Pack, threads: int | None = None) -> None:
        """Opens the pack's graphs and index.

        Raises:
            PackError: If one of them can't be opened.
        """
        self.pack = pack
        self.encoder = Encoder(pack, threads)
        self.datastore = Datastore(pack)
        self._detector = SpeechDetector(self.encoder.threads)
        self._item_labels = pack.item_labels
        self._encode: Encode = self._encode_here
        self._speaker_encoder: SpeakerEncoder | None = None  # opened when first asked for

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
            path: What the answer is to say of where they came from.
            speakers: Who speaks when is heard as well, and stretches end where another one begins to speak.
            should_stop: Asked at least once for each second of sound.
            progress: Told the share that is done, 0 to 1.

        Raises:
            AudioError: If there is too little sound.
            Cancelled: If `should_stop` returned True.
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
            start_s, end_s: The stretch to analyse, in seconds; None: to its end. Spans count from the file's start.
            speakers: As in `analyse`; the file is read twice then. Where one person speaks into each channel, as in
                recordings of calls, they are told apart by it.
            listen: Gets each block that was read, float32 [n], mono at 16 kHz: for drawing without reading again.
        """
        expected_s = end_s or 0.0
        if end_s is None and (progress is not None or speakers == "auto"):  # else nobody asks: it is opened once
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
        """This recogniser, but stretches are encoded by `encode`."""
        other = copy(self)
        other._encode = encode
        return other

    def for_another_thread(self) -> "Recogniser":
        """Another recogniser on the same graphs and index, which any number of threads may run at once."""
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
        """The answer for an analysed recording; cheap, so it can be asked again with other settings.

        Args:
            baseline: The speaker's, float32 [D]; None for a speaker not known.
            voice: Whose baseline that is, for the answer to say.
            speakers: Of each speaker of `analysis.who` its own, in place of both, see `speaker_voices`.
            k: How many neighbours; None for the pack's own setting. More than there are gives all there are.
            alpha: Weight of p_knn in eq. (4), 0 to 1; None for the pack's own, and towards the examples' where they
                are near.
            examples: The user's own; they have a say as far as they are near.
            features: Whether the answer is to carry what it was made of.
            should_stop, progress: As in `analyse`: the thousand segments of an hour take more than a second.

        Raises:
            ValueError: If the analysis is another encoder's or of another number of speakers, k is under 1 or alpha
                outside 0..1.
            Cancelled: If `should_stop` returned True.
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
        # what the user's examples are compared by is told as of a stranger, whichever voice each was heard with
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
        each = np.clip(embedding @ weights[:, :-1].T + weights[:, -1], 0.0, 1.0)
        return dict(zip(self.pack.manifest.dimensions, (shares @ each).tolist(), strict=True))

    def put_together(
        self, analysis: Analysis, mixed: Mixed, usual: Floats, voice: VoiceUsed, examples: OwnExamples | None
    ) -> Recognition:
        """The answer for a recording from those of its stretches; without neighbours, features, speakers and timing.

        Args:
            mixed: What its stretches were answered.
            usual: float32 [D], the voice that its manner is compared with.
            voice, examples: What it rests on, for it to say.
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

    def recognise_file(
        self,
        path: Path,
        *,
        channel: int | None = None,
        baseline: Floats | None = None,
        k: int | None = None,
        alpha: float | None = None,
        examples: OwnExamples | None = None,
    ) -> Recognition:
        """`analyse_file`, then `answer`."""
        analysis = self.analyse_file(path, channel=channel)
        return self.answer(analysis, baseline=baseline, k=k, alpha=alpha, examples=examples)

    def estimate_voice(self, analyses: Iterable[Analysis]) -> Voice:
        """The baseline of the one speaker of these recordings; those without speech don't count."""
        rows = [a.pooled for a in analyses if not self.is_silent(a)]
        pooled = np.concatenate(rows) if rows else np.zeros((0, self.pack.manifest.pooled_dim), np.float32)
        return estimate_baseline(pooled, self.stranger_probabilities, prior_of(self.pack))

    def own_voice(self, analysis: Analysis) -> tuple[Floats, VoiceUsed] | None:
        """The voice of a recording's own stretches, and what an answer says of it; None where they are too few.

        Where several people speak in it, it is what they have in common: their room and microphone.
        """
        if len(analysis.spans) < MIN_GROUP:
            return None
        voice = self.estimate_voice([analysis])
        used = VoiceUsed("itself", heard=len(analysis.spans), settled=voice.settled)
        return (voice.baseline, used) if voice.clips else None

    def group_voice(self, analyses: Iterable[Analysis], at_least: int = MIN_GROUP) -> tuple[Floats, VoiceUsed] | None:
        """What recordings asked about together have in common, and what their answers say of it; None where fewer than
        `at_least` of them hold speech."""
        spoken = [a for a in analyses if not self.is_silent(a)]
        if not spoken or len(spoken) < at_least:
            return None
        voice = self.estimate_voice(spoken)
        return voice.baseline, VoiceUsed("group", heard=len(spoken), settled=voice.settled)

    def speaker_voices(
        self, analysis: Analysis, said: Mapping[int, SpeakerVoice] | None = None
    ) -> tuple[SpeakerVoice, ...]:
        """For each speaker of a recording what `answer` takes; empty where nobody asked who speaks.

        Args:
            said: What a person said of some of them, by their number from 0: it stands. The others are heard against
                the whole recording, and where they speak in MIN_GROUP stretches against their own in that. On made
                conversations of corpora left out that is better than either.
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
        """p_model [n, L] of pooled features [n, D] with a baseline [D]."""
        logits = self.encoder.head(pooled, baseline).logits
        return fusion.softmax(logits, self.pack.manifest.calibration_temperature)

    def stranger_probabilities(self, pooled: Floats) -> npt.NDArray[np.float64]:
        """p_model [n, L] of pooled features [n, D] of speakers not known."""
        return self.model_probabilities(pooled, np.zeros(pooled.shape[1], np.float32))

    def is_silent(self, analysis: Analysis) -> bool:
        """Whether there is surely no speech, by ear alone: nothing like speech, and near silence."""
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
        """Each speaker with the mean over their stretches, weighted by length."""
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
        """Why the answer is not to be relied on, or ""."""
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
        """The first way through a recording, at the levels at which `_pieces` will hear it."""
        if self._speaker_encoder is None:
            self._speaker_encoder = SpeakerEncoder(self.encoder.threads)
        meter = _Meter(high_passed(blocks), expected_s, should_stop, progress)
        first, _ = _first_of(meter, round(self.pack.manifest.max_seconds * SAMPLE_RATE))
        levels = (block * gain(meter.loudest) for block in chain(first, meter))
        return listen(levels, self._detector, self._speaker_encoder)

    def _pieces(
        self, meter: "_Meter", segmenter: Segmenter, longest: int, name: str, *, whole: bool
    ) -> Iterator[Piece]:
        """A recording of at most `longest` samples whole but for long pauses, a longer one cut at all its pauses.

        `whole` is False where even a short one is to be cut: several people speak in it.
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
            # by the loudest moment so far, the first `longest` samples together
            for piece in segmenter.feed(block * gain(meter.loudest)):
                found = True
                yield piece
        for piece in segmenter.finish():
            found = True
            yield piece
        if not found:  # nothing that the detector takes for speech: answer for the loudest part, and say so
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
        """What the neighbours of one stretch say: embedding [E], pooled features [D], its speaker's baseline [D], the
        classifier's p_model [L], and the share of p_own in it."""
        settings, labels = self.pack.manifest.knn, self.pack.manifest.labels
        hits = self.datastore.nearest(embedding, k)
        weights = fusion.knn_weights([hit.distance for hit in hits], settings.temperature, settings.weighting)
        indices = self._item_labels[[hit.index for hit in hits]]
        names = (*labels, *(examples.labels if examples is not None else ()))
        own_hits = examples.nearest(embedding, k) if examples is not None and trust >= UNHEARD else ()
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
        """How unlike the pack one stretch is: what is known of the pack says so, not what is the user's own."""
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
        """The k neighbours that weigh most over all segments, nearest first; of a single segment all its k."""
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
    """Whether who speaks is to be heard in a recording of this length; 0: not known, taken for long.

    Raises:
        ValueError: If `speakers` is no number from 1 to MOST_SPEAKERS, "auto" or "off".
    """
    if speakers not in ("auto", "off", *range(1, MOST_SPEAKERS + 1)):
        raise ValueError(f"speakers must be 1 to {MOST_SPEAKERS}, auto or off, not {speakers!r}")
    return speakers != "off" and (speakers != "auto" or duration_s <= 0 or duration_s >= AUTO_SPEAKERS_S)


def _number(speakers: SpeakerCount) -> int | None:
    return speakers if isinstance(speakers, int) else None


def _halves(progress: Progress | None) -> tuple[Progress | None, Progress | None]:
    """What is told of the second way through a recording, and of the first."""
    if progress is None:
        return None, None
    told = progress
    return lambda share: told(FIRST_WAY + (1 - FIRST_WAY) * share), lambda share: told(FIRST_WAY * share)


def _first_of(meter: "_Meter", longest: int) -> tuple[list[Waveform], int]:
    """The first blocks, until they are more than `longest` samples together, and how many samples they are."""
    first: list[Waveform] = []
    held = 0
    for block in meter:
        first.append(block)
        held += len(block)
        if held > longest:
            break
    return first, held


def _parted(samples: Waveform, segmenter: Segmenter, longest: int) -> list[Piece]:
    """A clip's stretches between pauses of PARTING_S or longer; where it has no such pause, all of it."""
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
    """Passes blocks on, counts seconds and level, tells the progress and stops when asked."""

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
    """Keeps the loudest stretch of a stream, of those that follow one another without overlap."""

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
    """How much of the whole each stretch is, by its length."""
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
