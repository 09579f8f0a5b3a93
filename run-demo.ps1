# SPDX-License-Identifier: MIT
#
# Sets up what is missing and starts the program on the simulated terminal.  Arguments go to the program:
#   .\run-demo.ps1 --screenshot window.png
$ErrorActionPreference = "Stop"
& (Join-Path $PSScriptRoot "installer\setup.ps1") run
$before = $env:MT5_TERMINAL
$env:MT5_TERMINAL = "simulated"
try { & (Join-Path $PSScriptRoot ".venv\Scripts\python.exe") -m arbitrex_desktop @args }
finally { $env:MT5_TERMINAL = $before }
exit $LASTEXITCODE
