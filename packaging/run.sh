#!/usr/bin/env bash
# Installs what is missing, builds HalfLens and starts it: the viewer, or without a display the same
# job headless, which prints scores and leaves fig2.png in the current folder.
# Usage: packaging/run.sh [IMAGE or FOLDER...]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

"$root/packaging/bootstrap.sh"
(cd "$root" && cmake --preset release && cmake --build --preset release --target halflens halflens_torch) >&2

halflens=$root/build/release/bin/halflens
images=("$@")
if ((${#images[@]} == 0)); then
    images=("$root"/resources/samples/{coffee.png,cat.png,rocket.jpg})
fi

if [[ -n ${DISPLAY:-} || -n ${WAYLAND_DISPLAY:-} ]]; then
    exec "$halflens" "${images[@]}"
fi
echo "run: no display, doing the same job headless" >&2
"$halflens" score "${images[@]}"
echo
"$halflens" explain "${images[0]}"
echo
"$halflens" panel --figure 2 "${images[@]}" -o fig2.png
echo "figure: $PWD/fig2.png"
