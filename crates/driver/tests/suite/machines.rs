//! The processors that tests run on: this machine, in the test's own process; narrower ones of its family and, under
//! qemu, those of other families, through the C program `crates/runtime/tests/c/run_files.c`.

#[path = "../../../runtime/tests/support/mod.rs"]
mod support;

use kiln_runtime::{Model, RunOptions, element_type_of};
use kiln_target::Target;
use kiln_tensor::Tensor;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use support::{build_program, runner};

/// A processor to compile for and to run on.
#[derive(Clone, Copy, Debug)]
pub struct Machine {
    /// What tests call it.
    pub name: &'static str,
    /// The architecture and the cpu that are compiled for; none is this machine.
    compiled_for: Option<(&'static str, &'static str)>,
    /// Bits of a vector register of an emulated RISC-V processor.
    vlen: u32,
}

const fn machine(name: &'static str, architecture: &'static str, cpu: &'static str, vlen: u32) -> Machine {
    Machine { name, compiled_for: Some((architecture, cpu)), vlen }
}

/// This machine.
pub const NATIVE: Machine = Machine { name: "native", compiled_for: None, vlen: 0 };

/// All others. What is compiled for vectors of 128 bits must run where they are wider.
pub const OTHERS: [Machine; 12] = [
    machine("x86-64-v2", "x86_64", "x86-64-v2", 0),
    machine("x86-64-v3", "x86_64", "x86-64-v3", 0),
    machine("x86-64-v4", "x86_64", "x86-64-v4", 0),
    machine("alderlake", "x86_64", "alderlake", 0),
    machine("cooperlake", "x86_64", "cooperlake", 0),
    machine("aarch64", "aarch64", "generic", 0),
    machine("aarch64-dotprod", "aarch64", "neoverse-n1", 0),
    machine("aarch64-i8mm", "aarch64", "neoverse-n2", 0),
    machine("riscv64-scalar", "riscv64", "rv64gc", 128),
    machine("riscv64-vlen128", "riscv64", "rv64gcv", 128),
    machine("riscv64-vlen128-on-256", "riscv64", "rv64gcv", 256),
    machine("riscv64-vlen256", "riscv64", "rv64gcv-vlen256", 256),
];

impl Machine {
    /// Whether models for it run here; says so if not.
    pub fn is_available(&self) -> bool {
        let Some((architecture, cpu)) = self.compiled_for else { return true };
        if architecture != std::env::consts::ARCH {
            return runner(architecture, self.vlen).is_some();
        }
        let available = has_level(cpu);
        if !available {
            eprintln!("this processor is no {cpu}, so nothing runs for it");
        }
        available
    }

    /// Whether it is emulated, which takes its time.
    pub fn is_foreign(&self) -> bool {
        self.compiled_for.is_some_and(|(architecture, _)| architecture != std::env::consts::ARCH)
    }

    /// What to compile for.
    pub fn target(&self) -> Result<Target, String> {
        let (architecture, cpu) = self.compiled_for.unzip();
        kiln_driver::resolve_target(architecture, cpu)
    }

    /// The outputs of a model for each number of threads and inputs; files go to `folder`.
    pub fn run(&self, model: &Path, runs: &[(usize, &[Tensor])], folder: &Path) -> Result<Vec<Vec<Tensor>>, String> {
        match self.compiled_for {
            None => run_here(model, runs),
            Some((architecture, _)) => self.run_program(architecture, model, runs, folder),
        }
    }

    fn run_program(
        &self,
        architecture: &'static str,
        model: &Path,
        runs: &[(usize, &[Tensor])],
        folder: &Path,
    ) -> Result<Vec<Vec<Tensor>>, String> {
        let (mut command, includes) = runner(architecture, self.vlen).ok_or("nothing runs for this machine")?;
        command.arg(program(architecture, &includes)).arg(model);
        let file = |kind: &str, number: usize| folder.join(format!("{kind}-{number}"));
        for (number, (threads, inputs)) in runs.iter().enumerate() {
            let (given, made) = (file("inputs", number), file("outputs", number));
            std::fs::write(&given, to_bytes(inputs)).map_err(|error| error.to_string())?;
            command.arg(threads.to_string()).arg(given).arg(made);
        }
        run_quietly(&mut command)?;
        let read = |number| std::fs::read(file("outputs", number)).map_err(|error| error.to_string());
        (0..runs.len()).map(|number| from_bytes(&read(number)?)).collect()
    }
}

