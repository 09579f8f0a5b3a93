# SPDX-License-Identifier: MIT
"""Whether a real account is traded from two programs of this user, which know nothing of each other's approvals."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Final

from arbitrex_desktop.file_lock import locks_folder
from arbitrex_desktop.risk_portfolio_manager.state.writer_lock import LockMessages, WriterLock

_MESSAGES: Final = LockMessages(
    "another program trades this account, and neither knows what the other has approved",
    "another risk manager of this program trades this account, and neither knows what the other has approved",
)
_log = logging.getLogger(__name__)


class SharedAccount:
    """Marks the account that a manager trades, in one place for all data folders; not safe for threads.

    Attributes:
        message: who else trades it, empty for nobody that is known.
    """

    def __init__(self) -> None:
        self.message = ""
        self._account = ""
        self._mark: WriterLock | None = None

    def look(self, account: str) -> None:
        """Mark an account as traded from here, or see who else does (blocks shortly); "" for none that is real."""
        if account != self._account:
            self.leave()
            self._account = account
            self._mark = WriterLock(locks_folder("accounts") / f"{account}.lock", _MESSAGES) if account else None
        if self._mark is None:
            return
        before, self.message = self.message, ""
        with suppress(OSError):  # where nothing can be marked, nothing can be seen
            locks_folder("accounts").mkdir(parents=True, exist_ok=True, mode=0o700)
            self.message = self._mark.take(account, over=False)
        if self.message and self.message != before:
            _log.warning("%s: %s", account, self.message)

    def leave(self) -> None:
        """Take the mark off."""
        if self._mark is not None:
            self._mark.release()
        self._mark, self._account, self.message = None, "", ""
