"""The one owner of the pack and its recogniser: every answer in the window is made in this worker's thread."""

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
NAMED_VOICE = "voice "  # and its number in the store

ENVELOPE_PEAKS = 160
MOST_ON_MAP = 20_000  # of a larger pack as many, evenly drawn
KEPT_AT_ONCE = 8  # kept recordings that a new pack hears before it lets others have their turn, about a quarter second
LIVE_WINDOWS = 8  # windows of 3 s with speech, from which on the live bars know the voice
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
        opening: How many packs were opened before it.
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
    """What was heard of a take so far; the live bars settle once it says what the voice is like.

    Only windows count that do not overlap, so that nothing is heard twice.
    """

    def __init__(self) -> None:
        self._rows: list[Samples] = []
        self._heard_until_s = 0.0

    def hear(self, recogniser: "Recogniser", analysis: "Analysis", at_s: float) -> "Voice | None":
        """Adds a window that ends at_s into the take; the voice so far, None while that is too little."""
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
    """What an answer rests on besides the sound; answers of different bases may differ.

    Attributes:
        opening: Of the pack, see `PackInfo`.
        revision: Of what the user has taught.
        voice: Whose voice it is, as `RecognitionOwner.voice`.
        groups: Of the recordings that are heard together; 0 where `voice` leaves no room for them.
    """

    opening: int = 0
    revision: int = 0
    voice: str = ""
    groups: int = 0


@dataclass(frozen=True)
class SpeakerSaid:
    """What a person said of one of the speakers of a recording; "" of what they said nothing.

    Attributes:
        name: What they are called.
        voice: The key of the saved voice that they are.
    """

    name: str = ""
    voice: str = ""


Said = tuple[tuple[int, SpeakerSaid], ...]
"""(speaker, counted from 0, what was said)."""


@dataclass(frozen=True)
class Answered:
    """A recording's answer and what another answer can be made from without encoding again.

    Attributes:
        recognition: The answer.
        analysis: The engine's Analysis.
        envelope: Peaks 0 to 1 of the recording, few enough to see at a glance.
        peaks: float32 [n], all of them, every engine.sound.envelope.PEAK_S seconds.
        basis: What it rests on besides the sound.
        sounds_like: For each speaker told apart the key of the saved voice that they sound like, "" for none; to be
            offered, never taken.
    """

    recognition: Recognition
    analysis: Any
    envelope: tuple[float, ...]
    peaks: NDArray[np.float32]
    basis: Basis
    sounds_like: tuple[str, ...] = ()


@dataclass(frozen=True)
class KnownVoice:
    """A named voice: its key, its name, how many recordings it rests on, how settled it is, 0 to 1, whether it learns
    from each new take, and whether it learns nothing for now."""

    key: str
    name: str
    recordings: int
    settled: float
    learns_from_takes: bool
    paused: bool = False


@dataclass(frozen=True)
class Known:
    """What the user has taught: the voices, how many examples there are, labels of theirs that no pack has, and a
    revision, another number after every change that answers may rest on."""

    voices: tuple[KnownVoice, ...] = ()
    examples: int = 0
    own_labels: tuple[str, ...] = ()
    revision: int = 0


@dataclass(frozen=True)
class LearntAll:
    """What came of teaching a voice many recordings: its key and name, how many it learnt, and why not the others."""

    key: str
    name: str
    learnt: int
    refused: tuple[str, ...]


@dataclass(frozen=True)
class LiveAnswer:
    """One live moment: the shares heard in the window, or None where nobody speaks, and where it lies on the map."""

    shares: dict[str, float] | None
    place: Place | None = None


