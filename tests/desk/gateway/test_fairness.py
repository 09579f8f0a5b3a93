# SPDX-License-Identifier: MIT
"""Fairness: no client, however greedy, malformed, half-open or many-named, refuses another or the trader."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
from multiprocessing.connection import Client, Connection, answer_challenge, deliver_challenge
from pathlib import Path
from threading import Thread

import pytest

from arbitrex_desktop.client import DeskClient, DeskRefused, NoDesk
from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.gateway import gateway as gateway_module
from arbitrex_desktop.desk.gateway import session as session_module
from arbitrex_desktop.desk.gateway.endpoint import endpoint_address
from arbitrex_desktop.desk.gateway.gateway import MOST_CLIENTS, MOST_OF_A_STRATEGY, MOST_UNPROVEN, Gateway
from arbitrex_desktop.desk.gateway.peer import peer_process
from arbitrex_desktop.desk.gateway.strategies import Strategy, StrategyRegister
from arbitrex_desktop.desk.journal.journal import Journal
from tests.desk.conftest import PATIENCE, Desk, intent
from tests.desk.gateway.conftest import SUBMIT, Processes, come_in, say, until

GREEDY, HONEST = 101, 102


def until_refused(desk: Desk, client: DeskClient, seconds: float) -> tuple[int, DeskRefused]:
    """Hand intents in, one every so many seconds, until the desk takes no more; return how many, and its words."""
    for taken in range(1_000):
        desk.clock.advance(seconds)
        try:
            client.submit("EURUSD", "buy", time_to_live=86_400.0, **SUBMIT)
        except DeskRefused as refusal:
            return taken, refusal
    raise AssertionError("the desk took everything")


def fill(folder: Path, desk: Desk, *names: str) -> int:
    """Hand in as many intents as are taken, under each name; return how many they were."""
    taken = 0
    for name in names:
        with DeskClient(name, folder) as greedy:
            taken += until_refused(desk, greedy, 0.5)[0]
    return taken


@pytest.mark.usefixtures("gateway")
def test_one_program_with_many_names_has_one_share(folder: Path, desk: Desk, processes: Processes) -> None:
    """The queue has room for another program, a registered strategy and the trader, whatever one program does."""
    StrategyRegister(folder).add(Strategy("alpha", ""))
    processes.next = GREEDY
    assert fill(folder, desk, *(f"greedy{number}" for number in range(5))) == 66
    processes.next = HONEST
    for name in ("honest", "alpha"):
        with DeskClient(name, folder) as honest:
            assert honest.submit("EURUSD", "buy", **SUBMIT).state == "PENDING"
    assert desk.core.submit(intent())


@pytest.mark.usefixtures("gateway")
def test_all_programs_together_leave_the_registered_their_share(folder: Path, desk: Desk, processes: Processes) -> None:
    """Many programs fill the share of the unregistered, and not a place more."""
    StrategyRegister(folder).add(Strategy("alpha", ""))
    taken = 0
    for process in range(5):
        processes.next = GREEDY + process
        taken += fill(folder, desk, f"greedy{process}")
    assert taken == 132
    with DeskClient("alpha", folder) as alpha:
        for _ in range(60):
            desk.clock.advance(0.5)
            assert alpha.submit("EURUSD", "buy", **SUBMIT).state == "PENDING"
    for _ in range(100):
        desk.core.submit(intent())


@pytest.mark.usefixtures("gateway")
def test_the_traders_lane_is_the_traders(folder: Path, desk: Desk) -> None:
    """A registered strategy that fills its share is refused; the trader may have as many as may wait in all."""
    StrategyRegister(folder).add(Strategy("alpha", ""))
    with DeskClient("alpha", folder) as alpha:
        taken, refusal = until_refused(desk, alpha, 0.5)
        assert (taken, "66 intents of alpha are waiting" in str(refusal)) == (66, True)
    for _ in range(200):
        desk.core.submit(intent())
    with pytest.raises(CommandRefused, match="200 intents are waiting already"):
        desk.core.submit(intent())


@pytest.mark.usefixtures("gateway")
def test_the_rate_of_one_is_not_the_others(folder: Path, desk: Desk, processes: Processes) -> None:
    """A program that sends as fast as it can, by many names, has one program's rate; others have theirs."""
    StrategyRegister(folder).add(Strategy("alpha", ""))
    processes.next = GREEDY
    sent = 0
    for number in range(4):
        with DeskClient(f"greedy{number}", folder) as greedy, contextlib.suppress(DeskRefused):
            for _ in range(50):
                greedy.submit("EURUSD", "buy", **SUBMIT)
                sent += 1
    assert sent == 20
    processes.next = HONEST
    for name in ("honest", "alpha"):
        with DeskClient(name, folder) as honest:
            for _ in range(15):
                assert honest.submit("EURUSD", "buy", **SUBMIT).state == "PENDING"
    del desk


