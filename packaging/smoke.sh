#!/bin/sh
# Drives the frozen program as a stranger's machine would have it: no Python in reach, run from
# another folder, an installation that cannot be written to, and both it and a fresh home in
# folders with spaces, quotes and letters of other alphabets. Offscreen, and in a real window where Xvfb is.
#
#   packaging/smoke.sh dist/lenetpad-VERSION-linux-x86_64
set -eu

source=$(cd "$(dirname "$0")/.." && pwd)
. "$source/packaging/xvfb.sh"

say() { printf 'smoke: %s\n' "$*"; }
die() { say "FAILED: $*"; exit 1; }

[ -x "${1:-}/lenetpad" ] || die "no bundle in '${1:-}'; make bundle makes one in dist/"
tmp=$(mktemp -d)
bundle="$tmp/Zoë's “programs”/lenetpad"
home="$tmp/home of Zoë Ångström и 李"
out="$home/pictures"
mkdir -p "$home" "$out" "$(dirname "$bundle")"
cp -a "$1" "$bundle"
version=$(basename "$1" | cut -d- -f2)
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    chmod -R u+w "$tmp"
    rm -rf "$tmp"
}
trap finish EXIT
trap 'exit 130' HUP INT TERM

# The program with nothing of this machine: an empty PATH and environment, from the root folder.
run() { (cd / && env -i HOME="$home" PATH= $display "$bundle/lenetpad" "$@"); }
# It must succeed, or refuse in one line, and say something.
ends() {
    status=0
    expected=$1 wanted=$2
    shift 2
    run "$@" >"$tmp/said" 2>&1 || status=$?
    if [ $status != "$expected" ] || ! grep -qF -e "$wanted" "$tmp/said" \
        || grep -q Traceback "$tmp/said"; then
        cat "$tmp/said"
        die "lenetpad $* does not end with $expected and say '$wanted'"
    fi
}
says() { ends 0 "$@"; }
refuses() { ends 1 "$@"; }

chmod -R a-w "$bundle"  # for root, who may write anyway, changes are looked for below
touch "$tmp/started"
display=QT_QPA_PLATFORM=offscreen
ink="$bundle/_internal/resources/ink/samples.jsonl"

say "offscreen: the window, every network, a training"
run selftest --out "$out" >"$tmp/said" 2>&1 || { cat "$tmp/said"; die "selftest"; }
grep "^ok:" "$tmp/said"
[ "$(grep -c "reads 10 of 10" "$tmp/said")" = 6 ] || die "not every network reads every digit"
if grep -q "Could not parse" "$tmp/said"; then die "Qt cannot read the style sheet"; fi
[ -s "$out/selftest.png" ] || die "no picture of the window"

say "the pages: drawing, training, evaluation"
run demo --out "$out" >"$tmp/said" 2>&1 || { cat "$tmp/said"; die "demo"; }
[ -s "$out/evaluate.png" ] || die "no picture of the Evaluate page"

say "the commands"
says "lenetpad $version" --version
says ":4: 3" predict "$ink"
says ":10: 9" predict "$ink"
says "340,908" info
refuses "does not exist" nofile.png
ends 2 "did you mean 'train'" trian
for shell in bash zsh fish; do says "_shtab_lenetpad" completion $shell; done
run train --preset quick --epochs 1 --fraction 0.05 --out "$home/mine.safetensors" >"$tmp/said" 2>&1 \
    || { cat "$tmp/said"; die "train"; }
says "finished" runs
says "%" evaluate --model "$home/mine.safetensors"
run evaluate --json >"$tmp/said" || die "evaluate"
grep -qE '"error": 0\.00[0-9]+' "$tmp/said" || { cat "$tmp/said"; die "MNIST is not read"; }
run export --out "$home/net.pth" >/dev/null || die "export to .pth"
run export --out "$home/net.safetensors" >/dev/null || die "export to .safetensors"
refuses "ONNX" export --out "$home/net.onnx"
refuses "torchvision" train --data usps --epochs 1
[ ! -e "$home/net.onnx" ] || die "an ONNX file without ONNX"
says "lenetpad $version" diagnostics
if grep -qE 'Zoë|ngström' "$tmp/said"; then die "diagnostics name the user"; fi

if command -v Xvfb >/dev/null; then
    say "in a window under Xvfb: the same"
    start_xvfb "$tmp/number" || die "Xvfb does not start"
    display="DISPLAY=$screen"
    run selftest --out "$out" >"$tmp/said" 2>&1 || { cat "$tmp/said"; die "selftest in a window"; }
    grep -q "the window opens, on xcb" "$tmp/said" || { cat "$tmp/said"; die "no X window"; }
else
    say "skipped: a window under Xvfb, which is not installed"
fi

if grep -rqF -- "$source/" "$bundle"; then
    die "the folder that it was built in stands in: $(grep -rlF -- "$source/" "$bundle")"
fi
changed=$(find "$bundle" -newer "$tmp/started" -type f)
[ -z "$changed" ] || die "it wrote into its own folder: $changed"
# What looks after a training's shared memory ends a moment after the program.
tries=30
while
    left=$(for exe in /proc/[0-9]*/exe; do readlink "$exe" 2>/dev/null || true; done | grep -F "$bundle/" || true)
    [ -n "$left" ] && [ $tries -gt 0 ]
do
    sleep 0.1
    tries=$((tries - 1))
done
[ -z "$left" ] || die "a process is left: $left"
[ -z "${SMOKE_OUT:-}" ] || { mkdir -p "$SMOKE_OUT" && cp "$out"/*.png "$SMOKE_OUT"; }
say "everything works"
