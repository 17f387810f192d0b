#!/bin/sh
# Installs lenetpad for the user who runs this, without root. --help says what goes where.
# The new program is copied beside the old one and tried; only then do they change places.
set -eu
umask 022
newline='
'

say() { printf '%s\n' "$*"; }
die() { printf 'install.sh: %s\n' "$*" >&2; exit 1; }

usage() {
    cat <<'END'
Usage: ./install.sh [--prefix DIR]

Installs lenetpad, or replaces an older one. DIR is ~/.local unless it is given.

  DIR/lib/lenetpad                   the program
  DIR/bin/lenetpad                   a link to it
  ${XDG_DATA_HOME:-~/.local/share}   menu entry, icons, the type of ink files, and completion
                                     for bash, zsh and fish (with --prefix: DIR/share)

Your runs, settings and ink are not touched. DIR/lib/lenetpad/uninstall.sh removes it again.
END
}

prefix=
while [ $# -gt 0 ]; do
    case $1 in
        --prefix) [ $# -ge 2 ] || die "--prefix needs a folder"; prefix=$2; shift 2 ;;
        --prefix=*) prefix=${1#--prefix=}; shift ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
done

# 1. Is the folder whole?
here=$(cd "$(dirname "$0")" && pwd -P)
[ ! -e "$here/installed.txt" ] \
    || die "$here is installed already; run the install.sh of the folder that you unpacked"
for part in lenetpad _internal share/applications/lenetpad.desktop uninstall.sh; do
    [ -e "$here/$part" ] || die "$part is missing in $here: unpack the whole archive, then run \
the install.sh that is in its folder"
done
[ -x "$here/lenetpad" ] || die "$here/lenetpad cannot be executed: the archive was unpacked \
without permissions, or onto a disk that knows none"

# 2. Where does it go?
absolute() {
    case $1 in
        /*) printf '%s\n' "$1" ;;
        *) printf '%s\n' "$PWD/$1" ;;
    esac | sed 's|//*$||'
}
user_data=${XDG_DATA_HOME:-}
case $user_data in
    /*) ;;
    *) user_data=${HOME:?}/.local/share ;; # what is not absolute does not count, says the standard
esac
if [ -n "$prefix" ]; then
    prefix=$(absolute "$prefix")
    data=$prefix/share
else
    prefix=${HOME:?}/.local
    data=$user_data
fi
case $prefix$data in *"$newline"*) die "a folder whose name has two lines cannot be used" ;; esac
program=$prefix/lib/lenetpad
link=$prefix/bin/lenetpad
manifest=$program/installed.txt
case $here/ in "$program"/*) die "$here is where the program goes: unpack it elsewhere" ;; esac

# 3. What is there, and whose is it?
for left in "$prefix"/lib/.lenetpad-old.*; do # an install.sh was killed as they changed places
    if [ -e "$left/installed.txt" ] && [ ! -e "$program" ]; then mv "$left" "$program"; fi
done
old=
if [ -e "$manifest" ]; then
    old=$(cat "$manifest")
elif [ -e "$program" ] || [ -L "$program" ]; then
    die "$program is there, but no install.sh made it: move it away first"
fi
was_ours() {
    case "$newline$old$newline" in *"$newline$1 $2$newline"*) return 0 ;; esac
    return 1
}
shared=$(cd "$here/share" && find . -type f | sed 's|^\./||' | LC_ALL=C sort)
each_shared() { # calls $1 with each file of share/
    while IFS= read -r file; do "$1" "$file"; done <<END
$shared
END
}
refuse_foreign() {
    if [ -e "$data/$1" ] || [ -L "$data/$1" ]; then
        was_ours file "$data/$1" || die "$data/$1 is there, but no install.sh made it: move it \
away first"
    fi
}
each_shared refuse_foreign
if [ -e "$link" ] || [ -L "$link" ]; then
    [ "$(readlink "$link" || true)" = "$program/lenetpad" ] || die "$link is there, but does not \
belong to $program: remove it first (pip uninstall lenetpad, if it came from pip)"
fi
running() { # is a program of this folder running? Where there is no /proc, nobody knows.
    [ -d "$1" ] || return 1
    # shellcheck disable=SC2010  # no name is taken from it, and one call reads all links
    ls -l /proc/[0-9]*/exe 2>/dev/null | grep -qF -- "-> $(cd "$1" && pwd -P)/"
}
for _ in 1 2 3; do # one that was closed just now takes a moment
    running "$program" || break
    sleep 1
done
if running "$program"; then die "lenetpad is running: close it first"; fi

# 4. Is there room? The old program stays until the new one is whole.
existing=$prefix
while [ ! -d "$existing" ]; do existing=$(dirname "$existing"); done
[ -w "$existing" ] || die "$existing cannot be written to"
needed=$(($(du -sk "$here" | cut -f1) + 1024))
free=$(df -Pk "$existing" | awk 'END {
    for (i = 2; i <= NF; i++) if ($i ~ /^[0-9]+%$/) { print $(i - 1); exit } }')
[ "${free:-$needed}" -ge "$needed" ] || die "the disk of $existing is too small: \
$((needed / 1024)) MB are needed, $((free / 1024)) MB are free"

# 5. What will be there afterwards, folders that are to be made included: uninstall.sh reads it.
missing_folders() { # the folder and those above it that are not there, outermost first
    [ ! -d "$1" ] || return 0
    missing_folders "$(dirname "$1")"
    printf 'folder %s\n' "$1"
}
entry() {
    missing_folders "$(dirname "$data/$1")"
    printf 'file %s\n' "$data/$1"
}
plan=$(
    printf '%s\n' "$old" | grep '^folder ' || :
    missing_folders "$prefix/lib"
    missing_folders "$prefix/bin"
    each_shared entry
)
plan=$(printf 'program %s\nlink %s\n%s\n' "$program" "$link" "$plan" | awk '!seen[$0]++')

# 6. The copy beside it, which is tried before anything else changes.
beside=$prefix/lib/.lenetpad-new.$$
before=$prefix/lib/.lenetpad-old.$$
tidy() {
    status=$?
    trap - EXIT HUP INT TERM
    rm -rf "$beside"
    if [ -d "$before" ] && [ ! -e "$program" ]; then mv "$before" "$program"; fi
    if [ -e "$program" ]; then rm -rf "$before"; fi
    [ -e "$program" ] || remove_empty_folders
    exit $status
}
remove_empty_folders() { # those of the plan, innermost first
    printf '%s\n' "$plan" | sed -n 's/^folder //p' | LC_ALL=C sort -r \
        | while IFS= read -r folder; do rmdir "$folder" 2>/dev/null || :; done
}
trap tidy EXIT
trap 'exit 130' HUP INT TERM
mkdir -p "$prefix/lib"
for left in "$prefix"/lib/.lenetpad-*.*; do
    # What was killed has left this, unless it is still at work.
    if [ -d "$left" ] && ! kill -0 "${left##*.}" 2>/dev/null; then rm -rf "$left"; fi
done
say "Copying $((needed / 1024)) MB to $program …"
mkdir "$beside"
cp -a "$here/." "$beside/" || die "copying failed; nothing was changed"
chmod -R u+w "$beside" # or nobody could replace it later
if [ "$(id -u)" = 0 ]; then # for everybody, whoever unpacked it
    chown -R 0:0 "$beside"
    chmod -R u+rwX,go+rX,go-w "$beside"
fi
printf '%s\n' "$plan" >"$beside/installed.txt"
version=$("$beside/lenetpad" --version </dev/null 2>&1) \
    || die "the program does not start on this system; nothing was changed. It says: $version"

# 7. The change of places.
if [ -d "$program" ]; then mv "$program" "$before"; fi
mv "$beside" "$program"
rm -rf "$before"
mkdir -p "$prefix/bin"
ln -sf "$program/lenetpad" "$link"

# 8. What the desktop reads. The menu need not know where programs are: it is told.
# A value's backslashes are doubled; inside quotes, four characters have a backslash, and %% is %.
quoted=$(printf '%s' "$program/lenetpad" | sed 's/["`$\\]/\\&/g; s/\\/\\\\/g; s/%/%%/g')
command="\"$quoted\""
# GNOME looks for the first word before it makes %% a %, and would find no program.
case $program in *%*) command="env $command" ;; esac
icon=lenetpad
if [ "$data" != "$user_data" ]; then # a theme that the desktop may not look into
    icon=$(printf '%s' "$data/icons/hicolor/scalable/apps/lenetpad.svg" | sed 's/\\/\\\\/g')
