# SPDX-License-Identifier: MIT
"""All settings in a window of their own, each a form field made of its declared parameter."""
