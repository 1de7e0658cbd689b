# Opens VoiceKin; with arguments, its command line: scripts\run.ps1 classify FILE...
# The first call installs what is missing.
. (Join-Path $PSScriptRoot 'environment.ps1')
Initialize-Environment app
& (Join-Path $venv 'Scripts\voicekin.exe') @args
exit $LASTEXITCODE
