#!/bin/sh
# Copies pg_dump and pg_restore with their libraries into FOLDER/opt/postgresql, and the records of the packages they come from to where
# scanners look in images without dpkg. Called by functions/Dockerfile inside POSTGRES_IMAGE: postgres-programs.sh FOLDER.
set -eu
folder=$1
mkdir -p "$folder/opt/postgresql/bin" "$folder/opt/postgresql/lib" "$folder/var/lib/dpkg/status.d"
for program in pg_dump pg_restore; do
    file=$(ls /usr/lib/postgresql/*/bin/$program | sort -V | tail -n 1)
    cp "$file" "$folder/opt/postgresql/bin/"
    echo "$file" >>/tmp/files
    ldd "$file" | awk '$3 ~ "^/" {print $3}' >>/tmp/files
done
sort -u /tmp/files | while read -r file; do
    # dpkg knows a file by its place before or after /lib became a link to /usr/lib.
    package=$(dpkg-query -S "$(readlink -f "$file")" 2>/dev/null || dpkg-query -S "$file" 2>/dev/null || dpkg-query -S "${file#/usr}")
    package=${package%%:*}
    case "$package" in
    # What .ci/images/root.py leaves in the root: the C library and those of Python's own modules.
    libc6 | libgcc-s1 | libstdc++6 | libssl3* | zlib1g | libzstd1 | libcrypt1 | libreadline8* | libtinfo6) continue ;;
    esac
    case "$file" in */bin/*) ;; *) cp -L "$file" "$folder/opt/postgresql/lib/" ;; esac
    # "Status" and what only an installation has is of no use there.
    dpkg-query -s "$package" >"$folder/var/lib/dpkg/status.d/$package"
done
