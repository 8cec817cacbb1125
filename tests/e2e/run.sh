#!/usr/bin/env bash
# Starts the bundle with fresh data, runs the browser tests, measures, stops. BASE_URL tests a running one instead; arguments name the
# files or titles to run (`bash tests/e2e/run.sh quick-add`), and then nothing is measured.
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
lock=$(sha256sum package-lock.json | cut -d' ' -f1)
if [ "$(cat node_modules/.installed-from 2>/dev/null)" != "$lock" ]; then
  npm ci --no-audit --no-fund --loglevel=error
  printf %s "$lock" >node_modules/.installed-from
fi
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
if (($#)); then
  npx --no-install playwright test "$@"
  exit
fi
rm -f figures.json
failed=0
npx --no-install playwright test --project flows || failed=1
# Alone on the machine: what it measures would otherwise be the other tests.
npx --no-install playwright test --project performance --workers 1 || failed=1
node performance.mjs || failed=1
exit "$failed"
