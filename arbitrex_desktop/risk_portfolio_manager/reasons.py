# SPDX-License-Identifier: MIT
"""Every reason that a check or a rejection can carry; importing this module makes sure that all are declared."""

from arbitrex_desktop.risk_portfolio_manager.decision.reason import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.pipeline import sizing
from arbitrex_desktop.risk_portfolio_manager.rules import registry

__all__ = ["RejectionReason", "registry", "sizing"]
