# SPDX-License-Identifier: MIT
"""A rule is one file: what it declares is in force, in the settings, and among the reasons."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from arbitrex_desktop.risk_portfolio_manager.parameters import number
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage
from arbitrex_desktop.risk_portfolio_manager.rules.registry import ALL_RULES, parameters_of

ASK = """
import sys
from arbitrex_desktop.risk_portfolio_manager import rules
rules.__path__.append(sys.argv[1])
from arbitrex_desktop.risk_portfolio_manager import RPMConfig, RiskPortfolioManager
from arbitrex_desktop.risk_portfolio_manager.reason_table import reason_table_markdown
from tests.fakes.pool import FakePool
from tests.risk_portfolio_manager.helpers import pooled
for most in (0.0, 1_000.0, 999.0):
    rpm = pooled(FakePool(), RPMConfig.from_dict({"max_margin_per_lot": most}))
    checks = rpm.evaluate("EURUSD", 1, 0.9, "TRENDING", 0.01, 0.4).decision.checks
    print(next(each.message for each in checks if each.code == "LOT_MARGIN"))
print("`LOT_MARGIN` | One lot binds too much margin." in reason_table_markdown())
try:
    RPMConfig(max_margin_per_lot=-1).validate()
except ValueError as error:
    print(error)
"""


@pytest.mark.slow
def test_a_rule_is_added_by_one_file(tmp_path: Path, project_root: Path) -> None:
    """The recipe's own rule is in force: it refuses, has its setting with its bounds, and its reason in the help."""
    recipe = (project_root / "docs" / "howto" / "rule.md").read_text(encoding="utf-8")
    (tmp_path / "lot_margin.py").write_text(dedent(recipe.split("```python\n")[1].split("```")[0]))
    command = [sys.executable, "-c", ASK, str(tmp_path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=project_root)
    assert said.stdout.splitlines() == [
        "margin of a lot not checked: switched off",
        "margin of a lot 1,000.00 USD, limit 1,000.00 USD",
        "margin of a lot 1,000.00 USD has reached the limit of 999.00 USD",
        "True",
        "max_margin_per_lot must be >= 0 (it is -1)",
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
