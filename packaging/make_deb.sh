#!/bin/sh
# Makes a Debian package from an unpacked bundle:
#   sh packaging/make_deb.sh BUNDLE_FOLDER [OUT_FOLDER]
# The package is beside the bundle unless another folder is given, and its path is printed. The
# version is what the bundle's own program says.
set -eu
umask 022
die() { printf 'make_deb.sh: %s\n' "$*" >&2; exit 1; }

case $# in
    1 | 2) ;;
    *) die "needed: the bundle's folder, and perhaps one for the package" ;;
esac
root=$(cd "$(dirname "$0")/.." && pwd)
[ -d "$1" ] || die "there is no folder $1"
bundle=$(cd "$1" && pwd)
out=${2:-$(dirname "$bundle")}
mkdir -p "$out"
out=$(cd "$out" && pwd)
for part in lenetpad _internal share/applications/lenetpad.desktop; do
    [ -e "$bundle/$part" ] || die "$part is missing in $bundle"
done
said=$("$bundle/lenetpad" --version) || die "$bundle/lenetpad does not start"
version=${said##* }
case $version in
    [0-9]*) ;;
    *) die "$bundle/lenetpad --version says no version: $said" ;;
esac
# Debian sorts 0.2.0~rc1 before 0.2.0.
version=$(printf '%s\n' "$version" | sed 's/\([0-9]\)\.\{0,1\}\(rc\|a\|b\|dev\)/\1~\2/')
architecture=$(dpkg --print-architecture)
case $bundle in *-cuda) variant=-cuda conflict=lenetpad ;; *) variant='' conflict=lenetpad-cuda ;; esac

work=$(mktemp -d "$out/.make_deb.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM
tree=$work/tree
mkdir -p "$tree/DEBIAN" "$tree/opt" "$tree/usr/bin" "$tree/usr/share/doc/lenetpad"
cp -a "$bundle" "$tree/opt/lenetpad"
chmod -R u+rwX,go+rX,go-w "$tree/opt"
rm -f "$tree/opt/lenetpad/install.sh" "$tree/opt/lenetpad/uninstall.sh" "$tree/opt/lenetpad/README.txt"
cp -a "$tree/opt/lenetpad/share/." "$tree/usr/share/"
rm -rf "$tree/opt/lenetpad/share"
# Debian keeps zsh/site-functions for the machine's own administrator.
mv "$tree/usr/share/zsh/site-functions" "$tree/usr/share/zsh/vendor-completions"
ln -s ../../opt/lenetpad/lenetpad "$tree/usr/bin/lenetpad"
sed 's/^$/./; s/^/ /' "$root/LICENSE" >"$work/licence"
sed -e "/^@LICENSE@\$/{r $work/licence" -e 'd}' "$root/packaging/linux/copyright.in" \
    >"$tree/usr/share/doc/lenetpad/copyright"

# What the bundle needs of the system.
libraries=$(sed 's/#.*//' "$root/packaging/debian-bundle-packages.txt" \
    | awk 'NF { printf ", %s", $1 }')
# The newest glibc that any library of the bundle asks for.
glibc=$(find "$bundle" -type f \( -name '*.so*' -o -name lenetpad \) \
    -exec env LC_ALL=C grep -aoh 'GLIBC_2\.[0-9]\{1,\}' {} + | sed 's/GLIBC_//' | sort -t. -k2n | tail -n 1)

cat >"$tree/DEBIAN/control" <<END
Package: lenetpad$variant
Version: $version
Architecture: $architecture
Maintainer: The lenetpad authors <lenetpad@users.noreply.github.com>
Installed-Size: $(du -sk "$tree" | cut -f1)
Depends: libc6${glibc:+ (>= $glibc)}$libraries
Conflicts: $conflict
Recommends: hicolor-icon-theme, shared-mime-info, desktop-file-utils
Section: science
Priority: optional
Homepage: https://github.com/lenetpad/lenetpad
Description: drawing pad that shows LeNet-5 thinking
 Write a digit with a mouse, a finger or a tablet pen, and watch every layer of
 LeNet-5 respond while the pen is still moving. It trains the network too, and
 shows where weights fail.
 .
 This package brings Python, Qt and PyTorch with it, in /opt/lenetpad.
END
package=$out/lenetpad${variant}_${version}_$architecture.deb
# zstd at level 3: a gigabyte in seconds, and every dpkg since Debian 12 reads it.
dpkg-deb --root-owner-group -Zzstd -z3 --build "$tree" "$work/package.deb" >/dev/null
mv "$work/package.deb" "$package"
if [ -e "$out/SHA256SUMS" ]; then # what make bundle has summed
    (cd "$out" && { grep -v "  ${package##*/}\$" SHA256SUMS || :; sha256sum "${package##*/}"; } \
        >"$work/sums" && mv "$work/sums" SHA256SUMS)
fi
printf '%s\n' "$package"
