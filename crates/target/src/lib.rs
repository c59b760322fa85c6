//! What a CPU offers: vector bits, registers, features, caches; data, from a triple and a cpu name.
//!
//! Everything downstream reads widths and register counts from a [`Target`] and from nowhere else. This crate never
//! asks the machine it runs on: for `native`, `kiln-codegen` asks LLVM and hands the answer in as a [`HostCpu`].
//!
//! ```
//! use kiln_target::Target;
//! use kiln_tensor::ElementType;
//!
//! let target = Target::parse("x86_64", Some("znver4"))?;
//! assert_eq!(target.triple, "x86_64-unknown-linux-gnu");
//! assert_eq!(target.lanes(ElementType::F32), 16);
//! # Ok::<(), kiln_target::TargetError>(())
//! ```

#![forbid(unsafe_code)]

mod cpus;
mod requirements;
mod suggest;

use cpus::{CPUS, Cpu, VectorUnit, unit_of_features};
use kiln_tensor::ElementType;
use std::fmt;

/// A family of processors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Architecture {
    /// 64-bit x86.
    X86_64,
    /// 64-bit Arm, little-endian.
    Aarch64,
    /// 64-bit RISC-V.
    Riscv64,
}

impl Architecture {
    /// Every architecture, in declaration order.
    pub const ALL: [Architecture; 3] = [Architecture::X86_64, Architecture::Aarch64, Architecture::Riscv64];

    /// The first component of the triple, which is also what the user writes for short.
    pub fn name(self) -> &'static str {
        match self {
            Architecture::X86_64 => "x86_64",
            Architecture::Aarch64 => "aarch64",
            Architecture::Riscv64 => "riscv64",
        }
    }

    /// The triple that the short name stands for.
    pub fn default_triple(self) -> &'static str {
        match self {
            Architecture::X86_64 => "x86_64-unknown-linux-gnu",
            Architecture::Aarch64 => "aarch64-unknown-linux-gnu",
            Architecture::Riscv64 => "riscv64-unknown-linux-gnu",
        }
    }

    /// The cpu that is meant when none is named: the widest one that most machines in use satisfy.
    pub fn default_cpu(self) -> &'static str {
        match self {
            Architecture::X86_64 => "x86-64-v3",
            Architecture::Aarch64 => "generic",
            Architecture::Riscv64 => "rv64gcv",
        }
    }

    /// LLVM's name of the calling convention variant, empty where there is only one.
    pub fn abi(self) -> &'static str {
        match self {
            Architecture::X86_64 | Architecture::Aarch64 => "",
            Architecture::Riscv64 => "lp64d",
        }
    }

    fn find(name: &str) -> Option<Architecture> {
        match name {
            "x86_64" | "x86-64" | "amd64" => Some(Architecture::X86_64),
            "aarch64" | "arm64" => Some(Architecture::Aarch64),
            "riscv64" | "riscv64gc" => Some(Architecture::Riscv64),
            _ => None,
        }
    }
}

/// What the code generator knows of the machine it runs on, in LLVM's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostCpu {
    /// Triple of the running process.
    pub triple: String,
    /// LLVM's name of the cpu.
    pub cpu: String,
    /// Every feature, present or absent: `+avx2,-avx512f`.
    pub features: String,
    /// Bytes of the data cache of each level, where the system tells: of a core for the first and second.
    pub caches: [Option<usize>; 3],
}

/// Bytes of a cache line, on every cpu of the table.
const LINE: usize = 64;

/// Sizes of the data caches in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Caches {
    /// One cache line.
    pub line: usize,
    /// First level, of one core.
    pub l1: usize,
    /// Second level, of one core.
    pub l2: usize,
    /// Third level, shared; 0 where there is none.
    pub l3: usize,
}

