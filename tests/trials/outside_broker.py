# SPDX-License-Identifier: MIT
"""A host whose broker lives outside of it: an order on its way outlives the line, and is executed when it is due.

Orders in transit are files in the trial's folder.  A host that is told to lose its line puts the order there and dies;
whichever host runs when it is due executes it, as a broker does whose server got it all the same, perhaps with the
broker's own words in place of the comment.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from arbitrex_desktop.mt5.host import server
from arbitrex_desktop.mt5.simulator.module.trade_functions import TradeFunctions
from tests.trials.plan import HOST_STEPS, Plan, note_hit


class Transit:
    """Stands between the host's module and the simulated broker."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sends = 0
        self._send: Callable[..., Any] = TradeFunctions.order_send

    def order_send(self, module: Any, *args: Any, **kwargs: Any) -> Any:
        """Execute a request, or die before it, after it, or with it on its way; as the plan has it."""
        self._sends += 1
        plan = Plan.read(self._folder)
        if plan is None or plan.step not in HOST_STEPS or self._sends != plan.nth:
            return self._send(module, *args, **kwargs)
        if plan.step == "host after execution":
            self._send(module, *args, **kwargs)
        elif plan.step == "host dead, executed later":
            self._put(dict(args[0]) if args else dict(kwargs), plan)
        note_hit(self._folder, plan.step)
        os.kill(os.getpid(), signal.SIGKILL)
        return None

    def execute_due(self, module: Any) -> None:
        """Execute what has arrived at the broker meanwhile."""
        for path in self._folder.glob("transit-*.json"):
            order = json.loads(path.read_text())
            if time.time() < order["due"]:
                continue
            path.unlink()
            result = self._send(module, order["request"])
            with (self._folder / "arrived").open("a") as file:
                file.write(f"{getattr(result, 'retcode', None)} {order['request']}\n")

    def _put(self, request: dict[str, Any], plan: Plan) -> None:
        """Put an order on its way."""
        if plan.overwrites:
            request["comment"] = "broker's own"
        text = json.dumps({"due": time.time() + plan.delay, "request": request})
        (self._folder / f"transit-{time.time_ns()}.json").write_text(text)


def main(folder: Path) -> int:
    """Run a host with the transit in it."""
    transit = Transit(folder)
    positions = TradeFunctions.positions_get

    def order_send(module: Any, *args: Any, **kwargs: Any) -> Any:
        return transit.order_send(module, *args, **kwargs)

    def positions_get(module: Any, *args: Any, **kwargs: Any) -> Any:
        transit.execute_due(module)
        return positions(module, *args, **kwargs)

    TradeFunctions.order_send = order_send  # type: ignore[method-assign,assignment] # what the trial is about
    TradeFunctions.positions_get = positions_get  # type: ignore[method-assign,assignment] # the poll is the broker's clock
    return server.main()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
