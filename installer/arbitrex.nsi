; SPDX-License-Identifier: MIT
; The setup program:  makensis -DSTAGE=folder -DOUTPUT=setup.exe [-DSIGN=command] [-DTARGET=x86-unicode] arbitrex.nsi
; The folder is what stage.py made: the program's tree, the lists of its files, and what Windows shows of it.
;
; Silent:  setup.exe /S [/AllUsers] [/Desktop] [/Autostart] [/D=C:\folder]      /D comes last, without quotes
;          uninstall.exe /S [/DeleteUserData]
; Exit codes: 0 done, 1 cancelled, 2 failed, 3 not this Windows, 4 no right to install for all users,
;             5 the program is running, 6 a newer version is installed, 7 it is installed for the other scope.

!ifndef TARGET
  !define TARGET amd64-unicode ; Debian's NSIS has it, the one for Windows has x86-unicode only
!endif
Target ${TARGET}
Unicode true
ManifestDPIAware true
ManifestSupportedOS Win10
ManifestLongPathAware true
SetCompressor /SOLID lzma
SetCompressorDictSize 64
RequestExecutionLevel user

!include MUI2.nsh
!include x64.nsh
!include WinVer.nsh
!include FileFunc.nsh
!include WordFunc.nsh
!include LogicLib.nsh
!include Sections.nsh

!include "${STAGE}\defines.nsh" ; PRODUCT, VERSION, NUMBERS, PUBLISHER, KILOBYTES
!define TREE "${STAGE}\tree"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\${PRODUCT}"
!define RUN_KEY "Software\Microsoft\Windows\CurrentVersion\Run"
; What Windows remembers of a program that was switched off or on in its list of autostarts.
!define APPROVED_KEY "Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"

Name "${PRODUCT}"
OutFile "${OUTPUT}"
BrandingText "${PRODUCT} ${VERSION}"
VIProductVersion "${NUMBERS}"
VIAddVersionKey ProductName "${PRODUCT}"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey FileDescription "${PRODUCT} setup"
VIAddVersionKey CompanyName "${PUBLISHER}"
VIAddVersionKey LegalCopyright "${PUBLISHER}. MIT licence."

!ifdef SIGN
  !uninstfinalize '${SIGN} "%1"' = 0
!endif

!define MUI_ICON "${TREE}\_internal\arbitrex_desktop\resources\icons\arbitrex.ico"
!define MUI_UNICON "${TREE}\_internal\arbitrex_desktop\resources\icons\arbitrex.ico"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN "$INSTDIR\Arbitrex.exe"
!define MUI_FINISHPAGE_RUN_TEXT "Start ${PRODUCT}"
!insertmacro MUI_PAGE_LICENSE "${TREE}\LICENSE.txt"
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE English

!macro SetUp
  SetRegView 64
  SetOverwrite on
!macroend

!define OPEN_TO_WRITE 'kernel32::CreateFile(t "$INSTDIR\${PROGRAM}", i 0x40000000, i 3, p 0, i 3, i 0, p 0) p.r0 ?e'
!define NO_HANDLE -1
!define NO_RIGHT 5

; A running program's file cannot be opened for writing; neither can one that this user has no right to change.
!macro RefuseWhileRunning PROGRAM
  ${Do}
    ${IfNot} ${FileExists} "$INSTDIR\${PROGRAM}"
      ${Break}
    ${EndIf}
    System::Call '${OPEN_TO_WRITE}'
    Pop $1
    ${If} $0 <> ${NO_HANDLE}
      System::Call 'kernel32::CloseHandle(p r0)'
      ${Break}
    ${EndIf}
    ${If} $1 == ${NO_RIGHT}
      SetErrorLevel 4
      MessageBox MB_ICONSTOP \
        "You have no right to change $INSTDIR.$\r$\n$\r$\nPlease run this again as an administrator." /SD IDOK
      Quit
    ${EndIf}
    SetErrorLevel 5
    MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION \
      "${PRODUCT} is running from $INSTDIR.$\r$\n$\r$\nPlease close it, then choose Retry." \
      /SD IDCANCEL IDRETRY +2
    Quit
  ${Loop}
!macroend

!macro RefuseWhileAnyRuns
  !insertmacro RefuseWhileRunning "Arbitrex.exe"
  !insertmacro RefuseWhileRunning "Arbitrex-console.exe"
!macroend

