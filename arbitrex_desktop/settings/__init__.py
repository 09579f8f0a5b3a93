# SPDX-License-Identifier: MIT
"""What the program was asked to do and how it is set: command line, `.env`, `settings.toml`."""

from arbitrex_desktop.settings.start import Settings, make_parser, parse

__all__ = ["Settings", "make_parser", "parse"]
