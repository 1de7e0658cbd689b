"""Two recordings side by side: their answers on the same scale, and what they are based on."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.ui import answer_text
from desktop_app.ui.dialogs.size import open_at
from desktop_app.ui.pages.scroll_page import ScrollPage
from desktop_app.ui.session import Entry, SessionModel
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets.card import Card, text_label
from desktop_app.ui.widgets.elided_label import ElidedLabel
from desktop_app.ui.widgets.legend import SplitLegend
from desktop_app.ui.widgets.probability_bar import BarRow, ProbabilityBar


class AnswerColumn(Card):
    """One recording's answer.

    Attributes:
        bars: The bars by label, for the labels of its answer.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(margin=20)
        self._theme = theme
        self.name = ElidedLabel("quiet")
        self.headline = text_label("title", wrap=True)
        self.rests = text_label("small", wrap=True)
        self.sure = text_label("sentence", wrap=True)
        self.dimensions = text_label("sentence", wrap=True)
        self.manner = text_label("sentence", wrap=True)
        self.neighbours = text_label("sentence", wrap=True)
        self.bars: dict[str, ProbabilityBar] = {}
        self._rows = QVBoxLayout()
        self._rows.setSpacing(6)
        self.content.addWidget(self.name)
        self.content.addWidget(self.headline)
        self.content.addLayout(self._rows)
        for sentence in (self.sure, self.dimensions, self.manner, self.neighbours, self.rests):
            self.content.addWidget(sentence)
        self.content.addStretch(1)

    def show_entry(self, entry: Entry, labels: tuple[str, ...]) -> None:
        """Show its answer, with a row for each of `labels`, empty if its pack does not have it."""
        recognition = entry.recognition
        if recognition is None:
            return  # it is computed again; the old answer stays until then
        self.name.setText(entry.title)
        self.name.setToolTip(str(entry.path))
        parts = (answer_text.headline(recognition), answer_text.share(recognition))
        self.headline.setText(" · ".join(part for part in parts if part))
        self.setAccessibleName(f"{entry.title}: {answer_text.spoken(recognition)}")
        silent = answer_text.is_silent(recognition)
        for label, sentence in (
            (self.sure, answer_text.how_sure(recognition)),
            (self.dimensions, "" if silent else answer_text.dimensions(recognition)),
            (self.manner, "" if silent else answer_text.manner(recognition)),
            (self.neighbours, "" if silent else answer_text.neighbours_in_a_sentence(recognition)),
            (self.rests, "" if silent else answer_text.rests_on(recognition)),
        ):
            label.setText(sentence)
            label.setVisible(bool(sentence))
        self._show_bars({} if silent else {row.label: row for row in answer_text.bar_rows(recognition)}, labels)

    def _show_bars(self, rows: dict[str, BarRow], labels: tuple[str, ...]) -> None:
        for at in reversed(range(self._rows.count())):
            item = self._rows.takeAt(at)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.deleteLater()
        self.bars = {}
        for label in labels:
            bar = ProbabilityBar(self._theme, label)
            keeps_its_room = bar.sizePolicy()
            keeps_its_room.setRetainSizeWhenHidden(True)
            bar.setSizePolicy(keeps_its_room)
            self._rows.addWidget(bar)
            if label in rows:
                bar.show_row(rows[label])
                self.bars[label] = bar
            else:
                bar.hide()


class SideBySideDialog(QDialog):
    """Follows both recordings, whose answers may change while it is open.

    Attributes:
        columns: The two, in the order of the table.
    """

    def __init__(self, pair: tuple[Entry, Entry], session: SessionModel, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Two recordings side by side"))
        self._session = session
        self._numbers = (pair[0].number, pair[1].number)
        self.columns = (AnswerColumn(theme), AnswerColumn(theme))
        self.area = ScrollPage()
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # so that the arrow keys scroll on a small screen
        self.area.setAccessibleName(self.windowTitle())
        row = QHBoxLayout(self.area.page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        for column in self.columns:
            row.addWidget(column, 1)
        buttons = QDialogButtonBox()
        self.close_button = buttons.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        around = QVBoxLayout(self)
        around.setContentsMargins(24, 20, 24, 20)
        around.addWidget(self.area, 1)
        around.addWidget(SplitLegend(theme))
        around.addWidget(buttons)
        open_at(self, 960, 600)
        session.entry_changed.connect(self._changed)
        self.close_button.setFocus()
        self._show()

    def _changed(self, entry: Entry) -> None:
        if entry.number in self._numbers:
            self._show()

    def _show(self) -> None:
        found = [self._session.entry(number) for number in self._numbers]
        entries = [entry for entry in found if entry is not None and entry.recognition is not None]
        labels = dict.fromkeys(label for e in entries if e.recognition for label in e.recognition.probabilities)
        for entry in entries:
            self.columns[self._numbers.index(entry.number)].show_entry(entry, tuple(labels))