/// A processor to generate code for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// The family it belongs to.
    pub architecture: Architecture,
    /// LLVM's target triple.
    pub triple: String,
    /// LLVM's cpu name.
    pub cpu: String,
    /// LLVM features beyond those of the cpu: `+v,+zvl256b`.
    pub features: String,
    /// Bits of one vector register. Without a vector unit, 64: a pair of `f32` kept in two scalar registers.
    pub vector_bits: u32,
    /// How many values of `vector_bits` the register file holds.
    pub vector_registers: u32,
    /// Whether a fused multiply-add is one instruction. If not, `vector.fma` becomes a library call per lane: emit a
    /// multiplication and an addition.
    pub has_fma: bool,
    /// Whether masked loads, stores and arithmetic of every element size are single instructions.
    pub has_masks: bool,
    /// Instructions that sum products.
    pub dots: Dots,
    /// Data caches.
    pub caches: Caches,
    /// Bits of a pointer and of MLIR's `index`.
    pub pointer_bits: u32,
}

/// Instructions that multiply narrow numbers and add neighbouring products to each 32-bit lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Dots {
    /// Four products of signed bytes.
    pub signed: bool,
    /// Four products of unsigned bytes.
    pub unsigned: bool,
    /// Four products of a byte that is signed and one that is not.
    pub mixed: bool,
    /// Two products of `bf16`.
    pub halves: bool,
    /// Products of bytes, whatever their signs, of whole tiles: the matrix unit of x86-64.
    pub byte_tiles: bool,
    /// Products of `bf16` of whole tiles.
    pub half_tiles: bool,
}

/// Why there is no such target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetError {
    message: String,
}

impl fmt::Display for TargetError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for TargetError {}

impl Target {
    /// The target of a triple, or of the short name of an architecture, and a cpu; without a cpu, of
    /// [`Architecture::default_cpu`].
    ///
    /// `native` is no name for this function: the caller turns it into [`Target::from_host`].
    pub fn parse(triple: &str, cpu: Option<&str>) -> Result<Target, TargetError> {
        let (architecture, triple) = parse_triple(triple)?;
        let name = cpu.unwrap_or(architecture.default_cpu());
        let row = find_cpu(architecture, name).ok_or_else(|| unknown_cpu(architecture, name))?;
        Ok(Target::new(architecture, triple, row.llvm_cpu, row.features, row.unit, row.caches))
    }

    /// The target that [`Target`] prints as `text`: `triple`, `triple:cpu`, or more sections that say in what a machine
    /// differs from the table's row of its cpu, as in `triple:cpu:+avx512bf16,-amx-int8:48K/2048K/491520K`.
    pub fn from_text(text: &str) -> Result<Target, TargetError> {
        let mut sections = text.split(':');
        let triple = sections.next().unwrap_or_default();
        let mut target = Target::parse(triple, sections.next())?;
        for section in sections {
            target = match section.starts_with(['+', '-']) {
                true => target.with_features(section),
                false => Target { caches: parse_caches(section).ok_or_else(|| unknown_section(section))?, ..target },
            };
        }
        Ok(target)
    }

    /// The target of the machine that `host` describes: the row of its cpu, or else of the widest level of its family,
    /// with the machine's own features and caches, since a virtual machine may hide some. The triple is the
    /// architecture's default one, so that a machine's vendor changes nothing.
    pub fn from_host(host: &HostCpu) -> Result<Target, TargetError> {
        let (architecture, _) = parse_triple(&host.triple)?;
        let unit = unit_of_features(architecture, &host.features);
        let candidates = [host.cpu.as_str()].into_iter().chain(cpus::levels(architecture).iter().copied());
        let mut rows = candidates.filter_map(|name| find_cpu(architecture, name));
        let row =
            rows.find(|row| row.unit.without_dots() == unit).expect("the levels of a family cover its vector units");
        let triple = architecture.default_triple().to_owned();
        let target = Target::new(architecture, triple, row.llvm_cpu, row.features, row.unit, row.caches);
        let needed = target.requirements();
        let listed = |feature: &&str| {
            let name = feature.trim_start_matches(['+', '-']);
            // What its row promises and the machine lacks must not be used; nor would the model load here.
            let is_lacking = feature.starts_with('-') && needed.contains(&name);
            is_lacking || cpus::extensions(architecture).contains(&name)
        };
        let extensions: Vec<&str> = host.features.split(',').filter(listed).collect();
        let Caches { line, l1, l2, l3 } = target.caches;
        let [l1, l2, l3] = [(0, l1), (1, l2), (2, l3)]
            .map(|(level, known)| host.caches[level].filter(|&bytes| bytes >= 1024).unwrap_or(known));
        Ok(Target { caches: Caches { line, l1, l2, l3 }, ..target.with_features(&extensions.join(",")) })
    }

