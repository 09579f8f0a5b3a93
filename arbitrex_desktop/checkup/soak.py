# SPDX-License-Identifier: MIT
"""The long run: the trader's own window, watched for hours, with what it used and what it lived through as a report.

It changes nothing and trades nothing, so that anyone can leave it running on any account.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import psutil
from PySide6.QtCore import QObject, QTimer, Signal

import arbitrex_desktop
from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot
from arbitrex_desktop.paths import written_whole
from arbitrex_desktop.raw_layer.views import PoolStats
from arbitrex_desktop.ui.worker import CoreWorker

_SAMPLES: Final = 400
_LEAST_SECONDS: Final = 1.0
_SETTLED_SHARE: Final = 0.1
"""Growth is measured from here: until then caches and rings fill."""
_BEAT_MS: Final = 50
_MEGABYTE: Final = 1024.0 * 1024.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ProcessUse:
    """What a process holds: resident megabytes, threads, open handles or descriptors, seconds of CPU so far."""

    resident_mb: float
    threads: int
    handles: int
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class SoakSample:
    """One look.

    Attributes:
        seconds: since the start
        state: of the connection
        ticks, bad_ticks, connections, host_restarts: so far
        intents: in the desk's list
        app, host: what the processes hold; None for a host that does not run
        data_mb, data_files: what lies in the data folder
        pause_ms: the longest that the GUI thread was late since the last look
    """

    seconds: float
    state: str
    ticks: int
    bad_ticks: int
    connections: int
    host_restarts: int
    intents: int
    app: ProcessUse | None
    host: ProcessUse | None
    data_mb: float
    data_files: int
    pause_ms: float


@dataclass(slots=True)
class SoakReport:
    """What a long run saw.

    Attributes:
        hours_asked, hours: how long it should be, and was
        ended: why it ended
        growth: from a tenth of the time, of a host as long after its start, to the end: in per cent for memory, in
            numbers for the rest
        cores: share of one core that both processes used in that time
        messages: each error of the connection, once
    """

    hours_asked: float
    version: str = arbitrex_desktop.__version__
    hours: float = 0.0
    ended: str = "running"
    growth: dict[str, float] = field(default_factory=dict)
    cores: float | None = None
    longest_pause_ms: float = 0.0
    messages: list[str] = field(default_factory=list)
    samples: list[SoakSample] = field(default_factory=list)

    def take(self, sample: SoakSample) -> None:
        """Add a look, and compute what follows from all of them."""
        self.samples.append(sample)
        self.hours = sample.seconds / 3600.0
        self.longest_pause_ms = max(self.longest_pause_ms, sample.pause_ms)
        early = sample.seconds * _SETTLED_SHARE
        looks = [each for each in self.samples if each.seconds >= early]
        settled = looks[0]
        # A host is compared with itself, from as long after its start.
        own = [each for each in self.samples if each.host_restarts == sample.host_restarts]
        hosts = [each.host for each in own if each.seconds >= own[0].seconds + early]
        self.growth = growth("app", [each.app for each in looks]) | growth("host", hosts)
        self.growth["data_mb"] = round(sample.data_mb - settled.data_mb, 3)
        self.growth["data_files"] = sample.data_files - settled.data_files
        spent = sample.seconds - settled.seconds
        self.cores = round((_cpu(sample) - _cpu(settled)) / spent, 4) if spent > 0 else None

    def write(self, path: Path) -> None:
        """Write it whole as JSON, so that a run that is cut off leaves the last report.  Raises OSError."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as draft:
            draft.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")


