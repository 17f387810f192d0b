#!/bin/sh
# Signs lenetpad.app for Apple's notarisation, on macOS:
#   sh packaging/macos/sign.sh dist/lenetpad.app "Developer ID Application: NAME (TEAM)"
# What lies inside is signed first, for each signature holds those within it.
set -eu
app=$1
identity=$2
entitlements=$(dirname "$0")/entitlements.plist

sign() { codesign --force --timestamp --options runtime --sign "$identity" "$@"; }

find "$app/Contents" -type f \( -name '*.dylib' -o -name '*.so' \) -print | while IFS= read -r file
do
    sign "$file"
done
# Executables that libraries bring, and Qt's frameworks, whose binaries have no suffix.
find "$app/Contents/Frameworks" "$app/Contents/Resources" -type f -perm +111 -print \
    | while IFS= read -r file; do
        case $(file -b "$file") in
            Mach-O*executable*) sign --entitlements "$entitlements" "$file" ;;
            Mach-O*) sign "$file" ;;
        esac
    done
find "$app/Contents" -type d -name '*.framework' -print | while IFS= read -r framework; do
    sign "$framework"
done
sign --entitlements "$entitlements" "$app/Contents/MacOS/lenetpad"
sign --entitlements "$entitlements" "$app"
codesign --verify --deep --strict --verbose=2 "$app"
