# SPDX-License-Identifier: MIT
"""One frame of a chart: `frame` draws it out of frozen values, by ground, shapes and plates."""
