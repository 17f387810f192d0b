#!/bin/sh
# The bundle in a bare Debian 12 with nothing but the packages that the README names for it: no
# Python, no Qt. Needs root, debootstrap and Debian's packages; says so and is content without.
#
#   packaging/bare_root.sh dist/lenetpad-VERSION-linux-x86_64
set -eu
cd "$(dirname "$0")/.."
. packaging/xvfb.sh

say() { printf 'bare root: %s\n' "$*"; }
skip() { say "skipped: $*"; exit 0; }

[ -x "${1:-}/lenetpad" ] || { say "no bundle in '${1:-}'"; exit 1; }
bundle=$(cd "$1" && pwd)
[ "$(id -u)" = 0 ] || skip "only root can build one"
command -v debootstrap >/dev/null || skip "debootstrap is not installed"
# A mirror of Debian that apt uses here.
mirror=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(COMPONENT)' 'Created-By: Packages' |
    awk '$2 == "Debian" && $3 == "main" { print $1; exit }')
[ -n "$mirror" ] || skip "apt knows no mirror of Debian here"

root=$(mktemp -d)
server=
finish() {
    rm -f "$root.log"
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    for folder in proc dev tmp/.X11-unix; do umount "$root/$folder" 2>/dev/null || true; done
    # Never through a mount that is still there.
    if grep -qF " $root/" /proc/mounts; then say "left because of a mount: $root"; else rm -rf "$root"; fi
}
trap finish EXIT
trap 'exit 130' HUP INT TERM

packages=$(sed 's/#.*//' packaging/debian-bundle-packages.txt | xargs)
for package in $packages; do
    apt-cache show "$package" >/dev/null 2>&1 || { say "FAILED: Debian has no package $package"; exit 1; }
done
packages=$(echo "$packages" | tr ' ' ',')
say "building a bare Debian 12 with $packages"
debootstrap --variant=minbase --include="$packages" bookworm "$root" "$mirror" >"$root.log" 2>&1 \
    || { tail -5 "$root.log"; skip "debootstrap fails here"; }
mount --bind /proc "$root/proc" || skip "nothing can be mounted here"
mount --bind /dev "$root/dev"
[ ! -e "$root/usr/bin/python3" ] || { say "FAILED: there is a Python in the bare root"; exit 1; }
cp -a "$bundle" "$root/opt/lenetpad"
mkdir -p "$root/root/out"

run() { chroot "$root" /usr/bin/env -i HOME=/root PATH= "$@"; }
say "offscreen"
run QT_QPA_PLATFORM=offscreen /opt/lenetpad/lenetpad selftest --out /root/out

if command -v Xvfb >/dev/null; then
    say "in a window of this machine's Xvfb"
    mkdir -p /tmp/.X11-unix "$root/tmp/.X11-unix"
    mount --bind /tmp/.X11-unix "$root/tmp/.X11-unix"
    start_xvfb "$root/root/number" || { say "FAILED: Xvfb does not start"; exit 1; }
    run DISPLAY="$screen" /opt/lenetpad/lenetpad selftest --out /root/out >"$root/root/said" 2>&1 \
        || { cat "$root/root/said"; exit 1; }
    cat "$root/root/said"
    grep -q "the window opens, on xcb" "$root/root/said" || { say "FAILED: no X window"; exit 1; }
fi
say "everything works"
