#!/usr/bin/env bash
# Writes a CycloneDX bill of materials of each image: sbom.sh FUNCTIONS WEB FOLDER. syft reads what lies in the images (Debian's and Python's
# packages); the JavaScript that was bundled into the web app leaves no trace there, so npm tells it from the lock.
set -euo pipefail
cd "$(dirname "$0")/../.."
functions=$1 web=$2 folder=$3
syft="$(command -v syft || echo .tools/bin/syft)"
mkdir -p "$folder"
scan() { # scan IMAGE NAME
    local container root
    container="$(buildah from --pull-never "$1")"
    root="$(buildah mount "$container")"
    SYFT_CHECK_FOR_APP_UPDATE=false "$syft" scan -q "dir:$root" --base-path "$root" --source-name "$2" -o "cyclonedx-json=$folder/$2.cdx.json"
    buildah rm "$container" >/dev/null
}
scan "$functions" functions
scan "$web" web
(cd frontend && npm sbom --omit=dev --package-lock-only --sbom-format=cyclonedx) >"$folder/web-bundle.cdx.json"
for file in functions web web-bundle; do
    python3 - "$folder/$file.cdx.json" <<'PYTHON'
import json, sys
found = json.load(open(sys.argv[1]))
parts = [part for part in found["components"] if part["type"] == "library"]
assert found["bomFormat"] == "CycloneDX" and (parts or sys.argv[1].endswith("/web.cdx.json")), sys.argv[1]
print(f"sbom: {sys.argv[1]}: CycloneDX {found['specVersion']}, {len(parts)} packages")
PYTHON
done
