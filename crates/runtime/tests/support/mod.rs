//! Builds a model without a compiler: `tests/c/fake_model.c`, metadata written here, and the runtime.
//!
//! The tests of the command line use this module too.

#![allow(dead_code, reason = "each test program uses a part of this")]

use kiln_runtime::{Amount, Dim, LaunchInfo, ModelDescription, SymbolInfo, TensorInfo};
use kiln_tensor::ElementType;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What each version of the fake model's code says of itself; no machine can run the first.
pub fn fake_versions() -> Vec<ModelDescription> {
    let future = ModelDescription {
        cpu: "future".into(),
        requirements: vec!["telepathy".into()],
        launches: Vec::new(),
        ..fake_description()
    };
    vec![future, fake_description()]
}

/// What the version of the fake model that runs everywhere says of itself.
pub fn fake_description() -> ModelDescription {
    let symbol =
        |name: &str, maximum| SymbolInfo { name: name.into(), bound_by_input: name != "C", minimum: 0, maximum };
    let named = |name: &str| Dim::Symbol(name.into());
    let expression = |text: &str| Dim::Expression(text.into());
    let tensor = |name: &str, element_type, dims: &[Dim]| TensorInfo {
        name: name.into(),
        element_type,
        dims: dims.into(),
        depends_on_data: name == "found",
    };
    let (f32, i64) = (ElementType::F32, ElementType::I64);
    ModelDescription {
        name: "fake-model".into(),
        producer: "kiln test".into(),
        target: "any".into(),
        cpu: "present".into(),
        requirements: Vec::new(),
        symbols: vec![symbol("N", i64::MAX), symbol("M", i64::MAX), symbol("K", 1000), symbol("C", 1000)],
        inputs: vec![
            tensor("x", f32, &[named("N"), Dim::Static(4), named("M")]),
            tensor("scale", f32, &[named("N")]),
            tensor("index", i64, &[named("K")]),
            tensor("window", f32, &[expression("2 * M + 1")]),
        ],
        outputs: vec![
            tensor("y", f32, &[named("N"), named("M")]),
            tensor("picked", f32, &[named("K")]),
            tensor("tail", f32, &[expression("M - 2")]),
            tensor("found", i64, &[named("C")]),
        ],
        state: Vec::new(),
        weight_bytes: 0,
        workspace_bytes: None,
        operations: Some(6_000_000_000_000),
        launches: fake_launches(),
    }
}

/// The launches of the fake model: `rows` adds 4 * N * M numbers, `pick` moves 16 * K bytes, more or less.
fn fake_launches() -> Vec<LaunchInfo> {
    const MULTIPLY: i64 = 3;
    let launch = |kernel: &str, family: &str, nodes: &[&str], operations: &[i64], bytes: &[i64]| LaunchInfo {
        kernel: kernel.into(),
        family: family.into(),
        nodes: nodes.iter().map(|&node| node.to_owned()).collect(),
        operations: Some(operations).filter(|it| !it.is_empty()).map(|it| Amount { instructions: it.into() }),
        bytes: Some(Amount { instructions: bytes.into() }),
    };
    let (n, m, k) = (symbol_instruction(0), symbol_instruction(1), symbol_instruction(2));
    let operations = [4 << 8, n, MULTIPLY, m, MULTIPLY];
    vec![
        launch("rows", "reduce", &["rows"], &operations, &[16 << 8, n, MULTIPLY, m, MULTIPLY]),
        launch("pick", "map", &["pick", "rows"], &[], &[16 << 8, k, MULTIPLY]),
    ]
}

/// Pushes the value of a symbol.
fn symbol_instruction(index: i64) -> i64 {
    index << 8 | 1
}

/// Names of the fake model's nodes.
const NODES: [&str; 2] = ["rows", "pick"];

