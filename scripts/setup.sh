#!/bin/sh
# Installs the Debian packages that building and testing Kiln needs, and nothing that is already there.
#
# Run without root it names what is missing and the command that installs it, and fails.
set -eu

# LLVM and MLIR 22 (code generation; the tblgen crate links Polly and zstd, bindgen loads libclang), clang and lld
# (the runtime's C side and linking), FileCheck and mlir-opt (tests), qemu with C libraries (compiled models for other
# processors), a C++ compiler (libstdc++ for MLIR's archives), Python (reference outputs from onnxruntime) and git.
packages="
    llvm-22-dev libmlir-22-dev libpolly-22-dev libclang-22-dev mlir-22-tools llvm-22-tools lld-22 clang-22
    libzstd-dev zlib1g-dev g++ make git
    qemu-user libc6-dev-arm64-cross libc6-dev-riscv64-cross
    python3 python3-venv
"

missing=""
for package in $packages; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done

if [ -n "$missing" ]; then
    if [ "$(id -u)" -ne 0 ]; then
        echo "setup: these Debian packages are missing:$missing" >&2
        echo "setup: install them as root, then run this again:" >&2
        echo "    apt-get update && apt-get install --yes --no-install-recommends$missing" >&2
        exit 1
    fi
    echo "setup: installing$missing"
    apt-get update --quiet=2
    # shellcheck disable=SC2086 # the list is meant to be split
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet=2 --no-install-recommends $missing
else
    echo "setup: all Debian packages are installed"
fi

if ! command -v cargo >/dev/null 2>&1; then
    echo "setup: cargo is missing; install Rust 1.95 or newer (https://rustup.rs)" >&2
    exit 1
fi
