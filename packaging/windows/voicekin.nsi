; Installer for Windows, for one user and without asking for an administrator.
;   makensis -DVERSION=1.2.3 -DFROZEN=..\..\build\VoiceKin -DTARGET=VoiceKin-setup.exe voicekin.nsi
; VoiceKin-setup.exe /S installs silently, /D=C:\some\where at another place.
Unicode true
ManifestDPIAware true
!include MUI2.nsh
!include FileFunc.nsh

!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\VoiceKin"
!define PACK "VoiceKin.Pack"

Name "VoiceKin"
OutFile "${TARGET}"
InstallDir "$LOCALAPPDATA\Programs\VoiceKin"
InstallDirRegKey HKCU "${KEY}" "InstallLocation"
RequestExecutionLevel user
SetCompressor /SOLID lzma
VIProductVersion "${VERSION}.0"
VIAddVersionKey ProductName "VoiceKin"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey FileDescription "VoiceKin Setup"
VIAddVersionKey LegalCopyright "The VoiceKin authors, Apache License 2.0"

!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_RUN "$INSTDIR\VoiceKin.exe"
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"

Section "VoiceKin"
  ; the files of an older version must not stay between the new ones; only a folder that is ours is emptied
  IfFileExists "$INSTDIR\uninstall.exe" 0 +2
    RMDir /r "$INSTDIR\_internal"
  SetOutPath "$INSTDIR"
  File /r "${FROZEN}\*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\VoiceKin.lnk" "$INSTDIR\VoiceKin.exe"

  WriteRegStr HKCU "Software\Classes\.vkpack" "" "${PACK}"
  WriteRegStr HKCU "Software\Classes\${PACK}" "" "VoiceKin pack"
  WriteRegStr HKCU "Software\Classes\${PACK}\DefaultIcon" "" "$INSTDIR\VoiceKin.exe,0"
  WriteRegStr HKCU "Software\Classes\${PACK}\shell\open\command" "" '"$INSTDIR\VoiceKin.exe" "%1"'
  ; offered for recordings under "Open with", and never made the standard by us
  WriteRegStr HKCU "Software\Classes\Applications\VoiceKin.exe\shell\open\command" "" '"$INSTDIR\VoiceKin.exe" "%1"'
  WriteRegStr HKCU "Software\Classes\Applications\VoiceKin.exe\SupportedTypes" ".wav" ""
  WriteRegStr HKCU "Software\Classes\Applications\VoiceKin.exe\SupportedTypes" ".flac" ""
  WriteRegStr HKCU "Software\Classes\Applications\VoiceKin.exe\SupportedTypes" ".ogg" ""
  WriteRegStr HKCU "Software\Classes\Applications\VoiceKin.exe\SupportedTypes" ".mp3" ""
  WriteRegStr HKCU "Software\Classes\Applications\VoiceKin.exe\SupportedTypes" ".m4a" ""
  WriteRegStr HKCU "Software\Classes\Applications\VoiceKin.exe\SupportedTypes" ".aac" ""
  WriteRegStr HKCU "Software\Classes\Applications\VoiceKin.exe\SupportedTypes" ".opus" ""
  WriteRegStr HKCU "Software\Classes\Applications\VoiceKin.exe\SupportedTypes" ".wma" ""
  WriteRegStr HKCU "Software\Classes\Applications\VoiceKin.exe\SupportedTypes" ".amr" ""
  WriteRegStr HKCU "Software\Classes\Applications\VoiceKin.exe\SupportedTypes" ".3gp" ""
  WriteRegStr HKCU "Software\Classes\Applications\VoiceKin.exe\SupportedTypes" ".mp4" ""
  WriteRegStr HKCU "Software\Classes\Applications\VoiceKin.exe\SupportedTypes" ".mov" ""
  WriteRegStr HKCU "Software\Classes\Applications\VoiceKin.exe\SupportedTypes" ".mkv" ""
  WriteRegStr HKCU "Software\Classes\Applications\VoiceKin.exe\SupportedTypes" ".webm" ""
  WriteRegStr HKCU "Software\Classes\Applications\VoiceKin.exe\SupportedTypes" ".avi" ""
  WriteRegStr HKCU "Software\Classes\Applications\VoiceKin.exe\SupportedTypes" ".wmv" ""

  WriteRegStr HKCU "${KEY}" "DisplayName" "VoiceKin"
  WriteRegStr HKCU "${KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${KEY}" "DisplayIcon" "$INSTDIR\VoiceKin.exe"
  WriteRegStr HKCU "${KEY}" "Publisher" "The VoiceKin authors"
  WriteRegStr HKCU "${KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${KEY}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${KEY}" "EstimatedSize" $0
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd

; the user's recordings and settings lie elsewhere and stay
Section "Uninstall"
  Delete "$SMPROGRAMS\VoiceKin.lnk"
  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\VoiceKin.exe"
  Delete "$INSTDIR\voicekin-cli.exe"
  Delete "$INSTDIR\THIRD_PARTY.md"
  Delete "$INSTDIR\sbom.cdx.json"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  DeleteRegKey HKCU "Software\Classes\${PACK}"
  DeleteRegKey HKCU "Software\Classes\Applications\VoiceKin.exe"
  ReadRegStr $0 HKCU "Software\Classes\.vkpack" ""
  StrCmp $0 "${PACK}" 0 +2
    DeleteRegKey HKCU "Software\Classes\.vkpack"
  DeleteRegKey HKCU "${KEY}"
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd
