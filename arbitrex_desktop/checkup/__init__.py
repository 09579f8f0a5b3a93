# SPDX-License-Identifier: MIT
"""The program looks at itself: the self-test, and the long run of a window that is watched."""
