"""Roles of painted widgets for screen readers; by default Qt reports a frame or nothing."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget

_Kind = TypeVar("_Kind", bound=type[QWidget])
_ROLES: dict[type[QObject], QAccessible.Role] = {}


def has_role(role: QAccessible.Role) -> Callable[[_Kind], _Kind]:
    """Gives widgets of the decorated class this role; names and descriptions work as for any widget."""

    def remember(kind: _Kind) -> _Kind:
        _ROLES[kind] = role
        return kind

    return remember


def _interface(_class: str, widget: QObject) -> QAccessibleInterface | None:
    role = _ROLES.get(type(widget))
    return QAccessibleWidget(widget, role) if role is not None and isinstance(widget, QWidget) else None


QAccessible.installFactory(_interface)
