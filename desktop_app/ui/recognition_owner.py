"""Owns the pack and its recogniser: every answer in the window is computed in this worker's thread."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from desktop_app.engine.batch.progress import ANALYSIS_SHARE
from desktop_app.engine.recognition.answer import NOBODY, Recognition, VoiceUsed
from desktop_app.engine.recognition.timeline import Stretch
from desktop_app.engine.sound.envelope import PEAK_S, Peaks, columns
from desktop_app.errors import Cancelled, PackError, StoreError
from desktop_app.ui.jobs import Job, JobState, Priority, Worker
from desktop_app.ui.widgets.map_view import Landscape, Place, between

if TYPE_CHECKING:
    from desktop_app.engine.people.library import Library
    from desktop_app.engine.people.personal import Learned, Personal, Reembedded
    from desktop_app.engine.people.removed import Removed
    from desktop_app.engine.recognition.recogniser import Analysis, Recogniser, SpeakerCount, SpeakerVoice
    from desktop_app.engine.recognition.voice import Voice
    from desktop_app.engine.sound.free_talk import FreeTalk
    from desktop_app.engine.sound.speech import SpeechDetector

log = logging.getLogger(__name__)

Samples = NDArray[np.float32]

UNKNOWN_VOICE = ""
ONE_SPEAKER = "one speaker"
BY_ITSELF = "by itself"
NAMED_VOICE = "voice "  # followed by its number in the store

ENVELOPE_PEAKS = 160
MOST_ON_MAP = 20_000  # of a larger pack an even selection
KEPT_AT_ONCE = 8  # examples that a new pack encodes before other jobs get their turn, about a quarter second
LIVE_WINDOWS = 8  # windows of 3 s with speech after which the live bars use the voice
SPOKEN_WITHIN_S = 0.8  # live: someone counts as speaking if there was speech this recently
SPEECH_PROBABILITY = 0.5  # Silero's own default threshold


@dataclass(frozen=True)
class PackInfo:
    """What the window shows about the pack in use.

    Attributes:
        root: Its folder.
        name, version, licence: As given in the pack.
        labels: Its emotions, in its order.
        k, alpha: Its default values.
        items: The number of recordings in its datastore.
        landscape: Their places on the map; empty if the pack has no map.
        model_card: Its text, Markdown.
        opening: How many packs were opened before it in this session.
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
    opening: int = 0


class LiveTake:
    """The features of a take so far; once there are enough to estimate the voice, the live bars become steadier.

    Only windows that do not overlap are used, so that no sound counts twice.
    """

    def __init__(self) -> None:
        self._rows: list[Samples] = []
        self._heard_until_s = 0.0

    def hear(self, recogniser: "Recogniser", analysis: "Analysis", at_s: float) -> "Voice | None":
        """Adds a window that ends at_s into the take; returns the voice so far, None if there is too little speech."""
        if at_s - analysis.duration_s >= self._heard_until_s - 0.01:
            self._rows.append(analysis.mean_pooled)
            self._heard_until_s = at_s
        if len(self._rows) < LIVE_WINDOWS:
            return None
        heard = replace(
            analysis, pooled=np.stack(self._rows), spans=tuple((float(i), i + 1.0) for i in range(len(self._rows)))
        )
        return recogniser.estimate_voice([heard])


@dataclass(frozen=True)
class Basis:
    """What an answer is based on besides the sound; answers with different bases may differ.

    Attributes:
        opening: The pack's, see `PackInfo`.
        revision: The revision of what the user has taught.
        voice: Whose voice it is, as `RecognitionOwner.voice`.
        groups: The revision of the groups of recordings; 0 if `voice` does not use them.
    """

    opening: int = 0
    revision: int = 0
    voice: str = ""
    groups: int = 0


@dataclass(frozen=True)
class SpeakerSaid:
    """What the user said about one speaker of a recording; "" where nothing was said.

    Attributes:
        name: Their name.
        voice: The key of their saved voice.
    """

    name: str = ""
    voice: str = ""


Said = tuple[tuple[int, SpeakerSaid], ...]
"""Pairs of a speaker, counted from 0, and what was said."""