@pytest.mark.usefixtures("gateway")
def test_refusals_do_not_grow_the_journal_without_end(folder: Path, desk: Desk, processes: Processes) -> None:
    """Beyond so many refused intents a program is told to wait before anything is journalled; others are not."""
    processes.next = GREEDY
    desk.rpm.refusal = ("SPREAD", "too wide")
    events = Journal.events
    journal = desk.core.desk.book.journal  # type: ignore[union-attr] # a desk is there
    with DeskClient("greedy", folder) as greedy:
        refused, refusal = until_refused(desk, greedy, 0.25)
        assert refusal.code == "TOO_MANY_REFUSED"
        assert 60 <= refused <= 75
        before = len(events(journal))
        for _ in range(20):
            with pytest.raises(DeskRefused, match="TOO_MANY_REFUSED"):
                greedy.submit("EURUSD", "buy", **SUBMIT)
        assert len(events(journal)) == before
        desk.clock.advance(2.5)
        assert greedy.submit("EURUSD", "buy", **SUBMIT).state == "REJECTED"
    desk.rpm.refusal = None
    processes.next = HONEST
    with DeskClient("honest", folder) as honest:
        assert honest.submit("EURUSD", "buy", **SUBMIT).state == "PENDING"


def test_half_open_connections_keep_nobody_out(gateway: Gateway, folder: Path, desk: Desk) -> None:
    """Places held without a word go to whoever comes next, as often as they are taken; who is in stays in."""
    with contextlib.ExitStack() as stack, DeskClient("inside", folder) as inside:
        for number in range(4):
            for _ in range(2 * MOST_UNPROVEN):
                stack.enter_context(contextlib.closing(Client(*endpoint_address(folder))))
            with DeskClient(f"honest{number}", folder) as honest:
                assert honest.submit("EURUSD", "buy", **SUBMIT).state == "PENDING"
        assert inside.submit("GBPUSD", "buy", **SUBMIT).state == "PENDING"
        until(lambda: gateway.clients <= 2 + MOST_UNPROVEN)
    del desk


@pytest.mark.usefixtures("gateway")
def test_who_proves_itself_and_says_nothing_holds_no_place(folder: Path) -> None:
    """Knowing the channel's token is not enough to keep a place: only a hello is."""
    with contextlib.ExitStack() as stack:
        for _ in range(2 * MOST_UNPROVEN):
            stack.enter_context(contextlib.closing(come_in(folder)))
        DeskClient("honest", folder).close()


@pytest.mark.usefixtures("gateway")
def test_one_program_cannot_hold_all_places(folder: Path, processes: Processes) -> None:
    """A program with all connections has to leave one to the next program, and one place more to itself is refused."""
    with contextlib.ExitStack() as stack:
        processes.next = GREEDY
        held = [stack.enter_context(DeskClient(f"greedy{number}", folder)) for number in range(MOST_CLIENTS)]
        with pytest.raises(NoDesk, match="TOO_MANY_CLIENTS"):
            DeskClient("greedy", folder)
        processes.next = HONEST
        honest = stack.enter_context(DeskClient("honest", folder))
        assert honest.submit("EURUSD", "buy", **SUBMIT).state == "PENDING"
        with pytest.raises(NoDesk):
            held[0].submit("EURUSD", "buy", **SUBMIT)
        assert held[-1].submit("EURUSD", "buy", **SUBMIT).state == "PENDING"


