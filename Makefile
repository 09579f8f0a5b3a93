# SPDX-License-Identifier: MIT
# The developer's commands.  What each check does is written once, in .ci/run.

.PHONY: demo test quick lint types imports docs coverage core-without-qt other-pythons check format generated texts pictures bench benchmarks bench-charts growth trials fair-share kill-trial reckoning invariants week mutants windows

demo:
	./run-demo

test:
	./run-tests

quick lint types imports docs coverage:
	.ci/run $@

core-without-qt other-pythons:
	.ci/run $(subst -,_,$@)

check:
	.ci/run

format:
	sh installer/setup.sh dev
	.venv/bin/python -m ruff format .
	.venv/bin/python -m ruff check --fix .

# Every kept file that is made of the code, after a rule, a setting or a text was added or changed; the translations in
# the catalogues of texts are written by hand.
generated texts:
	sh installer/setup.sh dev
	.venv/bin/python -m installer.generated

# The guide's pictures, taken from the program itself on the simulated terminal, after the window has changed.
pictures:
	sh installer/setup.sh dev
	.venv/bin/python installer/make_pictures.py

# Figures, each beside a reference measured in the same run, and their page of docs; nothing is asserted about time.
bench:
	sh installer/setup.sh dev
	.venv/bin/python -m tests.benchmarks.bench --json build/bench.json --page docs/measured.md

benchmarks: bench
	.venv/bin/python -m tests.benchmarks.bench_rpm
	.venv/bin/python -m tests.benchmarks.bench_bars
	.venv/bin/python -m tests.benchmarks.bench_memory
	.venv/bin/python -m tests.benchmarks.bench_journal
	.venv/bin/python -m tests.benchmarks.bench_dialogs
	.venv/bin/python -m tests.benchmarks.bench_watched
	.venv/bin/python -m tests.benchmarks.bench_replay
	QT_QPA_PLATFORM=offscreen .venv/bin/python -m tests.benchmarks.bench_charts
	QT_QPA_PLATFORM=offscreen .venv/bin/python -m pytest -q -s -m benchmark \
		tests/benchmarks/bench_window_pause.py tests/benchmarks/bench_fault_storm.py tests/benchmarks/bench_flood.py

# How costs grow with symbols, ticks, positions and intents, drawn for docs/performance.md.
growth:
	sh installer/setup.sh dev
	QT_QPA_PLATFORM=offscreen .venv/bin/python -m tests.benchmarks.growth --json build/growth.json
	.venv/bin/python -m tests.benchmarks.growth --json build/growth.json --draw docs/growth

# A frame of one, four and nine charts beside bare widgets, then the pauses of the real window with one and nine of them.
bench-charts:
	sh installer/setup.sh dev
	QT_QPA_PLATFORM=offscreen .venv/bin/python -m tests.benchmarks.bench_charts --whole
	QT_QPA_PLATFORM=offscreen .venv/bin/python -m tests.benchmarks.bench_charts --screen 1
	QT_QPA_PLATFORM=offscreen .venv/bin/python -m tests.benchmarks.bench_charts --screen 9

# The program or its host killed 500 times at steps drawn from a seed, with window, channel and a broker that lives
# outside the host; some 40 minutes.
kill-trial:
	sh installer/setup.sh dev
	.venv/bin/python -m tests.trials.kills --rounds 500 --seed 1

# 200 schedules from a seed of what is lost, late, renamed and interrupted; 50 kills; and one strategy at the limit of
# its rate beside an honest one and the trader.
trials: fair-share
	.venv/bin/python -m tests.trials.schedules --schedules 200 --seed 1
	.venv/bin/python -m tests.trials.kills --rounds 50 --seed 1

fair-share:
	sh installer/setup.sh dev
	.venv/bin/python -m tests.trials.fair_share --rounds 8

# A week of market in half an hour, with 5,000 intents and faults: what do window and host hold at the end?
week:
	sh installer/setup.sh dev
	.venv/bin/python -m tests.trials.week --hours 120 --minutes 30 --intents 5000 --seed 1

# The risk manager against an independent reckoning of random accounts: late deals, fail-over, restarts, both kinds of
# books; some ten minutes.
reckoning:
	sh installer/setup.sh dev
	.venv/bin/python -m tests.trials.reckoning --cases 5000 --seed 1

# Bars and ticks of generated and replayed markets under fifty times as many random ranges as the suite's; half an hour.
invariants:
	sh installer/setup.sh dev
	ARBITREX_EXAMPLES=50 .venv/bin/python -m pytest -q --timeout=3600 tests/mt5/simulator/test_history_invariants.py

# Small changes to the code that money hangs on, 400 of them: which does no test notice?  Half an hour.
mutants:
	sh installer/setup.sh dev
	.venv/bin/python tests/mutants/run.py --sample 400 --seed 1

# The Windows program, built and proven on Debian; as root, some fifteen minutes the first time.
windows:
	installer/build_on_linux.sh
	installer/smoke_test.sh
