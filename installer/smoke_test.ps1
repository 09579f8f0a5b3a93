# SPDX-License-Identifier: MIT
#
# Proves the setup program that build.ps1 has made, on this Windows:  installer\smoke_test.ps1
# Arbitrex Desktop must not be installed for this user: it is installed, broken, upgraded and removed, with its data.
$ErrorActionPreference = 'Stop'
$checkout = Split-Path -Parent $PSScriptRoot
Set-Location $checkout
$build = Join-Path $checkout 'build\windows'
$python = Join-Path $build 'tools\Scripts\python.exe'
$pictures = Join-Path $checkout 'dist\pictures'
$setup = (Get-ChildItem 'dist\Arbitrex-*-setup.exe').FullName
New-Item -ItemType Directory -Force $pictures | Out-Null

$makensis = (Get-Command makensis -ErrorAction SilentlyContinue).Source
if (-not $makensis) { $makensis = Join-Path ${env:ProgramFiles(x86)} 'NSIS\makensis.exe' }
& $python -m installer.smoke.older "$build\stage" "$build\older"
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
& $makensis -V2 -WX -DTARGET=x86-unicode "-DSTAGE=$build\older" "-DOUTPUT=$build\older.exe" 'installer\arbitrex.nsi'
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
& $python -m installer.smoke.run $setup "$build\older.exe" $pictures
exit $LASTEXITCODE