Section "-Program" SectionProgram
  !insertmacro RefuseWhileAnyRuns
  ; The old version takes its own files away, wherever it is; it alone knows which they are.
  ReadRegStr $R0 SHCTX "${UNINSTALL_KEY}" InstallLocation
  ${If} $R0 == ""
    StrCpy $R0 $INSTDIR
  ${EndIf}
  ${If} ${FileExists} "$R0\uninstall.exe"
    DetailPrint "Removing the installed version"
    ExecWait '"$R0\uninstall.exe" /S /Upgrade _?=$R0' $0
    ${If} $0 <> 0
      SetErrorLevel $0
      MessageBox MB_ICONSTOP "The installed version could not be removed (code $0)." /SD IDOK
      Abort
    ${EndIf}
    ${If} $R0 != $INSTDIR
      Delete "$R0\uninstall.exe"
      RMDir "$R0"
    ${EndIf}
  ${EndIf}
  ClearErrors
  !include "${STAGE}\install.nsh"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  ${If} ${Errors}
    SetErrorLevel 2
    MessageBox MB_ICONSTOP "Not all files could be written to $INSTDIR." /SD IDOK
    Abort
  ${EndIf}
  SetOutPath "$INSTDIR"
  CreateShortcut "$SMPROGRAMS\${PRODUCT}.lnk" "$INSTDIR\Arbitrex.exe"
  CreateShortcut "$SMPROGRAMS\${PRODUCT} (simulated).lnk" "$INSTDIR\Arbitrex.exe" '--env "$INSTDIR\simulated.env"'
  WriteRegStr SHCTX "${UNINSTALL_KEY}" DisplayName "${PRODUCT}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" DisplayVersion "${VERSION}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" DisplayIcon "$INSTDIR\Arbitrex.exe"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" Publisher "${PUBLISHER}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" InstallLocation "$INSTDIR"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" UninstallString '"$INSTDIR\uninstall.exe"'
  WriteRegStr SHCTX "${UNINSTALL_KEY}" QuietUninstallString '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" EstimatedSize ${KILOBYTES}
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" NoModify 1
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" NoRepair 1
SectionEnd

Section /o "Shortcut on the desktop" SectionDesktop
  CreateShortcut "$DESKTOP\${PRODUCT}.lnk" "$INSTDIR\Arbitrex.exe"
SectionEnd

Section /o "Start with Windows" SectionAutostart
  WriteRegStr SHCTX "${RUN_KEY}" "${PRODUCT}" '"$INSTDIR\Arbitrex.exe"'
SectionEnd

; What was chosen before and is not chosen now goes away.
Section "-Unchosen"
  ${IfNot} ${SectionIsSelected} ${SectionDesktop}
    Delete "$DESKTOP\${PRODUCT}.lnk"
  ${EndIf}
  ${IfNot} ${SectionIsSelected} ${SectionAutostart}
    DeleteRegValue SHCTX "${RUN_KEY}" "${PRODUCT}"
  ${EndIf}
SectionEnd

Function .onInit
  !insertmacro SetUp
  ${IfNot} ${RunningX64}
  ${OrIfNot} ${AtLeastWin10}
  ${OrIfNot} ${AtLeastBuild} 17763
    SetErrorLevel 3
    MessageBox MB_ICONSTOP "${PRODUCT} needs a 64-bit Windows 10, version 1809 or newer." /SD IDOK
    Quit
  ${EndIf}
  Call ReadScope
  Call RefuseSecond
  Call ReadInstalled
  Call ReadChoices
FunctionEnd

; For this user, or with /AllUsers and an administrator's rights for all.
Function ReadScope
  SetShellVarContext current
  StrCpy $2 "$LOCALAPPDATA\Programs\${PRODUCT}"
  ReadRegStr $3 HKLM "${UNINSTALL_KEY}" InstallLocation ; the other scope's
  StrCpy $4 "for all users"
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/AllUsers" $1
  ${IfNot} ${Errors}
    UserInfo::GetAccountType
    Pop $1
    ${If} $1 != "Admin"
      SetErrorLevel 4
      MessageBox MB_ICONSTOP "/AllUsers needs an administrator's rights." /SD IDOK
      Quit
    ${EndIf}
    SetShellVarContext all
    StrCpy $2 "$PROGRAMFILES64\${PRODUCT}"
    ReadRegStr $3 HKCU "${UNINSTALL_KEY}" InstallLocation
    StrCpy $4 "for you alone"
  ${EndIf}
FunctionEnd

; Two installations side by side are two of everything in the menus; nobody wants that without knowing.
Function RefuseSecond
  ${If} $3 == ""
  ${OrIfNot} ${FileExists} "$3\uninstall.exe"
    Return
  ${EndIf}
  SetErrorLevel 7
  MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 \
    "${PRODUCT} is already installed $4, in $3.$\r$\n$\r$\nInstall it a second time?" /SD IDNO IDYES +2
  Quit
  SetErrorLevel 0
FunctionEnd