/// Whether this processor has what a level of x86-64 asks for, or sums of products in vectors of 256 or 512 bits; other
/// names are for the user to answer for.
#[cfg(target_arch = "x86_64")]
fn has_level(cpu: &str) -> bool {
    let wide = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw");
    match cpu {
        "x86-64-v3" => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
        "alderlake" => is_x86_feature_detected!("avxvnni"),
        "cooperlake" => is_x86_feature_detected!("avx512vnni") && is_x86_feature_detected!("avx512bf16"),
        "x86-64-v4" => wide && is_x86_feature_detected!("avx512vl") && is_x86_feature_detected!("avx512dq"),
        _ => true,
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn has_level(_cpu: &str) -> bool {
    true
}

fn run_here(model: &Path, runs: &[(usize, &[Tensor])]) -> Result<Vec<Vec<Tensor>>, String> {
    let model = Model::open(model).map_err(|error| error.to_string())?;
    let run = |&(threads, inputs): &(usize, &[Tensor])| {
        model.run(inputs, &RunOptions { threads }).map_err(|error| format!("{threads} threads: {error}"))
    };
    runs.iter().map(run).collect()
}

/// The C program for an architecture, built when it is first asked for.
fn program(architecture: &'static str, includes: &[String]) -> PathBuf {
    static BUILT: Mutex<Option<HashMap<&'static str, PathBuf>>> = Mutex::new(None);
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    let build = || {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("run_files-{architecture}"));
        std::fs::create_dir_all(&folder).expect("cargo gives tests a folder");
        std::fs::write(folder.join("kiln.h"), include_str!("../../../runtime/c/kiln.h")).expect("writable");
        let text = include_str!("../../../runtime/tests/c/run_files.c");
        build_program(architecture, "run_files", text, includes, &folder)
    };
    built.get_or_insert_default().entry(architecture).or_insert_with(build).clone()
}

fn run_quietly(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim()))
}

/// Tensors as the C program reads them.
fn to_bytes(tensors: &[Tensor]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let number = |bytes: &mut Vec<u8>, number: usize| bytes.extend((number as u64).to_le_bytes());
    number(&mut bytes, tensors.len());
    for tensor in tensors {
        number(&mut bytes, tensor.element().code() as usize);
        number(&mut bytes, tensor.rank());
        tensor.shape().iter().for_each(|&extent| number(&mut bytes, extent));
        number(&mut bytes, tensor.bytes().len());
        bytes.extend(tensor.bytes());
    }
    bytes
}

/// Tensors as the C program writes them.
fn from_bytes(bytes: &[u8]) -> Result<Vec<Tensor>, String> {
    let mut rest = bytes;
    let count = take_number(&mut rest)?;
    (0..count).map(|_| take_tensor(&mut rest)).collect()
}

fn take_tensor(rest: &mut &[u8]) -> Result<Tensor, String> {
    let element = element_type_of(take_number(rest)? as u32).ok_or("an output has no element type")?;
    let rank = take_number(rest)?;
    let shape = (0..rank).map(|_| take_number(rest)).collect::<Result<Vec<_>, _>>()?;
    let size = take_number(rest)?;
    Ok(Tensor::from_bytes(element, &shape, take(rest, size)?)?)
}

fn take_number(rest: &mut &[u8]) -> Result<usize, String> {
    take(rest, 8).map(|bytes| u64::from_le_bytes(bytes.try_into().expect("8 bytes")) as usize)
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8], String> {
    rest.split_off(..count).ok_or_else(|| "the file of outputs ends early".into())
}
