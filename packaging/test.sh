#!/usr/bin/env bash
# Installs what is missing, builds everything and runs all tests.
# The last line reads "N passed, N failed, N skipped".
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

"$root/packaging/bootstrap.sh"
cd "$root"
cmake --preset release
cmake --build --preset release
report=build/release/tests.xml
status=0
ctest --preset release --output-junit "$root/$report" || status=$?

number() { grep -o -m1 "[[:space:]]$1=\"[0-9]*\"" "$report" | grep -o "[0-9]*" || echo 0; }
total=$(number tests)
failed=$(number failures)
skipped=$(number skipped)
disabled=$(number disabled)
echo "$((total - failed - skipped - disabled)) passed, $failed failed, $((skipped + disabled)) skipped"
exit "$status"
