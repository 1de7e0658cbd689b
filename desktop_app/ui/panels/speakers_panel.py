"""The speakers of a recording: how long they speak, their emotions, and who they are."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QToolButton, QWidget

from desktop_app.engine.recognition.answer import Speaker
from desktop_app.engine.recognition.recogniser import SpeakerCount
from desktop_app.ui.language import clock, label_name, percent, speaker_label, translate
from desktop_app.ui.recognition_owner import Known
from desktop_app.ui.session import Entry
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets.card import Card, text_label
from desktop_app.ui.widgets.choice import Choice
from desktop_app.ui.widgets.dot import Dot
from desktop_app.ui.widgets.flow_layout import FlowLayout
from desktop_app.ui.widgets.shares_bar import SharesBar
from desktop_app.ui.widgets.speaker_mark import SpeakerMark

MOST_SPEAKERS = 8
NOBODY_SAVED = ""
LEAST_S = 15.0  # a shorter recording has only one speaker
LEAST_NAME = 110  # pixels


# of a speaker's widgets and of the offer below them: line, column, columns
WIDE = ((0, 0, 1), (0, 1, 1), (0, 2, 1), (0, 3, 1), (0, 4, 1), (0, 5, 1), (0, 6, 1), (3, 5, 2))
NARROW = ((0, 0, 1), (0, 1, 1), (0, 2, 2), (1, 1, 1), (1, 2, 2), (2, 1, 2), (2, 3, 1), (3, 1, 3))
LINES = 4


class SpeakerRow:
    """One speaker's widgets, side by side in the panel's grid."""

    def __init__(self, theme: Theme, at: int) -> None:
        self.mark = SpeakerMark(theme, at)
        self.name = QLineEdit()
        self.name.setAccessibleName(translate("Speakers", "Name of speaker {0}").format(at + 1))
        self.time = text_label("quiet")
        self.dot = Dot(theme)
        self.answer = text_label("sentence")
        self.bar = SharesBar(theme)
        self.voice = Choice(translate("Speakers", "Whose voice speaker {0} is").format(at + 1))
        self.voice.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.voice.setMinimumContentsLength(12)
        self.save = QToolButton()
        self.save.setText("+")
        self.save.setAccessibleName(translate("Speakers", "Save speaker {0} as a new voice").format(at + 1))
        self.save.setToolTip(self.save.accessibleName())
        sounds = QWidget()
        row = QHBoxLayout(sounds)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.dot)
        row.addWidget(self.answer, 1)
        self.offer = QPushButton()
        self.offered = ""
        self.offer.setObjectName("flat")
        self.widgets = (self.mark, self.name, self.time, sounds, self.bar, self.voice, self.save)

    def show_speaker(self, at: int, speaker: Speaker) -> None:
        """Show a speaker."""
        if not self.name.hasFocus():
            self.name.setText(speaker_label(speaker.name, at))
        self.time.setText(f"{clock(speaker.speech_s)} · {percent(speaker.share)}")
        self.dot.show_label(speaker.label)
        self.answer.setText(label_name(speaker.label))
        self.bar.show_shares(speaker.probabilities)
        words = ", ".join(f"{label_name(label)} {percent(share)}" for label, share in speaker.probabilities.items())
        self.bar.setToolTip(words)
        self.bar.setAccessibleName(words)


class SpeakersPanel(Card):
    """One row for each speaker, if speakers are told apart; hidden if the recording is too short.

    Signals:
        named: (number of the Entry, speaker from 0, name).
        assigned: (number of the Entry, speaker from 0, key of a saved voice, "" for none).
        save_asked: (number of the Entry, speaker from 0) to save as a new voice.
        count_chosen: (number of the Entry, a SpeakerCount).
    """

    named = Signal(int, int, str)
    assigned = Signal(int, int, str)
    save_asked = Signal(int, int)
    count_chosen = Signal(int, object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._entry: Entry | None = None
        self._known: Known | None = None
        self.rows: list[SpeakerRow] = []
        self.count = Choice(self.tr("How many speakers there are"))
        self.count.addItem(self.tr("Don’t tell them apart"), "off")
        self.count.addItem(self.tr("As many as are heard"), "auto")
        for number in range(1, MOST_SPEAKERS + 1):
            self.count.addItem(self.tr("1 speaker") if number == 1 else self.tr("{0} speakers").format(number), number)
        self.count.activated.connect(self._choose_count)
        self.hint = text_label("small", wrap=True)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._is_narrow = False
        theme.changed.connect(self._arrange)
        top = FlowLayout(ends=True)
        top.addWidget(text_label("section", self.tr("Who speaks")))
        top.addWidget(self.count)
        self.content.addLayout(top)
        self.content.addLayout(self._grid)
        self.content.addWidget(self.hint)

    def set_narrow(self, is_narrow: bool) -> None:
        """Give each speaker three short lines in place of a long one."""
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            self._arrange()

    def _arrange(self) -> None:
        self._grid.setColumnStretch(1, 2)
        self._grid.setColumnStretch(2, 3 if self._is_narrow else 0)
        self._grid.setColumnStretch(4, 0 if self._is_narrow else 3)
        for at, row in enumerate(self.rows):
            row.name.setMinimumWidth(self._theme.px(LEAST_NAME))
            for widget, (line, column, columns) in zip(
                (*row.widgets, row.offer), NARROW if self._is_narrow else WIDE, strict=True
            ):
                self._grid.addWidget(widget, LINES * at + line, column, 1, columns)

    def show_known(self, known: Known | None) -> None:
        """Show the saved voices."""
        self._known = known
        if self._entry is not None:
            self.show_entry(self._entry)

    def show_entry(self, entry: Entry) -> None:
        """Show a recording's speakers."""
        self._entry = entry
        recognition = entry.recognition
        speakers = recognition.speakers if recognition is not None and entry.speakers != "off" else ()
        is_long_enough = recognition is not None and entry.heard_s >= LEAST_S and len(recognition.segments) > 1
        self.setVisible(is_long_enough or bool(speakers))
        while len(self.rows) < len(speakers):
            self._add_row()
        said = dict(entry.said)
        for at, row in enumerate(self.rows):
            for widget in row.widgets:
                widget.setVisible(at < len(speakers))
            if at < len(speakers):
                row.show_speaker(at, speakers[at])
                self._offer_voices(row, said[at].voice if at in said else NOBODY_SAVED)
                row.save.setEnabled(row.voice.currentData() == NOBODY_SAVED and self._known is not None)
            self._offer(at, row, said[at].voice if at in said else NOBODY_SAVED)
        self.count.setCurrentIndex(max(0, self.count.findData(entry.speakers)))
        without = self.tr("If several people speak, say how many: each is then compared with their own passages.")
        self.hint.setText(self.tr("Answers are surer where a speaker is a saved voice.") if speakers else without)
        self.hint.setVisible(not speakers or (self._known is not None and bool(self._known.voices)))

    def _add_row(self) -> None:
        at = len(self.rows)
        row = SpeakerRow(self._theme, at)
        row.offer.clicked.connect(partial(self._take_offer, at))
        row.name.editingFinished.connect(partial(self._name, at))
        row.voice.activated.connect(partial(self._assign, at))
        row.save.clicked.connect(partial(self._save, at))
        self.rows.append(row)
        self._arrange()

    def _offer_voices(self, row: SpeakerRow, chosen: str) -> None:
        row.voice.clear()
        row.voice.addItem(self.tr("No saved voice"), NOBODY_SAVED)
        for voice in self._known.voices if self._known is not None else ():
            row.voice.addItem(self.tr("This is {0}").format(voice.name), voice.key)
        row.voice.setCurrentIndex(max(0, row.voice.findData(chosen)))
        row.voice.setEnabled(row.voice.count() > 1)

    def _offer(self, at: int, row: SpeakerRow, chosen: str) -> None:
        """Offer the saved voice that a speaker sounds like, to accept with a click."""
        like = self._entry.answered.sounds_like if self._entry is not None and self._entry.answered is not None else ()
        key = like[at] if at < len(like) else ""
        name = next((v.name for v in self._known.voices if v.key == key), "") if self._known is not None else ""
        row.offer.setVisible(bool(name) and not chosen)
        row.offer.setText(self.tr("Is this {0}?").format(name))
        row.offered = key

    def _take_offer(self, at: int) -> None:
        if self._entry is not None:
            self.assigned.emit(self._entry.number, at, self.rows[at].offered)

    def _name(self, at: int) -> None:
        recognition = self._entry.recognition if self._entry is not None else None
        speakers = recognition.speakers if recognition is not None else ()
        name = self.rows[at].name.text().strip()
        if self._entry is not None and at < len(speakers) and name != speaker_label(speakers[at].name, at):
            self.named.emit(self._entry.number, at, name)

    def _assign(self, at: int, index: int) -> None:
        if self._entry is not None:
            self.assigned.emit(self._entry.number, at, self.rows[at].voice.itemData(index))

    def _save(self, at: int) -> None:
        if self._entry is not None:
            self.save_asked.emit(self._entry.number, at)

    def _choose_count(self, index: int) -> None:
        count: SpeakerCount = self.count.itemData(index)
        if self._entry is not None and count != self._entry.speakers:
            self.count_chosen.emit(self._entry.number, count)
