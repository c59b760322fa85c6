//! The table of cpus: one row each, in groups by architecture, widest choice last.
//!
//! Cache sizes are those of the common part of each family, per core for the first and second level. They steer tile
//! sizes only, so a part with other sizes is a little slower, never wrong.
//!
//! x86 starts at x86-64-v2: before SSE4.1, rounding was a library call, and models call no library.

use crate::{Architecture, Architecture::*, Dots};

/// The vector unit a cpu has: what emitters may count on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct VectorUnit {
    pub bits: u32,
    pub registers: u32,
    pub fma: bool,
    pub masks: bool,
    pub dots: Dots,
}

impl VectorUnit {
    const fn with_dots(self, dots: Dots) -> VectorUnit {
        VectorUnit { dots, ..self }
    }

    /// The unit without instructions that sum products.
    pub(crate) const fn without_dots(self) -> VectorUnit {
        self.with_dots(NO_DOTS)
    }
}

/// No sums of products.
const NO_DOTS: Dots =
    Dots { signed: false, unsigned: false, mixed: false, halves: false, byte_tiles: false, half_tiles: false };
/// VNNI: the one operand is unsigned, the other signed.
const VNNI: Dots = Dots { mixed: true, ..NO_DOTS };
/// The same with products of `bf16`.
const VNNI_BF16: Dots = Dots { halves: true, ..VNNI };
/// The same with tiles, of both.
const AMX: Dots = Dots { byte_tiles: true, half_tiles: true, ..VNNI_BF16 };
/// The dot product of Armv8.2.
const DOTPROD: Dots = Dots { signed: true, unsigned: true, ..NO_DOTS };
/// The same with the 8-bit matrix extension.
const I8MM: Dots = Dots { mixed: true, ..DOTPROD };

pub(crate) const SSE: VectorUnit = VectorUnit { bits: 128, registers: 16, fma: false, masks: false, dots: NO_DOTS };
/// AVX without FMA3.
pub(crate) const AVX: VectorUnit = VectorUnit { bits: 256, registers: 16, fma: false, masks: false, dots: NO_DOTS };
pub(crate) const AVX2: VectorUnit = VectorUnit { bits: 256, registers: 16, fma: true, masks: false, dots: NO_DOTS };
pub(crate) const AVX512: VectorUnit = VectorUnit { bits: 512, registers: 32, fma: true, masks: true, dots: NO_DOTS };
pub(crate) const AVX2_VNNI: VectorUnit = AVX2.with_dots(VNNI);
pub(crate) const AVX512_VNNI: VectorUnit = AVX512.with_dots(VNNI);
pub(crate) const AVX512_BF16: VectorUnit = AVX512.with_dots(VNNI_BF16);
pub(crate) const AVX512_AMX: VectorUnit = AVX512.with_dots(AMX);
pub(crate) const NEON: VectorUnit = VectorUnit { bits: 128, registers: 32, fma: true, masks: false, dots: NO_DOTS };
pub(crate) const NEON_DOT: VectorUnit = NEON.with_dots(DOTPROD);
pub(crate) const NEON_I8MM: VectorUnit = NEON.with_dots(I8MM);
pub(crate) const RVV128: VectorUnit = VectorUnit { bits: 128, registers: 32, fma: true, masks: true, dots: NO_DOTS };
pub(crate) const RVV256: VectorUnit = VectorUnit { bits: 256, registers: 32, fma: true, masks: true, dots: NO_DOTS };
pub(crate) const RVV512: VectorUnit = VectorUnit { bits: 512, registers: 32, fma: true, masks: true, dots: NO_DOTS };
/// No vector unit: LLVM splits a pair of `f32` into two of the 32 scalar registers.
pub(crate) const SCALAR: VectorUnit = VectorUnit { bits: 64, registers: 16, fma: true, masks: false, dots: NO_DOTS };

/// What the table says of one cpu.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cpu {
    /// What the user writes.
    pub name: &'static str,
    pub architecture: Architecture,
    /// LLVM's name, mostly the same.
    pub llvm_cpu: &'static str,
    /// LLVM features beyond those of `llvm_cpu`.
    pub features: &'static str,
    pub unit: VectorUnit,
    /// Data cache of each level in KiB, 0 where there is none.
    pub caches: [u32; 3],
}

const fn cpu(architecture: Architecture, name: &'static str, unit: VectorUnit, caches: [u32; 3]) -> Cpu {
    Cpu { name, architecture, llvm_cpu: name, features: "", unit, caches }
}

/// A RISC-V profile that LLVM knows by its extensions alone.
const fn profile(name: &'static str, features: &'static str, unit: VectorUnit) -> Cpu {
    Cpu { name, architecture: Riscv64, llvm_cpu: "generic-rv64", features, unit, caches: [32, 512, 2048] }
}

