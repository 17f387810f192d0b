# Signs files with the certificate in WINDOWS_CERTIFICATE (a .pfx file in base64), whose password is
# in WINDOWS_CERTIFICATE_PASSWORD:  packaging\windows\sign.ps1 FILE,FILE
param([string[]] $Files)
$ErrorActionPreference = "Stop"
$kits = "${env:ProgramFiles(x86)}\Windows Kits\10\bin\*\x64\signtool.exe"
$tool = (Get-ChildItem $kits | Sort-Object FullName | Select-Object -Last 1).FullName
$certificate = (New-TemporaryFile).FullName
try {
    [IO.File]::WriteAllBytes($certificate, [Convert]::FromBase64String($env:WINDOWS_CERTIFICATE))
    & $tool sign /f $certificate /p $env:WINDOWS_CERTIFICATE_PASSWORD /fd SHA256 `
        /tr http://timestamp.digicert.com /td SHA256 $Files
    if ($LASTEXITCODE) { exit $LASTEXITCODE }
} finally {
    Remove-Item $certificate
}
