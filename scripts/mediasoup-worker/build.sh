#!/usr/bin/env bash
# Compiles mediasoup's worker against the machine's own libraries, for machines where the ready-made one cannot be fetched.
# The C++ comes out of the npm package; what it would fetch for itself is replaced by the folder subprojects/ beside this file.
#
#   build.sh SOURCE BINARY      SOURCE: node_modules/mediasoup/worker    BINARY: the file to write
#
# Wants the packages of `workerBuildPackages` (scripts/setup/debian.mjs). Seven minutes on two free cores.
set -euo pipefail
source_dir=$(realpath "${1:?which worker source folder?}")
binary=$(realpath -m "${2:?which file to write?}")
here=$(dirname "$(realpath "$0")")

# Two tools are too old in Debian 12 (meson 1.0.1, flatc 2.0.8). Both come from the next release's pool, meson as its
# package (Python only, so it runs where it is unpacked), flatc as source; pinned by name and checksum, and kept inside
# the work folder: the machine's own packages are left alone.
MESON_PACKAGE=pool/main/m/meson/meson_1.7.0-1_all.deb
MESON_SHA256=e92d04e60e784336883d537755d09b7dcb856809fa318a0931df3898e84ded95
FLATBUFFERS_TARBALL=pool/main/f/flatbuffers/flatbuffers_23.5.26+dfsg.orig.tar.xz
FLATBUFFERS_SHA256=0d309fd2c47bbbebd450e68d1419c336d53d1b8f5ce47e1f1f7f28f452fc6f3b
FETCH_LIMIT_S=120

work=$(mktemp -d "${TMPDIR:-/var/tmp}/vaktra-worker.XXXXXX")
trap 'rm -rf "$work"' EXIT

# A line that starts with "== " is a step for whoever shows progress; all else is log.
step() { echo "== $1"; }

# The Debian archive this machine already uses, so that a local mirror is used here too.
archive() {
  local uri
  uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | sort -u | grep -m1 -E '/debian/?$' || true)
  echo "${uri:-http://deb.debian.org/debian}" | sed 's,/*$,,'
}

# fetch NAME SHA256 FILE: gets a file of the archive, refusing one with another checksum.
fetch() {
  curl -fsSL --max-time "$FETCH_LIMIT_S" -o "$3" "$(archive)/$1"
  echo "$2  $3" | sha256sum --check --quiet
}

step 'fetching meson'
fetch "$MESON_PACKAGE" "$MESON_SHA256" "$work/meson.deb"
dpkg-deb --extract "$work/meson.deb" "$work/meson"
meson() { PYTHONPATH="$work/meson/usr/lib/python3/dist-packages" python3 "$work/meson/usr/bin/meson" "$@"; }

step 'compiling flatc'
# Unoptimised, which halves the time: flatc runs for a second.
fetch "$FLATBUFFERS_TARBALL" "$FLATBUFFERS_SHA256" "$work/flatbuffers.tar.xz"
mkdir "$work/flatbuffers"
tar -xf "$work/flatbuffers.tar.xz" -C "$work/flatbuffers" --strip-components=1
cmake -S "$work/flatbuffers" -B "$work/flatc" -G Ninja -DCMAKE_BUILD_TYPE= -DCMAKE_CXX_FLAGS=-O0 \
  -DFLATBUFFERS_BUILD_TESTS=OFF -DFLATBUFFERS_BUILD_FLATHASH=OFF -DFLATBUFFERS_BUILD_FLATLIB=ON
ninja -C "$work/flatc" flatc
export PATH="$work/flatc:$PATH"

step 'preparing the worker'
cp -r "$source_dir" "$work/worker"
rm -f "$work"/worker/subprojects/*.wrap
cp -r "$here"/subprojects/. "$work/worker/subprojects"
# The worker links each subproject's archive whole; ours hold one empty file, since the code is in the shared libraries.
for folder in "$work"/worker/subprojects/*/; do : >"$folder/empty.cpp"; done
ln -s "$work/flatbuffers/include" "$work/worker/subprojects/flatbuffers/include"
# The worker's watcher of outgoing DTLS bytes answers 1 to every question asked of its BIO. Debian's OpenSSL asks it whether
# the kernel encrypts (BIO_get_ktls_send), believes the 1, allocates no write buffer and crashes in the first handshake; the
# worker's own OpenSSL is built without that question. After a call (BIO_CB_RETURN is one bit of the kind) the result stands.
watcher="$work/worker/src/RTC/DtlsTransport.cpp"
sed -i 's/(operationType == BIO_CB_RETURN)/((operationType \& BIO_CB_RETURN) != 0)/' "$watcher"
grep -q '((operationType & BIO_CB_RETURN) != 0)' "$watcher"
# io_uring has no package of the right version and is switched off at run time in most containers anyway.
meson setup --buildtype release -Db_ndebug=true -Dms_disable_liburing=true --wrap-mode nodownload \
  "$work/build" "$work/worker"

step 'compiling the worker'
# The generated headers first: the compile steps do not name them as something they wait for.
ninja -C "$work/build" fbs/FBS
ninja -C "$work/build" mediasoup-worker

mkdir -p "$(dirname "$binary")"
# Renamed into place, so that an interrupted copy is never taken for a whole worker.
cp "$work/build/mediasoup-worker" "$binary.part"
strip "$binary.part"
mv "$binary.part" "$binary"
step "done"
