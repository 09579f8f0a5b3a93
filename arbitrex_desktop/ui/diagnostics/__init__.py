# SPDX-License-Identifier: MIT
"""When something went wrong: errors that nobody caught, and the report for whoever is to help."""
