#!/usr/bin/env bash
# Installs the Debian packages named in packaging/packages.txt (pass --dev for the development tools of
# packages-dev.txt as well). Needs root, or sudo on the PATH; does nothing, and needs no privileges, when
# everything is installed already. On systems other than Debian 12 and 13 it says what is missing.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

lists=("$here/packages.txt")
for argument in "$@"; do
    case "$argument" in
        --dev) lists+=("$here/packages-dev.txt") ;;
        *) echo "usage: bootstrap.sh [--dev]" >&2; exit 2 ;;
    esac
done

system=unknown
release=""
if [[ -r /etc/os-release ]]; then
    system=$(. /etc/os-release && echo "${PRETTY_NAME:-$ID}")
    release=$(. /etc/os-release && [[ $ID == debian ]] && echo "${VERSION_CODENAME:-}" || true)
fi
case "$release" in bookworm | trixie) ;; *) release="" ;; esac

# The entries of the lists for this release; of all releases where it is another one.
wanted() {
    sed -e 's/#.*//' -e 's/[[:space:]]*$//' "${lists[@]}" | while read -r name only; do
        [[ -z $name ]] && continue
        [[ -z $only || -z $release || $only == "[$release]" ]] && echo "$name"
    done
    return 0
}
mapfile -t names < <(wanted)

if ! command -v dpkg-query >/dev/null; then
    echo "bootstrap: $system has no Debian packages. HalfLens builds with what these packages hold; install them" >&2
    echo "under your system's names, then: cmake --preset release && cmake --build --preset release" >&2
    printf '    %s\n' "${names[@]}" >&2
    exit 3
fi

missing=()
for name in "${names[@]}"; do
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null || true) == installed ]] || missing+=("$name")
done
if ((${#missing[@]} == 0)); then
    exit 0
fi

as_root=()
if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
        echo "bootstrap: run as root or install sudo; missing: ${missing[*]}" >&2
        exit 3
    fi
    as_root=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq

if [[ -z $release ]]; then
    echo "bootstrap: $system is neither Debian 12 nor 13, on which HalfLens is tried; taking the packages it has" >&2
    known=()
    unknown=()
    for name in "${missing[@]}"; do
        if [[ -n $(apt-cache search --names-only "^${name//+/\\+}\$") ]]; then known+=("$name"); else unknown+=("$name"); fi
    done
    ((${#unknown[@]} == 0)) || echo "bootstrap: not there under these names: ${unknown[*]}" >&2
    missing=("${known[@]}")
    ((${#missing[@]} > 0)) || exit 0
fi
echo "bootstrap: installing ${missing[*]}" >&2
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
