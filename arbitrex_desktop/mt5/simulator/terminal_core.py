# SPDX-License-Identifier: MIT
"""What all calls of the simulated terminal share: the market, the books, and the present moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.mt5.constants import ResultCode
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.broker.books import Books
from arbitrex_desktop.mt5.simulator.broker.execution import Execution
from arbitrex_desktop.mt5.simulator.broker.liquidity import EndlessLiquidity, LimitedLiquidity
from arbitrex_desktop.mt5.simulator.broker.market_walk import MarketWalk
from arbitrex_desktop.mt5.simulator.broker.new_account import NewAccount
from arbitrex_desktop.mt5.simulator.broker.rules import BrokerRules
from arbitrex_desktop.mt5.simulator.broker.store import BookStore, StoreError
from arbitrex_desktop.mt5.simulator.broker.trade_server import TradeServer
from arbitrex_desktop.mt5.simulator.broker.valuation import BrokerQuote, NoQuote, Valuation
from arbitrex_desktop.mt5.simulator.market.bars import BarSource
from arbitrex_desktop.mt5.simulator.market.market_feed import MarketFeed
from arbitrex_desktop.mt5.simulator.market.server_clock import SimulatedServerClock
from arbitrex_desktop.mt5.simulator.market.sim_clock import SimClock
from arbitrex_desktop.mt5.simulator.module.backend import BackendError
from arbitrex_desktop.mt5.simulator.presentation import ShownTime
from arbitrex_desktop.mt5.simulator.symbols.specs import SHOWN_AT_FIRST, SymbolSpec

_COMMIT_EVERY_MSC: Final = 60_000


@dataclass(frozen=True, slots=True)
class TerminalParts:
    """What a simulated terminal is put together from; `wall_clock` paces requests, `sim_clock` is market time."""

    spec: SimulationSpec
    feed: MarketFeed
    store: BookStore
    sim_clock: SimClock
    wall_clock: Clock
    rules: BrokerRules = field(default_factory=BrokerRules)


class TerminalCore:
    """The state of a simulated terminal.  For one thread.

    Attributes:
        spec: its settings
        books: the account
        time: the server's clock as shown
        selected: the symbols in Market Watch
        held_ticks: moments (UTC) after which a symbol's ticks are held back, "" for all
    """

    def __init__(self, parts: TerminalParts) -> None:
        self.spec = parts.spec
        self._feed = parts.feed
        self._rules = parts.rules
        self._sim_clock = parts.sim_clock
        self._wall_clock = parts.wall_clock
        clock = SimulatedServerClock(parts.spec.server_clock)
        self.time = ShownTime(clock)
        self.books = Books(parts.store)
        self._valuation = Valuation(parts.feed, parts.spec.currency, parts.spec.leverage)
        self._execution = Execution(self.books, parts.feed, self._valuation, parts.rules, hedging=parts.spec.hedging)
        limited = parts.spec.realistic
        self._server = TradeServer(
            self.books,
            parts.feed,
            self._valuation,
            self._execution,
            clock=clock,
            rules=parts.rules,
            liquidity=LimitedLiquidity(parts.feed, parts.spec.seed) if limited else EndlessLiquidity(),
        )
        self._walk = MarketWalk(
            self.books, parts.feed, self._valuation, self._execution, clock=clock, rules=parts.rules
        )
        self._bars = BarSource(parts.feed, clock)
        self._committed_msc = self.books.processed_msc
        self.selected: set[str] = set()
        self.held_ticks: dict[str, int] = {}
        self.reset_market_watch()

    def open_account(self) -> None:
        """Make the first entries of a new account, or bring a known one up to the present."""
        if self.books.is_new:
            account = NewAccount(self.spec, self._feed, self.books)
            account.open(self._valuation, self._execution, self._walk, self.market_time_msc())
        self._settle()
        self._commit()
        self.reset_market_watch()

    def market_time_msc(self) -> int:
        """Return market time, milliseconds of UTC."""
        return self._sim_clock.now_msc()

    def server_time_msc(self) -> int:
        """Return the present on the server's clock as shown, milliseconds dressed as UTC."""
        return self.time.shown(self.market_time_msc())

    def elapsed(self) -> float:
        """Return wall-clock seconds since the simulation's epoch."""
        return self._sim_clock.elapsed()

    def market_time_at(self, elapsed: float) -> int:
        """Return market time, milliseconds of UTC, at so many wall-clock seconds after the epoch."""
        return self._sim_clock.at_msc(elapsed)

    def struck_at(self, number: int) -> float | None:
        """Return when a fault struck, in seconds after the epoch, None if it has not."""
        mark = self.books.marks.get(self._strike_name(number))
        return None if mark is None else mark / 1000.0

    def strike(self, number: int, seconds: float) -> None:
        """Write a fault's strike down with the books, committed before the fault acts."""
        self.books.marks[self._strike_name(number)] = round(seconds * 1000)
        self._commit()

    def _strike_name(self, number: int) -> str:
        """Return a strike's name; a new epoch is a new run of the plan."""
        return f"mark:fault {number} of {self._sim_clock.at_epoch_msc}"

    def reset_market_watch(self) -> None:
        """Show the few symbols that a new terminal shows, or all replayed ones, and those with positions or orders."""
        usual = [self.spec.named(name) for name in SHOWN_AT_FIRST]
        shown = self._feed.symbols if self.spec.replay else usual
        self.selected = {name for name in shown if name in self._feed.symbols}
        self.selected |= self.books.open_symbols()

    def _settle(self) -> int:
        """Bring the account up to now and return that moment, milliseconds of UTC; what happened is committed."""
        now = self.market_time_msc()
        self._walk.advance(now)
        if self.books.dirty or abs(now - self._committed_msc) > _COMMIT_EVERY_MSC:
            self._commit()
        return now

    def _newest(self, symbol: str = "") -> int:
        """Return the moment up to which ticks have arrived, of a symbol or of all, milliseconds of UTC."""
        held = [self.held_ticks[key] for key in {symbol, ""} if key in self.held_ticks]
        return min([self.market_time_msc(), *held])

    def _commit(self) -> None:
        """Write the books; raise BackendError when the file cannot be written."""
        try:
            self.books.commit()
        except StoreError as error:
            raise BackendError(ResultCode.E_INTERNAL_FAIL, str(error)) from error
        self._committed_msc = self.books.processed_msc

    def _spec(self, symbol: str) -> SymbolSpec:
        """Return a symbol's properties; raise BackendError for an unknown one."""
        found = self._feed.symbols.get(symbol)
        if found is None:
            raise BackendError.not_found()
        return found

    def _quote(self, symbol: str, at_msc: int) -> BrokerQuote | None:
        """Return the symbol's newest price, None when it has none yet."""
        try:
            return self._valuation.quote(symbol, at_msc)
        except NoQuote:
            return None

    def close(self) -> None:
        """Let go of the store."""
        self.books.close()
