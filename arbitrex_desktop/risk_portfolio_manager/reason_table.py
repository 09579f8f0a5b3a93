# SPDX-License-Identifier: MIT
"""The help's page of reason codes: `python -m arbitrex_desktop.risk_portfolio_manager.reason_table` prints it."""

from __future__ import annotations

import sys

from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason


def reason_table_markdown() -> str:
    """Return the page `resources/help/reason-codes.md`."""
    rows = "\n".join(f"| `{reason.value}` | {reason.meaning} | {reason.remedy} |" for reason in RejectionReason)
    return (
        "# Reason codes\n\nThe codes with which the risk manager marks its checks. They never change their names.\n\n"
        f"| code | meaning | what you can do |\n|---|---|---|\n{rows}\n"
    )


if __name__ == "__main__":
    sys.stdout.write(reason_table_markdown())
