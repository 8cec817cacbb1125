#!/usr/bin/env bash
# Stage 4, deploy: gives the new revisions CANARY percent of the traffic (100: all of it) and waits until they run. FUNCTIONS and WEB (names with
# digests), VALUES (the values files, in order), NAMESPACE, RELEASE. What runs now is written into $OUT/stable.json and $OUT/release first, for
# promote.sh and rollback.sh. HELM_ARGUMENTS are added.
set -euo pipefail
cd "$(dirname "$0")/../.."
: "${FUNCTIONS:?}" "${WEB:?}" "${OUT:?}"
release="${RELEASE:-obsidianlist}" namespace="${NAMESPACE:-obsidianlist}" percent="${CANARY:-10}"
mkdir -p "$OUT"

.ci/deploy/check-signature.sh "$FUNCTIONS" "$WEB"
if [[ ! -e "$OUT/stable.json" ]]; then
    # Where most of the traffic goes, which after a broken deployment is not the latest revision.
    kubectl get ksvc --namespace "$namespace" -o json |
        jq -c '[.items[] | select(.status.traffic) | {(.metadata.name): (.status.traffic | max_by(.percent // 0) | .revisionName)}] | add // {}' >"$OUT/stable.json"
    helm history "$release" --namespace "$namespace" -o json 2>/dev/null |
        jq -r '[.[] | select(.status == "deployed")] | last | .revision // empty' >"$OUT/release" || : >"$OUT/release"
fi
arguments=()
for file in ${VALUES:-knative/chart/values-production.yaml}; do arguments+=(--values "$file"); done
split() { [[ "$1" == *@* ]] && echo "${1%@*}"; }
for pair in "image=$FUNCTIONS" "web.image=$WEB"; do
    key="${pair%%=*}" name="$(split "${pair#*=}")"
    arguments+=(--set-string "$key.registry=${name%%/*},$key.repository=${name#*/},$key.digest=${pair##*@}")
done
echo "deploy: $percent % of the traffic to $FUNCTIONS"
# shellcheck disable=SC2086 # words on purpose
helm upgrade "$release" knative/chart --install --namespace "$namespace" --wait --timeout "${TIMEOUT:-15m}" "${arguments[@]}" \
    --set rollout.duration=0s --set "rollout.canaryPercent=$percent" --set-json "rollout.stableRevisions=$(cat "$OUT/stable.json")" ${HELM_ARGUMENTS:-}
kubectl wait ksvc --all --namespace "$namespace" --for=condition=Ready --timeout=300s