class RecognitionOwner(QObject):
    """Loads the pack behind the first paint and answers after it.

    Signals:
        opened: PackInfo, once a pack is in use.
        failed: The VoiceKinError why no pack could be opened.
        known_changed: Known, when the user's voices or examples changed; never where they can't be opened.
        basis_changed: Answers made from now on may be others than those made before.
        unheard: How many examples a new pack can't hear, for their sound was not kept.
        forgetful: The StoreError why they can't be opened: the window goes on without.

    Attributes:
        pack: The pack in use.
        voice: Whose voice it is: UNKNOWN_VOICE (a long recording is heard against its own rest, one of
            a group against the group), ONE_SPEAKER (a short
            one, too), BY_ITSELF (neither), or a KnownVoice's key.
        known: What the user has taught; None where nothing is kept.
    """

    opened = Signal(object)
    failed = Signal(object)
    known_changed = Signal(object)
    basis_changed = Signal()
    forgetful = Signal(object)
    unheard = Signal(int)

    def __init__(self, home: Path | None = None, parent: QObject | None = None) -> None:
        """`home` is the folder of the user's own data; without one nothing can be taught."""
        super().__init__(parent)
        self._voice = UNKNOWN_VOICE
        self.known: Known | None = None
        self._home = home
        self._openings = 0  # touched by the worker's thread only
        self._groups: dict[
            str, tuple[Samples, VoiceUsed]
        ] = {}  # by a recording's path; the worker's, like their number
        self._groups_heard = 0
        self._groups_told = 0  # the number that the window knows
        self._newly_heard = 0  # examples, by the pack in use
        self._personal: Personal | None = None  # touched by the worker's thread only
        self.worker = Worker("recogniser", self)
        self.pack: PackInfo | None = None
        self._recogniser: Recogniser | None = None  # touched by the worker's thread only
        self._file_reader: Recogniser | None = None  # the same pack for files, between whose pieces the other answers
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
        """What an answer made now would rest on."""
        opening = self.pack.opening if self.pack is not None else 0
        groups = self._groups_told if self.voice == UNKNOWN_VOICE else 0
        return Basis(opening, self.known.revision if self.known is not None else 0, self.voice, groups)

    def open(self, path: Path) -> Job:
        """Use the pack at `path`; a bad one leaves the pack in use as it is."""

        def load(state: JobState) -> PackInfo:  # noqa: ARG001
            # imported here: ONNX Runtime and the rest load behind the first paint, `batch` so that the window's thread
            # finds it loaded when it first asks for the time left
            import desktop_app.engine.batch.answers  # noqa: F401
            from desktop_app.engine.installed_packs import load_known
            from desktop_app.engine.recognition.recogniser import Recogniser
            from desktop_app.engine.sound.speech import SpeechDetector

            pack = load_known(path)
            recogniser = Recogniser(pack)
            recogniser.encoder.encode(
                [np.zeros(pack.manifest.sample_rate, dtype=np.float32)]
            )  # the first run allocates
            self._detector = self._detector or SpeechDetector()
            self._recogniser, self._file_reader = recogniser, recogniser.for_another_thread()
            if self._personal is not None:
                self._personal.store.close()
                self._personal = None
            self._openings += 1
            self._groups = {}  # they rest on what the last pack heard
            return replace(pack_info(pack), opening=self._openings)

        # not between the pieces of a long file: it is answered by the pack that analyses it
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
        """Decode, encode and answer a recording, a stretch or a channel (from 0) of it; done with Answered.

        Args:
            speakers: How many people speak, where that is not to be found.
            said: What a person said of them.
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
            before = np.zeros(round(start_s / PEAK_S), np.float32)  # so that peaks and segments count from one start
            peaks_of_all = np.concatenate([before, heard])
            return Answered(
                *(recognition, analysis, envelope_of(heard), peaks_of_all, self._basis(voice), self._like(analysis))
            )

        return self.worker.submit(answer, Priority.QUEUED)

    def hear_together(self, groups: Sequence[Sequence[Answered]]) -> None:
        """From now on an unknown voice is what a recording has in common with the others of its group, if those are
        enough; before that it was nobody's."""

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
        """Mix the same analysis anew, None for what nobody chose; done with Answered. Nothing is encoded.

        Fails with PackError where another encoder made the analysis: the recording is to be heard again.
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
        """Answer a window of live sound, float32 [n] at the microphone's rate; done with LiveAnswer.

        Args:
            take: What was heard of the take before, to which this window is added.
            at_s: Where in the take it ends.
        """
        voice = self.voice if self.voice != ONE_SPEAKER else UNKNOWN_VOICE  # seconds are too few to tell a voice by

        def answer(state: JobState) -> LiveAnswer:  # noqa: ARG001
            from desktop_app.engine.sound.audio import SAMPLE_RATE, to_mono_at
            from desktop_app.engine.sound.steady import loud_enough

            recogniser, detector = self._needed(), self._detector
            window = to_mono_at(samples, sample_rate, SAMPLE_RATE)
            assert detector is not None
            # the gate hears the end of the window alone: the encoder does not run while nobody speaks
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
        """Make a named voice; done with its key."""

        def create(personal: "Personal") -> str:
            return f"{NAMED_VOICE}{personal.profiles.create(name).id}"

        return self._teach(create)

    def remove_voice(self, key: str) -> Job:
        """Forget a named voice; done with what `restore` takes."""
        return self._teach(lambda personal: personal.remove_voice(_number(key)))

    def learn_from_takes(self, key: str, learns: bool) -> Job:
        """Whether a named voice learns from each new take."""
        return self._teach(lambda personal: personal.profiles.set_learns_from_takes(_number(key), learns))

    def learn(self, key: str, answered: Answered) -> Job:
        """Teach a named voice a recording; done with the engine's Learned, which may say why it refused."""

        def learn(personal: "Personal") -> "Learned":
            return personal.learn(_number(key), answered.analysis, answered.envelope)

        return self._teach(learn)

    def learn_all(self, name: str, recordings: tuple[Answered, ...]) -> Job:
        """Teach a new voice of that name, with a number where it is taken, many recordings; done with LearntAll."""

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
        """Make a named voice of one of the speakers of a recording, counted from 0; done with its key."""
        return self._teach(lambda personal: self.key_of(personal.learn_speaker(name, answered.analysis, speaker)))

    def hear_talk(self, talk: "FreeTalk", samples: Samples, sample_rate: int) -> Job:
        """Hear more of a talk, float32 [n]; done with its seconds of speech so far."""
        return self.worker.submit(lambda _: talk.feed(samples, sample_rate), Priority.LIVE)

    def learn_talk(self, key: str, talk: "FreeTalk") -> Job:
        """Teach a named voice a talk, each stretch of it; done with the engine's Learned."""

        def learn(personal: "Personal", state: JobState) -> "Learned":
            analysis = self._needed().analyse(talk.samples(), should_stop=state.should_stop, progress=state.progress)
            return personal.learn(_number(key), analysis)

        return self._submit(learn)

    def unlearn(self, key: str, recording_id: int) -> Job:
        """Undo it; done with what `restore` takes."""
        return self._teach(lambda personal: personal.unlearn(_number(key), recording_id))

    def add_example(self, answered: Answered, label: str, keep_audio_of: Path | None) -> Job:
        """Remember what a recording was; done with the example's id."""
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
        """Whether a named voice learns nothing for now."""
        return self._teach(lambda personal: personal.profiles.set_paused(_number(key), paused))

    def rename_voice(self, key: str, name: str) -> Job:
        """Give a voice another name."""
        return self._teach(lambda personal: personal.profiles.rename(_number(key), name))

    def list_contributions(self, key: str) -> Job:
        """What a voice has learnt from; done with the engine's Contributions."""
        return self._submit(lambda personal, _: personal.profiles.contributions(_number(key)), changes=False)

    def list_examples(self) -> Job:
        """Done with (the engine's Examples, how many of them the pack in use has not heard)."""
        return self._submit(lambda personal, _: (personal.examples.all(), len(personal.unheard())), changes=False)

    def remove_examples(self, ids: list[int]) -> Job:
        """Forget examples; done with what `restore` takes."""
        return self._teach(lambda personal: personal.remove_examples(ids))

    def restore(self, removed: "Removed") -> Job:
        """Take a removal back."""
        return self._teach(lambda personal: personal.restore(removed))

    def relabel_examples(self, labels: dict[int, str]) -> Job:
        """Say that examples, by their ids, were something else."""

        def relabel(personal: "Personal") -> None:
            for example_id, label in labels.items():
                personal.relabel(example_id, label)

        return self._teach(relabel)

    def export_known(self, path: Path) -> Job:
        """Write voices and examples to a file, over one that is there; done with the engine's Exported."""

        def write(personal: "Personal") -> Any:
            from desktop_app.engine.people.exchange import export_file

            return export_file(personal.store, path, overwrite=True)

        return self._teach(write)

    def import_known(self, path: Path) -> Job:
        """Take in a file that was exported; done with the engine's Imported."""

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
        """The key of a named voice's number in the store."""
        return f"{NAMED_VOICE}{voice_id}"

    @staticmethod
    def number_of(key: str) -> int | None:
        """The number in the store of a named voice's key; None for every other key."""
        return _number(key) if key.startswith(NAMED_VOICE) else None

    def library(self, act: "Callable[[Library], Any]") -> Job:
        """Read or change the library; done with what `act` returns."""
        return self._submit(lambda personal, _: act(personal.library), changes=False)

    def close(self, last: "Callable[[Library], object] | None" = None) -> None:
        """End the worker, and close what the user has taught; `last` may still change the library."""
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
        """Of each speaker of a recording the voice, as was said or as it is heard; none where nobody was told apart."""
        personal = self._personal
        saved = {_number(voice.key) for voice in self._known(personal).voices} if personal is not None else set()
        chosen = {
            speaker: personal.speaker_voice(_number(one.voice))
            for speaker, one in said
            if personal is not None and one.voice and _number(one.voice) in saved  # it may be forgotten by now
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
        """Open what the user has taught, behind the pack."""
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
        """Let the pack hear the kept sound of examples that only others have heard, a few at a time, last of all."""
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
        if self._newly_heard and done.without_audio:  # not at every start, only where the pack is new to them
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
        """Embed the examples anew where a change among many left that for later."""

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
    """What the window shows of an `engine.pack.format.Pack`."""
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
    """The number in the store of a named voice's key."""
    return int(key.removeprefix(NAMED_VOICE))


def envelope_of(peaks: NDArray[np.float32], n_peaks: int = ENVELOPE_PEAKS) -> tuple[float, ...]:
    """The largest of the peaks, 0 to 1, in each of `n_peaks` equal stretches."""
    return tuple(float(p) for p in np.minimum(columns(peaks, n_peaks), 1.0))