fi
put() {
    mkdir -p "$(dirname "$data/$1")"
    case $1 in
        applications/*.desktop)
            COMMAND=$command ICON=$icon awk '
                /^Exec=lenetpad/ { $0 = "Exec=" ENVIRON["COMMAND"] substr($0, 14) }
                /^Icon=lenetpad$/ { $0 = "Icon=" ENVIRON["ICON"] }
                { print }' "$program/share/$1" >"$data/$1.new"
            ;;
        *) cp "$program/share/$1" "$data/$1.new" ;;
    esac
    chmod 644 "$data/$1.new"
    mv -f "$data/$1.new" "$data/$1"
}
each_shared put
printf '%s\n' "$old" | while IFS= read -r line; do # files of the old version only
    case $line in
        "file "*)
            case "$newline$plan$newline" in
                *"$newline$line$newline"*) ;;
                *) rm -f "${line#file }" ;;
            esac
            ;;
    esac
done

# A cache of icons is brought up to date where there is one, and none is begun: without, desktops
# look into the folders, and with one that nobody renews, later icons would not be seen.
refresh() {
    if command -v update-desktop-database >/dev/null; then
        update-desktop-database -q "$data/applications" || :
    fi
    if command -v update-mime-database >/dev/null; then
        update-mime-database "$data/mime" >/dev/null 2>&1 || :
    fi
    touch "$data/icons/hicolor"
    if [ -e "$data/icons/hicolor/icon-theme.cache" ] \
        && command -v gtk-update-icon-cache >/dev/null; then
        gtk-update-icon-cache -q -f -t "$data/icons/hicolor" || :
    fi
}
refresh

# 9. How to start it.
say "$version is installed in $program"
plugin=$program/_internal/PySide6/Qt/plugins/platforms/libqxcb.so
if [ -e "$plugin" ] && command -v ldd >/dev/null; then
    lacking=$(LD_LIBRARY_PATH=$program/_internal ldd "$plugin" 2>/dev/null \
        | awk '/not found/ { printf "%s ", $1 }')
    [ -z "$lacking" ] || say "This system lacks libraries for a window: $lacking(README.txt)"
fi
case :$PATH: in
    *":$prefix/bin:"*) say "Start it from the menu, or with: lenetpad" ;;
    *)
        say "Start it from the menu, or with: $link"
        say "($prefix/bin is not in PATH; with it there, lenetpad suffices.)"
        ;;
esac
# bash and fish look there by themselves; zsh, for a user's own, is told.
if command -v zsh >/dev/null && [ "$data" = "$user_data" ]; then
    quoted=$(printf '%s' "$data/zsh/site-functions" | sed "s/'/'\\\\''/g")
    say "zsh completes the commands if ~/.zshrc has this line before compinit: fpath+=('$quoted')"
fi
say "Remove it with: $program/uninstall.sh"
