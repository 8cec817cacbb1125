#!/usr/bin/env bash
# Builds the two images: build.sh FUNCTIONS_NAME WEB_NAME. Called by `make images` and by the deployment's build stage.
# The bases come from PYTHON_IMAGE, BUILD_IMAGE, POSTGRES_IMAGE, NODE_IMAGE and NGINX_IMAGE (a release: by digest, see .ci/deploy/build.sh); where none is
# named, from bases.sh. The time in the images is the commit's, so that one commit makes one image.
set -euo pipefail
cd "$(dirname "$0")/../.."
functions=$1 web=$2
if [[ -z "${PYTHON_IMAGE:-}" ]]; then
    .ci/images/bases.sh
    base=localhost/obsidianlist-base
    PYTHON_IMAGE=$base/python BUILD_IMAGE=$base/build POSTGRES_IMAGE=$base/postgres NODE_IMAGE=$base/build NGINX_IMAGE=$base/nginx
fi
arguments=(
    --isolation "${BUILDAH_ISOLATION:-chroot}" --format oci --layers --timestamp "$(git log -1 --format=%ct)" --quiet
    --label "org.opencontainers.image.revision=$(git rev-parse HEAD)" --label "org.opencontainers.image.version=${VERSION:-dev}"
)
if [[ -n "${SSL_CERT_FILE:-}" ]]; then # a proxy with its own authority
    authorities=/etc/ssl/certs/ca-certificates.crt
    arguments+=(--volume "$SSL_CERT_FILE:$authorities:ro" --build-arg "PIP_CERT=$authorities" --build-arg "NODE_EXTRA_CA_CERTS=$authorities")
fi
echo "images: building $functions"
buildah build "${arguments[@]}" --build-arg PYTHON_IMAGE="$PYTHON_IMAGE" --build-arg BUILD_IMAGE="${BUILD_IMAGE:-$PYTHON_IMAGE}" \
    --build-arg POSTGRES_IMAGE="$POSTGRES_IMAGE" -f functions/Dockerfile -t "$functions" .
echo "images: building $web"
buildah build "${arguments[@]}" --build-arg NODE_IMAGE="$NODE_IMAGE" --build-arg POLICY_IMAGE="$PYTHON_IMAGE" --build-arg NGINX_IMAGE="$NGINX_IMAGE" \
    -f frontend/Dockerfile -t "$web" .
