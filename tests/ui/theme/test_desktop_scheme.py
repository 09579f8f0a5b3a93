# SPDX-License-Identifier: MIT
"""The theme follows the desktop's portal: at the start, and when the desktop turns light and dark again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SYSTEM_PYTHON = "/usr/bin/python3"

PORTAL = """
import subprocess
import sys
import threading

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

SETTINGS = "org.freedesktop.portal.Settings"
APPEARANCE, SCHEME = "org.freedesktop.appearance", "color-scheme"
DARK, LIGHT = dbus.UInt32(1), dbus.UInt32(2)


class Portal(dbus.service.Object):

    scheme = DARK

    @dbus.service.method(SETTINGS, in_signature="ss", out_signature="v")
    def Read(self, _group, _key):
        return dbus.UInt32(self.scheme, variant_level=1)

    @dbus.service.method(SETTINGS, in_signature="ss", out_signature="v")
    def ReadOne(self, _group, _key):
        return self.scheme

    @dbus.service.method(SETTINGS, in_signature="as", out_signature="a{sa{sv}}")
    def ReadAll(self, _groups):
        return {APPEARANCE: {SCHEME: self.scheme}, "org.gnome.desktop.a11y.interface": {"high-contrast": False}}

    @dbus.service.signal(SETTINGS, signature="ssv")
    def SettingChanged(self, group, key, value):
        pass

    def turn(self, scheme):
        self.scheme = scheme
        self.SettingChanged(APPEARANCE, SCHEME, scheme)


def main():
    dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
    bus = dbus.SessionBus()
    name = dbus.service.BusName("org.freedesktop.portal.Desktop", bus)
    portal, loop = Portal(bus, "/org/freedesktop/portal/desktop"), GLib.MainLoop()
    program = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)

    def follow():
        for line in program.stdout:
            sys.stdout.write(line)
            GLib.idle_add(portal.turn, LIGHT if line.strip() == "dark" else DARK)
        GLib.idle_add(loop.quit)

    threading.Thread(target=follow, daemon=True).start()
    loop.run()
    del name
    return program.wait(10)


if __name__ == "__main__":
    sys.exit(main())
"""
"""A desktop's portal, dark: runs a program, turns light when that prints dark, and dark again when it prints light.

The system's own Python runs it, which has dbus-python and GLib.
"""

FOLLOW = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from arbitrex_desktop.ui.theme.colours import LIGHT
from arbitrex_desktop.ui.theme.theme import Theme
app = QApplication(["theme", "-style", "Fusion"])
theme = Theme(app, light=True)
shown = ["light"]

def show(colours):
    name = "light" if colours.text == LIGHT.text else "dark"
    if name != shown[-1]:
        shown.append(name)
        print(name, flush=True)
    if len(shown) == 4:
        app.quit()

theme.changed.connect(show)
QTimer.singleShot(0, theme.follow_system)
QTimer.singleShot(20_000, app.quit)
app.exec()
sys.exit(len(shown) != 4)
"""


def has_portal() -> bool:
    """Return whether what a portal needs is on this computer."""
    if not (shutil.which("dbus-run-session") and shutil.which("xvfb-run") and Path(SYSTEM_PYTHON).exists()):
        return False
    libraries = [SYSTEM_PYTHON, "-c", "import dbus.service, gi.repository.GLib"]
    return subprocess.run(libraries, capture_output=True, check=False).returncode == 0


@pytest.mark.slow
@pytest.mark.timeout(90)
def test_the_theme_follows_the_portal(tmp_path: Path) -> None:
    """Light the last time, dark as soon as the portal answers, light when the desktop turns light, then dark again."""
    if not has_portal():
        pytest.skip("needs dbus-run-session, xvfb-run, python3-dbus and python3-gi")
    desktop = {"QT_QPA_PLATFORM": "xcb", "XDG_CURRENT_DESKTOP": "GNOME", "XDG_RUNTIME_DIR": str(tmp_path)}
    said = subprocess.run(
        ["xvfb-run", "-a", "dbus-run-session", "--", SYSTEM_PYTHON, "-c", PORTAL, sys.executable, "-c", FOLLOW],
        capture_output=True, text=True, check=False, env=os.environ | desktop, timeout=60,
    )  # fmt: skip
    shown = [line for line in said.stdout.splitlines() if line in ("dark", "light")]
    assert shown == ["dark", "light", "dark"], said.stderr
    assert said.returncode == 0
