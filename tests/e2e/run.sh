#!/usr/bin/env bash
# Starts the bundle with fresh data, runs the browser tests, measures, stops. BASE_URL tests a running one instead.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v google-chrome || true)}
if [ -z "$CHROMIUM" ]; then
  echo "e2e: installing chromium"
  apt-get update -q >/dev/null && apt-get install -y -q chromium >/dev/null
  CHROMIUM=$(command -v chromium)
fi
export CHROMIUM
[ -d node_modules ] || npm ci --no-audit --no-fund --loglevel=error
if [ -z "${BASE_URL:-}" ]; then
  data=$(mktemp -d)
  port=${PORT:-18480}
  # Where a test may play the push service; the functions send pushes to nobody else on this machine.
  export PUSH_ALLOWED_TEST_ORIGIN=${PUSH_ALLOWED_TEST_ORIGIN:-http://127.0.0.1:$((port + 1))}
  (cd "$root" && PORT=$port DATA_DIR=$data exec .venv/bin/python -m knative.local >"$data/run.log" 2>&1) &
  server=$!
  trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$data"' EXIT
  export BASE_URL=http://localhost:$port
  for _ in $(seq 240); do
    kill -0 "$server" 2>/dev/null || { cat "$data/run.log"; exit 1; }
    curl -fsS "$BASE_URL/today/" 2>/dev/null | grep -q _next && break
    sleep 1
  done
fi
(cd "$root/frontend" && node scripts/budget.mjs)
npx --no-install playwright test "$@"
node lighthouse.mjs
