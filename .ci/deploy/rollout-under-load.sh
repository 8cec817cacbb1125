#!/usr/bin/env bash
# The cluster's test of zero downtime, the same steps as tests/rollout: people work through URL while a release takes over by steps and is then
# rolled back. Fails when one of their requests failed. Needs what deploy.sh needs, and a trial namespace, never production.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
: "${URL:?the address people use}" "${OUT:?}" "${NAMESPACE:?}"
python3 -m tests.rollout.load "$URL" "${SECONDS_OF_LOAD:-900}" &
load=$!
trap 'kill "$load" 2>/dev/null' EXIT
.ci/deploy/release.sh || exit 1
sleep 40 # pods without traffic end 30 s after their last request
.ci/deploy/rollback.sh || exit 1
wait "$load"
status=$?
trap - EXIT
exit "$status"
