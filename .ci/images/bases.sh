#!/usr/bin/env bash
# Makes base images out of Debian packages, where no public registry is reached: `localhost/obsidianlist-base/{python,build,nginx,postgres}`.
# `python` is what python:slim is (Debian minbase, Python, certificates; no documentation, no translations, no perl), so a size measured on it
# tells what the published image weighs; `build` adds pip, strip and this machine's Node.js; `nginx` is nginx, the libraries it is linked
# with and nothing else; `postgres` has Debian's own client programs (the published image: those of the newest server). Kept until this
# script changes; needs root (or `buildah unshare`), buildah and mmdebstrap.
set -euo pipefail
suite="${DEBIAN_SUITE:-$(. /etc/os-release && echo "$VERSION_CODENAME")}"
here="$(sha256sum "$0" | cut -c1-12)-$suite-$(node --version)"
prefix=localhost/obsidianlist-base
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

current() { buildah images --format '{{.ID}}' "$1:$here" >/dev/null 2>&1; }

# Makes an image of a folder or a tar file, with further arguments for `buildah config`.
commit() { # commit NAME CONTENT [CONFIG...]
    local container name=$1 content=$2
    shift 2
    container="$(buildah from scratch)"
    buildah add -q "$container" "$content" / >/dev/null
    buildah config "$@" "$container"
    buildah commit -q "$container" "$prefix/$name:$here" >/dev/null
    buildah rm "$container" >/dev/null
}

debian() { # debian TAR PACKAGES [OPTION...]
    local tar=$1 packages=$2
    shift 2
    mmdebstrap --quiet --variant=apt --aptopt='APT::Install-Recommends "false"' --include="$packages" \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        "$@" "$suite" "$tar" 2> >(grep -v apt-utils >&2)
}
# usrmerge, and with it perl, only serves the upgrade of old systems.
without_perl='chroot "$1" sh -c "export DEBIAN_FRONTEND=noninteractive; apt-get install -qq -y usr-is-merged && dpkg --purge \
    usrmerge libfile-find-rule-perl libnumber-compare-perl libtext-glob-perl perl libperl5.36 perl-modules-5.36" >/dev/null 2>&1'

if ! current $prefix/python; then
    echo "bases: python, from Debian $suite"
    debian "$work/python.tar" python3,ca-certificates,netbase,tzdata --customize-hook="$without_perl"
    commit python "$work/python.tar" --env PATH=/usr/local/bin:/usr/bin:/bin --env LANG=C.UTF-8 --cmd python3
fi
if ! current $prefix/build; then
    echo "bases: build, from Debian $suite and Node.js $(node --version)"
    # Debian's own Node.js may be too old for the web app; the one that builds it on this machine is taken along.
    modules="$(npm root -g)"
    mkdir -p "$work/node/usr/local/bin" "$work/node/usr/local/lib/node_modules"
    cp -L "$(command -v node)" "$work/node/usr/local/bin/node"
    cp -r "$modules/npm" "$work/node/usr/local/lib/node_modules/npm"
    ln -s ../lib/node_modules/npm/bin/npm-cli.js "$work/node/usr/local/bin/npm"
    ln -s ../lib/node_modules/npm/bin/npx-cli.js "$work/node/usr/local/bin/npx"
    debian "$work/build.tar" python3,python3-venv,ca-certificates,netbase,tzdata,binutils,libstdc++6 --customize-hook="$without_perl" --customize-hook="copy-in $work/node/usr /"
    commit build "$work/build.tar" --env PATH=/usr/local/bin:/usr/bin:/bin --env LANG=C.UTF-8 --cmd bash
fi
if ! current $prefix/postgres; then
    echo "bases: postgres, from Debian $suite"
    debian "$work/postgres.tar" postgresql-client
    commit postgres "$work/postgres.tar" --env PATH=/usr/local/bin:/usr/bin:/bin --env LANG=C.UTF-8 --cmd psql
fi
if ! current $prefix/nginx; then
    echo "bases: nginx, from Debian $suite"
    mkdir "$work/deb" "$work/nginx"
    (cd "$work/deb" && apt-get download -qq base-files netbase tzdata libc6 libcrypt1 libpcre2-8-0 libssl3 zlib1g nginx nginx-common >/dev/null 2>&1)
    mkdir -p "$work/nginx/var/lib/dpkg/status.d" # where scanners look in images without dpkg
    for package in "$work"/deb/*.deb; do
        dpkg-deb --extract "$package" "$work/nginx"
        dpkg-deb --field "$package" >"$work/nginx/var/lib/dpkg/status.d/$(dpkg-deb --field "$package" Package)"
    done
    (
        cd "$work/nginx"
        mkdir -p tmp var/lib/nginx && chmod 1777 tmp
        find usr/share/doc -type f ! -name copyright -delete
        rm -rf usr/share/man usr/share/locale usr/share/lintian usr/share/bug usr/share/zoneinfo usr/lib/x86_64-linux-gnu/gconv lib/x86_64-linux-gnu/gconv var/www etc/ufw
        # Debian's packages still name both places; one tree, as on every merged system.
        for folder in bin sbin lib lib64; do
            if [[ -d $folder && ! -L $folder ]]; then mkdir -p "usr/$folder"; cp -a "$folder/." "usr/$folder/"; rm -rf "$folder"; fi
            ln -sfn "usr/$folder" "$folder"
        done
        printf 'root:x:0:0:root:/root:/sbin/nologin\nnginx:x:101:101:nginx:/tmp:/sbin/nologin\n' >etc/passwd
        printf 'root:x:0:\nnginx:x:101:\n' >etc/group
    )
    commit nginx "$work/nginx" --env PATH=/usr/sbin:/usr/bin --cmd "nginx -g 'daemon off;'"
fi
for name in python build postgres nginx; do buildah tag "$prefix/$name:$here" "$prefix/$name:latest"; done
