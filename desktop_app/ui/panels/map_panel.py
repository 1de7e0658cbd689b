"""The map of the pack's recordings, and the place of this one."""

from PySide6.QtWidgets import QWidget

from desktop_app.engine.recognition.answer import Recognition
from desktop_app.ui import answer_text
from desktop_app.ui.recognition_owner import PackInfo
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets.card import Card, text_label
from desktop_app.ui.widgets.map_view import MapView, Place, map_description


class MapPanel(Card):
    """The map with a line of explanation; hidden if the pack has no map."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = MapView(theme)
        self.has_map = False
        self.content.addWidget(text_label("section", self.tr("Where it lies")))
        self.content.addWidget(
            text_label(
                "small",
                self.tr("Every mark is a recording that the pack knows. The star is yours; rings mark the nearest."),
                wrap=True,
            )
        )
        self.content.addWidget(self.view, 1)

    def set_pack(self, pack: PackInfo) -> None:
        """Show the pack's landscape."""
        self.has_map = bool(pack.landscape.places)
        self.view.show_landscape(pack.landscape, pack.labels)
        self.view.setAccessibleName(map_description(pack.items))
        self.setVisible(self.has_map)

    def show_live(self, place: Place | None) -> None:
        """Show the place of a take's last seconds; None: nobody speaks, and the star stays."""
        if place is not None:
            self.view.show_clip([(place, 1.0)], with_neighbours=False)

    def show_recognition(self, recognition: Recognition) -> None:
        """Show the recording's place, from its neighbours."""
        self.view.show_clip([(n.place, n.weight) for n in recognition.neighbours if n.place is not None])
        self.view.setAccessibleDescription(answer_text.place_in_words(recognition))
