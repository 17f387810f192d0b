#!/bin/sh
# Removes what install.sh installed, as its list says, and nothing else.
set -eu

say() { printf '%s\n' "$*"; }
die() { printf 'uninstall.sh: %s\n' "$*" >&2; exit 1; }

usage() {
    cat <<'END'
Usage: uninstall.sh [--prefix DIR]

Removes lenetpad from DIR, which is ~/.local unless it is given; the uninstall.sh of an installed
program removes that one. Your runs, settings and ink stay, and it says where they are.
END
}

main() { # a function, because the shell must have read it all before the file is gone
    prefix=
    while [ $# -gt 0 ]; do
        case $1 in
            --prefix) [ $# -ge 2 ] || die "--prefix needs a folder"; prefix=$2; shift 2 ;;
            --prefix=*) prefix=${1#--prefix=}; shift ;;
            -h | --help) usage; exit 0 ;;
            *) usage >&2; exit 2 ;;
        esac
    done
    here=$(cd "$(dirname "$0")" && pwd -P)
    case $prefix in
        "")
            program=${HOME:?}/.local/lib/lenetpad
            if [ -e "$here/installed.txt" ]; then program=$here; fi
            ;;
        /*) program=${prefix%/}/lib/lenetpad ;;
        *) program=$PWD/${prefix%/}/lib/lenetpad ;;
    esac
    [ -e "$program/installed.txt" ] || die "$program/installed.txt is missing: nothing that \
install.sh put there can be removed"
    list=$(cat "$program/installed.txt")
    # shellcheck disable=SC2010  # no name is taken from it, and one call reads all links
    if ls -l /proc/[0-9]*/exe 2>/dev/null | grep -qF -- "-> $(cd "$program" && pwd -P)/"; then
        die "lenetpad is running: close it first"
    fi
    [ -w "$(dirname "$program")" ] || die "$(dirname "$program") cannot be written to"

    cd /
    data=
    named=$(printf '%s\n' "$list" | sed -n 's/^program //p')
    link=$(printf '%s\n' "$list" | sed -n 's/^link //p')
    if [ "$(readlink "$link" || true)" = "$named/lenetpad" ]; then rm -f "$link"; fi
    desktop=$(printf '%s\n' "$list" | sed -n '\|/applications/lenetpad.desktop$|s/^file //p')
    data=${desktop%/applications/lenetpad.desktop}
    printf '%s\n' "$list" | sed -n 's/^file //p' | while IFS= read -r file; do rm -f "$file"; done
    gone=$(dirname "$program")/.lenetpad-gone.$$
    mv "$program" "$gone"
    rm -rf "$gone"
    if [ -n "$data" ]; then forget "$data"; fi
    # Folders that were made for it go if nothing else came into them, innermost first.
    printf '%s\n' "$list" | sed -n 's/^folder //p' | LC_ALL=C sort -r \
        | while IFS= read -r folder; do rmdir "$folder" 2>/dev/null || :; done

    say "lenetpad is removed from $program"
    kept=
    for folder in "${XDG_DATA_HOME:-${HOME:?}/.local/share}/lenetpad" \
        "${XDG_CONFIG_HOME:-${HOME:?}/.config}/lenetpad"; do
        if [ -e "$folder" ]; then say "Your own files stay: $folder"; kept=yes; fi
    done
    [ -z "$kept" ] || say "(Delete them yourself if you no longer want them.)"
}

forget() { # brings the desktop's caches up to date, and removes those that were begun for us
    if command -v update-desktop-database >/dev/null && [ -d "$1/applications" ]; then
        update-desktop-database -q "$1/applications" || :
    fi
    if command -v update-mime-database >/dev/null && [ -d "$1/mime" ]; then
        update-mime-database "$1/mime" >/dev/null 2>&1 || :
    fi
    if [ -e "$1/icons/hicolor/icon-theme.cache" ] \
        && command -v gtk-update-icon-cache >/dev/null; then
        gtk-update-icon-cache -q -f -t "$1/icons/hicolor" || :
    fi
    if made_for_it "$1/applications" && alone "$1/applications" mimeinfo.cache; then
        rm -f "$1/applications/mimeinfo.cache"
    fi
    if made_for_it "$1/mime"; then
        rmdir "$1/mime/packages" 2>/dev/null || :
        # No description is left, so all that update-mime-database wrote describes nothing.
        if [ ! -e "$1/mime/packages" ]; then
            for name in XMLnamespaces aliases generic-icons globs globs2 icons magic mime.cache \
                subclasses treemagic types version; do
                rm -f "$1/mime/$name"
            done
            rmdir "$1/mime/application" 2>/dev/null || :
        fi
    fi
}

made_for_it() {
    printf '%s\n' "$list" | grep -qxF -- "folder $1"
}

alone() { # does the folder $1 hold nothing but $2?
    [ -d "$1" ] && [ "$(ls -A "$1")" = "$2" ]
}

main "$@"
exit 0
