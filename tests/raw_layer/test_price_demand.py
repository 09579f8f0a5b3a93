# SPDX-License-Identifier: MIT
"""Who needs prices while nobody looks at the window."""

from __future__ import annotations

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
