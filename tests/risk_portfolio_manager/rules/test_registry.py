# SPDX-License-Identifier: MIT
"""A rule is one file: what it declares is in force, in the settings, and among the reasons."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from arbitrex_desktop.risk_portfolio_manager.parameters import number
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage
from arbitrex_desktop.risk_portfolio_manager.rules.registry import ALL_RULES, parameters_of

NEW_RULE = """
from arbitrex_desktop.risk_portfolio_manager.parameters import number
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage

class LuckyDays(Rule):
    code = RejectionReason("UNLUCKY", "Today is not a lucky day.", "Wait.")
    stage = Stage.FINAL
    subject = "luck"
    parameters = (number("least_luck", 0.5, "Least luck", "x"),)

    def check(self, context: RuleContext) -> RuleResult:
        return self.at_least(0.1, context.config.least_luck)
"""
ASK = """
import sys
from arbitrex_desktop.risk_portfolio_manager import rules
rules.__path__.append(sys.argv[1])
from arbitrex_desktop.risk_portfolio_manager import RPMConfig, RiskPortfolioManager
from arbitrex_desktop.risk_portfolio_manager.reason_table import reason_table_markdown
output = RiskPortfolioManager(enable_persistence=False).evaluate("EURUSD", 1, 0.9, "TRENDING", 0.1, 0.4, 1.15)
print(output.decision.rejected_trade.rejection_reason)
lucky = RPMConfig.from_dict({"least_luck": 0.0})
output = RiskPortfolioManager(lucky, False).evaluate("EURUSD", 1, 0.9, "TRENDING", 0.1, 0.4, 1.15)
print(output.decision.status, "`UNLUCKY` | Today is not a lucky day." in reason_table_markdown())
try:
    RPMConfig(least_luck=-1).validate()
except ValueError as error:
    print(error)
"""


@pytest.mark.slow
def test_a_rule_is_added_by_one_file(tmp_path: Path) -> None:
    """A new module in the folder refuses, has its setting with its bounds, and its reason in the help's table."""
    (tmp_path / "lucky_days.py").write_text(NEW_RULE)
    command = [sys.executable, "-c", ASK, str(tmp_path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert said.stdout.splitlines() == [
        "UNLUCKY",
        "APPROVED True",
        "least_luck must be >= 0 (it is -1)",
    ]


def test_every_file_of_the_folder_is_read(project_root: Path) -> None:
    """No rule that is written is left out, and none is there twice."""
    folder = project_root / "arbitrex_desktop" / "risk_portfolio_manager" / "rules"
    written = {path.stem for path in folder.glob("*.py")} - {"__init__", "base", "registry"}
    assert {type(rule).__module__.rpartition(".")[2] for rule in ALL_RULES} == written
    assert len({type(rule) for rule in ALL_RULES}) == len(ALL_RULES)


def test_rules_stand_in_the_order_of_their_stages() -> None:
    """The first refusal gives the reason, so kill switches come first."""
    assert [rule.stage for rule in ALL_RULES] == sorted(rule.stage for rule in ALL_RULES)
    places = [(rule.stage, rule.order) for rule in ALL_RULES if rule.order < Rule.order]
    assert len(set(places)) == len(places)


def test_one_setting_is_not_declared_in_two_ways() -> None:
    """Rules may share a declaration, but not a name for two of them."""

    class Twin(Rule):
        """Declares a limit of another rule again."""

        code = RejectionReason.MAX_DRAWDOWN_EXCEEDED
        stage = Stage.FINAL
        subject = "twin"
        parameters = (number("max_drawdown", 0.5, "Another drawdown", "share"),)

        def check(self, context: RuleContext) -> RuleResult:
            """Pass."""
            return self.ok("fine")

    with pytest.raises(ValueError, match="max_drawdown is declared twice"):
        parameters_of((*ALL_RULES, Twin()))
