# SPDX-License-Identifier: MIT
"""The RPM's limits: `RPMConfig`, its parameters and presets."""

from arbitrex_desktop.risk_portfolio_manager.config.fields import PARAMETERS
from arbitrex_desktop.risk_portfolio_manager.config.rpm_config import RPMConfig

__all__ = ["PARAMETERS", "RPMConfig"]
