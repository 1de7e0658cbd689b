"""Teaching voices and examples from the window, with Undo."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.errors import VoiceKinError
from desktop_app.ui.capture_model import CaptureModel
from desktop_app.ui.dialogs.examples_dialog import ExamplesDialog
from desktop_app.ui.dialogs.guided_minute_dialog import GuidedMinuteDialog
from desktop_app.ui.dialogs.question import ask
from desktop_app.ui.dialogs.voice_dialog import VoiceDialog
from desktop_app.ui.drops import Found
from desktop_app.ui.language import label_name
from desktop_app.ui.one_speaker import OneSpeaker
from desktop_app.ui.pages.answer_page import AnswerPage
from desktop_app.ui.panels.voice_panel import VoicePanel
from desktop_app.ui.playback import Playback
from desktop_app.ui.recognition_owner import Answered, Known, KnownVoice, LearntAll, RecognitionOwner
from desktop_app.ui.session import Entry, EntryState, FileQueue, SessionModel
from desktop_app.ui.settings import SettingsFile
from desktop_app.ui.undo import UndoStack

if TYPE_CHECKING:
    from desktop_app.engine.people.personal import Learned
    from desktop_app.engine.people.removed import Removed


class Teaching(QObject):
    """Does what the voice panel, “That was …” and their dialogs ask for.

    Signals:
        told: A sentence for the user.
        offered: (a sentence, the text of a button, what it does).
    """

    told = Signal(str)
    offered = Signal(str, str, object)

    def __init__(
        self,
        owner: RecognitionOwner,
        session: SessionModel,
        queue: FileQueue,
        undo: UndoStack,
        settings: SettingsFile,
        page: AnswerPage,
        voice: VoicePanel,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._owner, self._undo, self._settings = owner, undo, settings
        self._page, self._voice, self._window = page, voice, window
        self._learning_takes: dict[int, str] = {}
        self.one_speaker = OneSpeaker(owner, session, queue, self)
        self.one_speaker.learnt.connect(self._learnt_folder)
        self.one_speaker.failed.connect(self._say_error)
        owner.opened.connect(lambda _: self._show_labels())
        owner.known_changed.connect(self._show_known)
        owner.unheard.connect(self._tell_unheard)
        voice.chosen.connect(self._choose)
        voice.new_asked.connect(self._ask_name)
        voice.learn_asked.connect(self._learn)
        voice.learns_from_takes_asked.connect(owner.learn_from_takes)
        voice.remove_asked.connect(self._forget)
        voice.details_asked.connect(self._show_details)
        page.that_was.chosen.connect(self._that_was)
        page.that_was.other_asked.connect(self._ask_label)
        page.that_was.refused.connect(lambda: self.told.emit(page.that_was.refusal.text()))
        session.entry_changed.connect(self._entry_changed)

    # examples

    def show_examples(self, playback: Playback) -> None:
        """Show the user's own examples."""
        ExamplesDialog(self._owner, playback, self._undo, self._window).open()

    def _that_was(self, label: str) -> None:
        entry = self._page.shown
        if entry is None or entry.answered is None:
            return
        keep = entry.path if self._settings.values.keep_example_audio else None
        job = self._owner.add_example(entry.answered, label, keep)
        job.done.connect(partial(self._remembered, label))
        job.failed.connect(self._say_error)

    def _remembered(self, label: str, example_id: int) -> None:
        sentence = self.tr("Remembered: this was “{0}”.").format(label_name(label))
        self._undo.push(sentence, lambda: self._owner.remove_example(example_id))

    def _ask_label(self) -> None:
        text = self.tr("What was it? A word of your own:")
        ask(self._window, self.tr("That was…"), text, self.tr("Remember"), self._that_was)

    # voices

    def guide(self, capture: CaptureModel, key: str) -> None:
        """Teach a voice from a guided minute of talk."""
        voice = self._known_voice(key)
        if voice is not None and not capture.is_recording:
            dialog = GuidedMinuteDialog(self._owner, capture, voice, self._window)
            dialog.learnt.connect(partial(self._learnt, key, True))
            dialog.open()

    def take_ended(self, entry: Entry) -> None:
        """Called after a new take: a voice that learns from every take learns from it once it is answered."""
        voice = self._known_voice(self._owner.voice)
        if voice is not None and voice.learns_from_takes:
            self._learning_takes[entry.number] = voice.key

    def offer_one_speaker(self, paths: tuple[Path, ...], found: Found) -> None:
        """Ask whether a folder holds recordings of one person, which the app can't know."""
        if len(paths) == 1 and len(found.files) > 1 and self._owner.known is not None and not found.failures:
            name = paths[0].name
            self.offered.emit(
                self.tr("Are all recordings in “{0}” one speaker? Then VoiceKin can learn the voice.").format(name),
                self.tr("All one speaker"),
                partial(self.one_speaker.learn, name, found.files),
            )

    def _choose(self, key: str) -> None:
        self._owner.voice = key

    def _ask_name(self) -> None:
        text = self.tr("Whose voice is it? Choose a name:")
        ask(self._window, self.tr("New voice"), text, self.tr("Add"), self._add)

    def _add(self, name: str) -> None:
        job = self._owner.create_voice(name)
        job.done.connect(self._use)
        job.failed.connect(self._say_error)

    def _use(self, key: str) -> None:
        self._owner.voice = key
        self._voice.show_known(self._owner.known, key)

    def _learn(self) -> None:
        shown = self._page.shown
        if shown is not None and shown.answered is not None:
            self._teach(self._owner.voice, shown.answered, aloud=True)

    def _teach(self, key: str, answered: Answered, aloud: bool) -> None:
        job = self._owner.learn(key, answered)
        job.done.connect(partial(self._learnt, key, aloud))
        job.failed.connect(self._say_error)

    def _learnt(self, key: str, aloud: bool, learned: "Learned") -> None:
        if learned.refused:
            if aloud:
                self.told.emit(learned.refused)
        elif aloud and learned.recording_id is not None:
            recording_id = learned.recording_id
            sentence = self.tr("The voice has learnt from this recording. Recordings so far: {0}.").format(
                learned.voice.clips
            )
            self._undo.push(sentence, lambda: self._owner.unlearn(key, recording_id))

    def _learnt_folder(self, learnt: LearntAll) -> None:
        before, self._owner.voice = self._owner.voice, learnt.key
        self._voice.show_known(self._owner.known, learnt.key)
        sentence = self.tr("The voice “{0}” has learnt from {1} recordings, which are answered with it now.").format(
            learnt.name, learnt.learnt
        )
        left_out = self.tr("Left out: {0}.").format(len(learnt.refused)) if learnt.refused else ""

        def take_back() -> None:
            self._owner.remove_voice(learnt.key).done.connect(lambda _: self._use(before))

        self._undo.push(f"{sentence} {left_out}".strip(), take_back)

    def _forget(self, key: str) -> None:
        voice = self._known_voice(key)
        if voice is not None:
            job = self._owner.remove_voice(key)
            job.done.connect(partial(self._forgotten, voice))
            job.failed.connect(self._say_error)

    def _forgotten(self, voice: KnownVoice, removed: "Removed") -> None:
        def take_back() -> None:
            self._owner.restore(removed).done.connect(lambda _: self._use(voice.key))

        self._undo.push(self.tr("The voice “{0}” is forgotten.").format(voice.name), take_back)

    def _show_details(self, key: str) -> None:
        voice = self._known_voice(key)
        if voice is not None:
            VoiceDialog(self._owner, voice, self._undo, self._window).open()

    def _known_voice(self, key: str) -> KnownVoice | None:
        known = self._owner.known
        return next((v for v in (known.voices if known is not None else ()) if v.key == key), None)

    # what is known

    def _show_labels(self) -> None:
        own = self._owner.known.own_labels if self._owner.known is not None else ()
        if self._owner.pack is not None:
            self._page.that_was.set_labels((*self._owner.pack.labels, *own))

    def _show_known(self, known: Known) -> None:
        self._show_labels()
        self._voice.show_known(known, self._owner.voice)
        self._page.set_teachable(True)

    def _entry_changed(self, entry: Entry) -> None:
        if entry.number in self._learning_takes and entry.state is EntryState.DONE and entry.answered is not None:
            self._teach(self._learning_takes.pop(entry.number), entry.answered, aloud=False)

    def _tell_unheard(self, count: int) -> None:
        self.told.emit(
            self.tr("This pack can’t use {0} of your examples: their sound was not kept for it to hear.").format(count)
        )

    def _say_error(self, error: Exception) -> None:
        if isinstance(error, VoiceKinError):
            self.told.emit(str(error))
