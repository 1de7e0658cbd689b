# Freezes the app into build\VoiceKin, tries it out, and packs it up in dist\ as an installer, with THIRD_PARTY.md,
# the SBOM and SHA256SUMS. Needs git, NSIS (makensis) and MSYS2 beside what scripts\run.ps1 needs.
. (Join-Path $PSScriptRoot '..\scripts\environment.ps1')
Initialize-Environment build
Set-Location $root

function Invoke-Step([string] $program) {
    & $program @args
    if ($LASTEXITCODE -ne 0) { Fail "$program $($args -join ' ') failed; its message is above." }
}

$env:VOICEKIN_VERSION = & $venvPython -c 'import desktop_app; print(desktop_app.__version__)'
$env:SOURCE_DATE_EPOCH = git log -1 '--format=%ct'
$env:PYTHONHASHSEED = '1'
foreach ($folder in 'build\work', 'build\VoiceKin', 'dist') {
    if (Test-Path $folder) { Remove-Item -Recurse -Force $folder }
}
# the shell and the compiler of MSYS2, whose package lists say: mingw-w64-ucrt-x86_64-gcc make diffutils
$msys = if ($env:MSYS2) { $env:MSYS2 } else { 'C:\msys64' }
if (-not (Test-Path "$msys\usr\bin\bash.exe")) { Fail 'needs MSYS2 to build ffmpeg. Install it, or name its folder with $env:MSYS2, then try again.' }
$env:MSYSTEM = 'UCRT64'; $env:CHERE_INVOKING = '1'; $env:PYTHON = $venvPython -replace '\\', '/'
Invoke-Step "$msys\usr\bin\bash.exe" -lc 'packaging/ffmpeg build/ffmpeg'
New-Item -ItemType Directory -Force 'build\work\voicekin', 'dist' | Out-Null
Invoke-Step $venvPython packaging\icon.py build\work\voicekin\voicekin.png
Invoke-Step (Join-Path $venv 'Scripts\pyinstaller.exe') --noconfirm --log-level ERROR --workpath build\work --distpath build packaging\voicekin.spec
Invoke-Step $venvPython packaging\licences.py build\work\voicekin\origins.json build\VoiceKin
Invoke-Step $venvPython packaging\check_bundle.py build\VoiceKin
Invoke-Step 'build\VoiceKin\voicekin-cli.exe' --self-test
Invoke-Step makensis '-V2' "-DVERSION=$env:VOICEKIN_VERSION" "-DFROZEN=$root\build\VoiceKin" "-DTARGET=$root\dist\VoiceKin-$env:VOICEKIN_VERSION-setup.exe" packaging\windows\voicekin.nsi
Copy-Item 'build\VoiceKin\THIRD_PARTY.md', 'build\VoiceKin\sbom.cdx.json', 'build\ffmpeg\ffmpeg-*-source.tar' dist
Get-ChildItem dist | ForEach-Object {
    '{0}  {1}' -f (Get-FileHash -Algorithm SHA256 $_.FullName).Hash.ToLower(), $_.Name
} | Set-Content 'build\SHA256SUMS'
Move-Item 'build\SHA256SUMS' dist
