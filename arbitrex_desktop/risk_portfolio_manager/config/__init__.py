# SPDX-License-Identifier: MIT
"""The RPM's limits: `RPMConfig`, its parameters and presets."""

from arbitrex_desktop.risk_portfolio_manager.config.rpm_config import PARAMETERS, RPMConfig

__all__ = ["PARAMETERS", "RPMConfig"]