    /// The target with more features, each `+` or `-` and its name.
    fn with_features(mut self, features: &str) -> Target {
        if !self.features.is_empty() && !features.is_empty() {
            self.features.push(',');
        }
        self.features.push_str(features);
        self.dots = cpus::dots(self.architecture, self.vector_bits, self.dots, features);
        self
    }

    /// The cpu names that [`Target::parse`] takes for an architecture, in the order of the table.
    pub fn cpu_names(architecture: Architecture) -> impl Iterator<Item = &'static str> {
        CPUS.iter().filter(move |row| row.architecture == architecture).map(|row| row.name)
    }

    /// The cpu's name in the table, which is what the user writes; LLVM has one name for all of a family's profiles.
    pub fn cpu_name(&self) -> &'static str {
        self.row().name
    }

    /// What a machine must have to run code for this target, by LLVM's names of features, as far as a machine can be
    /// asked. The code of a model refuses to run where one of them is missing.
    pub fn requirements(&self) -> Vec<&'static str> {
        requirements::requirements(self.architecture, self.cpu_name(), &self.features)
    }

    /// Targets of one family, those first that offer more: the wider vectors, then the greater number of features. What
    /// offers all that another does comes before it.
    pub fn sort_by_capability(targets: &mut [Target]) {
        targets.sort_by_key(|target| std::cmp::Reverse((target.vector_bits, target.requirements().len())));
    }

    /// The row of the table that it was made from: of those that fit, the one with the most features.
    fn row(&self) -> &'static Cpu {
        let is_this = |row: &&Cpu| {
            row.architecture == self.architecture
                && row.llvm_cpu == self.cpu
                && (self.features.strip_prefix(row.features)).is_some_and(|more| is_end_of_list(row.features, more))
        };
        // The first of equals, which has the shorter name.
        let rows = CPUS.iter().rev().filter(is_this);
        rows.max_by_key(|row| row.features.len()).expect("targets are made from rows of the table")
    }

    /// How many elements one vector register holds; 1 for those that do not fit and for strings.
    pub fn lanes(&self, element: ElementType) -> usize {
        let bytes = self.vector_bits as usize / 8;
        bytes.checked_div(element.byte_size()).map_or(1, |lanes| lanes.max(1))
    }

    fn new(
        architecture: Architecture,
        triple: String,
        cpu: &str,
        features: &str,
        unit: VectorUnit,
        caches: [u32; 3],
    ) -> Target {
        let [l1, l2, l3] = caches.map(|kib| kib as usize * 1024);
        Target {
            architecture,
            triple,
            cpu: cpu.to_owned(),
            features: features.to_owned(),
            vector_bits: unit.bits,
            vector_registers: unit.registers,
            has_fma: unit.fma,
            has_masks: unit.masks,
            dots: unit.dots,
            caches: Caches { line: LINE, l1, l2, l3 },
            pointer_bits: 64,
        }
    }
}

