//! What a CPU offers: vector bits, registers, features, caches; data, from a triple and a cpu name.

#![forbid(unsafe_code)]
