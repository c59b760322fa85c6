//! Models with code for several processors: which code runs where, that all of it computes the same, what the file holds.

mod onnx;
#[path = "../../../crates/runtime/tests/support/mod.rs"]
mod support;

use kiln_npy::{read_npz, write_npz};
use kiln_tensor::Tensor;
use onnx::{FLOAT, INT64};
use std::path::Path;
use std::process::Command;
use support::{VLEN, build_program, run, runner};
use tempfile::TempDir;

/// `y = gelu-like(table[i] * w)`: rows of a table, which lies as it is for every processor, and a product whose weights
/// are packed for each.
fn model() -> onnx::Model {
    let values = |count: usize| (0..count).map(|i| (i * 37 % 101) as f32 / 50.0 - 1.0).collect::<Vec<f32>>();
    onnx::Model::default()
        .input("i", INT64, &["N"])
        .weight("table", &[200, 48], &values(200 * 48))
        .weight("w", &[48, 70], &values(48 * 70))
        .node("Gather", &["table", "i"], "rows")
        .node("MatMul", &["rows", "w"], "product")
        .node("Tanh", &["product"], "curve")
        .node("Mul", &["product", "curve"], "y")
        .output("y", FLOAT, &["N", "70"])
}

/// A directory with `model.onnx`, and what `kiln compile` makes of it with these options, `model.so`.
fn compiled(options: &[&str]) -> TempDir {
    let directory = tempfile::tempdir().expect("writable");
    std::fs::write(directory.path().join("model.onnx"), model().to_bytes()).expect("writable");
    let (status, _, error) = kiln(directory.path(), "", &[&["compile", "model.onnx"], options].concat());
    assert_eq!(status, 0, "{error}");
    directory
}

/// Exit status, standard output and standard error of `kiln ARGUMENTS` in `directory`, with `KILN_CPU` set.
fn kiln(directory: &Path, cpu: &str, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kiln"));
    let output = command.env("KILN_CPU", cpu).current_dir(directory).args(arguments).output().expect("starts");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (output.status.code().expect("no crash"), text(output.stdout), text(output.stderr))
}

/// The processors of each architecture, the least first.
const CPUS: [(&str, [&str; 3]); 3] = [
    ("x86_64", ["x86-64-v2", "x86-64-v3", "x86-64-v4"]),
    ("aarch64", ["generic", "neoverse-n1", "neoverse-n2"]),
    ("riscv64", ["rv64gc", "rv64gcv", "rv64gcv-vlen256"]),
];

/// Emulated processors, and which of [`CPUS`] is the best that they run.
const MACHINES: [(&str, &[(&str, usize)]); 3] = [
    ("x86_64", &[("Nehalem", 0), ("Westmere", 0), ("Haswell", 1), ("max", 1)]),
    ("aarch64", &[("cortex-a53", 0), ("cortex-a76", 1), ("neoverse-n1", 1), ("max", 2)]),
    ("riscv64", &[("rv64", 0), ("rv64,v=true,vlen=128", 1), ("rv64,v=true,vlen=256", 2), ("rv64,v=true,vlen=512", 2)]),
];