impl fmt::Display for Target {
    /// `x86_64-unknown-linux-gnu:znver4`: text that [`Target::from_text`] reads back, with [`Target::cpu_name`].
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = self.row();
        write!(formatter, "{}:{}", self.triple, row.name)?;
        let more = self.features[row.features.len()..].trim_start_matches(',');
        if !more.is_empty() {
            write!(formatter, ":{more}")?;
        }
        let Caches { l1, l2, l3, .. } = self.caches;
        let sizes = [l1, l2, l3].map(|bytes| bytes / 1024);
        if sizes != row.caches.map(|kib| kib as usize) {
            write!(formatter, ":{}K/{}K/{}K", sizes[0], sizes[1], sizes[2])?;
        }
        Ok(())
    }
}

/// Whether `more` after a list of features is more of that list, and not more of its last name.
fn is_end_of_list(list: &str, more: &str) -> bool {
    list.is_empty() || more.is_empty() || more.starts_with(',')
}

/// `48K/2048K/0K` as the caches of each level.
fn parse_caches(text: &str) -> Option<Caches> {
    let mut sizes = text.split('/').map(|size| size.strip_suffix('K')?.parse::<usize>().ok()?.checked_mul(1024));
    let caches = Caches { line: LINE, l1: sizes.next()??, l2: sizes.next()??, l3: sizes.next()?? };
    (sizes.next().is_none() && caches.l1 > 0).then_some(caches)
}

fn unknown_section(section: &str) -> TargetError {
    TargetError {
        message: format!("'{section}' of a target is neither features ('+a,-b') nor caches ('32K/1024K/0K')"),
    }
}

fn find_cpu(architecture: Architecture, name: &str) -> Option<&'static Cpu> {
    CPUS.iter().find(|row| row.architecture == architecture && row.name == name)
}

/// Splits a triple into its architecture and LLVM's spelling of the whole.
fn parse_triple(triple: &str) -> Result<(Architecture, String), TargetError> {
    if let Some(architecture) = Architecture::find(triple) {
        return Ok((architecture, architecture.default_triple().to_owned()));
    }
    let (first, rest) = triple.split_once('-').unwrap_or((triple, ""));
    let architecture = Architecture::find(first).ok_or_else(|| unknown_triple(triple, first))?;
    // `x86_64-linux-gnu` leaves the vendor out.
    let mut parts: Vec<&str> = rest.split('-').collect();
    if parts[0] == "linux" {
        parts.insert(0, "unknown");
    }
    let environment = parts.get(2).copied().unwrap_or("gnu");
    if parts.get(1) != Some(&"linux") || parts.len() > 3 || !matches!(environment, "gnu" | "musl") {
        let example = architecture.default_triple();
        let message = format!("target '{triple}' is not an ELF Linux target; write '{example}'");
        return Err(TargetError { message });
    }
    Ok((architecture, format!("{}-{}-linux-{environment}", architecture.name(), parts[0])))
}

fn unknown_triple(triple: &str, first: &str) -> TargetError {
    let names = Architecture::ALL.map(Architecture::name);
    let mut message = format!("unknown target '{triple}'");
    match suggest::closest(first, names) {
        Some(name) => message += &format!("; did you mean '{name}'?"),
        None => message += &format!("; known architectures are {}", names.join(", ")),
    }
    TargetError { message }
}

fn unknown_cpu(architecture: Architecture, cpu: &str) -> TargetError {
    let mut message = format!("unknown cpu '{cpu}' for {}", architecture.name());
    let elsewhere = CPUS.iter().find(|row| row.name == cpu);
    if let Some(name) = suggest::closest(cpu, Target::cpu_names(architecture)) {
        message += &format!("; did you mean '{name}'?");
    } else if let Some(row) = elsewhere {
        message += &format!("; it is a cpu of {}", row.architecture.name());
    } else {
        let names: Vec<_> = Target::cpu_names(architecture).collect();
        message += &format!("; known cpus are {}", names.join(", "));
    }
    TargetError { message }
}

#[cfg(test)]
mod tests;
