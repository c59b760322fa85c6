//! What a machine must have to run code that was compiled for a cpu: LLVM's features of the cpu, as far as code
//! generation makes use of them and a machine can be asked for them when a model is loaded (`crates/runtime/c/processor.c`).
//!
//! Left out is what no kernel holds (cryptography, atomics, system instructions), and, on RISC-V, all but the vector unit:
//! Linux tells of other extensions only lately, so a cpu that is named is believed to have them.

use crate::{Architecture, Architecture::*};

/// Features by LLVM's names, in the order in which a machine is asked for them.
pub(crate) fn checked(architecture: Architecture) -> &'static [&'static str] {
    match architecture {
        X86_64 => &[
            "cx16",
            "popcnt",
            "sahf",
            "sse3",
            "ssse3",
            "sse4.1",
            "sse4.2",
            "sse4a",
            "avx",
            "f16c",
            "avx2",
            "bmi",
            "bmi2",
            "fma",
            "lzcnt",
            "movbe",
            "gfni",
            "avxvnni",
            "avxifma",
            "avxneconvert",
            "avxvnniint8",
            "avxvnniint16",
            "avx512f",
            "avx512bw",
            "avx512cd",
            "avx512dq",
            "avx512vl",
            "avx512vnni",
            "avx512ifma",
            "avx512vbmi",
            "avx512vbmi2",
            "avx512bitalg",
            "avx512vpopcntdq",
            "avx512bf16",
            "avx512fp16",
            "amx-tile",
            "amx-int8",
            "amx-bf16",
            "amx-fp16",
        ],
        Aarch64 => &["rdm", "dotprod", "fullfp16", "complxnum", "fp16fml", "sha3", "i8mm", "bf16", "sve", "sve2"],
        Riscv64 => &["v", "zvl128b", "zvl256b", "zvl512b"],
    }
}

/// Several names of cpus, all that they have in common with another row, and what they have besides.
type Row = (&'static [&'static str], &'static str, &'static [&'static str]);

/// Cpus that are in no row need nothing but their family's base.
#[rustfmt::skip]
const ROWS: &[Row] = &[
    (&["x86-64-v2", "nehalem", "westmere"], "", &["cx16", "popcnt", "sahf", "sse3", "ssse3", "sse4.1", "sse4.2"]),
    (&["sandybridge"], "x86-64-v2", &["avx"]),
    (&["ivybridge"], "sandybridge", &["f16c"]),
    (&["x86-64-v3", "haswell", "broadwell", "skylake"], "ivybridge", &["avx2", "bmi", "bmi2", "fma", "lzcnt", "movbe"]),
    (&["znver1", "znver2", "znver3"], "x86-64-v3", &["sse4a"]),
    (&["alderlake", "raptorlake", "meteorlake", "gracemont"], "x86-64-v3", &["gfni", "avxvnni"]),
    (&["arrowlake", "sierraforest"], "alderlake", &["avxifma", "avxneconvert", "avxvnniint8"]),
    (&["lunarlake"], "arrowlake", &["avxvnniint16"]),
    (&["x86-64-v4", "skylake-avx512"], "x86-64-v3", &["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]),
    (&["cascadelake"], "x86-64-v4", &["avx512vnni"]),
    (&["cooperlake"], "cascadelake", &["avx512bf16"]),
    (&["icelake-client", "icelake-server", "rocketlake", "tigerlake"], "cascadelake",
        &["gfni", "avx512ifma", "avx512vbmi", "avx512vbmi2", "avx512bitalg", "avx512vpopcntdq"]),
    (&["sapphirerapids", "emeraldrapids"], "icelake-server",
        &["avxvnni", "avx512bf16", "avx512fp16", "amx-tile", "amx-int8", "amx-bf16"]),
    (&["graniterapids"], "sapphirerapids", &["amx-fp16"]),
    (&["znver4"], "icelake-server", &["sse4a", "avx512bf16"]),
    (&["znver5"], "znver4", &["avxvnni"]),

    (&["cortex-a55", "cortex-a75", "cortex-a76", "cortex-a77", "cortex-a78", "cortex-x1", "neoverse-e1", "neoverse-n1"],
        "", &["rdm", "dotprod", "fullfp16"]),
    (&["cortex-a510", "cortex-a710", "cortex-a720", "cortex-x2", "cortex-x4", "neoverse-n2", "neoverse-v2"], "neoverse-n1",
        &["complxnum", "fp16fml", "i8mm", "bf16", "sve", "sve2"]),
    (&["grace"], "neoverse-v2", &["sha3"]),
    (&["apple-m1"], "neoverse-n1", &["complxnum", "fp16fml", "sha3"]),
    (&["apple-m2", "ampere1"], "apple-m1", &["i8mm", "bf16"]),
    (&["neoverse-v1"], "ampere1", &["sve"]),
    (&["a64fx"], "", &["rdm", "fullfp16", "complxnum", "sve"]),

    (&["rv64gcv", "rv64gcv-vlen128", "sifive-p670", "xiangshan-kunminghu"], "", &["v", "zvl128b"]),
    (&["rv64gcv-vlen256", "spacemit-x60", "tt-ascalon-d8"], "rv64gcv", &["zvl256b"]),
    (&["rv64gcv-vlen512", "sifive-x280"], "rv64gcv-vlen256", &["zvl512b"]),
];

/// Whether a cpu, by its name in the table, has a feature.
fn has(cpu: &str, feature: &str) -> bool {
    let row = ROWS.iter().find(|(names, ..)| names.contains(&cpu));
    row.is_some_and(|(_, base, more)| more.contains(&feature) || has(base, feature))
}

/// What a machine must have for code for a cpu with `features`, LLVM's list of what is added to it and taken away.
pub(crate) fn requirements(architecture: Architecture, cpu: &str, features: &str) -> Vec<&'static str> {
    let is_needed = |feature: &&str| {
        let mut changes = features.split(',').filter(|change| change.trim_start_matches(['+', '-']) == *feature);
        changes.next_back().map_or_else(|| has(cpu, feature), |change| change.starts_with('+'))
    };
    checked(architecture).iter().copied().filter(is_needed).collect()
}
