# SPDX-License-Identifier: MIT
"""Redoes every file that is made of the code and kept: `make generated`, or `python -m installer.generated`.

Those are the types of the risk manager's settings, the help's page of reason codes, and the catalogues of texts, which
have the help's headings too and so come last.  Tests hold each of them against the code.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from arbitrex_desktop.risk_portfolio_manager.reason_table import reason_table_markdown
from installer import field_stub, texts

REASONS: Final = texts.ROOT / "resources" / "help" / "reason-codes.md"


def files() -> dict[Path, str]:
    """Return each file but the catalogues, and what should be in it."""
    return {field_stub.STUB: field_stub.stub(), REASONS: reason_table_markdown()}


def main() -> None:
    """Write what has changed."""
    for path, content in files().items():
        if not path.is_file() or path.read_text(encoding="utf-8") != content:
            path.write_text(content, encoding="utf-8", newline="\n")
            print(f"written: {path.relative_to(texts.ROOT)}")
    texts.main()


if __name__ == "__main__":
    main()