@dataclass(frozen=True)
class Answered:
    """A recording's answer, and what is needed to answer again without encoding.

    Attributes:
        recognition: The answer.
        analysis: The engine's Analysis.
        envelope: Peaks 0 to 1 of the recording, few enough for a small picture.
        peaks: float32 [n], all peaks, one every engine.sound.envelope.PEAK_S seconds.
        basis: What it is based on besides the sound.
        sounds_like: For each speaker the key of the saved voice that they sound like, or "". It is only suggested to
            the user, never used without asking.
    """

    recognition: Recognition
    analysis: Any
    envelope: tuple[float, ...]
    peaks: NDArray[np.float32]
    basis: Basis
    sounds_like: tuple[str, ...] = ()


@dataclass(frozen=True)
class KnownVoice:
    """A saved voice: its key, its name, how many recordings it was learnt from, how settled it is, 0 to 1, whether it
    learns from each new take, and whether it is paused."""

    key: str
    name: str
    recordings: int
    settled: float
    learns_from_takes: bool
    paused: bool = False


@dataclass(frozen=True)
class Known:
    """What the user has taught: the voices, the number of examples, the labels that no pack has, and a revision, which
    changes whenever answers may change."""

    voices: tuple[KnownVoice, ...] = ()
    examples: int = 0
    own_labels: tuple[str, ...] = ()
    revision: int = 0


@dataclass(frozen=True)
class LearntAll:
    """The result of teaching a voice many recordings: its key and name, how many it learnt, and why not the others."""

    key: str
    name: str
    learnt: int
    refused: tuple[str, ...]


@dataclass(frozen=True)
class LiveAnswer:
    """One live answer: the shares in the window, or None if nobody speaks, and its place on the map."""

    shares: dict[str, float] | None
    place: Place | None = None


