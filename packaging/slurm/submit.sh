#!/usr/bin/env bash
# Runs a study as a job array: N tasks, each with its part of the photos, then a job that merges the parts. A task that is
# killed or whose machine is lost is queued again and goes on where it stopped; the tables are those of a single run.
# Usage: submit.sh N OUT RECIPE --data NAME=PATH... [other options of `halflens study`]
#   HALFLENS: the program (default: halflens from the PATH); SBATCH_*: options of sbatch, such as SBATCH_PARTITION
#   OUT, RECIPE and the data lie where every machine sees them under the same path. The help page on studies says more.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if (($# < 3)) || ! [[ $1 =~ ^[1-9][0-9]*$ ]]; then
    echo "usage: submit.sh N OUT RECIPE --data NAME=PATH..." >&2
    exit 2
fi
count=$1
out=$(realpath -m "$2")
shift 2
halflens=$(command -v "${HALFLENS:-halflens}") || { echo "submit: no program ${HALFLENS:-halflens}; set HALFLENS" >&2; exit 3; }
mkdir -p "$out/logs"

common=(--parsable --export=ALL --open-mode=append)
array=$(sbatch "${common[@]}" --job-name=halflens-study --array="1-$count" --requeue --output="$out/logs/part-%a.log" \
    "$here/part.sh" "$halflens" "$out" "$count" "$@")
array=${array%%;*}
merge=$(sbatch "${common[@]}" --job-name=halflens-merge --dependency="afterok:$array" --kill-on-invalid-dep=yes \
    --output="$out/logs/merge.log" "$here/merge.sh" "$halflens" "$out" "$count")
echo "parts: job $array, $count tasks; merge: job ${merge%%;*}; tables and report will lie in $out"
