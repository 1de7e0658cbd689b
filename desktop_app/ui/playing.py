"""What the play buttons on the answer's page do, and how the page follows the sound."""

from PySide6.QtCore import QObject

from desktop_app.engine.recognition.answer import Neighbour
from desktop_app.ui.language import translate
from desktop_app.ui.pages.answer_page import AnswerPage
from desktop_app.ui.playback import Playback
from desktop_app.ui.published import Published
from desktop_app.ui.recognition_owner import RecognitionOwner
from desktop_app.ui.session import SessionModel


class Playing(QObject):
    """Connects the answer's page with the playback."""

    def __init__(
        self,
        session: SessionModel,
        page: AnswerPage,
        playback: Playback,
        published: Published,
        owner: RecognitionOwner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._page, self._playback = session, page, playback
        self._published, self._owner = published, owner
        page.answer.play_asked.connect(self.play_entry)
        page.neighbours.play_asked.connect(self._play_neighbour)
        for panel in (page.timeline, page.passages, page.play_bar):
            panel.play_asked.connect(self._play_from)
        page.play_bar.stop_asked.connect(playback.stop)
        playback.playing_changed.connect(self._changed)
        playback.position_changed.connect(self._follow)

    def play_shown(self) -> None:
        """Play the recording that the page shows, or stop."""
        if self._page.shown is not None:
            self.play_entry(self._page.shown.number)

    def play_entry(self, number: int) -> None:
        """Play a recording, or the part of it that was analysed; if it is playing, stop."""
        entry = self._session.entry(number)
        if entry is None:
            return
        if entry.stretch is not None and self._playback.path is None:
            self._playback.play(entry.path, entry.stretch.start_s, entry.stretch.end_s, entry.channel)
        else:
            self._playback.toggle(entry.path, entry.channel)

    def _play_from(self, number: int, start_s: float, end_s: float | None) -> None:
        entry = self._session.entry(number)
        if entry is not None:
            self._playback.play(entry.path, start_s, end_s, entry.channel)

    def _play_neighbour(self, neighbour: Neighbour) -> None:
        if self._owner.pack is not None:
            self._published.play(neighbour, self._owner.pack.root)

    def _follow(self, seconds: float) -> None:
        shown = self._page.shown
        if shown is not None and self._playback.path == shown.path:
            self._page.timeline.view.set_position(seconds)
            self._page.play_bar.set_position(seconds)

    def _changed(self, is_playing: bool) -> None:
        stop, play = translate("AnswerPanel", "Stop"), translate("AnswerPanel", "Play")
        self._page.answer.play.setText(stop if is_playing else play)
        self._page.play_bar.set_playing(is_playing)
        if not is_playing:
            self._page.timeline.view.set_position(None)
