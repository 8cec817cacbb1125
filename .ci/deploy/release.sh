#!/usr/bin/env bash
# Stages 4 and 5 by steps: a share of the traffic, verify, more, verify, all, verify; on any failure back to what ran before, and exit status 1.
# STEPS: percents in order. A first deployment has nothing to share with and takes all at once.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
: "${OUT:?}"
for percent in ${STEPS:-10 50 100}; do
    if ! CANARY="$percent" .ci/deploy/deploy.sh || ! .ci/deploy/verify.py; then
        echo "release: FAILED at $percent %; rolling back"
        .ci/deploy/rollback.sh || echo "release: the rollback FAILED too: see knative/README.md, Release" >&2
        exit 1
    fi
    echo "release: $percent % of the traffic verified"
done
