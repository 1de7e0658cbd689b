"""The recogniser for scripts: answers for files, arrays and many files, with the voices and examples that are known."""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, Self, overload

import numpy as np
import numpy.typing as npt

from desktop_app import paths
from desktop_app.engine import installed_packs
from desktop_app.engine.archives.dataset import Dataset
from desktop_app.engine.batch.classify import Asked, Batch, Company, answer, voice_of
from desktop_app.engine.batch.journal import BatchJournal
from desktop_app.engine.batch.progress import HowFar
from desktop_app.engine.batch.sources import Recording, Source
from desktop_app.engine.pack.format import ENVELOPE_PEAKS, Pack
from desktop_app.engine.people.examples import Example
from desktop_app.engine.people.exchange import import_file
from desktop_app.engine.people.own_datastore import OwnDatastore
from desktop_app.engine.people.personal import Personal
from desktop_app.engine.people.store import DATABASE, Store, clean_name
from desktop_app.engine.recognition import recogniser as engine
from desktop_app.engine.recognition.answer import Failure, Outcome, Recognition, VoiceUsed
from desktop_app.engine.recognition.recogniser import Analysis, SpeakerCount, asks_for_speakers
from desktop_app.engine.recognition.voice import Voice
from desktop_app.engine.sound.audio import MAX_PEAK, to_mono_at
from desktop_app.engine.sound.envelope import envelope_of
from desktop_app.errors import AudioError, StoreError, VoiceKinError
from desktop_app.interruption import ShouldStop, never
from voicekin.answers import Answers

Floats = npt.NDArray[np.float32]

File = str | PathLike[str]
Sound = File | npt.NDArray[Any] | Analysis
"""A file; samples [n] or [n, channels], floats of -1..1 or signed integers; or what `Recogniser.analyse` made."""

NONE = "none"
"""Stands for no voice, or no examples."""

MOST_JOBS = 4
"""More jobs are no faster where the disk or the memory bandwidth is the limit."""


@dataclass(frozen=True)
class Lesson:
    """The result of teaching a voice.

    Attributes:
        name: The voice's name.
        voice: The voice as it is now; None if it learnt from no recording, and so does not exist.
        refused: The recordings that it did not learn from, with the reasons.
    """

    name: str
    voice: Voice | None
    refused: tuple[Failure, ...]


def load(
    pack: File | Pack | None = None, *, examples: File | None = None, should_stop: ShouldStop = never
) -> "Recogniser":
    """Opens a pack for answering.

    Args:
        pack: Its folder, .vkpack file or name, or a `Pack` that is open already; None: the pack in use.
        examples: A file of examples to use, written by `voicekin.people.export_people`, or "none". None: this user's
            own, as they are when the first answer is made, and those that `Recogniser.add_example` adds.
        should_stop: Called while the pack is checked; True cancels.

    Raises:
        PackError: There is no such pack, or it does not pass its checks.
        StoreError: The examples can't be read.
        Cancelled: `should_stop` returned True.
    """
    if not isinstance(pack, Pack):
        found = installed_packs.pack_in_use() if pack is None else installed_packs.find_pack(os.fspath(pack))
        pack = installed_packs.open_pack(found, should_stop)
    return Recogniser(pack, examples)


