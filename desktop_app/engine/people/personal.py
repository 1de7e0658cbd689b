"""The user's voices and examples, with the pack in use."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from desktop_app.engine.pack.format import Item
from desktop_app.engine.people.examples import Example, Examples
from desktop_app.engine.people.guard import Guard
from desktop_app.engine.people.library import Library
from desktop_app.engine.people.own_datastore import OwnDatastore, embed_examples
from desktop_app.engine.people.profiles import Profile, Profiles
from desktop_app.engine.people.removed import Removed, put_back
from desktop_app.engine.people.store import Heard, Store
from desktop_app.engine.recognition.answer import VoiceUsed
from desktop_app.engine.recognition.fusion import softmax
from desktop_app.engine.recognition.recogniser import (
    LITTLE_SPEECH,
    NO_SPEECH,
    TOO_QUIET,
    Analysis,
    Recogniser,
    SpeakerVoice,
)
from desktop_app.engine.recognition.voice import Voice, estimate_baseline, prior_of, unlike_the_others
from desktop_app.engine.sound.audio import Audio, load_audio
from desktop_app.engine.speakers.turns import WhoSpeaks
from desktop_app.errors import AudioError, Cancelled, LearningError

Floats = npt.NDArray[np.float32]

MIN_SPEECH_S = 0.5
"""Seconds of speech that a recording needs for a voice to learn from it: about a word."""

REBUILT_AT_ONCE = 400
"""Up to so many examples, all are embedded again after every change, in some 20 ms; with more, only new ones are, and
the others by `refresh`."""

KEPT_SECONDS = 600.0
"""Seconds at which an example's kept audio is cut off."""

TOO_LITTLE_SPEECH = "There is too little speech in this recording to learn a voice from it."
NOT_LIKE_SPEECH = "This recording is unlike any speech this pack has heard, so the voice does not learn from it."
NOT_THIS_VOICE = "This recording is unlike the others of this voice, so the voice does not learn from it."
MAY_BE = (
    "This recording hardly sounds like the others of this voice, so the voice does not learn from it; it may be {}."
)
NOT_AN_EXAMPLE = {
    NO_SPEECH: "No speech was heard in this recording, so it can't be an example.",
    LITTLE_SPEECH: "Too little speech was heard in this recording, so it can't be an example.",
    TOO_QUIET: "This recording is too quiet to be an example.",
}
"""Reasons for an uncertain answer that also rule out an example: silence, noise and music have no emotion."""
PAUSED = "This voice is paused; let it go on to teach it more."


@dataclass(frozen=True)
class Learned:
    """The result of teaching a voice one recording.

    Attributes:
        voice: The voice as it is now.
        recording_id: The recording's id in the store; None if it was refused.
        refused: One sentence that says why it was refused; "" if it was not.
    """

    voice: Voice
    recording_id: int | None
    refused: str = ""


@dataclass(frozen=True)
class Reembedded:
    """The result of analysing examples for another pack: how many were analysed, how many are left for the next call,
    and how many can't be analysed, since their audio was not kept."""

    heard: int
    left: int
    without_audio: tuple[Example, ...]


