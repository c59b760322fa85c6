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

/// The functions that a model exports; every other symbol stays inside of it.
pub const EXPORTED_SYMBOLS: [&str; 26] = [
    "kiln_get_api",
    "kiln_abi_version",
    "kiln_model_name",
    "kiln_model_producer",
    "kiln_model_target",
    "kiln_model_cpu",
    "kiln_model_weight_size",
    "kiln_symbol_count",
    "kiln_symbol_name",
    "kiln_tensor_count",
    "kiln_tensor_name",
    "kiln_tensor_element_type",
    "kiln_tensor_rank",
    "kiln_tensor_extent",
    "kiln_tensor_extent_symbol",
    "kiln_tensor_extent_text",
    "kiln_status_name",
    "kiln_output_shapes",
    "kiln_workspace_size",
    "kiln_run",
    "kiln_release",
    "kiln_launch_count",
    "kiln_launch_kernel",
    "kiln_launch_family",
    "kiln_launch_node",
    "kiln_reset_state",
];

/// The libc functions that a model needs of the process that loads it: the C side's, and what LLVM makes of copies.
pub const EXTERNAL_SYMBOLS: [&str; 13] = [
    "malloc",
    "free",
    "strtod",
    "snprintf",
    "memcpy",
    "memmove",
    "memset",
    "pthread_create",
    "pthread_join",
    "clock_gettime",
    "syscall",
    "getenv",
    "getauxval",
];