class RecognitionOwner(QObject):
    """Loads the pack after the window is first painted, then computes answers.

    Signals:
        opened: PackInfo, when a pack is in use.
        failed: The VoiceKinError if a pack could not be opened.
        known_changed: Known, when the user's voices or examples changed; not sent if they can't be opened.
        basis_changed: Answers from now on may differ from earlier ones.
        unheard: How many examples a new pack can't use, because their sound was not kept.
        forgetful: The StoreError if they can't be opened; the window goes on without them.

    Attributes:
        pack: The pack in use.
        voice: Whose voice it is: UNKNOWN_VOICE (a long recording is compared with the rest of itself, one of a
            group with the group), ONE_SPEAKER (a short recording is compared with itself, too), BY_ITSELF (neither),
            or a KnownVoice's key.
        known: What the user has taught; None if nothing is stored.
    """

    opened = Signal(object)
    failed = Signal(object)
    known_changed = Signal(object)
    basis_changed = Signal()
    forgetful = Signal(object)
    unheard = Signal(int)

    def __init__(self, home: Path | None = None, parent: QObject | None = None) -> None:
        """`home` is the folder of the user's data; without it nothing can be taught."""
        super().__init__(parent)
        self._voice = UNKNOWN_VOICE
        self.known: Known | None = None
        self._home = home
        self._openings = 0  # touched by the worker's thread only
        self._groups: dict[
            str, tuple[Samples, VoiceUsed]
        ] = {}  # by a recording's path; used by the worker's thread only, like their revision
        self._groups_heard = 0
        self._groups_told = 0  # the revision that the window knows
        self._newly_heard = 0  # examples, encoded with the pack in use
        self._personal: Personal | None = None  # touched by the worker's thread only
        self.worker = Worker("recogniser", self)
        self.pack: PackInfo | None = None
        self._recogniser: Recogniser | None = None  # touched by the worker's thread only
        self._file_reader: Recogniser | None = None  # the same pack for files; the other answers between their pieces
        self._detector: SpeechDetector | None = None

    @property
    def voice(self) -> str:
        """Whose voice it is, see the class."""
        return self._voice

    @voice.setter
    def voice(self, key: str) -> None:
        if key != self._voice:
            self._voice = key
            self.basis_changed.emit()

    @property
    def basis(self) -> Basis:
        """What an answer computed now would be based on."""
        opening = self.pack.opening if self.pack is not None else 0
        groups = self._groups_told if self.voice == UNKNOWN_VOICE else 0
        return Basis(opening, self.known.revision if self.known is not None else 0, self.voice, groups)

    def open(self, path: Path) -> Job:
        """Use the pack at `path`; if it is bad, the current pack stays in use."""

        def load(state: JobState) -> PackInfo:  # noqa: ARG001
            # imported here, so that ONNX Runtime and others load after the first paint; `batch`, so that it is loaded
            # when the window's thread first asks for the time left
            import desktop_app.engine.batch.answers  # noqa: F401
            from desktop_app.engine.installed_packs import load_known
            from desktop_app.engine.recognition.recogniser import Recogniser
            from desktop_app.engine.sound.speech import SpeechDetector

            pack = load_known(path)
            recogniser = Recogniser(pack)
            recogniser.encoder.encode(
                [np.zeros(pack.manifest.sample_rate, dtype=np.float32)]
            )  # the first run allocates memory
            self._detector = self._detector or SpeechDetector()
            self._recogniser, self._file_reader = recogniser, recogniser.for_another_thread()
            if self._personal is not None:
                self._personal.store.close()
                self._personal = None
            self._openings += 1
            self._groups = {}  # they were made with the last pack's features
            return replace(pack_info(pack), opening=self._openings)

        # not between the pieces of a long file, which is answered by the pack that analyses it
        job = self.worker.submit(load, Priority.QUEUED)
        job.done.connect(self._opened)
        job.failed.connect(self.failed)
        if self._home is not None:
            self._remember()
        return job

    def answer_file(
        self,
        path: Path,
        stretch: Stretch | None = None,
        channel: int | None = None,
        speakers: "SpeakerCount" = "off",
        said: Said = (),
    ) -> Job:
        """Decode, encode and answer a recording, or a stretch or channel (from 0) of it; the result is Answered.

        Args:
            speakers: How many people speak, or "auto" or "off".
            said: What the user said about them.
        """
        voice = self.voice

        def answer(state: JobState) -> Answered:
            from desktop_app.engine.sound.audio import SAMPLE_RATE

            self._needed()
            assert self._file_reader is not None
            peaks = Peaks(SAMPLE_RATE)

            def progress(share: float) -> None:
                state.progress(ANALYSIS_SHARE * share)
                state.give_way()

            start_s, end_s = (stretch.start_s, stretch.end_s) if stretch else (0.0, None)
            analysis = self._file_reader.analyse_file(
                path,
                channel=channel,
                start_s=start_s,
                end_s=end_s,
                should_stop=state.should_stop,
                progress=progress,
                listen=peaks.feed,
                speakers=speakers,
            )
            recognition = self._answer(analysis, voice, state=state, said=said)
            heard = peaks.array()
            before = np.zeros(round(start_s / PEAK_S), np.float32)  # so that peaks and segments have the same start
            peaks_of_all = np.concatenate([before, heard])
            return Answered(
                *(recognition, analysis, envelope_of(heard), peaks_of_all, self._basis(voice), self._like(analysis))
            )

        return self.worker.submit(answer, Priority.QUEUED)

    def hear_together(self, groups: Sequence[Sequence[Answered]]) -> None:
        """From now on, recordings of an unknown voice are compared with the others of their group, if there are
        enough."""

        def estimate(state: JobState) -> int | None:
            recogniser = self._needed()
            found: dict[str, tuple[Samples, VoiceUsed]] = {}
            for group in groups:
                if state.should_stop():
                    raise Cancelled
                same_pack = [a.analysis for a in group if a.basis.opening == self._openings]
                if voice := recogniser.group_voice(same_pack):
                    found |= {a.path: voice for a in same_pack if not recogniser.is_silent(a)}
            if not found and not self._groups:
                return None
            self._groups = found
            self._groups_heard += 1
            return self._groups_heard

        def told(number: int | None) -> None:
            if number is not None:
                self._groups_told = number
                self.basis_changed.emit()

        self.worker.submit(estimate, Priority.ASKED).done.connect(told)

    def answer_again(
        self,
        answered: Answered,
        k: int | None,
        alpha: float | None,
        priority: Priority = Priority.ASKED,
        said: Said = (),
    ) -> Job:
        """Answer from the same analysis without encoding; None uses the default. The result is Answered.

        Fails with PackError if another encoder made the analysis; the recording must then be encoded again.
        """
        voice = self.voice

        def answer(state: JobState) -> Answered:
            if answered.analysis.encoder_sha256 != self._needed().encoder.encoder_sha256:
                raise PackError("This answer was made with another pack: answer the recording again first.")
            recognition = self._answer(answered.analysis, voice, k, alpha, state, said)
            like = self._like(answered.analysis)
            return replace(answered, recognition=recognition, basis=self._basis(voice), sounds_like=like)

        return self.worker.submit(answer, priority)

    def answer_live(self, samples: Samples, sample_rate: int, take: LiveTake | None = None, at_s: float = 0.0) -> Job:
        """Answer a window of live sound, float32 [n] at the microphone's rate; the result is LiveAnswer.

        Args:
            take: The features of the take so far, to which this window is added.
            at_s: The end of the window, in seconds of the take.
        """
        voice = self.voice if self.voice != ONE_SPEAKER else UNKNOWN_VOICE  # too short to estimate a voice

        def answer(state: JobState) -> LiveAnswer:  # noqa: ARG001
            from desktop_app.engine.sound.audio import SAMPLE_RATE, to_mono_at
            from desktop_app.engine.sound.steady import loud_enough

            recogniser, detector = self._needed(), self._detector
            window = to_mono_at(samples, sample_rate, SAMPLE_RATE)
            assert detector is not None
            # speech is looked for at the end of the window only; without speech the encoder does not run
            if (
                float(detector.probabilities(loud_enough(window)[-round(SPOKEN_WITHIN_S * SAMPLE_RATE) :]).max())
                < SPEECH_PROBABILITY
            ):
                return LiveAnswer(None)
            analysis = recogniser.analyse(window)
            if take is None or voice != UNKNOWN_VOICE:
                return _live(self._answer(analysis, voice))
            voice_so_far = take.hear(recogniser, analysis, at_s)
            baseline, used = None, NOBODY
            if voice_so_far is not None:
                baseline = voice_so_far.baseline
                used = VoiceUsed("itself", heard=voice_so_far.clips, settled=voice_so_far.settled)
            examples = self._personal.own if self._personal is not None else None
            return _live(recogniser.answer(analysis, baseline=baseline, voice=used, examples=examples))

        return self.worker.submit(answer, Priority.LIVE)

    # what the user teaches

    def create_voice(self, name: str) -> Job:
        """Make a saved voice; the result is its key."""

        def create(personal: "Personal") -> str:
            return f"{NAMED_VOICE}{personal.profiles.create(name).id}"

        return self._teach(create)

    def remove_voice(self, key: str) -> Job:
        """Forget a saved voice; the result is the argument for `restore`."""
        return self._teach(lambda personal: personal.remove_voice(_number(key)))

    def learn_from_takes(self, key: str, learns: bool) -> Job:
        """Set whether a saved voice learns from each new take."""
        return self._teach(lambda personal: personal.profiles.set_learns_from_takes(_number(key), learns))

    def learn(self, key: str, answered: Answered) -> Job:
        """Teach a saved voice a recording; the result is the engine's Learned, which says why if it refused."""

        def learn(personal: "Personal") -> "Learned":
            return personal.learn(_number(key), answered.analysis, answered.envelope)

        return self._teach(learn)

    def learn_all(self, name: str, recordings: tuple[Answered, ...]) -> Job:
        """Teach a new voice many recordings; a number is added to a name that is taken. The result is LearntAll."""

        def learn(personal: "Personal", state: JobState) -> LearntAll:
            taken = {p.name.casefold() for p in personal.profiles.all()}
            names = (name if i == 1 else f"{name} {i}" for i in count(1))
            profile = personal.profiles.create(next(one for one in names if one.casefold() not in taken))
            refused: list[str] = []
            for done, one in enumerate(recordings, start=1):
                if state.should_stop():
                    personal.remove_voice(profile.id)
                    raise Cancelled
                reason = personal.learn(profile.id, one.analysis, one.envelope).refused
                refused += [reason] if reason else []
                state.progress(done / len(recordings))
            if len(refused) == len(recordings):
                personal.remove_voice(profile.id)
                raise StoreError(refused[0])
            return LearntAll(self.key_of(profile.id), profile.name, len(recordings) - len(refused), tuple(refused))

        return self._submit(learn, Priority.QUEUED)

    def learn_speaker(self, name: str, answered: Answered, speaker: int) -> Job:
        """Make a saved voice of a recording's speaker, counted from 0; the result is its key."""
        return self._teach(lambda personal: self.key_of(personal.learn_speaker(name, answered.analysis, speaker)))

    def hear_talk(self, talk: "FreeTalk", samples: Samples, sample_rate: int) -> Job:
        """Add more of a talk, float32 [n]; the result is its seconds of speech so far."""
        return self.worker.submit(lambda _: talk.feed(samples, sample_rate), Priority.LIVE)

    def learn_talk(self, key: str, talk: "FreeTalk") -> Job:
        """Teach a saved voice each stretch of a talk; the result is the engine's Learned."""

        def learn(personal: "Personal", state: JobState) -> "Learned":
            analysis = self._needed().analyse(talk.samples(), should_stop=state.should_stop, progress=state.progress)
            return personal.learn(_number(key), analysis)

        return self._submit(learn)

    def unlearn(self, key: str, recording_id: int) -> Job:
        """Undo it; the result is the argument for `restore`."""
        return self._teach(lambda personal: personal.unlearn(_number(key), recording_id))

    def add_example(self, answered: Answered, label: str, keep_audio_of: Path | None) -> Job:
        """Store a recording as an example; the result is the example's id."""
        voice = self.voice

        def add(personal: "Personal") -> int:
            return personal.add_example(
                answered.analysis,
                label,
                voice_id=_number(voice) if voice.startswith(NAMED_VOICE) else None,
                baseline=self._voice_of(answered.analysis, voice)[0],
                envelope=answered.envelope,
                keep_audio_of=keep_audio_of,
            ).id

        return self._teach(add)

    def remove_example(self, example_id: int) -> Job:
        """Forget an example."""
        return self.remove_examples([example_id])

    def pause_voice(self, key: str, paused: bool) -> Job:
        """Set whether a saved voice is paused."""
        return self._teach(lambda personal: personal.profiles.set_paused(_number(key), paused))

    def rename_voice(self, key: str, name: str) -> Job:
        """Rename a voice."""
        return self._teach(lambda personal: personal.profiles.rename(_number(key), name))

    def list_contributions(self, key: str) -> Job:
        """List what a voice has learnt from; the result is the engine's Contributions."""
        return self._submit(lambda personal, _: personal.profiles.contributions(_number(key)), changes=False)

    def list_examples(self) -> Job:
        """The result is (the engine's Examples, how many of them the pack in use has no features of)."""
        return self._submit(lambda personal, _: (personal.examples.all(), len(personal.unheard())), changes=False)

    def remove_examples(self, ids: list[int]) -> Job:
        """Forget examples; the result is the argument for `restore`."""
        return self._teach(lambda personal: personal.remove_examples(ids))

    def restore(self, removed: "Removed") -> Job:
        """Undo a removal."""
        return self._teach(lambda personal: personal.restore(removed))

    def relabel_examples(self, labels: dict[int, str]) -> Job:
        """Change the label of examples, given by their ids."""

        def relabel(personal: "Personal") -> None:
            for example_id, label in labels.items():
                personal.relabel(example_id, label)

        return self._teach(relabel)

    def export_known(self, path: Path) -> Job:
        """Write voices and examples to a file, replacing an existing one; the result is the engine's Exported."""

        def write(personal: "Personal") -> Any:
            from desktop_app.engine.people.exchange import export_file

            return export_file(personal.store, path, overwrite=True)

        return self._teach(write)

    def import_known(self, path: Path) -> Job:
        """Import an exported file; the result is the engine's Imported."""

        def read(personal: "Personal") -> Any:
            from desktop_app.engine.people.exchange import import_file

            imported = import_file(personal.store, path)
            personal.reload()
            return imported

        job = self._teach(read)
        job.done.connect(lambda _: self._hear_kept(self.known))
        return job

    @staticmethod
    def key_of(voice_id: int) -> str:
        """The key of the saved voice with that number in the store."""
        return f"{NAMED_VOICE}{voice_id}"

    @staticmethod
    def number_of(key: str) -> int | None:
        """The number in the store of a saved voice's key; None for every other key."""
        return _number(key) if key.startswith(NAMED_VOICE) else None

    def library(self, act: "Callable[[Library], Any]") -> Job:
        """Read or change the library; the result is what `act` returns."""
        return self._submit(lambda personal, _: act(personal.library), changes=False)

    def close(self, last: "Callable[[Library], object] | None" = None) -> None:
        """End the worker and close the user's data; `last` may change the library once more."""
        self.worker.close()
        if self._personal is None:
            return
        try:
            if last is not None:
                last(self._personal.library)
        except StoreError as error:
            log.warning("the library is not up to date: %s", error)
        finally:
            self._personal.store.close()

    # in the worker's thread

    def _answer(
        self,
        analysis: Any,
        voice: str,
        k: int | None = None,
        alpha: float | None = None,
        state: JobState | None = None,
        said: Said = (),
    ) -> Recognition:
        examples = self._personal.own if self._personal is not None else None
        several = analysis.who is not None and (bool(said) or (analysis.who.speakers > 1 and voice == UNKNOWN_VOICE))
        speakers = self._speaker_voices(analysis, said) if several else ()
        baseline, used = self._voice_of(analysis, voice) if not speakers else (None, NOBODY)
        return self._needed().answer(
            analysis,
            baseline=baseline,
            voice=used,
            speakers=speakers,
            k=k,
            alpha=alpha,
            examples=examples,
            should_stop=state.should_stop if state else None,
            progress=partial(_after_analysis, state) if state else None,
        )

    def _basis(self, voice: str) -> Basis:
        groups = self._groups_heard if voice == UNKNOWN_VOICE else 0
        return Basis(self._openings, self._personal.revision if self._personal is not None else 0, voice, groups)

    def _speaker_voices(self, analysis: Any, said: Said) -> "tuple[SpeakerVoice, ...]":
        """The voice of each speaker of a recording, as the user said or as recognised; empty without speakers."""
        personal = self._personal
        saved = {_number(voice.key) for voice in self._known(personal).voices} if personal is not None else set()
        chosen = {
            speaker: personal.speaker_voice(_number(one.voice))
            for speaker, one in said
            if personal is not None and one.voice and _number(one.voice) in saved  # else it was forgotten
        }
        names = {speaker: one.name for speaker, one in said if one.name}
        voices = self._needed().speaker_voices(analysis, chosen)
        return tuple(replace(voice, name=names.get(i, voice.name)) for i, voice in enumerate(voices))

    def _like(self, analysis: Any) -> tuple[str, ...]:
        if self._personal is None or analysis.who is None:
            return ()
        found = self._personal.sounds_like(analysis.who)
        return tuple(self.key_of(profile.id) if profile is not None else "" for profile in found)

    def _voice_of(self, analysis: Any, voice: str) -> tuple[Samples | None, VoiceUsed]:
        if voice == ONE_SPEAKER:
            own = self._needed().estimate_voice([analysis])
            return own.baseline, VoiceUsed("itself", heard=len(analysis.spans), settled=own.settled)
        if voice.startswith(NAMED_VOICE) and self._personal is not None:
            number = _number(voice)
            known = self._personal.voice(number)
            name = next((p.name for p in self._personal.profiles.all() if p.id == number), "")
            return known.baseline, VoiceUsed("saved", name, known.clips, known.settled)
        if voice != UNKNOWN_VOICE:
            return None, NOBODY
        return self._needed().own_voice(analysis) or self._groups.get(analysis.path) or (None, NOBODY)

    def _known(self, personal: "Personal") -> Known:
        voices = []
        for profile in personal.profiles.all():
            settled = personal.voice(profile.id).settled
            key = f"{NAMED_VOICE}{profile.id}"
            learns, paused = profile.learns_from_takes, profile.paused
            voices.append(KnownVoice(key, profile.name, profile.recordings, settled, learns, paused))
        counts = personal.examples.labels()
        pack_labels = self._needed().pack.manifest.labels
        own_labels = tuple(one for one in counts if one not in pack_labels)
        return Known(tuple(voices), sum(counts.values()), own_labels, personal.revision)

    # in the window's thread

    def _remember(self) -> None:
        """Open the user's data, after the pack."""
        home = self._home
        assert home is not None

        def remember(state: JobState) -> Known | None:  # noqa: ARG001
            from desktop_app.engine.people.personal import Personal
            from desktop_app.engine.people.store import Store

            if self._recogniser is None:
                return None
            if self._personal is None:
                self._personal = Personal(Store(home), self._recogniser)
            self._personal.refresh()
            return self._known(self._personal)

        job = self.worker.submit(remember, Priority.QUEUED)
        job.done.connect(self._now_known)
        job.done.connect(self._hear_kept)
        job.failed.connect(self.forgetful)

    def _hear_kept(self, known: Known | None) -> None:
        """Encode the kept sound of examples that only other packs have encoded, a few at a time, after other jobs."""
        if known is None or not known.examples:
            return

        def embed(personal: "Personal", state: JobState) -> "Reembedded":
            return personal.embed_kept_audio(state.should_stop, at_most=KEPT_AT_ONCE)

        job = self._submit(embed, Priority.QUEUED)
        job.done.connect(self._heard_kept)

    def _heard_kept(self, done: "Reembedded") -> None:
        self._newly_heard += done.heard
        if done.left:
            self._hear_kept(self.known)
            return
        if self._newly_heard and done.without_audio:  # not at every start, only if the pack is new to them
            self.unheard.emit(len(done.without_audio))
        self._newly_heard = 0

    def _teach(self, teach: Callable[["Personal"], Any]) -> Job:
        return self._submit(lambda personal, _state: teach(personal))

    def _submit(
        self, act: Callable[["Personal", JobState], Any], priority: Priority = Priority.ASKED, changes: bool = True
    ) -> Job:
        def run(state: JobState) -> Any:
            if self._personal is None:
                raise StoreError("Voices and examples can't be opened, so nothing can be taught now.")
            result = act(self._personal, state)
            if changes:
                state.partial(self._known(self._personal))
            return result

        job = self.worker.submit(run, priority)
        if changes:
            job.partial.connect(self._now_known)
            job.finished.connect(self._tidy)
        return job

    def _tidy(self) -> None:
        """Embed the examples again if a change of many postponed that."""

        def tidy(state: JobState) -> Known | None:  # noqa: ARG001
            if self._personal is None or not self._personal.stale:
                return None
            self._personal.refresh()
            return self._known(self._personal)

        self.worker.submit(tidy, Priority.QUEUED).done.connect(self._now_known)

    def _now_known(self, known: Known | None) -> None:
        if known is None:
            return
        before = self.basis
        self.known = known
        if self._voice.startswith(NAMED_VOICE) and self._voice not in {v.key for v in known.voices}:
            self._voice = UNKNOWN_VOICE
        self.known_changed.emit(known)
        if self.basis != before:
            self.basis_changed.emit()

    def _needed(self) -> "Recogniser":
        if self._recogniser is None:
            raise PackError("There is no pack in use. Choose one under File, Packs.")
        return self._recogniser

    def _opened(self, pack: PackInfo) -> None:
        self.pack = pack
        self.opened.emit(pack)
        self.basis_changed.emit()


