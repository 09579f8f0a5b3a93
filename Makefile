# SPDX-License-Identifier: MIT
# The developer's commands.  What each check does is written once, in .ci/run.

.PHONY: demo test lint types imports core-without-qt check format benchmarks windows

demo:
	./run-demo

test:
	./run-tests

lint types imports:
	.ci/run $@

core-without-qt:
	.ci/run core_without_qt

check:
	.ci/run

format:
	sh installer/setup.sh dev
	.venv/bin/python -m ruff format .
	.venv/bin/python -m ruff check --fix .

# Figures, each beside a reference measured in the same run; nothing is asserted about time.
benchmarks:
	./run-tests -n 0 -s -m benchmark tests/benchmarks

# The Windows program, built and proven on Debian; as root, some fifteen minutes the first time.
windows:
	installer/build_on_linux.sh
	installer/smoke_test.sh