/// The metadata blob of `model`, as code generation writes it.
pub fn metadata_blob(model: &ModelDescription) -> Vec<u8> {
    let tensors: Vec<&TensorInfo> = model.inputs.iter().chain(&model.outputs).collect();
    let (symbols, inputs) = (136, 136 + 32 * model.symbols.len());
    let outputs = inputs + 24 * model.inputs.len();
    let nodes = outputs + 24 * model.outputs.len();
    let axes = nodes + 8 * NODES.len();
    // The kernel of each launch is its own.
    let kernels = axes + tensors.iter().map(|tensor| 24 * tensor.dims.len()).sum::<usize>();
    let launches = kernels + 16 * model.launches.len();
    let amounts: Vec<&[i64]> = model.launches.iter().flat_map(amounts_of).collect();
    let amounts_at = launches + 32 * model.launches.len();
    let nodes_at = amounts_at + 8 * amounts.iter().map(|amount| amount.len()).sum::<usize>();
    let end = nodes_at + 4 * model.launches.iter().map(|launch| launch.nodes.len()).sum::<usize>();
    let (mut records, mut strings) = (Vec::<u8>::new(), Vec::<u8>::new());
    let mut string = |records: &mut Vec<u8>, text: &str| {
        records.extend(((end + strings.len()) as u32).to_le_bytes());
        records.extend((text.len() as u32).to_le_bytes());
        strings.extend(text.bytes().chain([0]));
    };
    let pair = |records: &mut Vec<u8>, first: usize, second: usize| {
        records.extend((first as u32).to_le_bytes());
        records.extend((second as u32).to_le_bytes());
    };
    records.extend(b"KILNMETA");
    pair(&mut records, 1, 136);
    records.extend([0; 8]);
    for text in [&model.name, &model.producer, &model.target, &model.cpu] {
        string(&mut records, text);
    }
    pair(&mut records, symbols, model.symbols.len());
    pair(&mut records, inputs, model.inputs.len());
    pair(&mut records, outputs, model.outputs.len());
    pair(&mut records, nodes, NODES.len());
    records.extend(model.weight_bytes.to_le_bytes());
    records.extend(model.workspace_bytes.map_or(-1, |bytes| bytes as i64).to_le_bytes());
    records.extend(model.operations.unwrap_or(0).to_le_bytes());
    pair(&mut records, kernels, model.launches.len());
    pair(&mut records, launches, model.launches.len());
    string(&mut records, &model.requirements.join(","));
    for symbol in &model.symbols {
        string(&mut records, &symbol.name);
        pair(&mut records, usize::from(!symbol.bound_by_input), 0);
        records.extend(symbol.minimum.to_le_bytes());
        records.extend(symbol.maximum.to_le_bytes());
    }
    let mut axes_at = axes;
    for tensor in &tensors {
        string(&mut records, &tensor.name);
        pair(&mut records, tensor.element_type.code() as usize, tensor.dims.len());
        pair(&mut records, axes_at, tensor.depends_on_data.into());
        axes_at += 24 * tensor.dims.len();
    }
    for node in NODES {
        string(&mut records, node);
    }
    for dim in tensors.iter().flat_map(|tensor| &tensor.dims) {
        let (kind, index, extent, text) = match dim {
            Dim::Static(extent) => (0, u32::MAX as usize, *extent as i64, ""),
            Dim::Symbol(name) => {
                let index = model.symbols.iter().position(|symbol| symbol.name == *name).expect("declared");
                (1, index, -1, name.as_str())
            }
            Dim::Expression(text) => (2, u32::MAX as usize, -1, text.as_str()),
        };
        pair(&mut records, kind, index);
        records.extend(extent.to_le_bytes());
        string(&mut records, text);
    }
    for launch in &model.launches {
        string(&mut records, &launch.kernel);
        string(&mut records, &launch.family);
    }
    let (mut node_at, mut amount_at) = (nodes_at, amounts_at);
    for (index, launch) in model.launches.iter().enumerate() {
        pair(&mut records, index, launch.nodes.len());
        pair(&mut records, node_at, 0);
        node_at += 4 * launch.nodes.len();
        for amount in amounts_of(launch) {
            pair(&mut records, amount_at, amount.len());
            amount_at += 8 * amount.len();
        }
    }
    records.extend(amounts.concat().into_iter().flat_map(i64::to_le_bytes));
    for node in model.launches.iter().flat_map(|launch| &launch.nodes) {
        let index = NODES.iter().position(|name| name == node).expect("declared");
        records.extend((index as u32).to_le_bytes());
    }
    assert_eq!(records.len(), end, "every record is where the tables say");
    records.extend(strings);
    let total = (records.len() as u64).to_le_bytes();
    records[16..24].copy_from_slice(&total);
    records
}

/// The instructions of operations and bytes.
fn amounts_of(launch: &LaunchInfo) -> [&[i64]; 2] {
    [&launch.operations, &launch.bytes].map(|amount| amount.as_ref().map_or(&[][..], |amount| &amount.instructions))
}

/// Links the fake model for `arch` into `directory`.
pub fn build_fake_model(arch: &str, directory: &Path) -> PathBuf {
    build_versions(&[fake_description()], arch, directory)
}

/// Links the fake model with these versions of its code, which do the same.
pub fn build_versions(versions: &[ModelDescription], arch: &str, directory: &Path) -> PathBuf {
    let (mut blobs, mut table) = (Vec::new(), String::new());
    for version in versions {
        blobs.resize(blobs.len().next_multiple_of(64), 0);
        table += &format!("{{kiln_gen_run, kiln_gen_dims, kiln_gen_workspace, kiln_metadata + {}}},\n", blobs.len());
        blobs.extend(metadata_blob(version));
    }
    let bytes: Vec<String> = blobs.iter().map(u8::to_string).collect();
    let metadata = format!(
        "__attribute__((visibility(\"hidden\"), section(\".kiln.metadata\"), aligned(64)))\n\
         const unsigned char kiln_metadata[] = {{{}}};\n\
         void kiln_gen_run(void), kiln_gen_dims(void), kiln_gen_workspace(void);\n\
         struct version {{ void (*run)(void), (*dims)(void), (*workspace)(void); const unsigned char *metadata; }};\n\
         __attribute__((visibility(\"hidden\"))) const struct version kiln_versions[] = {{\n{table}{{0, 0, 0, 0}}}};\n",
        bytes.join(",")
    );
    let (metadata_path, runtime_path) = (directory.join("metadata.c"), directory.join(format!("runtime_{arch}.o")));
    std::fs::write(&metadata_path, metadata).expect("writable");
    std::fs::write(&runtime_path, kiln_runtime::object_for(arch).expect("known architecture")).expect("writable");
    let mut objects = vec![runtime_path];
    let model_path = directory.join("fake_model.c");
    std::fs::write(&model_path, include_str!("../c/fake_model.c")).expect("writable");
    for source in [model_path, metadata_path] {
        let object = directory.join(format!("{arch}_{}.o", source.file_stem().expect("a name").display()));
        let flags = ["-O2", "-fPIC", "-ffreestanding", "-fvisibility=hidden", "-Wall", "-Wextra", "-Werror", "-c"];
        run(clang(arch).args(flags).arg(&source).arg("-o").arg(&object));
        objects.push(object);
    }
    let model = directory.join(format!("fake_{arch}.so"));
    run(tool(&["ld.lld-22", "/usr/lib/llvm-22/bin/ld.lld", "ld.lld"])
        .args(["-shared", "--gc-sections", "-o"])
        .arg(&model)
        .args(objects));
    model
}

