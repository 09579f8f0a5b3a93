# SPDX-License-Identifier: MIT
"""Review as one HTML page that stands alone, in the window's language: figures, plots drawn as SVG, every trade."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, TextIO

from arbitrex_desktop.desk.review.statistics import Group, Statistics
from arbitrex_desktop.desk.review.trades import ClosedTrade
from arbitrex_desktop.desk.review.views import ReportProgress, ReviewData, no_progress, strategy_of, with_progress
from arbitrex_desktop.raw_layer.amounts import lots, money
from arbitrex_desktop.texts import N_, _, spoken

WEEKDAYS: Final = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
GROUP_TITLES: Final = {
    "symbol": N_("Symbol"),
    "strategy": N_("Strategy"),
    "hour": N_("Hour of entry"),
    "weekday": N_("Weekday of entry"),
    "reason": N_("Closed by"),
}
_DASH: Final = "\N{EN DASH}"
_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 960, 300, 90, 24
_BAR_HEIGHT, _BAR_LABEL = 20, 150
_SHORT_SECONDS: Final = 5 * 86_400
"""A shorter time is told with the time of day."""

_STYLE: Final = """
body{font:14px/1.45 system-ui,sans-serif;margin:2em auto;max-width:1100px;padding:0 1em;color:#161b22;background:#fff}
h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em}table{border-collapse:collapse;width:100%}
th,td{padding:.25em .6em;text-align:right;border-bottom:1px solid #dde3ea;white-space:nowrap}
th{color:#556070;font-weight:600}td.w,th.w{text-align:left}td.n{white-space:normal;text-align:left}
.up{color:#0b57a4}.down{color:#9a4300}svg{width:100%;height:auto}svg text{font-size:11px;fill:#556070}
dl{display:grid;grid-template-columns:repeat(4,auto 1fr);gap:.3em 1em}dt{color:#556070}dd{margin:0;text-align:right}
@media(prefers-color-scheme:dark){body{color:#e8ecf2;background:#10141a}th,td{border-color:#323b49}
th,dt{color:#98a2b3}.up{color:#63b3ff}.down{color:#ffa04d}svg text{fill:#98a2b3}}
"""


def write_report(data: ReviewData, out: TextIO, report: ReportProgress = no_progress) -> None:
    """Write the page."""
    title = _("Trades of account {account}").format(account=data.account)
    out.write(f'<!doctype html>\n<html lang="{spoken()}"><head><meta charset="utf-8"><title>{_text(title)}</title>')
    out.write(f"<style>{_STYLE}</style></head><body>\n<h1>{_text(title)}</h1>\n<p>{_text(span_text(data))}</p>\n")
    out.write(f"<h2>{_('Figures')}</h2>\n{_figures(data)}\n")
    curve = _("Balance and equity in {currency}").format(currency=data.currency)
    out.write(f"<h2>{_text(curve)}</h2>\n{_curve(data)}\n")
    for name, heading in GROUP_TITLES.items():
        groups = data.groups.get(name, ())
        out.write(f"<h2>{_(heading)}</h2>\n{_bars(name, groups, data)}\n{_group_table(name, groups, data)}\n")
    out.write(f"<h2>{_('Refused by rule')}</h2>\n{_refusals(data)}\n<h2>{_('Trades')}</h2>\n")
    _write_trades(data, out, report)
    out.write("</body></html>\n")


def group_name(kind: str, name: str | int) -> str:
    """Return what a group is called: hours and weekdays in words."""
    if kind == "weekday" and isinstance(name, int):
        return _(WEEKDAYS[name])
    return f"{name:02d}:00" if isinstance(name, int) else _(name)


def in_a_phrase(title: str) -> str:
    """Return a title as it stands within a phrase: small in English, where nouns are."""
    return title.lower() if spoken() == "en" else _(title)


def rule_name(code: str) -> str:
    """Return a reason code in words, in English; the catalogues have them."""
    return code.replace("_", " ").capitalize()


def first_day(data: ReviewData) -> datetime | None:
    """Return when the time that is shown begins, None where that is not known."""
    return data.query.since or (data.balance[0][0] if data.balance else None)


def span_text(data: ReviewData) -> str:
    """Return in words which trades these are: the days with the first and the last of them, and what is searched."""
    query = data.query
    last = data.read_at if query.until is None else query.until - timedelta(microseconds=1)
    span = _("Closed from {first} to {last}").format(first=_day(data, first_day(data)), last=_day(data, last))
    chosen = [each for each in (query.symbol, query.strategy, query.text) if each]
    parts = sum(not trade.whole for trade in data.trades)
    left = [_("{parts} still partly open and not counted").format(parts=parts)] if parts else []
    return ", ".join((span, *chosen, *left))


def figure_text(data: ReviewData) -> tuple[tuple[str, str], ...]:
    """Return the names and values of all figures, in the order in which they are shown."""
    figures = data.figures
    share = data.drawdown_share
    return (
        (N_("Trades"), f"{figures.trades:,}"),
        (N_("Net result"), _money(data, figures.net)),
        (N_("Expectancy"), _money(data, figures.expectancy)),
        (N_("Win rate"), percent(figures.win_rate)),
        (N_("Profit factor"), _number(figures.profit_factor)),
        (N_("Mean R"), _number(figures.mean_r, "+")),
        (N_("Mean win"), _money(data, figures.mean_win)),
        (N_("Mean loss"), _money(data, figures.mean_loss)),
        (N_("Best"), _money(data, figures.best)),
        (N_("Worst"), _money(data, figures.worst)),
        (N_("Deepest fall of results"), _money(data, figures.max_drawdown)),
        (N_("Deepest fall of the balance"), percent(share, 2)),
        (N_("Losses in a row"), f"{figures.losing_run}"),
        (N_("Costs"), _money(data, figures.costs)),
        (N_("Mean time open"), duration(figures.mean_seconds)),
        (N_("Approved intents"), f"{data.decisions.approved:,}"),
    )


def percent(share: float | None, decimals: int = 1) -> str:
    """Return a share in percent."""
    return _DASH if share is None else f"{share * 100.0:.{decimals}f} %"


def duration(seconds: float | None) -> str:
    """Return a duration in its two largest units."""
    if seconds is None:
        return _DASH
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {left} s"


def _money(data: ReviewData, amount: float | None) -> str:
    return _DASH if amount is None else money(amount, data.currency, data.money_digits)


def _number(value: float | None, sign: str = "") -> str:
    return _DASH if value is None else f"{value:{sign},.2f}"


def _day(data: ReviewData, moment: datetime | None) -> str:
    return _("the beginning") if moment is None else f"{moment.astimezone(data.query.zone):%Y-%m-%d}"


def _text(message: object) -> str:
    return html.escape(str(message))


def _figures(data: ReviewData) -> str:
    pairs = "".join(f"<dt>{_text(_(name))}</dt><dd>{_text(value)}</dd>" for name, value in figure_text(data))
    return f"<dl>{pairs}</dl>"


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th class="{"w" if not place else ""}">{_text(each)}</th>' for place, each in enumerate(headings))
    body = "\n".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"


def _cell(message: object, kind: str = "") -> str:
    return f'<td class="{kind}">{_text(message)}</td>'


def _result(data: ReviewData, amount: float | None) -> str:
    kind = "" if not amount else "up" if amount > 0.0 else "down"
    return _cell(_DASH if amount is None else f"{amount:+,.{data.money_digits}f}", kind)


def _group_table(kind: str, groups: Sequence[Group], data: ReviewData) -> str:
    def row(name: str, figures: Statistics) -> tuple[str, ...]:
        cells = (percent(figures.win_rate), _number(figures.profit_factor), _number(figures.mean_r, "+"))
        results = (_result(data, figures.net), _result(data, figures.expectancy))
        return (_cell(name, "w"), _cell(figures.trades), *results, *map(_cell, cells))

    figures = (N_("Trades"), N_("Net"), N_("Expectancy"), N_("Win rate"), N_("Profit factor"), N_("Mean R"))
    return _table(
        [_(each) for each in (GROUP_TITLES[kind], *figures)],
        (row(group_name(kind, group.name), group.figures) for group in groups),
    )


def _refusals(data: ReviewData) -> str:
    decisions = data.decisions
    paragraph = _("Intents approved: {approved:,}; turned down by hand or withdrawn: {rejected:,}.").format(
        approved=decisions.approved, rejected=decisions.rejected
    )
    rows = ((_cell(_(rule_name(code)), "w"), _cell(count)) for code, count in decisions.refused)
    return f"<p>{_text(paragraph)}</p>" + _table((_("Rule"), _("Refused")), rows)


def _write_trades(data: ReviewData, out: TextIO, report: ReportProgress) -> None:
    headings = (N_("Closed"), N_("Symbol"), N_("Side"), N_("Lots"), N_("Entry"), N_("Exit"), N_("R"), N_("Result"),
                N_("Open for"), N_("Closed by"), N_("Strategy"), N_("Tags and note"))  # fmt: skip
    # Row by row: a hundred thousand trades are no string in memory.
    out.write(_table([_(each) for each in headings], ()).removesuffix("</tbody></table>"))
    out.writelines(f"<tr>{''.join(_trade_cells(trade, data))}</tr>\n" for trade in with_progress(data.trades, report))
    out.write("</tbody></table>")


def _trade_cells(trade: ClosedTrade, data: ReviewData) -> tuple[str, ...]:
    digits = data.price_digits.get(trade.symbol, 5)
    return (
        _cell(f"{trade.closed_at.astimezone(data.query.zone):%Y-%m-%d %H:%M}", "w"),
        _cell(trade.symbol, "w"),
        _cell("BUY" if trade.direction > 0 else "SELL", "w"),
        _cell(lots(trade.closed_volume)),
        _cell(_DASH if trade.entry is None else f"{trade.entry:.{digits}f}"),
        _cell(f"{trade.exit:.{digits}f}"),
        _cell(_number(trade.r, "+")),
        _result(data, trade.net),
        _cell(duration(trade.seconds)),
        _cell(_(trade.reason) if trade.whole else _("{reason}, partly").format(reason=_(trade.reason)), "w"),
        _cell(_(strategy_of(trade)), "w"),
        _cell(" ".join((*(f"#{tag}" for tag in trade.tags), trade.note)), "n"),
    )


def _curve(data: ReviewData) -> str:
    """Return balance as steps and equity as a line, with deposits and withdrawals marked."""
    balance = [(at.timestamp(), level) for at, level in data.balance]
    equity = [(point.at.timestamp(), point.equity) for point in data.equity]
    if not balance and not equity:
        return f"<p>{_text(_('Nothing was booked in this time.'))}</p>"
    frame = _Frame((*balance, *equity))
    steps: list[tuple[float, float]] = []
    for at, level in balance:
        steps += [(at, steps[-1][1])] if steps else []
        steps.append((at, level))
    steps += [(frame.right, steps[-1][1])] if steps else []
    paid = "".join(
        _flow_mark(frame, flow.at.timestamp(), f"{_(flow.kind)} {flow.amount:+,.{data.money_digits}f}")
        for flow in data.flows
    )
    legend = _("Grey: balance. Blue: equity while the program ran. Dotted: money paid in or out, and charges.")
    label = _text(_("Balance and equity"))
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{label}">{frame.axes(data)}{paid}'
        f"{frame.line(equity, '#3f8fdb')}{frame.line(steps, '#7d8797')}</svg><p>{_text(legend)}</p>"
    )


class _Frame:
    """The scales of a plot over points of seconds and money."""

    def __init__(self, points: Sequence[tuple[float, float]]) -> None:
        self.left, self.right = min(at for at, _ in points), max(at for at, _ in points)
        self.low, self.high = min(level for _, level in points), max(level for _, level in points)
        self.right += 60.0 if self.right == self.left else 0.0
        room = (self.high - self.low or abs(self.high) or 1.0) * 0.05
        self.low, self.high = self.low - room, self.high + room

    def x(self, at: float) -> float:
        """Return where a moment is."""
        return _LEFT + (at - self.left) / (self.right - self.left) * (_WIDTH - _LEFT - 10)

    def y(self, level: float) -> float:
        """Return where an amount is."""
        return (self.high - level) / (self.high - self.low) * (_HEIGHT - _BOTTOM - 10) + 5

    def line(self, points: Sequence[tuple[float, float]], colour: str) -> str:
        """Return a line through points."""
        if not points:
            return ""
        places = " ".join(f"{self.x(at):.1f},{self.y(level):.1f}" for at, level in points)
        return f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="1.5"/>'

    def axes(self, data: ReviewData) -> str:
        """Return amounts on the left and days below."""
        levels = [self.low + (self.high - self.low) * step / 4 for step in range(5)]
        lines = "".join(
            f'<line x1="{_LEFT}" x2="{_WIDTH - 10}" y1="{self.y(level):.1f}" y2="{self.y(level):.1f}" stroke="#8884"/>'
            f'<text x="{_LEFT - 6}" y="{self.y(level) + 4:.1f}" text-anchor="end">{level:,.{data.money_digits}f}</text>'
            for level in levels
        )
        form = "%Y-%m-%d" if self.right - self.left > _SHORT_SECONDS else "%m-%d %H:%M"
        moments = [self.left + (self.right - self.left) * step / 5 for step in range(6)]
        days = "".join(
            f'<text x="{self.x(at):.1f}" y="{_HEIGHT - 6}" text-anchor="{anchor}">{message}</text>'
            for at, anchor in zip(moments, ("start", *["middle"] * 4, "end"), strict=True)
            for message in (f"{datetime.fromtimestamp(at, tz=data.query.zone):{form}}",)
        )
        return lines + days


def _flow_mark(frame: _Frame, at: float, message: str) -> str:
    if not frame.left <= at <= frame.right:
        return ""
    place = f"{frame.x(at):.1f}"
    line = (
        f'<line x1="{place}" x2="{place}" y1="5" y2="{_HEIGHT - _BOTTOM - 5}" stroke="#b58900" stroke-dasharray="2 3">'
    )
    return f"{line}<title>{_text(message)}</title></line>"


def _bars(kind: str, groups: Sequence[Group], data: ReviewData) -> str:
    """Return the net result of each group as a bar, left of the middle for a loss."""
    most = max((abs(group.figures.net) for group in groups), default=0.0)
    if not most:
        return ""
    middle, reach = (_WIDTH + _BAR_LABEL) / 2, (_WIDTH - _BAR_LABEL) / 2 - 90
    parts = []
    for place, group in enumerate(groups):
        net, top = group.figures.net, place * _BAR_HEIGHT
        wide = abs(net) / most * reach
        left, colour = (middle, "#3f8fdb") if net >= 0.0 else (middle - wide, "#d9792b")
        message, anchor, at = f"{net:+,.{data.money_digits}f}", "start", middle + wide + 6
        if net < 0.0:
            anchor, at = "end", middle - wide - 6
        parts.append(
            f'<text x="0" y="{top + 14}">{_text(group_name(kind, group.name))}</text>'
            f'<rect x="{left:.1f}" y="{top + 3}" width="{max(wide, 0.5):.1f}" height="14" fill="{colour}"/>'
            f'<text x="{at:.1f}" y="{top + 14}" text-anchor="{anchor}">{message}</text>'
        )
    height = len(groups) * _BAR_HEIGHT + 4
    label = _text(_("Net result by {title}").format(title=in_a_phrase(GROUP_TITLES[kind])))
    return f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{label}">{"".join(parts)}</svg>'
