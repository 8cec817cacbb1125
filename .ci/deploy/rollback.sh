#!/usr/bin/env bash
# Undoes a deployment: all traffic back to the revisions that deploy.sh found (their pods still run, so this takes a moment), then the release
# back to its state of before. NAMESPACE, RELEASE, OUT. The schema stays: migrations only expand.
set -euo pipefail
: "${OUT:?}"
release="${RELEASE:-obsidianlist}" namespace="${NAMESPACE:-obsidianlist}"
if [[ ! -s "$OUT/release" ]]; then
    echo "rollback: there was no release before this one; nothing to go back to" >&2
    exit 1
fi
jq -r 'to_entries[] | "\(.key) \(.value)"' "$OUT/stable.json" | while read -r service revision; do
    # In Helm's name, so that the next upgrade owns the field.
    kubectl patch ksvc "$service" --namespace "$namespace" --type merge --field-manager helm \
        --patch "{\"spec\":{\"traffic\":[{\"revisionName\":\"$revision\",\"percent\":100}]}}"
done
echo "rollback: traffic is back; release $release goes back to $(cat "$OUT/release")"
helm rollback "$release" "$(cat "$OUT/release")" --namespace "$namespace" --wait --timeout "${TIMEOUT:-15m}"
kubectl wait ksvc --all --namespace "$namespace" --for=condition=Ready --timeout=300s
touch "$OUT/rolled-back"