class Personal:
    """Voices and examples for one pack. Not for use by two threads at once; `own` may be passed to any thread.

    Attributes:
        store: The open store.
        profiles, examples, library: The store's voices, examples and library.
        guard: Compares recordings with the voices.
        own: The embedded examples; None if there are none.
        stale: Whether `own` needs `refresh`: with many examples, a change of a voice or a removal is not applied at
            once.
        revision: A number that changes with every change that may affect answers.
    """

    def __init__(self, store: Store, recogniser: Recogniser) -> None:
        self.store = store
        self.profiles = Profiles(store)
        self.examples = Examples(store)
        self.library = Library(store)
        self.guard = Guard(self.profiles)
        self.own: OwnDatastore | None = None
        self.stale = True
        self.revision = 0
        self._recogniser = recogniser
        self._prior = prior_of(recogniser.pack)
        self._encoder = recogniser.encoder.encoder_sha256
        self._dim = recogniser.pack.manifest.pooled_dim
        self._voices: dict[int, Voice] = {}
        self._deaf: set[int] = set()  # examples whose kept audio can't be decoded

    def analyse_file(self, path: Path, should_stop: Callable[[], bool] | None = None) -> Analysis:
        """Calls `Recogniser.analyse_file` of the pack in use."""
        return self._recogniser.analyse_file(path, should_stop=should_stop)

    # --- voices ---

    def sounds_like(self, who: WhoSpeaks) -> tuple[Profile | None, ...]:
        """For each speaker of a recording, the saved voice that they sound like; to suggest to the user, not to use
        without asking."""
        return tuple(self.guard.offered(sound) for sound in who.embeddings)

    def speaker_voice(self, voice_id: int) -> SpeakerVoice:
        """The saved voice in the form in which answers take it for a speaker."""
        voice = self.voice(voice_id)
        name = next(p.name for p in self.profiles.all() if p.id == voice_id)
        return SpeakerVoice(voice.baseline, VoiceUsed("saved", name, voice.clips, voice.settled), name)

    def voice(self, voice_id: int) -> Voice:
        """A voice's baseline, estimated from what it has learnt."""
        if voice_id not in self._voices:
            material = self.profiles.material(voice_id, self._encoder, self._dim)
            labels = self._recogniser.pack.manifest.labels
            known = [labels.index(label) if label in labels else -1 for label in material.labels]
            voice = estimate_baseline(
                material.pooled,
                self._recogniser.stranger_probabilities,
                self._prior,
                labels=np.array(known, dtype=np.int64),
            )
            self._voices[voice_id] = Voice(voice.baseline, material.recordings, voice.settled, voice.moods)
        return self._voices[voice_id]

    def learn(self, voice_id: int, analysis: Analysis, envelope: tuple[float, ...] = ()) -> Learned:
        """Teaches a voice a recording, unless it has too little speech, or is unlike speech or the voice's other
        recordings."""
        return self._learn(voice_id, analysis, envelope, self.guard.sound_of(analysis))

    def _learn(self, voice_id: int, analysis: Analysis, envelope: tuple[float, ...], sound: Floats | None) -> Learned:
        refused = self._why_not(voice_id, analysis, sound)
        if refused:
            return Learned(self.voice(voice_id), None, refused)
        recording_id = self.profiles.contribute(voice_id, self._heard(analysis, envelope), sound)
        self._moved(voice_id)
        return Learned(self.voice(voice_id), recording_id)

    def learn_as(self, name: str, analysis: Analysis, envelope: tuple[float, ...] = ()) -> Learned:
        """As `learn`, for the voice of that name. A voice that does not exist is made together with the first recording
        that it learns from, in one transaction, so that even a crash leaves no voice that has learnt nothing.

        Raises:
            StoreError: The name is not valid for a voice.
        """
        sound = self.guard.sound_of(analysis)
        with self.store.writing():
            profile = self.profiles.find(name)
            if profile is not None:
                return self._learn(profile.id, analysis, envelope, sound)
            made = self.profiles.create(name)
            learned = self._learn(made.id, analysis, envelope, sound)
            if learned.refused:
                self.remove_voice(made.id)
            return learned

    def learn_speaker(self, name: str, analysis: Analysis, speaker: int) -> int:
        """Make a voice of one of the speakers that were told apart in a recording, counted from 0; returns its id.

        Raises:
            StoreError: If the name is empty, too long or taken.
            LearningError: If there is too little speech of theirs, or it is unlike speech.
        """
        assert analysis.who is not None
        own = np.flatnonzero(np.array(analysis.speaker_of) == speaker)
        speech_s = sum(turn.end_s - turn.start_s for turn in analysis.who.turns if turn.speaker == speaker)
        if not len(own):
            raise LearningError(TOO_LITTLE_SPEECH)
        spans = tuple(analysis.spans[i] for i in own)
        theirs = replace(analysis, spans=spans, pooled=analysis.pooled[own], speech_s=speech_s, who=None)
        with self.store.writing():
            made = self.profiles.create(name)
            learned = self._learn(made.id, theirs, (), analysis.who.embeddings[speaker])
            if learned.refused:
                self.remove_voice(made.id)
        if learned.refused:
            raise LearningError(learned.refused)
        return made.id

    def _why_not(self, voice_id: int, analysis: Analysis, sound: Floats | None) -> str:
        """One sentence that says why a voice should not learn from a recording, whose speaker embedding is `sound`; ""
        if it should."""
        if any(p.id == voice_id and p.paused for p in self.profiles.all()):
            return PAUSED
        if analysis.speech_s < MIN_SPEECH_S or self._recogniser.is_silent(analysis):
            return TOO_LITTLE_SPEECH
        if self._recogniser.answer(analysis, baseline=self.voice(voice_id).baseline).novelty > 1:
            return NOT_LIKE_SPEECH
        known = self.profiles.material(voice_id, self._encoder, self._dim).pooled
        if not unlike_the_others(analysis.mean_pooled, known, self._prior) and not self.guard.hardly(voice_id, sound):
            return ""
        other = self.guard.offered(sound, but=voice_id)
        return NOT_THIS_VOICE if other is None else MAY_BE.format(other.name)

    def unlearn(self, voice_id: int, recording_id: int) -> Removed:
        """Removes what a voice learnt from one recording; `restore` undoes it."""
        removed = self.profiles.withdraw(voice_id, recording_id)
        self._moved(voice_id)
        return removed

    def remove_voice(self, voice_id: int) -> Removed:
        """Removes a voice; its examples stay. `restore` undoes it."""
        removed = self.profiles.remove(voice_id)
        self._moved(voice_id)
        return removed

    def restore(self, removed: Removed) -> None:
        """Undoes a removal of voices, of what they learnt, or of examples."""
        put_back(self.store, removed)
        self._voices.clear()
        self.revision += 1
        self._changed()

    # --- examples ---

    def add_example(
        self,
        analysis: Analysis,
        label: str,
        *,
        voice_id: int | None = None,
        baseline: Floats | None = None,
        envelope: tuple[float, ...] = (),
        keep_audio_of: Path | None = None,
    ) -> Example:
        """Stores a recording as an example, which the next answer uses. A saved voice learns from it too, if suitable.

        Args:
            analysis: The recording's analysis.
            label: Its label: one of the pack's, in upper or lower case, or the user's own.
            voice_id: The saved voice of the speaker; None if it is none of these.
            baseline: float32 [D], the baseline of the answer for such a speaker; None: none was used.
            envelope: Peaks of its waveform.
            keep_audio_of: The recording, if the user agreed to keep its sound; only the analysed channel and part are
                kept.

        Raises:
            LearningError: It holds no speech, or too little. Speech that is unlike the pack's can be taught: that is
                what examples are for.
        """
        answered_with = baseline if voice_id is None else self.voice(voice_id).baseline
        doubt = self._recogniser.answer(analysis, baseline=answered_with).abstained_because
        if doubt in NOT_AN_EXAMPLE:
            raise LearningError(NOT_AN_EXAMPLE[doubt])
        known = {one.casefold(): one for one in (*self._recogniser.pack.manifest.labels, *self.examples.labels())}
        label = known.get(label.strip().casefold(), label)
        audio = _heard_in(keep_audio_of, analysis) if keep_audio_of is not None else None
        sound = None if voice_id is None else self.guard.sound_of(analysis)
        with self.store.writing() as connection:
            example_id = self.examples.add(self._heard(analysis, envelope, baseline), label, voice_id)
            if audio is not None:
                self.store.keep_audio(example_id, audio.samples, audio.sample_rate)
            if voice_id is not None and not self._why_not(voice_id, analysis, sound):
                self.profiles.contribute_stored(voice_id, example_id, connection, sound)
        self._voices.clear()  # estimates of voices use the labels of their recordings
        self._changed(added=example_id)
        example = self.examples.get(example_id)
        assert example is not None
        return example

    def relabel(self, example_id: int, label: str) -> None:
        """Changes an example's label."""
        self.examples.relabel(example_id, label)
        self._voices.clear()
        self._changed()

    def remove_examples(self, example_ids: list[int]) -> Removed:
        """Removes examples; `restore` undoes it."""
        removed = self.examples.remove(example_ids)
        self._voices.clear()
        self._changed()
        return removed

    def refresh(self) -> None:
        """Embeds every example again; needed at the start and if `stale`. Takes seconds for many thousands."""
        had_examples = self.own is not None
        baselines = {p.id: self.voice(p.id).baseline for p in self.profiles.all()}
        self.own = embed_examples(
            self.examples.features(self._encoder, self._dim),
            baselines,
            self._embed,
            pack_labels=self._recogniser.pack.manifest.labels,
            prior=self._prior,
            describe=self._item,
        )
        if not len(self.own):
            self.own = None
        self.revision += had_examples or self.own is not None
        self.stale = False

    def unheard(self) -> tuple[Example, ...]:
        """The examples that this pack has not analysed."""
        return self.examples.unheard(self._encoder)

    def reload(self) -> None:
        """Reads the store again after an import has changed it."""
        self._voices.clear()
        self.revision += 1
        self.refresh()

    def embed_kept_audio(
        self,
        should_stop: Callable[[], bool] | None = None,
        progress: Callable[[float], None] | None = None,
        at_most: int | None = None,
    ) -> Reembedded:
        """Analyses, with this pack, the examples that only other packs have analysed, if their audio was kept.

        Args:
            should_stop: Called before each example; True cancels.
            progress: Called with the share that is done, 0 to 1.
            at_most: How many examples to analyse in this call, so that other work can be done between calls; None: all.

        Raises:
            Cancelled: `should_stop` returned True; examples analysed until then are kept.
        """
        unheard = self.unheard()
        waiting = [e for e in unheard if e.audio is not None and e.id not in self._deaf]
        heard = 0
        try:
            for i, example in enumerate(waiting[:at_most]):
                if should_stop is not None and should_stop():
                    raise Cancelled
                assert example.audio is not None
                try:
                    analysis = self._recogniser.analyse_file(example.audio, should_stop=should_stop)
                except AudioError:
                    self._deaf.add(example.id)
                else:
                    self.store.put_features(example.id, self._encoder, analysis.pooled)
                    heard += 1
                if progress is not None:
                    progress((i + 1) / len(waiting[:at_most]))
        finally:
            if heard:
                self._voices.clear()
                self._changed()
        without = tuple(e for e in unheard if e.audio is None or e.id in self._deaf)
        return Reembedded(heard, len(waiting[at_most:]) if at_most is not None else 0, without)

    def _heard(self, analysis: Analysis, envelope: tuple[float, ...], baseline: Floats | None = None) -> Heard:
        if analysis.encoder_sha256 != self._encoder:
            raise ValueError("this analysis was made with another pack's encoder")
        return Heard(
            pooled=analysis.pooled,
            encoder=self._encoder,
            origin=analysis.path,
            duration_s=analysis.duration_s,
            speech_s=analysis.speech_s,
            envelope=envelope,
            baseline=baseline,
        )

    def _moved(self, voice_id: int) -> None:
        """To be called when a voice has changed, which moves the embeddings of its examples."""
        self.revision += 1
        self._voices.pop(voice_id, None)
        self._changed()

    def _changed(self, added: int | None = None) -> None:
        """Updates `own` if that is quick, and otherwise sets `stale`."""
        if self.own is None or len(self.own) <= REBUILT_AT_ONCE:
            self.refresh()
            return
        self.stale = True
        self.revision += 1
        if added is None or added in self.own.ids:
            return
        for batch in self.examples.features(self._encoder, self._dim, after=added - 1):
            example = batch[0]
            voice = None if example.voice_id is None else self.voice(example.voice_id).baseline
            baseline = voice if voice is not None else example.baseline
            if baseline is None:
                baseline = np.zeros(self._dim, dtype=np.float32)
            self.own = self.own.with_example(example, baseline, self._embed)
            return

    def _embed(self, pooled: Floats, baseline: Floats) -> tuple[Floats, npt.NDArray[np.float64]]:
        headed = self._recogniser.encoder.head(pooled, baseline)
        return headed.embedding, softmax(headed.logits, self._recogniser.pack.manifest.calibration_temperature)

    def _item(self, example_id: int) -> Item:
        example = self.examples.get(example_id)
        if example is None:  # removed since the last `refresh`
            return Item(id=f"own/{example_id}", label="")
        voices = {p.id: p.name for p in self.profiles.all()}
        return Item(
            id=f"own/{example_id}",
            label=example.label,
            speaker=voices.get(example.voice_id, "") if example.voice_id is not None else "",
            text=Path(example.origin).name,  # also tells a recording that is asked about again from another one
            duration_s=example.duration_s,
            envelope=example.envelope,
            clip=str(example.audio) if example.audio is not None else None,
        )


def _heard_in(path: Path, analysis: Analysis) -> Audio:
    """The sound that was analysed: the analysed channel and part of the file, at most KEPT_SECONDS."""
    end_s = min(analysis.duration_s, analysis.start_s + KEPT_SECONDS)
    return load_audio(path, channel=analysis.channel, start_s=analysis.start_s, end_s=end_s)
