#!/bin/sh
# Trains the models of the default pack, one after the other, each from what the ones before it left.
# A run that was stopped or killed is gone on with by the same command.
#
#   make_pack.sh OUT BIQ2021 ECSSD TABLES WEIGHTS
#
# OUT      a folder for the runs; OUT/pack/ID holds manifest and weights of those that are finished
# BIQ2021  its folder Images holds the photos; ECSSD: images and ground_truth_mask
# TABLES   biq2021_split.csv and ecssd_split.csv
# WEIGHTS  efficientnet_lite0.safetensors
# HALFLENS names the program [halflens], RECIPES the recipes to run, in order [all].
set -eu

if [ $# -ne 5 ]; then
    sed -n '2,/^set/{/^set/!s/^# \{0,1\}//p;}' "$0" >&2
    exit 2
fi
out=$1 biq2021=$2 ecssd=$3 tables=$4 weights=$5
recipes=$(dirname "$0")
program=${HALFLENS:-halflens}

# lite_objectness starts from ImageNet weights alone. The others train on trunks that lie in their own folders of models/,
# which an earlier script made (their cards tell). RECIPES="lite_triq lite_triq_honest" adds the one by blocks, which goes
# on from the run before it and is not part of the pack.
for recipe in ${RECIPES:-lite_triq lite_objectness lite_koncept lite_aihiqnet lite_dbcnn lite_swin_iqa}; do
    run=$out/$recipe
    mkdir -p "$run"
    if [ ! -e "$run/weights.safetensors" ]; then
        # --resume begins a run that has no checkpoint. Status 1: photos that could not be read were left out.
        status=0
        "$program" train "$recipes/$recipe.json" --out "$run" --cache "$out/cache" --resume \
            --data biq2021="$biq2021" --data ecssd="$ecssd" --data tables="$tables" --data weights="$weights" --data steps="$out" ||
            status=$?
        [ "$status" -le 1 ] || exit "$status"
    fi
    id=$(sed -n 's/^ *"id": *"\([a-z0-9-]*\)".*/\1/p' "$recipes/$recipe.json" | head -n 1)
    mkdir -p "$out/pack/$id"
    cp "$run/manifest.json" "$run/weights.safetensors" "$out/pack/$id/"
done