class Recogniser:
    """An open pack, which `load` returns. Not for use by two threads at once; to work on several files at a time, use
    the argument `jobs`.

    `close`, or the end of a `with` block, closes the user's store; otherwise it is closed with the last reference.

    Attributes:
        pack: The pack in use; `pack.manifest.labels` are its labels.
    """

    def __init__(self, pack: Pack, examples: File | None = None) -> None:
        self.pack = pack
        self._engines: dict[int | None, engine.Recogniser] = {}  # by the number of threads for one inference
        self._open = ExitStack()
        self._user_store: Store | None = None
        self._user: Personal | None = None
        self._heeds_user = examples is None
        self._others: Store | None = None
        self._heeded_others: OwnDatastore | None = None
        if examples is None:
            if (paths.user_data() / DATABASE).exists():
                self._user_store = self._open.enter_context(Store(paths.user_data()))
        elif examples != NONE:
            folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="voicekin-")))
            try:
                self._others = self._open.enter_context(Store(folder))
                import_file(self._others, Path(examples))
            except BaseException:
                self._open.close()
                raise

    def close(self) -> None:
        """Closes the user's store."""
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @overload
    def classify(  # type: ignore[overload-overlap]  # a str is an iterable of str, and is taken for a file
        self,
        sound: Sound,
        *,
        rate: int | None = None,
        voice: str | Voice | None = None,
        k: int | None = None,
        alpha: float | None = None,
        channel: int | None = None,
        speakers: SpeakerCount = "off",
    ) -> Recognition: ...

    @overload
    def classify(
        self,
        sound: Iterable[File | Source | Failure],
        *,
        voice: str | Voice | None = None,
        same_voice: bool = False,
        k: int | None = None,
        alpha: float | None = None,
        channel: int | None = None,
        speakers: SpeakerCount = "off",
        jobs: int | None = None,
        resume: File | None = None,
        features: bool = False,
        cluster: str | None = None,
        should_stop: ShouldStop = never,
        progress: Callable[[HowFar], object] | None = None,
    ) -> Answers: ...

    def classify(
        self,
        sound: Sound | Iterable[File | Source | Failure],
        *,
        rate: int | None = None,
        voice: str | Voice | None = None,
        same_voice: bool = False,
        k: int | None = None,
        alpha: float | None = None,
        channel: int | None = None,
        speakers: SpeakerCount = "off",
        jobs: int | None = None,
        resume: File | None = None,
        features: bool = False,
        cluster: str | None = None,
        should_stop: ShouldStop = never,
        progress: Callable[[HowFar], object] | None = None,
    ) -> Recognition | Answers:
        """Says which emotion a recording sounds like. For several files, returns an iterator over the answers in the
        files' order.

        If a single sound can't be answered, the error is raised. Among several files, such a file gives a `Failure`
        in place of an answer, and the others go on. Five or more successive files of one folder are analysed relative
        to what they have in common, as by `voicekin classify`.

        Args:
            sound: A file, samples or an analysis, or several files; see `Sound`, and `find_recordings` for folders.
            rate: The rate of samples, in Hz.
            voice: The name of a saved voice, a voice that `estimate_voice` returned, or "none": each recording alone.
                None: each relative to the recordings around it, or to its own stretches.
            same_voice: One person speaks in all files: each is analysed relative to all of them, however few.
            k: How many neighbours vote; None: the pack's setting.
            alpha: The neighbours' weight against the model's, 0 to 1; None: the pack's setting.
            channel: The channel to use, counted from 0; None: the one with the clearest voice.
            speakers: How many people speak in a recording, 1 to 8, or "auto": found out in recordings of 15 s or more.
                Stretches then end where another speaker begins, each speaker is analysed relative to their own
                stretches, and the answer has `speakers`.
            jobs: How many files are worked on at once; None: the number of cores, at most MOST_JOBS.
            resume: A file that stores each answer when it is ready; files whose answer it holds are not analysed
                again. Each file is then analysed alone, or with `voice`.
            features: Whether each answer contains the features it was made from, see `voicekin.archives`.
            cluster: The address of a dask.distributed scheduler, or "local:N" for N processes on this machine. Its
                workers analyse the files, which they must see under the same names; answers come in the order in
                which they are ready.
            should_stop: Called at least once for each second of sound, from several threads; True ends the iteration
                with `Cancelled`.
            progress: Called with the progress after every half second of sound, from several threads.

        Raises:
            AudioError: The single sound can't be analysed.
            StoreError: There is no such voice, or `resume` can't be used.
            ClusterError: The cluster can't be used, or can no longer be used.
            ValueError: An argument is out of its range, or samples are given without `rate`.
        """
        asks_for_speakers(speakers, 0.0)  # raises ValueError if it is out of range
        if alpha is not None and not 0.0 <= alpha <= 1.0:
            raise ValueError(f"alpha must be from 0 to 1, not {alpha}")
        if isinstance(sound, str | PathLike | np.ndarray | Analysis):
            recogniser = self._ready()
            analysis = self._analysed(recogniser, sound, rate, channel, speakers)
            return answer(recogniser, analysis, self._asked(recogniser, voice, same_voice, None, k, alpha, channel))
        if resume is not None and same_voice:
            raise ValueError("resume and same_voice do not go together: the voice is taken from all files of the call")
        files = [file if isinstance(file, Failure | Source) else Path(file) for file in sound]
        cores = os.cpu_count() or 1
        if jobs is None:
            jobs = max(1, min(cores, MOST_JOBS, len(files)))
        if jobs < 1:
            raise ValueError(f"jobs must be at least 1, not {jobs}")
        recogniser = self._ready(None if jobs == 1 else max(1, cores // jobs))
        asked = self._asked(recogniser, voice, same_voice, resume, k, alpha, channel)
        asked = replace(asked, features=features, speakers=speakers)
        return Answers(self._batch(recogniser, files, asked, jobs, resume, cluster, should_stop, progress))

    def answer_again(
        self,
        dataset: Dataset,
        *,
        voice: str | Voice | None = None,
        k: int | None = None,
        alpha: float | None = None,
        should_stop: ShouldStop = never,
    ) -> Iterator[Outcome]:
        """Answers the recordings of a dataset that was written with features again. Their sound is not needed; the
        answers have no neighbours. Arguments as in `classify`.

        Raises:
            PackError: The features were made by another pack's encoder.
            ExportError: The dataset has no features, or is damaged.
            StoreError: There is no such voice.
        """
        from desktop_app.engine.archives.again import answer_again

        recogniser = self._ready()
        asked = self._asked(recogniser, voice, k=k, alpha=alpha)
        return answer_again(recogniser, dataset, asked, should_stop)

    def analyse(
        self,
        sound: Sound,
        *,
        rate: int | None = None,
        channel: int | None = None,
        speakers: SpeakerCount = "off",
    ) -> Analysis:
        """The expensive part of an answer: the features of a sound. `classify` accepts the result in the sound's place.

        Its `pooled` is float32 [stretches, D]: the encoder's features of each stretch, with no baseline subtracted.

        Raises:
            AudioError: The sound can't be analysed.
            ValueError: Samples are given without `rate`.
        """
        return self._analysed(self._ready(), sound, rate, channel, speakers)

    def embedding(
        self,
        sound: Sound,
        *,
        rate: int | None = None,
        voice: str | Voice | None = None,
        channel: int | None = None,
    ) -> Floats:
        """The embedding, by whose Euclidean distance the nearest recordings are found.

        float32 [stretches, E], each row L2-normalised; one row for a short clip. Arguments and errors as in `classify`.
        """
        recogniser = self._ready()
        analysis = self._analysed(recogniser, sound, rate, channel)
        baseline, _ = voice_of(recogniser, analysis, self._asked(recogniser, voice))
        if baseline is None:
            baseline = np.zeros(self.pack.manifest.pooled_dim, np.float32)
        return recogniser.encoder.head(analysis.pooled, baseline).embedding

    def estimate_voice(self, sounds: Iterable[File | Analysis]) -> Voice:
        """The voice of the speaker of these recordings, to pass as `voice=`. It is not saved and needs no labels.

        Raises:
            AudioError: One of them can't be analysed.
        """
        recogniser = self._ready()
        return recogniser.estimate_voice(self._analysed(recogniser, sound, None, None) for sound in sounds)

    def learn_voice(
        self,
        name: str,
        files: Iterable[File | Failure],
        *,
        should_stop: ShouldStop = never,
        told: Callable[[Failure], object] | None = None,
    ) -> Lesson:
        """Teaches a saved voice from recordings of one speaker. A voice that does not exist is made.

        Args:
            name: The voice's name.
            files: The recordings; a Failure counts as refused.
            should_stop: As in `classify`; what was learnt until then stays.
            told: Called with each recording that nothing was learnt from, as soon as that is known.

        Raises:
            StoreError: The user's store can't be read or written.
            Cancelled: `should_stop` returned True.
        """
        refused: list[Failure] = []
        personal = self._personal()
        name = clean_name(name, "the name of a voice")
        for file in files:
            failure = _lesson(personal, name, file, should_stop)
            if failure is not None:
                refused.append(failure)
                if told is not None:
                    told(failure)
        profile = personal.profiles.find(name)
        if profile is None:
            return Lesson(name, None, tuple(refused))
        return Lesson(profile.name, personal.voice(profile.id), tuple(refused))

    def add_example(
        self,
        label: str,
        file: File,
        *,
        voice: str | None = None,
        keep_audio: bool = False,
        should_stop: ShouldStop = never,
    ) -> Example:
        """Saves a recording as one of the user's own examples, which later answers use.

        Args:
            label: Its emotion: one of the pack's labels, or your own.
            voice: The saved voice of the speaker, which learns from the recording as well.
            keep_audio: Whether a copy of the sound is kept, to listen to and for other packs.

        Raises:
            AudioError, LearningError: It can't be analysed, or holds no speech.
            StoreError: There is no such voice, or the user's store can't be written.
            Cancelled: `should_stop` returned True.
        """
        path = Path(file)
        personal = self._personal()
        voice_id = personal.profiles.named(voice).id if voice is not None else None
        return personal.add_example(
            personal.analyse_file(path.absolute(), should_stop),  # the example stores its path
            label,
            voice_id=voice_id,
            envelope=envelope_of(path, ENVELOPE_PEAKS),
            keep_audio_of=path if keep_audio else None,
        )

    def _ready(self, threads: int | None = None) -> engine.Recogniser:
        if threads not in self._engines:
            self._engines[threads] = engine.Recogniser(self.pack, threads)
        return self._engines[threads]

    def _store(self) -> Store:
        """The user's store, made if it does not exist."""
        if self._user_store is None:
            self._user_store = self._open.enter_context(Store(paths.user_data()))
        return self._user_store

    def _personal(self) -> Personal:
        """The user's voices and examples for this pack."""
        if self._user is None:
            self._user = Personal(self._store(), self._ready())
        return self._user

    def _analysed(
        self,
        recogniser: engine.Recogniser,
        sound: Sound,
        rate: int | None,
        channel: int | None,
        speakers: SpeakerCount = "off",
    ) -> Analysis:
        if isinstance(sound, Analysis):
            return sound
        if not isinstance(sound, np.ndarray):
            return recogniser.analyse_file(Path(sound), channel=channel, speakers=speakers)
        if rate is None:
            raise ValueError("samples need their rate in Hz: classify(samples, rate=48000)")
        return recogniser.analyse(_mono(sound, rate, channel), speakers=speakers)

    def _asked(
        self,
        recogniser: engine.Recogniser,
        voice: str | Voice | None,
        same_voice: bool = False,
        resume: File | None = None,
        k: int | None = None,
        alpha: float | None = None,
        channel: int | None = None,
    ) -> Asked:
        if same_voice and voice is not None:
            raise ValueError("same_voice takes the voice from the files, so no other can be named")
        company: Company = "itself" if resume is not None else "all" if same_voice else "beside"
        known: tuple[Floats, VoiceUsed] | None = None
        if isinstance(voice, Voice):
            known = voice.baseline, VoiceUsed("group", heard=voice.clips, settled=voice.settled)
        elif voice == NONE:
            company = "none"
        elif voice is not None:
            known = self._saved_voice(recogniser, voice)
        return Asked(known, company, self._heeded(recogniser), k, alpha, channel)

    def _saved_voice(self, recogniser: engine.Recogniser, name: str) -> tuple[Floats, VoiceUsed]:
        own = Personal(self._store(), recogniser)  # a fresh one: the voice may have been taught or forgotten elsewhere
        profile = own.profiles.named(name)
        voice = own.voice(profile.id)
        if not voice.clips:
            raise StoreError(
                f"This pack has learnt from no recording of {profile.name}; teach it with `voicekin voice learn`."
            )
        return voice.baseline, VoiceUsed("saved", profile.name, voice.clips, voice.settled)

    def _heeded(self, recogniser: engine.Recogniser) -> OwnDatastore | None:
        """The examples to use, embedded when they are first needed."""
        if self._others is not None:
            if self._heeded_others is None:
                personal = Personal(self._others, recogniser)
                personal.refresh()
                self._heeded_others = personal.own
            return self._heeded_others
        if not self._heeds_user or self._user_store is None:
            return None
        if self._user is None:
            self._user = Personal(self._user_store, recogniser)
        if self._user.stale:
            self._user.refresh()
        return self._user.own

    def _batch(
        self,
        recogniser: engine.Recogniser,
        files: Sequence[Recording],
        asked: Asked,
        jobs: int,
        resume: File | None,
        cluster: str | None,
        should_stop: ShouldStop,
        progress: Callable[[HowFar], object] | None,
    ) -> Iterator[Outcome]:
        with ExitStack() as stack:
            journal = None
            if resume is not None:
                journal = stack.enter_context(BatchJournal(Path(resume), self._settings(asked)))
            batch = Batch(
                recogniser, files, asked, jobs=jobs, journal=journal, should_stop=should_stop, progress=progress
            )
            if cluster is not None:
                from desktop_app.engine.batch.cluster import ClusterBatch, opened_cluster

                workers = stack.enter_context(opened_cluster(cluster, self.pack, should_stop))
                batch = ClusterBatch(
                    workers, recogniser, files, asked, journal=journal, should_stop=should_stop, progress=progress
                )
            yield from batch.outcomes()

    def _settings(self, asked: Asked) -> dict[str, Any]:
        """What the answers in a journal depend on."""
        manifest = json.dumps(self.pack.manifest.as_json(), sort_keys=True).encode()
        known = [b"" if asked.voice is None else asked.voice[0].tobytes()]
        if isinstance(asked.examples, OwnDatastore):
            labels = "\n".join(asked.examples.names[label] for label in asked.examples.label_of)
            known += [asked.examples.embeddings.tobytes(), labels.encode()]
        settings = {
            "pack": hashlib.sha256(manifest).hexdigest(),
            "k": asked.k,
            "alpha": asked.alpha,
            "channel": None if asked.channel is None else asked.channel + 1,
            "known": hashlib.sha256(b"\0".join(known)).hexdigest(),
        }
        # journals written before recordings were analysed relative to their own stretches lack the key
        settings |= {"voice": NONE} if asked.company == "none" else {}
        # older journals have none of these keys
        settings |= {"features": True} if asked.features else {}
        return settings | ({"speakers": asked.speakers} if asked.speakers != "off" else {})


def _lesson(personal: Personal, name: str, file: File | Failure, should_stop: ShouldStop) -> Failure | None:
    """Teaches the voice one recording; a Failure if nothing was learnt from it, else None."""
    if isinstance(file, Failure):
        return file
    path = Path(file)
    try:
        refused = personal.learn_as(name, personal.analyse_file(path.absolute(), should_stop)).refused
    except StoreError:
        raise
    except VoiceKinError as error:
        refused = str(error)
    return Failure(str(path), refused) if refused else None


def _mono(samples: npt.NDArray[Any], rate: int, channel: int | None) -> Floats:
    """Samples [n] or [n, channels] as float32 [m], mono, -1..1, at the rate that packs need."""
    if samples.ndim not in (1, 2) or (samples.ndim == 2 and samples.shape[1] > samples.shape[0]):
        raise AudioError(f"Samples must be [n] or [n, channels], not {list(samples.shape)}: transpose the array.")
    if not rate > 0:
        raise ValueError(f"rate must be above 0 Hz, not {rate}")
    if np.issubdtype(samples.dtype, np.signedinteger):
        floats = samples.astype(np.float32) / -float(np.iinfo(samples.dtype).min)
    elif np.issubdtype(samples.dtype, np.floating):
        floats = samples.astype(np.float32)
    else:
        raise AudioError(f"Samples must be floats of -1..1 or signed integers, not {samples.dtype}: convert them.")
    peak = float(np.abs(floats).max(initial=0.0))
    if not peak <= MAX_PEAK:  # NaN, too
        raise AudioError("The samples are not numbers from -1 to 1: divide them by the largest value of their type.")
    if channel is not None:
        channels = 1 if floats.ndim == 1 else floats.shape[1]
        if not 0 <= channel < channels:
            raise AudioError(f"The samples have {channels} channel(s), so no channel {channel + 1}: choose another.")
        floats = floats.reshape(len(floats), -1)[:, channel]
    return to_mono_at(np.ascontiguousarray(floats), rate)
