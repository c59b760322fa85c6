//! The compiled C side, one relocatable object for each family of processors.

/// The name of an architecture, as in target triples, and its object.
const OBJECTS: [(&str, &[u8]); 3] = [
    ("x86_64", include_bytes!(concat!(env!("OUT_DIR"), "/kiln_runtime_x86_64.o"))),
    ("aarch64", include_bytes!(concat!(env!("OUT_DIR"), "/kiln_runtime_aarch64.o"))),
    ("riscv64", include_bytes!(concat!(env!("OUT_DIR"), "/kiln_runtime_riscv64.o"))),
];

/// The C side for `arch` (`x86_64`, `aarch64`, `riscv64`): an ELF object to link into every compiled model.
pub fn object_for(arch: &str) -> Option<&'static [u8]> {
    OBJECTS.iter().find(|(name, _)| *name == arch).map(|(_, object)| *object)
}

/// The architectures that [`object_for`] knows.
pub fn architectures() -> impl Iterator<Item = &'static str> {
    OBJECTS.iter().map(|(name, _)| *name)
}
