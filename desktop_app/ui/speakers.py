"""What a person says of the speakers of a recording: their names, which saved voice they are, how many there are."""

from dataclasses import replace

from PySide6.QtCore import QObject

from desktop_app.engine.recognition.recogniser import SpeakerCount
from desktop_app.ui.ask_again import AskAgain
from desktop_app.ui.language import translate
from desktop_app.ui.panels.speakers_panel import SpeakersPanel
from desktop_app.ui.recognition_owner import SpeakerSaid
from desktop_app.ui.session import FileQueue, SessionModel
from desktop_app.ui.undo import UndoStack


class Speakers(QObject):
    """The one owner of it: what is said is kept with the recording, its answer is asked again, and it can be undone."""

    def __init__(
        self,
        session: SessionModel,
        queue: FileQueue,
        ask_again: AskAgain,
        undo: UndoStack,
        panel: SpeakersPanel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._queue, self._ask_again, self._undo = session, queue, ask_again, undo
        panel.named.connect(self.name)
        panel.assigned.connect(self.assign)
        panel.count_chosen.connect(self.count)

    def name(self, number: int, speaker: int, name: str) -> None:
        """What a speaker, counted from 0, is called; "" for their number."""
        self._say(
            number, speaker, translate("Speakers", "Speaker {0} is called “{1}”.").format(speaker + 1, name), name=name
        )

    def assign(self, number: int, speaker: int, voice: str) -> None:
        """Which saved voice a speaker is, by its key; "" for none: they are heard against their own stretches again."""
        sentence = (
            translate("Speakers", "Speaker {0} is heard with a saved voice.")
            if voice
            else translate("Speakers", "Speaker {0} is heard against their own stretches.")
        )
        self._say(number, speaker, sentence.format(speaker + 1), voice=voice)

    def count(self, number: int, speakers: SpeakerCount) -> None:
        """How many there are: the recording is heard anew."""
        entry = self._session.change(number, speakers=speakers, said=(), is_stale=True)
        if entry is not None:
            self._queue.add_all((entry,), keeping_answers=True)

    def _say(self, number: int, speaker: int, sentence: str, **said: str) -> None:
        entry = self._session.entry(number)
        if entry is None:
            return
        before = entry.said
        of_all = dict(before)
        of_all[speaker] = replace(of_all.get(speaker, SpeakerSaid()), **said)
        self._change(number, tuple(sorted(of_all.items())))
        self._undo.push(sentence, lambda: self._change(number, before))

    def _change(self, number: int, said: tuple[tuple[int, SpeakerSaid], ...]) -> None:
        entry = self._session.change(number, said=said, is_stale=True)
        if entry is not None:
            self._ask_again.again(entry)
