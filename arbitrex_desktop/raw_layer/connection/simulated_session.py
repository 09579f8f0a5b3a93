# SPDX-License-Identifier: MIT
"""What a session on the simulated terminal is made of, where nobody says otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.paths import account_file_stem, data_dir
from arbitrex_desktop.raw_layer.connection.sessions import SessionConfig


def simulation_for(session: SessionConfig, simulation: SimulationSpec | None, epoch: datetime) -> SimulationSpec | None:
    """Return the simulated terminal of a session, None for a real one.

    Login and server are the session's where it names them.  A spec given by the caller keeps its own store and
    epoch; otherwise the broker's books live in the data folder, one file per account, so that they survive a killed
    host, and simulated time is anchored at `epoch`.
    """
    if not session.is_simulated:
        return None
    base = simulation or SimulationSpec()
    login = session.login if session.login is not None else base.login
    server = session.server if session.server is not None else base.server
    store = base.store
    if simulation is None:
        store = data_dir() / "simulated" / f"{account_file_stem(server, login)}.sqlite3"
    return replace(base, login=login, server=server, store=store, epoch=base.epoch or epoch)
