#!/bin/sh
# Makes .venv: the package, editable, with the tools of pyproject.toml's groups, at the versions of
# constraints.txt. make calls it before every target, so a finished set-up has to cost nothing.
#
#   PYTHON=/path/to/python3.12   the Python to use
#   SKIP_PACKAGES=1              do not look for Debian's packages
set -eu
cd "$(dirname "$0")/.."

say() { printf 'set-up: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

venv=.venv
stamp=$venv/set-up-for
# The folder belongs to it: a virtual environment that was moved or copied does not work.
wanted="$(cat pyproject.toml packaging/constraints.txt packaging/debian-packages.txt \
    packaging/setup.sh lenetpad/__init__.py | cksum) $PWD"
if [ -x $venv/bin/python ] && [ "$(cat $stamp 2>/dev/null)" = "$wanted" ]; then
    exit 0
fi
# What a link leads to is likely another checkout's: it is neither emptied nor set up for this one.
if [ -L $venv ]; then
    die "$venv is a link to $(readlink $venv), which is not set up for this folder and is left as it \
is; remove the link (rm $venv), then make again"
fi

# 1. Debian's packages. A name counts as there if an installed package has it or provides it.
missing_packages() {
    dpkg-query -W -f '${db:Status-Status} ${Package} ${Provides}\n' | awk '
        NR == FNR { gsub(/\([^)]*\)|,/, " ")
                    if ($1 == "installed") for (i = 2; i <= NF; i++) have[$i]
                    next }
        { sub(/#.*/, "") }
        NF && !($1 in have) { print $1 }' - packaging/debian-packages.txt | tr '\n' ' '
}

if [ -n "${SKIP_PACKAGES:-}" ]; then
    say "Debian's packages are not looked for (SKIP_PACKAGES)"
elif command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
    missing=$(missing_packages)
    if [ -z "$missing" ]; then
        :
    elif [ "$(id -u)" = 0 ]; then
        say "installing $missing"
        export DEBIAN_FRONTEND=noninteractive
        apt-get -qq update </dev/null >&2 || die "apt-get update failed"
        # shellcheck disable=SC2086  # one word a package
        apt-get -qq -o Dpkg::Use-Pty=0 install --no-install-recommends $missing </dev/null >&2 \
            || die "apt-get install failed"
    else
        say "some packages are missing; run this, then make again (or make SKIP_PACKAGES=1 …):"
        printf '\n  sudo apt-get update && sudo apt-get install --no-install-recommends %s\n\n' \
            "$missing" >&2
        exit 1
    fi
else
    say "no apt here: Qt needs this system's counterparts of packaging/debian-packages.txt"
fi

# 2. Python
usable() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}
python=
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    if usable "$candidate"; then python=$candidate; break; fi
done
[ -n "$python" ] || die "no Python 3.11 or newer among: ${PYTHON:-python3 python3.13 python3.12 \
python3.11}. Install one, or name it: make PYTHON=/path/to/python …"

# 3. The environment. No stamp means that a set-up was cut off, perhaps in the middle of a package,
#    which pip does not notice: begin afresh. With one, the environment is whole but out of date.
if [ ! -f $stamp ] || ! usable $venv/bin/python || [ "${wanted#* * }" != "$(cut -d' ' -f3- $stamp)" ]
then
    say "making $venv with $("$python" --version); PyTorch is large, this can take minutes"
    "$python" -m venv --clear $venv \
        || die "$python cannot make a virtual environment (Debian: the package python3-venv)"
fi
rm -f $stamp
# An older pip knows no --group.
$venv/bin/python -m pip install -c packaging/constraints.txt --upgrade pip </dev/null >&2 \
    && $venv/bin/python -m pip install -c packaging/constraints.txt \
        --build-constraint packaging/constraints.txt --group dev --editable . </dev/null >&2 \
    || die "pip failed; the next make tries again"

# Not on every system do we know which packages Qt needs, so say at once what will not work.
QT_QPA_PLATFORM=offscreen $venv/bin/python -c 'import PySide6.QtWidgets' >&2 \
    || say "note: Qt cannot be loaded yet; the line above names the library that is missing"

printf '%s\n' "$wanted" >$stamp
say "done"
