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

windows:
	@test -x installer/build_on_linux.sh || { echo "there is no Windows build yet (installer/build_on_linux.sh)" >&2; exit 1; }
	installer/build_on_linux.sh
