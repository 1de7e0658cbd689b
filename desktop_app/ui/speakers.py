"""What the user says about a recording's speakers: their names, saved voices and number."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.engine.recognition.recogniser import SpeakerCount
from desktop_app.errors import VoiceKinError
from desktop_app.ui.ask_again import AskAgain
from desktop_app.ui.dialogs.question import ask
from desktop_app.ui.language import translate
from desktop_app.ui.panels.speakers_panel import SpeakersPanel
from desktop_app.ui.recognition_owner import RecognitionOwner, Said, SpeakerSaid
from desktop_app.ui.session import Entry, FileQueue, SessionModel
from desktop_app.ui.undo import UndoStack


class Speakers(QObject):
    """Stores what is said with the recording, computes its answer again, and can undo it.

    Signals:
        told: A sentence for the user.
        said: The Entry that the user said something about, or undid it.
    """

    told = Signal(str)
    said = Signal(object)

    def __init__(
        self,
        owner: RecognitionOwner,
        session: SessionModel,
        queue: FileQueue,
        ask_again: AskAgain,
        undo: UndoStack,
        panel: SpeakersPanel,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._owner, self._session, self._queue, self._ask_again = owner, session, queue, ask_again
        self._undo, self._window = undo, window
        panel.named.connect(self.name)
        panel.assigned.connect(self.assign)
        panel.save_asked.connect(self.ask_name)
        panel.count_chosen.connect(self.count)

    def name(self, number: int, speaker: int, name: str) -> None:
        """Name a speaker, counted from 0; "" goes back to their number."""
        self._say(
            number,
            speaker,
            translate("Speakers", "Speaker {0} is now called “{1}”.").format(speaker + 1, name),
            name=name,
        )

    def assign(self, number: int, speaker: int, voice: str) -> None:
        """Set a speaker's saved voice by its key; with "" they are compared with their own stretches again."""
        sentence = (
            translate("Speakers", "Speaker {0} is heard with a saved voice.")
            if voice
            else translate("Speakers", "Speaker {0} is heard against their own stretches.")
        )
        self._say(number, speaker, sentence.format(speaker + 1), voice=voice)

    def ask_name(self, number: int, speaker: int) -> None:
        """Save a speaker as a new voice, after asking the user for its name."""
        entry = self._session.entry(number)
        if entry is None:
            return
        known = dict(entry.said).get(speaker, SpeakerSaid()).name
        ask(
            self._window,
            translate("Speakers", "New voice"),
            translate("Speakers", "Whose voice is it? Choose a name:"),
            translate("Speakers", "Add"),
            partial(self._save, number, speaker),
            known,
        )

    def count(self, number: int, speakers: SpeakerCount) -> None:
        """Set how many there are; the recording is analysed again."""
        entry = self._session.change(number, speakers=speakers, said=(), is_stale=True)
        if entry is not None:
            self.said.emit(entry)
            self._queue.add_all((entry,), keeping_answers=True)

    def _save(self, number: int, speaker: int, name: str) -> None:
        entry = self._session.entry(number)
        if entry is None or entry.answered is None:
            return
        job = self._owner.learn_speaker(name, entry.answered, speaker)
        job.done.connect(partial(self._saved, number, speaker, name))
        job.failed.connect(self._say_error)

    def _saved(self, number: int, speaker: int, name: str, key: str) -> None:
        sentence = translate("Speakers", "Speaker {0} is saved as the voice “{1}”.").format(speaker + 1, name.strip())
        self._say(number, speaker, sentence, lambda: self._owner.remove_voice(key), voice=key)

    def _say(
        self, number: int, speaker: int, sentence: str, and_undo: Callable[[], object] | None = None, **said: str
    ) -> None:
        entry = self._session.entry(number)
        before: Said = entry.said if entry is not None else ()
        of_all = dict(before)
        of_all[speaker] = replace(of_all.get(speaker, SpeakerSaid()), **said)
        self._change(number, tuple(sorted(of_all.items())))

        def take_back() -> None:
            self._change(number, before)
            if and_undo is not None:
                and_undo()

        if entry is not None or and_undo is not None:
            self._undo.push(sentence, take_back)

    def _change(self, number: int, said: Said) -> None:
        entry: Entry | None = self._session.change(number, said=said, is_stale=True)
        if entry is not None:
            self.said.emit(entry)
            self._ask_again.again(entry)

    def _say_error(self, error: Exception) -> None:
        if isinstance(error, VoiceKinError):
            self.told.emit(str(error))