/// Every cpu that can be asked for by name.
#[rustfmt::skip]
pub(crate) const CPUS: &[Cpu] = &[
    cpu(X86_64, "x86-64-v2", SSE, [32, 256, 4096]),
    cpu(X86_64, "x86-64-v3", AVX2, [32, 512, 8192]),
    cpu(X86_64, "x86-64-v4", AVX512, [32, 1024, 16384]),
    cpu(X86_64, "nehalem", SSE, [32, 256, 8192]),
    cpu(X86_64, "westmere", SSE, [32, 256, 12288]),
    cpu(X86_64, "sandybridge", AVX, [32, 256, 8192]),
    cpu(X86_64, "ivybridge", AVX, [32, 256, 8192]),
    cpu(X86_64, "haswell", AVX2, [32, 256, 8192]),
    cpu(X86_64, "broadwell", AVX2, [32, 256, 8192]),
    cpu(X86_64, "skylake", AVX2, [32, 256, 8192]),
    cpu(X86_64, "skylake-avx512", AVX512, [32, 1024, 24576]),
    cpu(X86_64, "cascadelake", AVX512_VNNI, [32, 1024, 32768]),
    cpu(X86_64, "cooperlake", AVX512_BF16, [32, 1024, 32768]),
    cpu(X86_64, "icelake-client", AVX512_VNNI, [48, 512, 8192]),
    cpu(X86_64, "icelake-server", AVX512_VNNI, [48, 1280, 49152]),
    cpu(X86_64, "rocketlake", AVX512_VNNI, [48, 512, 16384]),
    cpu(X86_64, "tigerlake", AVX512_VNNI, [48, 1280, 12288]),
    cpu(X86_64, "sapphirerapids", AVX512_AMX, [48, 2048, 61440]),
    cpu(X86_64, "emeraldrapids", AVX512_AMX, [48, 2048, 163840]),
    cpu(X86_64, "graniterapids", AVX512_AMX, [48, 2048, 196608]),
    cpu(X86_64, "alderlake", AVX2_VNNI, [48, 1280, 30720]),
    cpu(X86_64, "raptorlake", AVX2_VNNI, [48, 2048, 36864]),
    cpu(X86_64, "meteorlake", AVX2_VNNI, [48, 2048, 24576]),
    cpu(X86_64, "arrowlake", AVX2_VNNI, [48, 3072, 36864]),
    cpu(X86_64, "lunarlake", AVX2_VNNI, [48, 2560, 12288]),
    cpu(X86_64, "gracemont", AVX2_VNNI, [32, 2048, 6144]),
    cpu(X86_64, "sierraforest", AVX2_VNNI, [32, 4096, 110592]),
    cpu(X86_64, "znver1", AVX2, [32, 512, 8192]),
    cpu(X86_64, "znver2", AVX2, [32, 512, 16384]),
    cpu(X86_64, "znver3", AVX2, [32, 512, 32768]),
    cpu(X86_64, "znver4", AVX512_BF16, [32, 1024, 32768]),
    cpu(X86_64, "znver5", AVX512_BF16, [48, 1024, 32768]),

    cpu(Aarch64, "generic", NEON, [32, 512, 2048]),
    cpu(Aarch64, "cortex-a53", NEON, [32, 512, 0]),
    cpu(Aarch64, "cortex-a55", NEON_DOT, [32, 256, 1024]),
    cpu(Aarch64, "cortex-a57", NEON, [32, 1024, 0]),
    cpu(Aarch64, "cortex-a72", NEON, [32, 1024, 0]),
    cpu(Aarch64, "cortex-a73", NEON, [32, 1024, 0]),
    cpu(Aarch64, "cortex-a75", NEON_DOT, [64, 512, 2048]),
    cpu(Aarch64, "cortex-a76", NEON_DOT, [64, 512, 2048]),
    cpu(Aarch64, "cortex-a77", NEON_DOT, [64, 512, 4096]),
    cpu(Aarch64, "cortex-a78", NEON_DOT, [64, 512, 4096]),
    cpu(Aarch64, "cortex-a510", NEON_I8MM, [32, 256, 4096]),
    cpu(Aarch64, "cortex-a710", NEON_I8MM, [64, 512, 8192]),
    cpu(Aarch64, "cortex-a720", NEON_I8MM, [64, 512, 8192]),
    cpu(Aarch64, "cortex-x1", NEON_DOT, [64, 1024, 8192]),
    cpu(Aarch64, "cortex-x2", NEON_I8MM, [64, 1024, 8192]),
    cpu(Aarch64, "cortex-x4", NEON_I8MM, [64, 2048, 8192]),
    cpu(Aarch64, "neoverse-e1", NEON_DOT, [64, 256, 4096]),
    cpu(Aarch64, "neoverse-n1", NEON_DOT, [64, 1024, 32768]),
    cpu(Aarch64, "neoverse-n2", NEON_I8MM, [64, 1024, 32768]),
    cpu(Aarch64, "neoverse-v1", NEON_I8MM, [64, 1024, 32768]),
    cpu(Aarch64, "neoverse-v2", NEON_I8MM, [64, 2048, 32768]),
    cpu(Aarch64, "grace", NEON_I8MM, [64, 1024, 116736]),
    cpu(Aarch64, "ampere1", NEON_I8MM, [64, 2048, 65536]),
    cpu(Aarch64, "apple-m1", NEON_DOT, [128, 3072, 8192]),
    cpu(Aarch64, "apple-m2", NEON_I8MM, [128, 4096, 8192]),
    cpu(Aarch64, "a64fx", NEON, [64, 2048, 0]),

    profile("rv64gc", "+m,+a,+f,+d,+c", SCALAR),
    profile("rv64gcv", "+m,+a,+f,+d,+c,+v,+zvl128b", RVV128),
    profile("rv64gcv-vlen128", "+m,+a,+f,+d,+c,+v,+zvl128b", RVV128),
    profile("rv64gcv-vlen256", "+m,+a,+f,+d,+c,+v,+zvl256b", RVV256),
    profile("rv64gcv-vlen512", "+m,+a,+f,+d,+c,+v,+zvl512b", RVV512),
    cpu(Riscv64, "sifive-u74", SCALAR, [32, 2048, 0]),
    cpu(Riscv64, "sifive-x280", RVV512, [32, 512, 2048]),
    cpu(Riscv64, "sifive-p670", RVV128, [64, 512, 4096]),
    cpu(Riscv64, "spacemit-x60", RVV256, [32, 512, 0]),
    cpu(Riscv64, "xiangshan-kunminghu", RVV128, [64, 1024, 16384]),
    cpu(Riscv64, "tt-ascalon-d8", RVV256, [64, 1024, 12288]),
];

