# Lint, format, import contracts, types and tests. With arguments: pytest alone, with these arguments.
. (Join-Path $PSScriptRoot 'environment.ps1')
Initialize-Environment test
Set-Location $root
if (-not $env:QT_QPA_PLATFORM) { $env:QT_QPA_PLATFORM = 'offscreen' }
if ($args.Count) {
    & $venvPython -m pytest @args
    exit $LASTEXITCODE
}
$bin = Join-Path $venv 'Scripts'
$failed = @()
& "$bin\ruff.exe" check .
if ($LASTEXITCODE -ne 0) { $failed += 'lint' }
& "$bin\ruff.exe" format --check .
if ($LASTEXITCODE -ne 0) { $failed += 'format' }
& "$bin\lint-imports.exe" --no-cache
if ($LASTEXITCODE -ne 0) { $failed += 'import-contracts' }
& "$bin\mypy.exe"
if ($LASTEXITCODE -ne 0) { $failed += 'types' }
& $venvPython -m pytest
$status = $LASTEXITCODE
if ($failed) { Write-Output "FAILED before the tests: $($failed -join ' ')"; exit 1 }
exit $status