def growth(name: str, uses: Sequence[ProcessUse | None]) -> dict[str, float]:
    """Return by how much a process grew between the first look and the last, in per cent for memory.

    Of threads and handles the least in the first tenth is held against the least in the last: some come and go.
    """
    there = [use for use in uses if use is not None]
    if not there or uses[0] is None or uses[-1] is None:
        return {}
    few = -(-len(there) // 10)
    found = {f"{name}_resident_percent": round((there[-1].resident_mb / there[0].resident_mb - 1.0) * 100.0, 2)}
    for what in ("threads", "handles"):
        counts = [getattr(use, what) for use in there]
        found[f"{name}_{what}"] = min(counts[-few:]) - min(counts[:few])
    return found


def use_of(pid: int | None) -> ProcessUse | None:
    """Return what a process holds, None when there is none to ask."""
    if pid is None:
        return None
    try:
        process = psutil.Process(pid)
        with process.oneshot():
            times = process.cpu_times()
            return ProcessUse(
                resident_mb=round(process.memory_info().rss / _MEGABYTE, 2),
                threads=process.num_threads(),
                handles=_handles(process),
                cpu_seconds=times.user + times.system,
            )
    except psutil.Error:
        return None


def _handles(process: psutil.Process) -> int:
    if sys.platform == "win32":
        return process.num_handles()
    return process.num_fds()


class Soak(QObject):
    """Watches one run of the window; made on the GUI thread, looks on a thread of its own.

    Signals: `finished()`, once, on the GUI thread, when the time is up.
    """

    finished = Signal()

    def __init__(self, worker: CoreWorker, clock: Clock, hours: float, data_dir: Path, report: Path | None) -> None:
        super().__init__()
        self._clock = clock
        self._data_dir = data_dir
        self._path = report
        self._started = clock.monotonic()
        self._seconds = hours * 3600.0
        self._newest: DeskSnapshot | None = None
        self._worst = 0.0
        self._beaten = self._started
        self._over = threading.Event()
        self.report = SoakReport(hours)
        self._beat = QTimer(self, interval=_BEAT_MS)
        self._beat.timeout.connect(self._on_beat)
        self._thread = threading.Thread(target=self._watch, name="soak", daemon=True)
        worker.snapshot_changed.connect(self._on_snapshot)

    def start(self) -> None:
        """Begin to look."""
        self._beat.start()
        self._thread.start()

    def stop(self) -> None:
        """Look a last time and write the report; raises OSError when that cannot be."""
        self._beat.stop()
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()
        if self.report.ended == "running":
            self.report.ended = "the window was closed"
        self._write()

    def look(self) -> None:
        """Take one sample."""
        snapshot = self._newest
        pool = snapshot.pool if snapshot is not None else None
        megabytes, files = _folder(self._data_dir)
        pause, self._worst = self._worst, 0.0
        self.report.take(
            SoakSample(
                seconds=round(self._clock.monotonic() - self._started, 1),
                state=pool.state.value if pool is not None else "",
                ticks=pool.ticks_total if pool is not None else 0,
                bad_ticks=sum(pool.bad_ticks.values()) if pool is not None else 0,
                connections=pool.connections if pool is not None else 0,
                host_restarts=pool.host_restarts if pool is not None else 0,
                intents=len(snapshot.intents) if snapshot is not None else 0,
                app=use_of(os.getpid()),
                host=use_of(pool.host_pid if pool is not None else None),
                data_mb=megabytes,
                data_files=files,
                pause_ms=round(pause * 1000.0, 1),
            )
        )
        self._note(pool)

    def _watch(self) -> None:
        """Look and write until the time is up or the window closes (the thread's own function)."""
        interval = max(_LEAST_SECONDS, self._seconds / _SAMPLES)
        while not self._over.wait(min(interval, self._left())):
            self.look()
            if self._left() <= 0.0:
                self.report.ended = "the time was up"
                self.finished.emit()
                return
            try:
                self._write()
            except OSError:
                _log.warning("the report of the long run cannot be written now", exc_info=True)

    def _left(self) -> float:
        return max(0.0, self._seconds - (self._clock.monotonic() - self._started))

    def _write(self) -> None:
        if self._path is not None:
            self.report.write(self._path)

    def _on_snapshot(self, snapshot: DeskSnapshot) -> None:
        self._newest = snapshot

    def _on_beat(self) -> None:
        """Measure by how much the GUI thread is late."""
        now = self._clock.monotonic()
        self._worst = max(self._worst, now - self._beaten - _BEAT_MS / 1000.0)
        self._beaten = now

    def _note(self, pool: PoolStats | None) -> None:
        if pool is not None and pool.last_error and pool.last_error not in self.report.messages:
            self.report.messages.append(pool.last_error)


def summary(report: SoakReport) -> str:
    """Return the run in one line for the terminal."""
    growth = ", ".join(f"{name} {value:+g}" for name, value in report.growth.items())
    last = report.samples[-1] if report.samples else None
    lived = f"{last.ticks} ticks, {last.connections} connections, {last.host_restarts} host restarts" if last else ""
    cores = "" if report.cores is None else f", {report.cores:.3f} cores"
    return (
        f"{report.hours:.2f} h ({report.ended}): {lived}{cores}, longest pause {report.longest_pause_ms:.0f} ms; "
        f"since a tenth of the time: {growth}"
    )


def _cpu(sample: SoakSample) -> float:
    return sum(use.cpu_seconds for use in (sample.app, sample.host) if use is not None)


def _folder(folder: Path) -> tuple[float, int]:
    """Return size in megabytes and number of the files below a folder."""
    sizes = [size for path in folder.rglob("*") if (size := _size(path)) is not None]
    return round(sum(sizes) / _MEGABYTE, 3), len(sizes)


def _size(path: Path) -> int | None:
    """Return a file's size, None for what is no file any more."""
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError:
        return None