/// The cpus that stand for a machine of unknown name, widest first.
pub(crate) fn levels(architecture: Architecture) -> &'static [&'static str] {
    match architecture {
        X86_64 => &["x86-64-v4", "x86-64-v3", "sandybridge", "x86-64-v2"],
        Aarch64 => &["generic"],
        Riscv64 => &["rv64gcv-vlen512", "rv64gcv-vlen256", "rv64gcv", "rv64gc"],
    }
}

/// LLVM's names of features that kernels make use of and that machines of one cpu may have or not.
pub(crate) fn extensions(architecture: Architecture) -> &'static [&'static str] {
    match architecture {
        X86_64 => &["f16c", "avxvnni", "avx512vnni", "avx512bf16", "avx512fp16", "amx-tile", "amx-int8", "amx-bf16"],
        Aarch64 => &["dotprod", "i8mm", "bf16", "fullfp16"],
        Riscv64 => &["zvfh", "zvfbfwma"],
    }
}

/// The vector unit that a set of LLVM features gives, for a cpu known by its features alone.
///
/// `features` is LLVM's form: `+avx2,-avx512f`.
pub(crate) fn unit_of_features(architecture: Architecture, features: &str) -> VectorUnit {
    let has = |name: &str| features.split(',').any(|feature| feature.strip_prefix('+') == Some(name));
    match architecture {
        // Every AVX-512 cpu but the Xeon Phi has the VL and BW parts; emitters use masks on bytes and on short vectors.
        X86_64 if has("avx512f") && has("avx512vl") && has("avx512bw") => AVX512,
        X86_64 if has("avx2") && has("fma") => AVX2,
        X86_64 if has("avx") => AVX,
        X86_64 => SSE,
        Aarch64 => NEON,
        Riscv64 if has("zvl512b") => RVV512,
        Riscv64 if has("zvl256b") => RVV256,
        Riscv64 if has("v") => RVV128,
        Riscv64 => SCALAR,
    }
}

/// The sums of products of a unit of `bits` that has `known` ones, with features added and taken away.
pub(crate) fn dots(architecture: Architecture, bits: u32, known: Dots, features: &str) -> Dots {
    let mut dots = known;
    for feature in features.split(',') {
        let is_there = feature.starts_with('+');
        match (architecture, feature.trim_start_matches(['+', '-'])) {
            // Each width has a feature of its own.
            (X86_64, "avx512vnni") if bits == 512 => dots.mixed = is_there,
            (X86_64, "avxvnni") if bits == 256 => dots.mixed = is_there,
            (X86_64, "avx512bf16") if bits == 512 => dots.halves = is_there,
            // What is read from tiles again are vectors of 512 bits.
            (X86_64, "amx-int8") if bits == 512 => dots.byte_tiles = is_there,
            (X86_64, "amx-bf16") if bits == 512 => dots.half_tiles = is_there,
            (Aarch64, "dotprod") => (dots.signed, dots.unsigned) = (is_there, is_there),
            (Aarch64, "i8mm") => dots.mixed = is_there,
            _ => {}
        }
    }
    dots
}
