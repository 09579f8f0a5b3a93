# SPDX-License-Identifier: MIT
"""The parts of the ticket, which the intent form puts together: head, fields, entry, and the answer beside Submit."""
