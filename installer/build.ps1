# SPDX-License-Identifier: MIT
#
# Builds the Windows program on Windows:  installer\build.ps1
# Needs a 64-bit Python 3.12 (`py -3.12`, or named by $env:PYTHON), NSIS and git.  Gives the same four files in dist as
# build_on_linux.sh.  Signs with signtool when $env:ARBITREX_SIGN_THUMBPRINT names a certificate of the user's store.
$ErrorActionPreference = 'Stop'
$checkout = Split-Path -Parent $PSScriptRoot
Set-Location $checkout
$build = Join-Path $checkout 'build\windows'
$dist = Join-Path $checkout 'dist'

function Invoke-Checked([string] $Program, [string[]] $Arguments) {
    & $Program @Arguments
    if ($LASTEXITCODE -ne 0) { throw "$Program ended with $LASTEXITCODE" }
}

function Find-MakeNsis {
    $found = Get-Command makensis -ErrorAction SilentlyContinue
    if ($found) { return $found.Source }
    $usual = Join-Path ${env:ProgramFiles(x86)} 'NSIS\makensis.exe'
    if (Test-Path $usual) { return $usual }
    throw 'NSIS is needed: makensis was not found'
}

function Get-SigningArguments {
    $stamp = if ($env:ARBITREX_SIGN_TIMESTAMP) { @('/tr', $env:ARBITREX_SIGN_TIMESTAMP, '/td', 'sha256') } else { @() }
    return @('sign', '/sha1', $env:ARBITREX_SIGN_THUMBPRINT, '/fd', 'sha256') + $stamp
}

function Invoke-Signing([string[]] $Files) {
    if (-not $env:ARBITREX_SIGN_THUMBPRINT) {
        Write-Host "sign: no certificate is configured; not signed: $Files"
        return
    }
    Invoke-Checked 'signtool' ((Get-SigningArguments) + $Files)
}

$makensis = Find-MakeNsis
$tools = Join-Path $build 'tools'
$python = Join-Path $tools 'Scripts\python.exe'
if (-not (Test-Path $python)) {
    if ($env:PYTHON) { Invoke-Checked $env:PYTHON @('-m', 'venv', $tools) }
    else { Invoke-Checked 'py' @('-3.12', '-m', 'venv', $tools) }
}
Invoke-Checked $python @('-m', 'pip', 'install', '--quiet', '--require-hashes', '--no-deps', '-r', 'installer\pins\windows.txt',
    '-r', 'installer\pins\freeze.txt', '-r', 'installer\pins\freeze-windows.txt')

$env:SOURCE_DATE_EPOCH = git log -1 --format=%ct
$env:PYTHONHASHSEED = '0'
$version = & $python -c 'from installer.version_info import about; print(about().version)'
$pythonVersion = & $python -c 'import platform; print(platform.python_version())'
$setup = Join-Path $dist "Arbitrex-$version-setup.exe"
New-Item -ItemType Directory -Force $dist | Out-Null
Remove-Item -Force -ErrorAction SilentlyContinue (Join-Path $dist 'Arbitrex-*'), (Join-Path $dist 'SHA256SUMS')

foreach ($spec in 'installer\arbitrex.spec', 'installer\baseline\bare_window.spec') {
    Invoke-Checked $python @('-m', 'PyInstaller', '--noconfirm', '--log-level', 'WARN', '--distpath', "$build\dist",
        '--workpath', "$build\work", $spec)
}
Invoke-Checked $python @('-m', 'installer.stage', "$build\dist\Arbitrex", "$build\stage")
Invoke-Signing @("$build\stage\tree\Arbitrex.exe", "$build\stage\tree\Arbitrex-console.exe")
# NSIS for Windows has no 64-bit start program; the 32-bit one installs the same files.  It signs the uninstaller itself.
$signing = if ($env:ARBITREX_SIGN_THUMBPRINT) { @("-DSIGN=signtool $((Get-SigningArguments) -join ' ')") } else { @() }
Invoke-Checked $makensis (@('-V2', '-WX', '-DTARGET=x86-unicode', "-DSTAGE=$build\stage", "-DOUTPUT=$setup") +
    $signing + @('installer\arbitrex.nsi'))
Invoke-Signing @($setup)
Invoke-Checked $python @('-m', 'installer.release', "$build\stage", $dist, '--python', $pythonVersion)
Get-ChildItem $dist -File | Format-Table Name, Length
