; The installer for Windows, for Inno Setup 6.3 or newer:
;   iscc /DAppVersion=0.1.0 /DSource=..\..\dist\lenetpad /DIcons=..\..\build\icons lenetpad.iss
; Paths are relative to this file. The result is lenetpad-VERSION-windows-x86_64-setup.exe in dist.
; It installs for one user and needs no administrator.

#ifndef AppVersion
  #error AppVersion is missing: iscc /DAppVersion=0.1.0 (lenetpad/__init__.py has it)
#endif
#ifndef Source
  #define Source "..\..\dist\lenetpad"
#endif
#ifndef Icons
  #define Icons "..\..\build\icons"
#endif

[Setup]
; Never change this: an upgrade finds the older version by it.
AppId={{E93ABEDA-C210-52B4-819A-3B957C702FCC}
AppName=lenetpad
AppVersion={#AppVersion}
AppVerName=lenetpad {#AppVersion}
AppPublisher=The lenetpad authors
AppPublisherURL=https://github.com/lenetpad/lenetpad
PrivilegesRequired=lowest
DefaultDirName={autopf}\lenetpad
DisableProgramGroupPage=yes
DisableDirPage=auto
LicenseFile=..\..\LICENSE
SetupIconFile={#Icons}\lenetpad.ico
UninstallDisplayIcon={app}\lenetpad.exe
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
ChangesAssociations=yes
CloseApplications=yes
RestartApplications=no
WizardStyle=modern
Compression=lzma2/fast
SolidCompression=yes
OutputDir=..\..\dist
OutputBaseFilename=lenetpad-{#AppVersion}-windows-x86_64-setup

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"
Name: "de"; MessagesFile: "compiler:Languages\German.isl"

[CustomMessages]
en.Desktop=Put an icon on the desktop
de.Desktop=Ein Symbol auf den Desktop legen
en.Kept=Your runs, settings and ink stay in %1. Delete that folder yourself if you no longer want them.
de.Kept=Ihre Läufe, Einstellungen und Tinte bleiben in %1. Löschen Sie den Ordner selbst, wenn Sie sie nicht mehr wollen.

[Tasks]
Name: "desktop"; Description: "{cm:Desktop}"; Flags: unchecked

; Libraries of an older version must not be found by the new one. User data are elsewhere, in
; {localappdata}\lenetpad.
[InstallDelete]
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#Source}\*"; DestDir: "{app}"; Flags: recursesubdirs createallsubdirs ignoreversion
Source: "{#Icons}\lenetpad-ink.ico"; DestDir: "{app}"; Flags: ignoreversion

[Icons]
Name: "{autoprograms}\lenetpad"; Filename: "{app}\lenetpad.exe"; AppUserModelID: "lenetpad"
Name: "{autodesktop}\lenetpad"; Filename: "{app}\lenetpad.exe"; AppUserModelID: "lenetpad"; Tasks: desktop

; Windows knows a type by what follows the last dot only, so *.ink.jsonl cannot be told from other
; *.jsonl. lenetpad is therefore offered under “Open with” and takes .jsonl from no other program.
[Registry]
Root: HKA; Subkey: "Software\Classes\lenetpad.ink"; ValueType: string; ValueData: "Pen ink"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\lenetpad.ink\DefaultIcon"; ValueType: string; ValueData: "{app}\lenetpad-ink.ico"
Root: HKA; Subkey: "Software\Classes\lenetpad.ink\shell\open\command"; ValueType: string; ValueData: """{app}\lenetpad.exe"" draw ""%1"""
Root: HKA; Subkey: "Software\Classes\.jsonl\OpenWithProgids"; ValueType: string; ValueName: "lenetpad.ink"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\Applications\lenetpad.exe"; ValueType: string; ValueName: "FriendlyAppName"; ValueData: "lenetpad"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Applications\lenetpad.exe\SupportedTypes"; ValueType: string; ValueName: ".jsonl"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\Applications\lenetpad.exe\shell\open\command"; ValueType: string; ValueData: """{app}\lenetpad.exe"" draw ""%1"""

[Run]
Filename: "{app}\lenetpad.exe"; Description: "{cm:LaunchProgram,lenetpad}"; Flags: nowait postinstall skipifsilent

[Code]
procedure CurUninstallStepChanged(CurUninstallStep: TUninstallStep);
var
  Folder: String;
begin
  Folder := ExpandConstant('{localappdata}\lenetpad');
  if (CurUninstallStep = usPostUninstall) and DirExists(Folder) and not UninstallSilent then
    MsgBox(FmtMessage(CustomMessage('Kept'), [Folder]), mbInformation, MB_OK);
end;
