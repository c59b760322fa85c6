//! The IR core: interned types and attributes, arenas of ops, blocks, regions and values, op definitions, builder, verifier.

#![forbid(unsafe_code)]
