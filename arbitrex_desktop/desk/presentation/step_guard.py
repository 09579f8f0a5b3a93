# SPDX-License-Identifier: MIT
"""Parts of a step that fail without keeping the next one from being done."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.desk.errors import DeskError, JournalError
from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject
from arbitrex_desktop.desk.presentation.notices import NoticeBoard

_log: Final = logging.getLogger(__name__)


class StepGuard:
    """Called with a part's name and its work: what that raises is told to the trader, and logged.

    `report_journal` is told of a journal that fails.
    """

    def __init__(self, notices: NoticeBoard, report_journal: Callable[[JournalError], None]) -> None:
        self._notices = notices
        self._report_journal = report_journal

    def __call__(self, part: str, work: Callable[[], Any]) -> None:
        """Do a part of a step; each failure is told once, and again after the part has succeeded."""
        topic = NoticeSubject.STEP_FAILED.of(part)
        try:
            work()
            self._notices.resolve(topic)
        except JournalError as error:
            self._report_journal(error)
        except DeskError as error:
            self._notices.post("warning", topic, str(error))
        except Exception as error:  # noqa: BLE001 - one broken part must not stop the others, least of all the halt
            _log.warning("the desk's part %r failed", part, exc_info=True)
            self._notices.post("error", topic, f"{part} failed: {error_text(error)}")
