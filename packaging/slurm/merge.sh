#!/usr/bin/env bash
# Merges the parts of submit.sh's array. Arguments: PROGRAM OUT COUNT
set -euo pipefail
parts=()
for ((part = 1; part <= $3; ++part)); do parts+=("$2/part-$part"); done
exec "$1" study merge "${parts[@]}" --out "$2"
