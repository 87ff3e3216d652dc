#!/usr/bin/env bash
# One task of submit.sh's array: part SLURM_ARRAY_TASK_ID of COUNT. Queued again, it goes on with the rows it finds.
# Arguments: PROGRAM OUT COUNT RECIPE and options of `halflens study`
set -euo pipefail
halflens=$1
out=$2
count=$3
shift 3
status=0
"$halflens" study "$@" --out "$out/part-$SLURM_ARRAY_TASK_ID" --shard "$SLURM_ARRAY_TASK_ID/$count" \
    --threads "${SLURM_CPUS_PER_TASK:-1}" || status=$?
# The queue takes back what it stopped itself or what a lost machine ran, not a program somebody, or the kernel for want of
# memory, has killed. Three times, then it is an error.
if ((status > 128 && ${SLURM_RESTART_COUNT:-0} < 3)); then
    echo "part $SLURM_ARRAY_TASK_ID: killed by signal $((status - 128)), queued again" >&2
    scontrol requeue "$SLURM_JOB_ID"
    sleep 60 # until the queue ends this task
fi
exit "$status"
