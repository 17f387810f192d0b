#!/bin/sh
# Makes dist/lenetpad-VERSION-linux-ARCH.tar.zst: the program with all that it needs. In an
# environment of its own, so that nothing of .venv gets in.
#
#   TORCH=cpu|cuda     which build of torch (cpu)
#   TORCH_INDEX=URL    an index of CPU builds, where pip's own has none (see packaging/README.md)
#   ZSTD_LEVEL=12      19 makes it a tenth smaller, and takes minutes
set -eu
cd "$(dirname "$0")/.."

say() { printf 'bundle: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

torch=${TORCH:-cpu}
also= # what is asked of pip beside the requirements
# The newest that could be had and tried here as a CPU build.
cpu_release=2.13.0
env=build/bundle-$torch
bin=$env/bin
mkdir -p build dist

# 1. The environment: what lenetpad requires, without torchvision, at the tested versions.
wanted="$(cat pyproject.toml packaging/constraints.txt packaging/bundle.sh lenetpad/__init__.py | cksum) $PWD"
if [ "$(cat $env/made-for 2>/dev/null)" != "$wanted" ]; then
    say "making $env"
    .venv/bin/python -m venv --clear $env
    grep -vE '^(torch|torchvision|triton|nvidia|cuda)' packaging/constraints.txt >build/constraints.txt
    .venv/bin/python - >build/requirements.txt <<'PYTHON'
import re, tomllib

with open("pyproject.toml", "rb") as file:
    project = tomllib.load(file)
for line in project["project"]["dependencies"] + project["dependency-groups"]["bundle"]:
    if re.match(r"[A-Za-z0-9_-]+", line)[0] not in ("torch", "torchvision"):
        print(line)
PYTHON
    $bin/python -m pip install -q -c build/constraints.txt --upgrade pip </dev/null
    case $torch in
    cpu)
        set -- --no-deps ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} "torch==$cpu_release"
        # Ask first: the other build is a download of gigabytes.
        $bin/python -m pip install -q --dry-run --report build/torch.json "$@" </dev/null
        if grep -qE '^ *"(nvidia|cuda)-' build/torch.json; then
            die "pip's index has no CPU build of torch $cpu_release. TORCH_INDEX=URL names an \
index that has one, TORCH=cuda makes a bundle with CUDA."
        fi
        also="torch==$cpu_release" # what it requires comes from pip's own index
        ;;
    cuda)
        set -- -c packaging/constraints.txt torch
        ;;
    *)
        die "TORCH is cpu or cuda, not $torch"
        ;;
    esac
    $bin/python -m pip install -q "$@" </dev/null
    $bin/python -m pip install -q -c build/constraints.txt -r build/requirements.txt $also </dev/null
    printf '%s\n' "$wanted" >$env/made-for
fi
# Every time: the code may have changed without its version.
$bin/python -m pip install -q --build-constraint packaging/constraints.txt --no-deps --force-reinstall . </dev/null
# pip notes from which folder it came, which is nobody's business.
rm -f $env/lib/python3.*/site-packages/lenetpad-*.dist-info/direct_url.json

# 2. The program
version=$($bin/python -c 'from importlib.metadata import version; print(version("lenetpad"))')
name=lenetpad-$version-linux-$(uname -m)
[ "$torch" = cpu ] || name=$name-$torch
rm -rf build/icons build/share build/pyinstaller dist/lenetpad "dist/$name" "dist/$name".tar.*
QT_QPA_PLATFORM=offscreen $bin/python packaging/make_icons.py --out build/icons
$bin/python packaging/make_share.py --icons build/icons --out build/share
(cd build && "../$bin/pyinstaller" --noconfirm --log-level WARN --distpath ../dist \
    --workpath pyinstaller ../packaging/lenetpad.spec) </dev/null
mv dist/lenetpad "dist/$name"
# Symbols, a tenth of it. Not of the libraries in wheels that auditwheel has patched (NumPy's,
# Pillow's): binutils' strip breaks them.
find "dist/$name/_internal" -maxdepth 1 -type f -name 'lib*.so*' -exec strip --strip-unneeded {} +
find "dist/$name/_internal/torch/lib" "dist/$name/_internal"/python3.*/lib-dynload -type f -name '*.so*' \
    -exec strip --strip-unneeded {} +
cp -R build/share "dist/$name/share"
cp packaging/linux/install.sh packaging/linux/uninstall.sh packaging/linux/README.txt LICENSE "dist/$name"

# 3. The archive; tar keeps symbolic links. Sorted and without owners, so that it says who made
#    nothing, and the same folder gives the same archive.
if command -v zstd >/dev/null; then
    archive=$name.tar.zst
    pack() { zstd -q "-${ZSTD_LEVEL:-12}" -T0 --long=27 -o "dist/$archive"; }
else
    archive=$name.tar.gz
    pack() { gzip -9 >"dist/$archive"; }
fi
say "packing $archive"
tar --create --sort=name --owner=0 --group=0 --numeric-owner -C dist "$name" | pack
for kind in 'l l' 'f -' 'd d'; do # symbolic links, files, folders: as find and as tar call them
    there=$(find "dist/$name" -type "${kind% *}" | wc -l)
    packed=$(tar -tvf "dist/$archive" | grep -c "^${kind#* }" || :)
    [ "$there" = "$packed" ] || die "$archive has $packed of $there entries of the kind ${kind% *}"
done
(cd dist && sha256sum lenetpad-"$version"-*.tar.* >SHA256SUMS)

# 4. How large it is
$bin/python packaging/bundle_sizes.py "dist/$name" "dist/$archive"
