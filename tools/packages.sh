#!/bin/sh
# Installs the Debian packages that onsager needs: packages.sh build | check | site. Says what it installs.
# ONSAGER_NO_INSTALL=1 only names what is missing and fails if anything is.
set -eu

build="gcc libc6-dev make meson ninja-build pkg-config librandom123-dev libxxhash-dev libyaml-dev libgsl-dev libhdf5-dev
       libjansson-dev libmicrohttpd-dev libfftw3-dev libsleef-dev libsundials-dev libopenblas-dev liblapacke-dev libpng-dev zlib1g-dev
       libcmocka-dev libopenmpi-dev openmpi-bin gnuplot-nox fonts-liberation"
check="clang clang-format clang-tidy libclang-rt-14-dev chromium poppler-utils python3 python3-dev python3-venv python3-pip
       python3-mesonpy patchelf python3-cffi python3-numpy python3-pandas python3-xarray python3-matplotlib python3-h5py
       python3-pytest python3-nbclient python3-ipykernel python3-html5lib"
site="python3 mkdocs"

packages=$build
[ "${1:-build}" = check ] && packages="$build $check $site"
[ "${1:-build}" = site ] && packages="$build $site"

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