@pytest.mark.usefixtures("gateway")
def test_rubbish_slows_its_sender_only(folder: Path, desk: Desk, processes: Processes) -> None:
    """A program that only sends rubbish is heard ever more slowly; another is answered at once."""
    processes.next = GREEDY
    with contextlib.closing(come_in(folder)) as raw:
        say(raw, type="hello", v=1, number=1, strategy="greedy")
        for _ in range(400):
            raw.send_bytes(b"rubbish")
        processes.next = HONEST
        with DeskClient("honest", folder, timeout=PATIENCE) as honest:
            assert honest.submit("EURUSD", "buy", **SUBMIT).state == "PENDING"
    del desk


def test_who_does_not_read_and_has_to_leave_is_let_go(gateway: Gateway, folder: Path) -> None:
    """What is to be said to it yet keeps neither a thread nor a connection of the desk's."""
    with contextlib.closing(come_in(folder)) as raw:
        say(raw, type="hello", v=1, number=1, strategy="greedy")
        session = gateway._open_sessions()[0]
        for _ in range(session_module._QUEUE - 10):
            session._say(b"x" * 16_384)
        with contextlib.suppress(BrokenPipeError):
            raw.send_bytes(b"x" * 1_048_577)
        until(lambda: gateway.clients == 0)


def prove(client: Connection, folder: Path) -> None:
    """Let a client that waits prove itself, and be greeted."""
    token = bytes.fromhex((folder / "gateway" / "token").read_text())
    answer_challenge(client, token)
    deliver_challenge(client, token)
    assert say(client, type="hello", v=1, number=1, strategy="honest")["type"] == "hello"


@pytest.mark.usefixtures("gateway")
def test_the_other_end_is_known_by_its_process(folder: Path) -> None:
    """The system tells which process it is, on a socket as on a pipe."""
    with contextlib.closing(Client(*endpoint_address(folder))) as visitor:
        assert peer_process(visitor) == os.getpid()


def test_who_holds_most_places_loses_one(gateway: Gateway, folder: Path, processes: Processes) -> None:
    """A half-open flood of one process takes no place from a client of another that is still proving itself."""
    with contextlib.ExitStack() as stack:
        processes.next = HONEST
        slow = stack.enter_context(contextlib.closing(Client(*endpoint_address(folder))))
        until(lambda: gateway.clients == 1)
        processes.next = GREEDY
        for _ in range(3 * MOST_UNPROVEN):
            stack.enter_context(contextlib.closing(Client(*endpoint_address(folder))))
        until(lambda: gateway.clients == MOST_UNPROVEN)
        prove(slow, folder)