; An upgrade goes where the program is, unless /D says otherwise, and never backwards in silence.
Function ReadInstalled
  ReadRegStr $0 SHCTX "${UNINSTALL_KEY}" InstallLocation
  ${If} $0 != ""
    StrCpy $2 $0
  ${EndIf}
  ${If} $INSTDIR == ""
    StrCpy $INSTDIR $2
  ${EndIf}
  ReadRegStr $0 SHCTX "${UNINSTALL_KEY}" DisplayVersion
  ${If} $0 != ""
    ${VersionCompare} "$0" "${VERSION}" $1
    ${If} $1 == 1
      SetErrorLevel 6
      MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 \
        "Version $0 is installed, which is newer than this one (${VERSION}).$\r$\n$\r$\nGo back to ${VERSION}?" \
        /SD IDNO IDYES +2
      Quit
    ${EndIf}
  ${EndIf}
  SetErrorLevel 0
FunctionEnd

; What is there already stays chosen.
Function ReadChoices
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/Desktop" $1
  ${IfNot} ${Errors}
  ${OrIf} ${FileExists} "$DESKTOP\${PRODUCT}.lnk"
    !insertmacro SelectSection ${SectionDesktop}
  ${EndIf}
  ReadRegStr $2 SHCTX "${RUN_KEY}" "${PRODUCT}"
  ClearErrors
  ${GetOptions} $0 "/Autostart" $1
  ${IfNot} ${Errors}
  ${OrIf} $2 != ""
    !insertmacro SelectSection ${SectionAutostart}
  ${EndIf}
FunctionEnd

Function un.onInit
  !insertmacro SetUp
  SetShellVarContext current
  ReadRegStr $0 HKLM "${UNINSTALL_KEY}" InstallLocation
  ${If} $0 == $INSTDIR
    SetShellVarContext all
    Call un.Elevate
  ${EndIf}
FunctionEnd

; What is installed for all users is removed with an administrator's rights: Windows asks for them, and the uninstaller
; starts anew with what it was asked.
Function un.Elevate
  UserInfo::GetAccountType
  Pop $0
  ${If} $0 == "Admin"
    Return
  ${EndIf}
  ${GetParameters} $0
  ClearErrors
  ExecShell "runas" "$INSTDIR\uninstall.exe" "$0"
  ${If} ${Errors}
    SetErrorLevel 4
    MessageBox MB_ICONSTOP \
      "${PRODUCT} is installed for all users: removing it needs an administrator's rights." /SD IDOK
  ${EndIf}
  Quit
FunctionEnd

Section "Uninstall"
  !insertmacro RefuseWhileAnyRuns
  ClearErrors
  !include "${STAGE}\uninstall.nsh"
  ${If} ${Errors}
    SetErrorLevel 2
    MessageBox MB_ICONSTOP "Not all files of the program could be removed from $INSTDIR." /SD IDOK
    Abort
  ${EndIf}
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/Upgrade" $1
  ${If} ${Errors}
    Delete "$INSTDIR\uninstall.exe"
    RMDir "$INSTDIR"
    Delete "$SMPROGRAMS\${PRODUCT}.lnk"
    Delete "$SMPROGRAMS\${PRODUCT} (simulated).lnk"
    Delete "$DESKTOP\${PRODUCT}.lnk"
    DeleteRegValue SHCTX "${RUN_KEY}" "${PRODUCT}"
    DeleteRegValue SHCTX "${APPROVED_KEY}" "${PRODUCT}"
    DeleteRegKey SHCTX "${UNINSTALL_KEY}"
    Call un.OfferUserData
  ${EndIf}
  SetErrorLevel 0
SectionEnd

; The program's own data folder of this user, and nothing else; silence means keep.
Function un.OfferUserData
  SetShellVarContext current
  ${IfNot} ${FileExists} "$LOCALAPPDATA\${PRODUCT}\*.*"
    Return
  ${EndIf}
  ClearErrors
  ${GetOptions} $0 "/DeleteUserData" $1
  ${If} ${Errors}
    MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 \
      "Delete your journals, settings and logs as well?$\r$\n$\r$\n$LOCALAPPDATA\${PRODUCT}" /SD IDNO IDYES +2
    Return
  ${EndIf}
  RMDir /r "$LOCALAPPDATA\${PRODUCT}"
FunctionEnd

!insertmacro MUI_FUNCTION_DESCRIPTION_BEGIN
  !insertmacro MUI_DESCRIPTION_TEXT ${SectionDesktop} "Puts a shortcut on your desktop."
  !insertmacro MUI_DESCRIPTION_TEXT ${SectionAutostart} "Opens the window when you sign in to Windows."
!insertmacro MUI_FUNCTION_DESCRIPTION_END