def pack_info(pack: Any) -> PackInfo:
    """What the window shows about an `engine.pack.format.Pack`."""
    manifest = pack.manifest
    landscape = Landscape()
    if pack.map is not None:
        shown = np.unique(np.linspace(0, len(pack.items) - 1, MOST_ON_MAP).astype(np.int64))
        landscape = Landscape(
            tuple(manifest.labels[label] for label in pack.item_labels[shown]),
            tuple((x, y) for x, y in pack.map[shown].tolist()),
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


def _live(recognition: Recognition) -> LiveAnswer:
    near = [(one.place, one.weight) for one in recognition.neighbours if one.place is not None]
    return LiveAnswer(dict(recognition.probabilities), between(near))


def _after_analysis(state: JobState, share: float) -> None:
    state.progress(ANALYSIS_SHARE + (1 - ANALYSIS_SHARE) * share)


def _number(key: str) -> int:
    """The number in the store of a saved voice's key."""
    return int(key.removeprefix(NAMED_VOICE))


def envelope_of(peaks: NDArray[np.float32], n_peaks: int = ENVELOPE_PEAKS) -> tuple[float, ...]:
    """The largest of the peaks, 0 to 1, in each of `n_peaks` equal stretches."""
    return tuple(float(p) for p in np.minimum(columns(peaks, n_peaks), 1.0))
