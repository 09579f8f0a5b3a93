# SPDX-License-Identifier: MIT
"""Draw the program's icon from its SVG: one PNG a size for the window, and the .ico for Windows.

Run by hand after a change of the drawing: `QT_QPA_PLATFORM=offscreen python installer/make_icons.py`.
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

ICONS: Final = Path(__file__).resolve().parent.parent / "resources" / "icons"
SIDES: Final = (16, 24, 32, 48, 64, 128, 256)
_FIRST_COMPRESSED_SIDE: Final = 256
_HEADER_BYTES: Final = 6
_ENTRY_BYTES: Final = 16


def draw(renderer: QSvgRenderer, side: int) -> QImage:
    """Return the drawing as a square picture of `side` pixels on a transparent ground."""
    image = QImage(side, side, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter)
    painter.end()
    return image


def as_png(image: QImage) -> bytes:
    """Return the picture as a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs want bytes for the format, Qt takes str
    return bytes(buffer.data().data())


def as_bitmap(image: QImage) -> bytes:
    """Return the picture as an icon's bitmap: header, rows from below, and an empty mask (the alpha decides)."""
    side = image.width()
    # Rows copied from below: mirrored() was renamed in Qt 6.9.
    rows = bytes(image.constBits())
    stride = image.bytesPerLine()
    pixels = b"".join(rows[row * stride : (row + 1) * stride] for row in reversed(range(side)))
    mask = bytes((side + 31) // 32 * 4 * side)
    header = struct.pack("<IiiHHIIiiII", 40, side, 2 * side, 1, 32, 0, len(pixels) + len(mask), 0, 0, 0, 0)
    return header + pixels + mask


def icon_file(images: list[QImage]) -> bytes:
    """Return an .ico of all pictures; old readers know PNG in the largest size only."""
    offset = _HEADER_BYTES + _ENTRY_BYTES * len(images)
    entries, bodies = b"", b""
    for image in images:
        side = image.width()
        body = as_png(image) if side >= _FIRST_COMPRESSED_SIDE else as_bitmap(image)
        entries += struct.pack("<BBBBHHII", side % 256, side % 256, 0, 0, 1, 32, len(body), offset + len(bodies))
        bodies += body
    return struct.pack("<HHH", 0, 1, len(images)) + entries + bodies


def main() -> None:
    """Write all files."""
    application = QGuiApplication(sys.argv)
    renderer = QSvgRenderer(str(ICONS / "arbitrex.svg"))
    images = [draw(renderer, side) for side in SIDES]
    for image in images:
        (ICONS / f"arbitrex-{image.width()}.png").write_bytes(as_png(image))
    (ICONS / "arbitrex.ico").write_bytes(icon_file(images))
    application.quit()


if __name__ == "__main__":
    main()
