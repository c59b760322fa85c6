//! Compiles the C side for every target that Kiln writes, one relocatable object each, embedded by `src/objects.rs`.
//!
//! It is compiled freestanding: no target's libc headers are needed, only clang's own.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A target and the flags of its ABI; every processor of the family runs the result.
const TARGETS: [(&str, &str, &[&str]); 3] = [
    ("x86_64", "x86_64-unknown-linux-gnu", &["-march=x86-64"]),
    ("aarch64", "aarch64-unknown-linux-gnu", &["-march=armv8-a", "-mno-outline-atomics"]),
    ("riscv64", "riscv64-unknown-linux-gnu", &["-march=rv64gc", "-mabi=lp64d"]),
];

const FLAGS: [&str; 11] = [
    "-std=c11",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-ffreestanding",
    "-fvisibility=hidden",
    "-ffunction-sections",
    "-fdata-sections",
    "-fno-stack-protector",
    "-fno-asynchronous-unwind-tables",
    "-fno-ident",
];

fn main() {
    println!("cargo::rerun-if-changed=c");
    let directory = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let clang = find_tool(&["clang-22", "/usr/lib/llvm-22/bin/clang", "clang"], "clang-22");
    let linker = find_tool(&["ld.lld-22", "/usr/lib/llvm-22/bin/ld.lld", "ld.lld"], "lld-22");
    let sources = sources();
    for (name, triple, flags) in TARGETS {
        let objects = compile(&clang, &sources, triple, flags, &directory.join(name));
        merge(&linker, &objects, &directory.join(format!("kiln_runtime_{name}.o")));
    }
}

/// The first of `candidates` that runs; ends the build with the name of what to install if none does.
fn find_tool(candidates: &[&str], package: &str) -> PathBuf {
    let runs = |candidate: &&&str| Command::new(candidate).arg("--version").output().is_ok_and(|o| o.status.success());
    match candidates.iter().find(runs) {
        Some(tool) => PathBuf::from(tool),
        None => fail(&format!("none of {} runs; install the Debian package {package}", candidates.join(", "))),
    }
}

/// The C files, sorted, so that the objects are the same on every machine.
fn sources() -> Vec<PathBuf> {
    let entries = |directory: &str| match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) => fail(&format!("cannot read crates/runtime/{directory}: {error}")),
    };
    let mut sources: Vec<PathBuf> = entries("c")
        .chain(entries("c/images"))
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "c"))
        .collect();
    sources.sort();
    sources
}

fn compile(clang: &Path, sources: &[PathBuf], triple: &str, flags: &[&str], directory: &Path) -> Vec<PathBuf> {
    let mut build = cc::Build::new();
    build.compiler(clang).target(triple).out_dir(directory).opt_level(2).pic(true).debug(false);
    // The flags are complete: CFLAGS of the environment are for the host.
    build.no_default_flags(true).inherit_rustflags(false).flag(format!("--target={triple}")).flag("-O2").flag("-fPIC");
    build.flags(FLAGS).flags(flags).files(sources);
    match build.try_compile_intermediates() {
        Ok(objects) => objects,
        Err(error) => fail(&format!("the C side of the runtime does not compile for {triple}: {error}")),
    }
}

fn merge(linker: &Path, objects: &[PathBuf], output: &Path) {
    let merged = Command::new(linker).arg("-r").arg("-o").arg(output).args(objects).status();
    if !merged.is_ok_and(|status| status.success()) {
        fail(&format!("{} -r does not merge the runtime's objects", linker.display()));
    }
}

fn fail(message: &str) -> ! {
    println!("cargo::error={message}");
    std::process::exit(1);
}
