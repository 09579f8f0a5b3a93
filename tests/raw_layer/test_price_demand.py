# SPDX-License-Identifier: MIT
"""Who needs prices while nobody looks at the window."""

from __future__ import annotations

from threading import Thread

from arbitrex_desktop.raw_layer.price_demand import PriceDemand
from arbitrex_desktop.raw_layer.views import PricePace
from tests.fakes.broker import FakeBroker


def pace_of(pool: FakeBroker) -> PricePace:
    """Return the pace that a pool was given last."""
    return pool.pace


def test_out_of_sight_the_followers_decide() -> None:
    """Seen, prices come as they do; unseen, all once a second where somebody acts on them, else what is needed."""
    pool, acts = FakeBroker(), [False]
    demand = PriceDemand(pool.set_pace)
    demand.followers.append(lambda: acts[0])
    demand.look()
    assert pace_of(pool) is PricePace.LIVE
    demand.set_seen(seen=False)
    assert pace_of(pool) is PricePace.EACH_SECOND, "until it was looked who needs them"
    demand.look()
    assert pace_of(pool) is PricePace.NEEDED
    acts[0] = True
    demand.look()
    assert pace_of(pool) is PricePace.EACH_SECOND
    demand.set_seen(seen=True)
    assert pace_of(pool) is PricePace.LIVE
    demand.look()
    assert pace_of(pool) is PricePace.LIVE


def test_a_window_that_comes_in_sight_meanwhile_has_its_prices() -> None:
    """The worker has just found that nobody needs them, and the window's thread comes in between: it has the last word.

    Otherwise the pool would stay slow, and the demand would hold it for quick, before the trader's eyes.
    """
    paces: list[PricePace] = []
    comes: list[Thread] = []

    def set_pace(pace: PricePace) -> None:
        if pace is PricePace.NEEDED:
            comes.append(Thread(target=lambda: demand.set_seen(seen=True)))
            comes[0].start()
            comes[0].join(0.2)
        paces.append(pace)

    demand = PriceDemand(set_pace)
    demand.set_seen(seen=False)
    demand.look()
    comes[0].join()
    assert paces == [PricePace.EACH_SECOND, PricePace.NEEDED, PricePace.LIVE]
