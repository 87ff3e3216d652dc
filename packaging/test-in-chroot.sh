#!/usr/bin/env bash
# Makes a fresh root of a Debian release with debootstrap and runs both README commands there, from a clean clone of
# what is committed here. Prints the ends of their logs and what came of them; exit status 0 when both did well.
# Usage: packaging/test-in-chroot.sh bookworm|trixie [--keep] [--ccache DIR]
#   --keep    leaves the root (its folder is printed); without it the root is removed
#   --ccache  a compiler cache the build in the root may use and fill
# Needs root and the package debootstrap. HALFLENS_CHROOT_DIR: where roots are made (default /var/tmp).
set -euo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

release=""
keep=0
cache=""
while (($# > 0)); do
    case "$1" in
        bookworm | trixie) release=$1 ;;
        --keep) keep=1 ;;
        --ccache) cache=${2:?--ccache needs a folder}; shift ;;
        *) release=""; break ;;
    esac
    shift
done
if [[ -z $release ]]; then
    echo "usage: test-in-chroot.sh bookworm|trixie [--keep] [--ccache DIR]" >&2
    exit 2
fi
((EUID == 0)) || { echo "test-in-chroot: run as root" >&2; exit 3; }
command -v debootstrap >/dev/null || { echo "test-in-chroot: install the package debootstrap" >&2; exit 3; }

root=$(mktemp -d "${HALFLENS_CHROOT_DIR:-/var/tmp}/halflens-$release.XXXXXX")
mounted=()
mount_in() { # OPTIONS... SOURCE TARGET-IN-ROOT
    mkdir -p "$root/${*: -1}"
    mount "${@:1:$#-1}" "$root/${*: -1}"
    mounted=("$root/${*: -1}" "${mounted[@]}")
}
cleanup() {
    for target in "${mounted[@]}"; do umount -R "$target" 2>/dev/null || umount -l "$target"; done
    mounted=()
    if ((keep)); then echo "root kept: $root"; else rm -rf --one-file-system "$root"; fi
}
trap cleanup EXIT

echo "== $release: fresh root in $root"
debootstrap --variant=minbase "$release" "$root" >"$root.log" 2>&1 || { tail "$root.log" >&2; exit 3; }
mv "$root.log" "$root/debootstrap.log"
chmod 755 "$root" # mktemp's folder is root's alone; tests become another user
cp /etc/resolv.conf "$root/etc/resolv.conf"
mount_in -t proc proc proc
mount_in -t tmpfs tmpfs dev/shm
git clone -q --no-hardlinks "$source" "$root/src/halflens"
# Tests that compare with reference figures look for them beside the source tree and are skipped without.
[[ ! -d $source/../shared ]] || mount_in --bind -o ro "$source/../shared" src/shared
if [[ -n $cache ]]; then
    mkdir -p "$cache"
    mount_in --bind "$cache" ccache
fi

in_root() {
    chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
        ${cache:+CCACHE_DIR=/ccache} ${OPENBLAS_CORETYPE:+OPENBLAS_CORETYPE="$OPENBLAS_CORETYPE"} "$@"
}
in_root apt-get update -qq

outcome=0
for command in run test; do
    log=$root/$command.log
    echo "== $release: packaging/$command.sh"
    status=0
    in_root sh -c "cd /src/halflens && packaging/$command.sh" >"$log" 2>&1 || status=$?
    tail -n 25 "$log"
    echo "== $release: packaging/$command.sh ended with status $status"
    ((status == 0)) || outcome=1
done
exit $outcome
