# Dot-sourced by run.ps1 and test.ps1: installs what is missing, once, into .venv (see environment.sh).

$ErrorActionPreference = 'Stop'
$root = Split-Path -Parent $PSScriptRoot
$venv = Join-Path $root '.venv'
$venvPython = Join-Path $venv 'Scripts\python.exe'

function Say([string] $text) { [Console]::Error.WriteLine("VoiceKin: $text") }
function Fail([string] $text) { Say $text; exit 1 }

# The command, as a list, that starts a Python of 3.11 or newer.
function Find-Python {
    $ErrorActionPreference = 'Continue' # what a candidate says on stderr is no error of ours
    $check = 'import sys; sys.exit(sys.version_info < (3, 11))'
    foreach ($candidate in @($env:VOICEKIN_PYTHON), @('py', '-3'), @('python'), @('python3')) {
        if (-not $candidate[0] -or -not (Get-Command $candidate[0] -ErrorAction SilentlyContinue)) { continue }
        $rest = @($candidate | Select-Object -Skip 1)
        & $candidate[0] @rest -c $check 2>$null
        if ($LASTEXITCODE -eq 0) { return , $candidate }
    }
    Fail 'needs Python 3.11 or newer. Install it from the Microsoft Store or python.org, then try again.'
}

# One line that changes when the environment has to be made anew: Python, the place, and the files that pin it.
function Get-Fingerprint([string] $version) {
    $names = 'constraints.txt', 'pyproject.toml', 'scripts\environment.ps1'
    $names += 'app', 'test', 'build' | ForEach-Object { "requirements\$_.txt" }
    $files = $names | ForEach-Object {
        (Get-FileHash -Algorithm SHA256 (Join-Path $root $_)).Hash
    }
    return (@($version, $root) + $files) -join ' '
}

function Test-Ready([string] $what, [string] $stamp) {
    foreach ($name in $what, 'test') {
        $file = Join-Path $venv ".ready-$name"
        if ((Test-Path $file) -and (Test-Path $venvPython) -and ((Get-Content $file) -eq $stamp)) { return $true }
    }
    return $false
}

# Initialize-Environment app|test|build; build is an environment of its own, where no trainer can slip in
function Initialize-Environment([string] $what) {
    if ($what -eq 'build') {
        $script:venv = Join-Path $root '.venv-build'
        $script:venvPython = Join-Path $venv 'Scripts\python.exe'
    }
    $python = Find-Python
    $rest = @($python | Select-Object -Skip 1)
    $stamp = Get-Fingerprint ((& $python[0] @rest -VV) -join ' ')
    if (Test-Ready $what $stamp) { return }
    Say 'setting up, once; this takes a few minutes'
    $unfinished = Join-Path $venv '.unfinished'
    $lock = "requirements\$what.txt"
    Push-Location $root
    try {
        if ((Test-Path $unfinished) -or -not (Test-Path $venvPython) -or -not (Test-Path "$venv\.stamp-place") -or
            ((Get-Content "$venv\.stamp-place") -ne $root)) {
            & $python[0] @rest -m venv --clear $venv
            if ($LASTEXITCODE -ne 0) { Fail 'the virtual environment could not be made; the message is above.' }
            Set-Content "$venv\.stamp-place" $root
        }
        Set-Content $unfinished ''
        Remove-Item "$venv\.ready-*"
        $env:PIP_CONSTRAINT = $env:PIP_BUILD_CONSTRAINT = 'constraints.txt'
        # not from pip's cache: that may hold an Annoy that was built for one processor
        $pip = '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--use-pep517'
        $annoy = "$venv\annoy.txt"
        $wanted = $false
        Get-Content $lock | Where-Object { if ($_ -match '^[a-z]') { $wanted = $_.StartsWith('annoy==') }; $wanted } |
            Set-Content $annoy
        & $venvPython @pip --no-cache-dir --no-deps --require-hashes -r $annoy
        # all that any of them needs is in the list; torch's builds differ from place to place
        if ($LASTEXITCODE -eq 0) { & $venvPython @pip --no-deps --require-hashes -r $lock }
        if ($LASTEXITCODE -eq 0 -and $what -eq 'test') { & $venvPython @pip torch }
        $env:PIP_BUILD_CONSTRAINT = $null # pip 25.3 and newer refuse it where nothing is isolated
        if ($LASTEXITCODE -eq 0) { & $venvPython @pip --no-deps --no-build-isolation --editable . }
        if ($LASTEXITCODE -ne 0) {
            Fail ('the Python packages could not be installed; the message is above. Annoy is built from source: ' +
                'if that failed, install the "Desktop development with C++" part of Visual Studio Build Tools.')
        }
        $env:PIP_CONSTRAINT = $null
        Remove-Item $unfinished
        Set-Content "$venv\.ready-$what" $stamp
    }
    finally { Pop-Location }
}
