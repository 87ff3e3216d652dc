#!/usr/bin/env bash
# Installs the Debian packages named in packaging/packages.txt (pass --dev for the
# development tools of packages-dev.txt as well). Needs root, or sudo on the PATH.
# Does nothing, and needs no privileges, when everything is installed already.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

lists=("$here/packages.txt")
for argument in "$@"; do
    case "$argument" in
        --dev) lists+=("$here/packages-dev.txt") ;;
        *) echo "usage: bootstrap.sh [--dev]" >&2; exit 2 ;;
    esac
done

if ! command -v apt-get >/dev/null; then
    echo "bootstrap: apt-get not found; install the packages of ${lists[*]} by other means" >&2
    exit 3
fi

mapfile -t wanted < <(sed -e 's/#.*//' -e 's/[[:space:]]*$//' "${lists[@]}" | grep -v '^$')
missing=()
for entry in "${wanted[@]}"; do
    name=${entry%%=*}
    installed=$(dpkg-query -W -f='${db:Status-Status} ${Version}' "$name" 2>/dev/null || true)
    case "$entry" in
        *=*) [[ "$installed" == "installed ${entry#*=}" ]] || missing+=("$entry") ;;
        *) [[ "$installed" == installed\ * ]] || missing+=("$entry") ;;
    esac
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
echo "bootstrap: installing ${missing[*]}" >&2
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
