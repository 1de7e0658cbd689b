"""One recording's answer and its reasons; during a take, the live answers."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from desktop_app.engine.recognition.answer import Recognition
from desktop_app.ui.answer_text import consists_of, is_silent
from desktop_app.ui.pages.scroll_page import ScrollPage
from desktop_app.ui.panels.answer_panel import AnswerPanel
from desktop_app.ui.panels.map_panel import MapPanel
from desktop_app.ui.panels.neighbours_panel import NeighboursPanel
from desktop_app.ui.panels.passages_panel import PassagesPanel
from desktop_app.ui.panels.play_bar import PlayBar
from desktop_app.ui.panels.speakers_panel import SpeakersPanel
from desktop_app.ui.panels.that_was_panel import ThatWasPanel
from desktop_app.ui.panels.timeline_panel import TimelinePanel
from desktop_app.ui.panels.what_if_panel import WhatIfPanel
from desktop_app.ui.recognition_owner import Answered, PackInfo
from desktop_app.ui.session import Entry, EntryState
from desktop_app.ui.theme import Theme

SPEAKERS_IN_A_LINE_FROM = 760  # of the page's width
TWO_COLUMNS_FROM = 900  # pixels of the page's width; if it is narrower, the map is below the answer
LOWEST_MAP = 380  # pixels, if it is below


class AnswerPage(QWidget):
    """The answer's panels, one below the other, and below them the bar that plays a long recording, always visible.

    Signals:
        shows: The Entry of this page, also if the page is not in front; None: a running take, or nothing.

    Attributes:
        shown: The Entry shown.
        answer, that_was, what_if, neighbours, map, timeline, speakers, passages, play_bar: The panels.
        area: The scroll area of the panels.
    """

    shows = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown: Entry | None = None
        self._theme, self._teachable = theme, False
        self.answer = AnswerPanel(theme)
        self.that_was = ThatWasPanel()
        self.that_was.hide()
        self.what_if = WhatIfPanel(theme)
        self.neighbours = NeighboursPanel(theme)
        self.map = MapPanel(theme)
        self.map.hide()
        self.timeline = TimelinePanel(theme)
        self.timeline.hide()
        self.passages = PassagesPanel(theme)
        self.passages.hide()
        self.passages.selected.connect(self.timeline.view.select)
        self.speakers = SpeakersPanel(theme)
        self.speakers.hide()
        self.play_bar = PlayBar()
        self.play_bar.hide()

        self._columns = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._columns.setSpacing(16)
        self._columns.addWidget(self.answer, 3)
        self._columns.addWidget(self.map, 2)
        self.area = ScrollPage()
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.setSpacing(0)
        around.addWidget(self.area, 1)
        around.addWidget(self.play_bar)
        whole = self._whole = QVBoxLayout(self.area.page)
        whole.setContentsMargins(24, 20, 24, 24)
        whole.setSpacing(16)
        whole.addLayout(self._columns)
        whole.addWidget(self.timeline)
        whole.addWidget(self.speakers)
        whole.addWidget(self.passages)
        whole.addWidget(self.that_was)
        whole.addWidget(self.what_if)  # near the bars that it changes
        whole.addWidget(self.neighbours)
        whole.addStretch(1)
        theme.changed.connect(self._fit)

    def first_focus(self) -> QWidget | None:
        """The play button, since pressing it by accident does no harm."""
        return self.answer.play if self.answer.play.isVisibleTo(self) else None

    def show_pack(self, pack: PackInfo) -> None:
        """Another pack is in use."""
        self.answer.set_labels(pack.labels)
        self.that_was.set_labels(pack.labels)
        self.what_if.set_pack(pack.k, pack.alpha)
        self.map.set_pack(pack)
        self.neighbours.prepare()

    def show_entry(self, entry: Entry) -> None:
        """Show a recording's answer and its reasons; a “what if” ends with it."""
        is_other = self.shown is None or self.shown.number != entry.number
        self.hold(entry)
        if is_other:
            self.area.verticalScrollBar().setValue(0)
        if entry.recognition is not None:
            self.what_if.show_values(entry.recognition.k, entry.recognition.alpha)
        self._show(entry)

    def show_what_if(self, answered: Answered) -> None:
        """Show what the answer would be with the values of “what if”, marked as such; the recording keeps its own."""
        if self.shown is not None and self.shown.recognition is not None:
            self._show(replace(self.shown, answered=answered), instead_of=self.shown.recognition)

    def _show(self, entry: Entry, instead_of: Recognition | None = None) -> None:
        self.answer.show_entry(entry, instead_of)
        is_long = entry.recognition is not None and bool(consists_of(entry.recognition))
        self.timeline.show_entry(entry, is_long)
        if (self._whole.indexOf(self.timeline) == 0) != is_long:  # the timeline comes first for a long recording
            for at, panel in enumerate((self.timeline, self.speakers, self.passages)):
                self._whole.removeWidget(panel)
                self._whole.insertWidget(at + (0 if is_long else 1), panel)
        self.passages.show_entry(entry)
        self.speakers.show_entry(entry)
        if not is_long:
            self.passages.hide()
        self.play_bar.show_entry(entry if self.timeline.isVisibleTo(self.area.page) else None)
        recognition = entry.recognition
        says_something = recognition is not None and not is_silent(recognition)
        self.what_if.setVisible(says_something)
        self.neighbours.setVisible(says_something)
        if recognition is not None and says_something:
            self.neighbours.show_recognition(recognition)
            self.what_if.show_recognition(recognition)
            self.map.show_recognition(recognition)
        else:
            self.map.view.show_clip([])
        has_place = says_something or entry.state in (EntryState.WAITING, EntryState.RUNNING)
        self.map.setVisible(self.map.has_map and has_place)
        self._show_teaching()

    def hold(self, entry: Entry | None) -> None:
        """Make this the page's recording, also while another page stays in front."""
        self.shown = entry
        self.shows.emit(entry)

    def begin_live(self) -> None:
        """A take begins: show live bars until its answer is there."""
        self.forget()
        self.area.verticalScrollBar().setValue(0)
        self.timeline.hide()
        self.passages.hide()
        self.speakers.hide()
        self.play_bar.show_entry(None)
        self.what_if.hide()
        self.neighbours.hide()
        self.map.view.show_clip([])
        self.map.setVisible(self.map.has_map)
        self.answer.begin_live()

    def forget(self) -> None:
        """Show nothing."""
        self.hold(None)
        self._show_teaching()

    def set_teachable(self, teachable: bool) -> None:
        """Set whether corrections of an answer can be stored."""
        self._teachable = teachable
        self._show_teaching()

    def _show_teaching(self) -> None:
        recognition = self.shown.recognition if self.shown is not None else None
        self.that_was.setVisible(self._teachable and recognition is not None)
        self.that_was.set_silent(recognition is not None and is_silent(recognition))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.speakers.set_narrow(self.width() < self._theme.px(SPEAKERS_IN_A_LINE_FROM))
        wide = self.width() >= self._theme.px(TWO_COLUMNS_FROM)
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        self._columns.setDirection(direction)
        self.map.setMaximumHeight(16_777_215 if wide else self._theme.px(LOWEST_MAP))
