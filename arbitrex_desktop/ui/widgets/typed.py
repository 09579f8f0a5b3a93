# SPDX-License-Identifier: MIT
"""What stands in the fields of a form, to be put into the same form made anew."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QWidget

_TEXTS: Final = (QLineEdit, QAbstractSpinBox)


def typed_in(form: QWidget) -> list[str | int | bool]:
    """Return what stands in a form's fields, in the order in which they were made."""
    return [_value(field) for field in _fields(form)]


def type_into(form: QWidget, typed: list[str | int | bool]) -> None:
    """Put into a form what stood in another one that was made by the same code: choices first, then what is typed."""
    fields = list(zip(_fields(form), typed, strict=True))
    for field, value in sorted(fields, key=lambda each: isinstance(each[0], _TEXTS)):
        _put(field, value)


def _fields(form: QWidget) -> list[QWidget]:
    """Return the fields, without those that are parts of another one."""
    kinds = (*_TEXTS, QComboBox, QAbstractButton)
    found = [each for each in form.findChildren(QWidget) if isinstance(each, kinds)]
    return [each for each in found if not isinstance(each.parentWidget(), QComboBox | QAbstractSpinBox)]


def _value(field: QWidget) -> str | int | bool:
    if isinstance(field, QComboBox):
        return field.currentText() if field.isEditable() else field.currentIndex()
    if isinstance(field, QAbstractButton):
        return field.isCheckable() and field.isChecked()
    assert isinstance(field, _TEXTS)
    return field.text()


def _put(field: QWidget, value: str | int | bool) -> None:  # noqa: FBT001 - whatever the field has
    if isinstance(field, QComboBox) and isinstance(value, str):
        field.setCurrentText(value)
    elif isinstance(field, QComboBox):
        field.setCurrentIndex(min(int(value), field.count() - 1))
    elif isinstance(field, QAbstractButton):
        if field.isCheckable():
            field.setChecked(bool(value))
    elif isinstance(field, QLineEdit):
        field.setText(str(value))
    elif isinstance(field, QAbstractSpinBox):
        line = field.findChild(QLineEdit)
        assert isinstance(line, QLineEdit)
        line.setText(str(value))
        field.interpretText()
