#!/bin/sh
# Installs the Debian packages that onsager needs: packages.sh build | check. Says what it installs.
# ONSAGER_NO_INSTALL=1 only names what is missing and fails if anything is.
set -eu

build="gcc libc6-dev make meson ninja-build pkg-config librandom123-dev libxxhash-dev libyaml-dev libgsl-dev libhdf5-dev
       libjansson-dev libfftw3-dev libsleef-dev libopenblas-dev liblapacke-dev libpng-dev libcmocka-dev libopenmpi-dev openmpi-bin gnuplot-nox"
check="clang clang-format clang-tidy libclang-rt-14-dev python3"

packages=$build
[ "${1:-build}" = check ] && packages="$build $check"

missing=""
for package in $packages; do
    case "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)" in
    *"ok installed"*) ;;
    *) missing="$missing $package" ;;
    esac
done
[ -z "$missing" ] && exit 0

if [ "${ONSAGER_NO_INSTALL:-0}" = 1 ]; then
    echo "onsager needs these Debian packages:$missing" >&2
    echo "install them with: apt-get install --no-install-recommends$missing" >&2
    exit 1
fi
as_root=""
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "onsager needs$missing: run this as root or install sudo" >&2; exit 1; }
    as_root=sudo
fi
echo "installing Debian packages:$missing"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
$as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
