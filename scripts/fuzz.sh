#!/bin/sh
# Runs each fuzz target for a while, one after the other: fuzz.sh SECONDS [TARGET...]. cargo-fuzz is installed if it is
# missing. A target that finds something stops, and leaves the input in fuzz/artifacts/TARGET.
#
# No sanitizer: what reads untrusted bytes is safe Rust, in which overflows and bad indices panic by themselves. cargo-fuzz
# passes flags that only nightly compilers take; RUSTC_BOOTSTRAP lets the stable one take them.
set -eu

seconds=$1
shift
targets=${*:-images import ir_text npy pipeline rules}

cd "$(dirname "$0")/.."
cargo fuzz --version >/dev/null 2>&1 || cargo install --locked cargo-fuzz

export RUSTC_BOOTSTRAP=1
for target in $targets; do
    dictionary=
    [ -s "fuzz/dictionaries/$target.dict" ] && dictionary=-dict=fuzz/dictionaries/$target.dict
    # An input that takes ten seconds or a gigabyte is a finding, too.
    # shellcheck disable=SC2086
    cargo fuzz run --sanitizer none "$target" -- $dictionary \
        -max_total_time="$seconds" -timeout=10 -malloc_limit_mb=1024 -rss_limit_mb=4096 -max_len=8192
done
