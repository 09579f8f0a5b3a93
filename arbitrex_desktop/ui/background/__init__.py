# SPDX-License-Identifier: MIT
"""Work beside the window's own: threads that read for it, and long work in steps on its thread."""