#[test]
fn every_version_computes_the_same() {
    let Some((arch, cpus)) = CPUS.into_iter().find(|(arch, _)| *arch == std::env::consts::ARCH) else { return };
    let directory = compiled(&["--target", arch, "--cpu", &cpus.join(",")]);
    let directory = directory.path();
    let indices: Vec<i64> = (0..33).map(|i| i * 6 % 200).collect();
    let tensor = Tensor::from_values(&[indices.len()], &indices);
    write_npz(&directory.join("inputs.npz"), [("i", &tensor)]).expect("writable");
    let arguments = ["run", "model.so", "--inputs", "inputs.npz", "--outputs", "outputs.npz"];
    let mut found: Vec<Vec<f32>> = Vec::new();
    for cpu in cpus {
        let (status, _, said) = kiln(directory, cpu, &arguments);
        if status == 0 {
            assert_eq!(said, format!("note: code for {cpu} ran, of {}, {}, {}\n", cpus[2], cpus[1], cpus[0]));
            let outputs = read_npz(&directory.join("outputs.npz"), |_| None).expect("readable");
            found.push(outputs[0].1.values::<f32>().to_vec());
        } else {
            assert!(
                said.starts_with(&format!("error: KILN_CPU asks for code for {cpu}, and this processor lacks ")),
                "{said}"
            );
        }
    }
    let (first, rest) = found.split_first().expect("something runs here");
    assert!(first.iter().any(|value| *value > 1.0), "{first:?}");
    for other in rest {
        let near = |(left, right): (&f32, &f32)| (left - right).abs() <= 1e-4 * left.abs().max(1.0);
        assert!(first.iter().zip(other).all(near), "{first:?}\n{other:?}");
    }
    let (status, _, said) = kiln(directory, "pentium", &arguments);
    let all = format!("{}, {}, {}", cpus[2], cpus[1], cpus[0]);
    assert_eq!(
        (status, said),
        (1, format!("error: KILN_CPU asks for code for pentium, and the model has code for {all}\n"))
    );
    // Without the variable, the best that runs.
    let (status, json, _) =
        kiln(directory, "", &["bench", "model.so", "--seconds", "0.01", "--shape", "i=5", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((status, json["cpu"].as_str()), (0, Some(cpus[found.len() - 1])));
}

#[test]
fn every_machine_runs_the_best_it_can() {
    for ((arch, cpus), (_, machines)) in CPUS.into_iter().zip(MACHINES) {
        let Some((emulator, includes)) = emulator(arch) else { continue };
        let directory = compiled(&["--target", arch, "--cpu", &cpus.join(","), "--threads", "2"]);
        let directory = directory.path();
        let which = include_str!("../../../crates/runtime/tests/c/which_version.c");
        let which = build_program(arch, "which_version", which, &includes, directory);
        let runs = include_str!("../../../crates/runtime/tests/c/run_model.c");
        let runs = build_program(arch, "run_model", runs, &includes, directory);
        let machine = |cpu: &str, program: &Path| {
            let mut command = Command::new(&emulator[0]);
            command.args(&emulator[1..]).args(["-cpu", cpu]).arg(program).arg(directory.join("model.so"));
            command
        };
        let mut outputs = Vec::new();
        for &(cpu, best) in machines {
            assert_eq!(run(&mut machine(cpu, &which)).trim(), cpus[best], "{arch} {cpu}");
            outputs.push(run(machine(cpu, &runs).arg("3")));
        }
        assert!(
            outputs[0].starts_with("y: 840 bytes, first ") && outputs.iter().all(|it| *it == outputs[0]),
            "{outputs:?}"
        );

        // Code for one processor refuses to run on a lesser one, too.
        let (status, _, said) = kiln(directory, "", &["compile", "model.onnx", "--target", arch, "--cpu", cpus[2]]);
        assert_eq!(status, 0, "{said}");
        let said = run(&mut machine(machines[1].0, &which));
        let expected = format!(", which code for {} needs\n", cpus[2]);
        assert!(said.starts_with("this processor lacks ") && said.ends_with(&expected), "{said}");
    }
}

/// The emulator of an architecture, whose own programs it runs, too, and the flags to compile for it with.
fn emulator(arch: &str) -> Option<(Vec<String>, Vec<String>)> {
    let (command, includes) = runner(arch, VLEN)?;
    let name = format!("qemu-{arch}");
    if Command::new(&name).arg("--version").output().is_err() {
        eprintln!("{name} is not installed, so nothing runs for it");
        return None;
    }
    if arch == std::env::consts::ARCH {
        return Some((vec![name], includes));
    }
    let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
    Some(([name].into_iter().chain(arguments).collect(), includes))
}

#[test]
fn equal_weights_are_stored_once() {
    let directory = compiled(&["--target", "x86_64", "--cpu", "x86-64-v2,x86-64-v4,x86-64-v3"]);
    let (status, json, _) = kiln(directory.path(), "", &["inspect", "model.so", "--json"]);
    assert_eq!(status, 0);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let versions = json["versions"].as_array().expect("a list");
    assert_eq!(
        versions.iter().map(|version| &version["cpu"]).collect::<Vec<_>>(),
        ["x86-64-v4", "x86-64-v3", "x86-64-v2"]
    );
    let read: Vec<u64> = versions.iter().map(|version| version["weight_bytes"].as_u64().expect("a number")).collect();
    let (table, product) = (200 * 48 * 4, 48 * 70 * 4);
    assert!(read.iter().all(|bytes| *bytes >= table + product), "{read:?}");
    let stored = json["weight_bytes"].as_u64().expect("a number");
    assert_eq!(stored.div_ceil(64), (read.iter().sum::<u64>() - 2 * table).div_ceil(64), "{read:?}");
    let (_, text, _) = kiln(directory.path(), "", &["inspect", "model.so"]);
    assert!(text.contains("x86-64-v3, avx512f, avx512bw"), "{text}");
    let header = std::fs::read_to_string(directory.path().join("model.h")).expect("written");
    assert!(header.contains(&format!(" *   processor x86-64-v2: {} bytes of weights", read[2])), "{header}");
}

#[test]
fn text_of_several_versions_has_headings() {
    let directory = compiled(&[]);
    let emit = |stage: &str| {
        let arguments =
            ["compile", "model.onnx", "--target", "aarch64", "--cpu", "generic,neoverse-n2", "--emit", stage];
        let (status, text, error) = kiln(directory.path(), "", &arguments);
        assert_eq!(status, 0, "{error}");
        text
    };
    for (stage, comment) in [("loop", "//"), ("mlir", "//"), ("llvm", ";"), ("asm", "//")] {
        let text = emit(stage);
        let heading = |cpu: &str| format!("{comment} aarch64-unknown-linux-gnu:{cpu}\n");
        let (first, second) = text.split_once(&format!("{comment} -----\n")).expect("two versions");
        assert!(first.starts_with(&heading("neoverse-n2")) && second.starts_with(&heading("generic")), "{stage}");
    }
    // No processor takes part in it.
    assert!(!emit("graph").contains("neoverse"));
    let arguments = ["compile", "model.onnx", "--target", "aarch64", "--cpu", "generic,neoverse-n2", "--explain"];
    let (status, _, error) = kiln(directory.path(), "", &arguments);
    assert_eq!((status, error.contains("about one processor")), (2, true), "{error}");
}