def test_who_proves_itself_has_the_time_for_it(gateway: Gateway, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood, of the same process even, sends nobody away who came a moment ago; the next waits for a place."""
    monkeypatch.setattr(gateway_module, "_LEAST_STAY_SECONDS", PATIENCE)
    with contextlib.ExitStack() as stack:
        slow = stack.enter_context(contextlib.closing(Client(*endpoint_address(folder))))
        until(lambda: gateway.clients == 1)
        for _ in range(MOST_UNPROVEN + 20):
            stack.enter_context(contextlib.closing(Client(*endpoint_address(folder))))
        until(lambda: gateway.clients == MOST_UNPROVEN)
        prove(slow, folder)
        until(lambda: gateway.clients == MOST_UNPROVEN + 1)


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="a named pipe has no such queue")
def test_a_flood_does_not_keep_the_desk_from_ending(
    gateway: Gateway, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With all places taken, and all of those to wait in, the channel is closed all the same."""
    monkeypatch.setattr(gateway_module, "_LEAST_STAY_SECONDS", PATIENCE)
    with contextlib.ExitStack() as stack:
        for _ in range(1_000):
            visitor = stack.enter_context(socket.socket(socket.AF_UNIX))
            visitor.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                visitor.connect(endpoint_address(folder)[0])
                continue
            if gateway.clients == MOST_UNPROVEN:
                break
        gateway.stop()
    assert not (folder / "gateway" / "door.json").exists()


def test_a_client_is_not_forgotten_before_it_began(
    gateway: Gateway, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever looks at the clients just as one comes in sees it, or waits: who is forgotten hears of no outcome."""
    begin = session_module.Session.start

    def start(session: session_module.Session) -> None:
        looker = Thread(target=lambda: gateway.clients)
        looker.start()
        looker.join(0.2)
        begin(session)

    monkeypatch.setattr(session_module.Session, "start", start)
    with contextlib.closing(Client(*endpoint_address(folder))):
        until(lambda: gateway.clients == 1)


def test_a_flood_of_connections_does_not_fill_the_log(
    gateway: Gateway, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """However many come and are sent away, the log has some twenty lines of it, and then one with their number."""
    with caplog.at_level(logging.WARNING), contextlib.ExitStack() as stack:
        for _ in range(4 * MOST_UNPROVEN):
            stack.enter_context(contextlib.closing(Client(*endpoint_address(folder))))
        until(lambda: "sent away" in caplog.text)
        until(lambda: gateway.clients == MOST_UNPROVEN)
    assert 1 <= caplog.text.count("sent away") <= 20


@pytest.mark.usefixtures("gateway")
def test_starting_over_and_over_gains_nothing(folder: Path, desk: Desk, processes: Processes) -> None:
    """What programs that are not registered have used together is not forgotten when very many of them come and go."""
    taken = 0
    for number in range(130):
        processes.next = GREEDY + number
        with DeskClient("many", folder) as greedy, contextlib.suppress(DeskRefused):
            greedy.submit("EURUSD", "buy", time_to_live=1.0, **SUBMIT)
            taken += 1
    assert taken == 40
    del desk


def strangers(stack: contextlib.ExitStack, folder: Path, processes: Processes) -> list[DeskClient]:
    """Let as many programs as there are places hold one each."""
    held = []
    for number in range(MOST_CLIENTS):
        processes.next = GREEDY + 100 + number
        held.append(stack.enter_context(DeskClient(f"stranger{number}", folder)))
    return held


@pytest.mark.usefixtures("gateway")
def test_programs_that_hold_all_places_touch_neither_the_registered_nor_the_trader(
    folder: Path, desk: Desk, processes: Processes
) -> None:
    """Sixteen programs with a place each, all at their limits: the registered ones have all of theirs."""
    StrategyRegister(folder).add(Strategy("alpha", ""))
    with contextlib.ExitStack() as stack:
        for stranger in strangers(stack, folder, processes):
            until_refused(desk, stranger, 0.01)
        processes.next = HONEST
        alphas = [stack.enter_context(DeskClient("alpha", folder)) for _ in range(MOST_OF_A_STRATEGY)]
        for alpha in alphas:
            assert alpha.submit("EURUSD", "buy", **SUBMIT).state == "PENDING"
        with pytest.raises(NoDesk, match="TOO_MANY_CLIENTS"):
            DeskClient("alpha", folder)
        for _ in range(100):
            desk.core.submit(intent())


@pytest.mark.usefixtures("gateway")
def test_programs_that_hold_all_places_have_to_leave_one(folder: Path, desk: Desk, processes: Processes) -> None:
    """A newcomer is told how long, has the place of the first that came then, and keeps it as long as any other."""
    with contextlib.ExitStack() as stack:
        held = strangers(stack, folder, processes)
        processes.next = HONEST
        with pytest.raises(NoDesk, match="one has to leave in 10 s, and a registered strategy has places of its own"):
            DeskClient("honest", folder)
        desk.clock.advance(10.0)
        honest = stack.enter_context(DeskClient("honest", folder))
        assert honest.submit("EURUSD", "buy", **SUBMIT).state == "PENDING"
        with pytest.raises(NoDesk):
            held[0].status("any")
        with pytest.raises(DeskRefused):
            held[1].status("any")
        with pytest.raises(NoDesk, match="TOO_MANY_CLIENTS"):
            DeskClient("honest_again", folder)
        # The others come back for it, one after the other; each takes the place of who came before.
        for number in range(MOST_CLIENTS - 1):
            processes.next = GREEDY + 200 + number
            stack.enter_context(DeskClient("back", folder))
        assert honest.submit("EURUSD", "buy", **SUBMIT).state == "PENDING"
        processes.next = GREEDY + 300
        with pytest.raises(NoDesk, match="one has to leave in 10 s"):
            DeskClient("back", folder)
