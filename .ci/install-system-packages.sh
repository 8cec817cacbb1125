#!/usr/bin/env bash
# Debian packages that CI's steps use and the product does not: Chromium for the browser tests, psql and pgbench for comparison, a PostgreSQL with OpenSSL for TLS, nginx for the
# configuration of `web`, Java and Maven for the real Kafka, buildah and mmdebstrap for the images, shellcheck. Asks for root only when something is missing.
set -euo pipefail
wanted=()
need() { command -v "$1" >/dev/null || wanted+=("$2"); }
need chromium chromium
need psql postgresql-client
need pgbench postgresql-contrib
need pg_createcluster postgresql
need nginx nginx-light
need buildah buildah
need mmdebstrap mmdebstrap
need shellcheck shellcheck
need jq jq
need java default-jre-headless
need mvn maven
if ((${#wanted[@]} == 0)); then
    echo "system packages: all there"
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    echo "system packages: ${wanted[*]} missing and there is no apt-get; the steps that need them say what they skip" >&2
    exit 0
fi
echo "system packages: installing ${wanted[*]}"
sudo=""
[[ $(id -u) == 0 ]] || sudo="sudo -n"
$sudo apt-get update -qq
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null
