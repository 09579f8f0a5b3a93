# SPDX-License-Identifier: MIT
#
# Sets up what is missing and runs the whole test suite.  Arguments go to pytest:
#   .\run-tests.ps1 tests\desk -k journal
$ErrorActionPreference = "Stop"
& (Join-Path $PSScriptRoot "installer\setup.ps1") test
$before = $env:QT_QPA_PLATFORM
if (-not $before) { $env:QT_QPA_PLATFORM = "offscreen" }
Push-Location $PSScriptRoot
try { & .venv\Scripts\python.exe -m pytest -n 2 @args }
finally {
    Pop-Location
    $env:QT_QPA_PLATFORM = $before
}
exit $LASTEXITCODE
