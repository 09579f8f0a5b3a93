# SPDX-License-Identifier: MIT
#
# Makes .venv ready on Windows:  setup.ps1 run | test | dev
#   run   the program;   test  the program and what its tests need;   dev  all tools of a developer
#
# Asks nothing.  A second run with nothing changed does not touch the network.
param([ValidateSet("run", "test", "dev")][string]$Level = "run")

$ErrorActionPreference = "Stop"
$root = Split-Path -Parent $PSScriptRoot
$venv = Join-Path $root ".venv"
$inside = Join-Path $venv "Scripts\python.exe"
$groups = @{ run = @(); test = @("--group", "test"); dev = @("--group", "dev") }[$Level]
$covers = @{ run = @("run"); test = @("run", "test"); dev = @("run", "test", "dev") }[$Level]
$fits = "import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12), (3, 13)) or sys.maxsize < 2**32)"

# Runs a program whose output does not matter and tells whether it succeeded.
function Test-Command([string]$Program, [string[]]$Arguments) {
    # Windows PowerShell 5 turns a program's stderr into an error when it is redirected; that must not end the script.
    $ErrorActionPreference = "Continue"
    try { & $Program @Arguments *> $null } catch { return $false }
    return $LASTEXITCODE -eq 0
}

# Returns a command line, as an array, for a 64-bit Python 3.11, 3.12 or 3.13.
function Find-Python {
    $candidates = @(@("py", "-3.13"), @("py", "-3.12"), @("py", "-3.11"), @("python"), @("python3"))
    if ($env:PYTHON) { $candidates = @(, @($env:PYTHON)) }
    foreach ($candidate in $candidates) {
        $arguments = @($candidate | Select-Object -Skip 1) + @("-c", $fits)
        if ((Get-Command $candidate[0] -ErrorAction SilentlyContinue) -and (Test-Command $candidate[0] $arguments)) {
            return , $candidate
        }
    }
    throw "setup: a 64-bit Python 3.11, 3.12 or 3.13 is needed and none was found; install one from python.org or the Microsoft Store, or name one in `$env:PYTHON"
}

function Test-Venv {
    return (Test-Path $inside) -and (Test-Command $inside @("-c", $fits)) -and (Test-Command $inside @("-c", "import pip"))
}

# A venv has its own place written into it: one that was moved or copied is made anew.
function Test-VenvAtHome {
    $activate = Join-Path $venv "Scripts\activate.bat"
    return (Test-Path $activate) -and (Select-String -Path $activate -SimpleMatch $venv -Quiet)
}

function Get-Fingerprint {
    $code = "import hashlib, pathlib, sys; print(hashlib.sha256(pathlib.Path('pyproject.toml').read_bytes() + sys.version.encode()).hexdigest())"
    return (& $inside -c $code)
}

function Test-Done {
    $stamp = Join-Path $venv "arbitrex-$Level"
    return (Test-Path $stamp) -and ((Get-Content $stamp) -eq (Get-Fingerprint))
}

function New-Venv {
    $python = Find-Python
    $arguments = @($python | Select-Object -Skip 1) + @("-m", "venv", "--clear", $venv)
    Write-Host "setup: making .venv"
    & $python[0] @arguments
    if ($LASTEXITCODE -ne 0) { throw "setup: $($python -join ' ') could not make a virtual environment in $venv" }
}

function Install-Project {
    Write-Host "setup: installing the Python packages (some 150 MB the first time; a minute or two)"
    # Dependency groups are known to pip from 25.1 on.
    & $inside -m pip --disable-pip-version-check install --quiet --upgrade "pip>=25.1"
    if ($LASTEXITCODE -eq 0) {
        & $inside -m pip --disable-pip-version-check install --quiet @groups --editable .
    }
    if ($LASTEXITCODE -ne 0) { throw "setup: pip could not install the packages (see above); if it was the network, run the same command again" }
}

Push-Location $root
try {
    $ready = (Test-Venv) -and (Test-VenvAtHome)
    if (-not ($ready -and (Test-Done))) {
        if (-not $ready) { New-Venv }
        Install-Project
        & $inside installer\check_qt.py
        if ($LASTEXITCODE -ne 0) { throw "setup: Qt does not load (see above)" }
        foreach ($name in $covers) { Set-Content -Path (Join-Path $venv "arbitrex-$name") -Value (Get-Fingerprint) }
        Write-Host "setup: ready"
    }
}
finally { Pop-Location }