/// Bits of a vector register of the RISC-V processor that models are compiled for unless told otherwise.
pub const VLEN: u32 = 128;

/// The command that runs a program for `arch` here, and the flags to compile it with; none where that takes a C library
/// that is not installed. `vlen` is how many bits a vector register of an emulated RISC-V processor has.
pub fn runner(arch: &str, vlen: u32) -> Option<(Command, Vec<String>)> {
    if arch == std::env::consts::ARCH {
        return Some((Command::new("env"), vec![]));
    }
    // Debian's libc6-dev-arm64-cross and libc6-dev-riscv64-cross.
    let prefix = format!("/usr/{arch}-linux-gnu");
    if !Path::new(&prefix).join("lib/crt1.o").exists() {
        eprintln!("{prefix} is not installed, so nothing runs for {arch}");
        return None;
    }
    let mut emulator = Command::new(format!("qemu-{arch}"));
    emulator.args(["-L", &prefix]);
    if arch == "riscv64" {
        // Vectors are an extension that the emulator leaves out unless told otherwise.
        emulator.arg("-cpu").arg(format!("rv64,v=true,vlen={vlen}"));
    }
    Some((emulator, vec!["-isystem".into(), format!("{prefix}/include")]))
}

/// Compiles a C program for `arch`, with the flags that [`runner`] gave; `model.h` is in `directory`.
pub fn build_program(arch: &str, name: &str, text: &str, includes: &[String], directory: &Path) -> PathBuf {
    let program = directory.join(name);
    let object = directory.join(format!("{name}.o"));
    let mut compile = if includes.is_empty() { tool(&["cc", "clang-22", "gcc"]) } else { clang(arch) };
    compile.args(["-O1", "-Wall", "-Wextra", "-Werror", "-fPIE", "-c"]).args(includes).arg("-I").arg(directory);
    let source = directory.join(format!("{name}.c"));
    std::fs::write(&source, text).expect("writable");
    run(compile.arg(source).arg("-o").arg(&object));
    if includes.is_empty() {
        run(tool(&["cc", "clang-22", "gcc"]).arg(&object).arg("-o").arg(&program).args(["-ldl", "-lpthread"]));
    } else {
        link_foreign(arch, &object, &program);
    }
    program
}

/// Links with the foreign C library by hand: there is no compiler driver for the target.
fn link_foreign(arch: &str, object: &Path, program: &Path) {
    let library = format!("/usr/{arch}-linux-gnu/lib");
    let loader = match arch {
        "aarch64" => "/lib/ld-linux-aarch64.so.1",
        _ => "/lib/ld-linux-riscv64-lp64d.so.1",
    };
    let file = |name: &str| format!("{library}/{name}");
    run(tool(&["ld.lld-22", "/usr/lib/llvm-22/bin/ld.lld", "ld.lld"])
        .args(["-pie", "-dynamic-linker", loader, "-o"])
        .arg(program)
        .args([file("Scrt1.o"), file("crti.o")])
        .arg(object)
        .args([file("libc.so.6"), file("libc_nonshared.a"), file(&loader["/lib/".len()..]), file("crtn.o")]));
}

/// clang for `arch`.
pub fn clang(arch: &str) -> Command {
    let mut clang = tool(&["clang-22", "/usr/lib/llvm-22/bin/clang", "clang"]);
    clang.arg(format!("--target={arch}-unknown-linux-gnu"));
    if arch == "aarch64" {
        clang.arg("-mno-outline-atomics");
    }
    clang
}

/// The first of these programs that runs.
pub fn tool(candidates: &[&str]) -> Command {
    let runs = |candidate: &&&str| Command::new(candidate).arg("--version").output().is_ok_and(|o| o.status.success());
    Command::new(candidates.iter().find(runs).unwrap_or_else(|| panic!("one of {candidates:?} is installed")))
}

/// Runs a command that must succeed; gives what it printed.
pub fn run(command: &mut Command) -> String {
    let output = command.output().expect("starts");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}\n{stdout}{stderr}");
    stdout.into_owned()
}
