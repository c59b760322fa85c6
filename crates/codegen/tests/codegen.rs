//! Exit text through to models that run: natively, and under qemu for the other architectures.
//!
//! One test binary, as each that links LLVM takes seconds to build.

use kiln_codegen::{
    CodegenError, LinkInput, LinkOptions, LinkOutput, ObjectCache, ObjectFile, OptimizationLevel, Options, Source,
    Stage, Step, Version, compile, host_cpu, link,
    metadata::{MAGIC, Metadata},
    print, write_versions, write_weights,
};
use kiln_target::{Architecture, Target};
use kiln_tensor::ElementType;
use object::{Object, ObjectSection, ObjectSymbol, SymbolScope};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const MODEL: &str = include_str!("model/model.mlir");
const WEIGHT_BYTES: u64 = 64 * 32 * 4;

fn target(triple: &str, cpu: &str) -> Target {
    Target::parse(triple, Some(cpu)).unwrap()
}

/// Every target the model is run on, with what runs it.
fn targets() -> Vec<(Target, Vec<&'static str>)> {
    let riscv = |vlen| vec!["qemu-riscv64", "-cpu", vlen];
    let mut targets = vec![
        (target("x86_64", "x86-64-v3"), vec![]),
        (target("aarch64", "cortex-a76"), vec!["qemu-aarch64"]),
        (target("riscv64", "rv64gc"), riscv("rv64")),
        (target("riscv64", "rv64gcv"), riscv("rv64,v=true,vlen=128,vext_spec=v1.0")),
        (target("riscv64", "rv64gcv-vlen256"), riscv("rv64,v=true,vlen=256,vext_spec=v1.0")),
    ];
    if Target::from_host(&host_cpu()).unwrap().vector_bits >= 512 {
        targets.push((target("x86_64", "x86-64-v4"), vec![]));
    }
    targets
}

fn options(target: &Target) -> Options<'_> {
    Options { target, level: OptimizationLevel::O3, suffix: "", threads: 2, cache: None }
}

/// The model with vectors as wide as the target's registers, at most the 32 columns it has.
fn model_text(target: &Target) -> String {
    MODEL.replace("LANES", &target.lanes(ElementType::F32).to_string())
}

fn compile_text(text: &str, options: &Options) -> Result<Vec<ObjectFile>, CodegenError> {
    compile(&Source { name: "model.mlir", mlir: text }, options)
}

fn weights() -> Vec<(u64, Vec<u8>)> {
    let row = |k: u64| (0..32).flat_map(|n| (((k * 7 + n * 3) % 11) as f32 / 4.0 - 1.25).to_le_bytes()).collect();
    (0..64).map(|k| (k * 128, row(k))).collect()
}

/// Compiles main.c for a target.
fn support(target: &Target, flags: &[&str], path: &Path) {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/model/main.c");
    let mut clang = Command::new("clang-22");
    clang.args(["-c", "-O1", "-fPIC", "-ffreestanding", "-fno-stack-protector", "-Wall", "-Werror", source]);
    clang.arg(format!("--target={}", target.triple)).args(flags).arg("-o").arg(path);
    assert!(clang.status().unwrap().success());
}

/// Everything that makes up a model, on disk in `directory`.
fn build(target: &Target, directory: &Path, main_flags: &[&str]) -> Vec<PathBuf> {
    let mut objects = compile_text(&model_text(target), &options(target)).unwrap();
    let metadata = Metadata { model_name: "test".into(), ..Metadata::default() };
    objects.push(write_versions(target, &[Version { metadata: &metadata, suffix: "" }]).unwrap());
    let mut paths: Vec<PathBuf> = objects.iter().map(|object| directory.join(&object.name)).collect();
    for (object, path) in objects.iter().zip(&paths) {
        fs::write(path, &object.bytes).unwrap();
    }
    paths.extend([directory.join("weights.o"), directory.join("main.o")]);
    write_weights(target, WEIGHT_BYTES, weights(), &directory.join("weights.o")).unwrap();
    support(target, main_flags, &directory.join("main.o"));
    paths
}

fn inputs(paths: &[PathBuf]) -> Vec<LinkInput<'_>> {
    paths.iter().map(|path| LinkInput::File(path)).collect()
}

const SHARED: LinkOptions =
    LinkOptions { output: LinkOutput::SharedObject, exports: &["kiln_*"], externals: Some(&[]), libraries: &[] };

#[test]
fn the_model_computes_the_same_on_every_target() {
    for (target, runner) in targets() {
        let directory = tempfile::tempdir().unwrap();
        let paths = build(&target, directory.path(), &["-DSTAND_ALONE"]);
        let program = directory.path().join("program");
        let linker = Command::new("/usr/lib/llvm-22/bin/ld.lld").arg("-o").arg(&program).args(&paths).status();
        assert!(linker.unwrap().success(), "{target}");
        let mut words = runner.iter().map(|word| word.as_ref()).chain([program.as_os_str()]);
        let status = Command::new(words.next().unwrap()).args(words).status().unwrap();
        assert_eq!(status.code(), Some(0), "the check of main.c that failed on {target} {runner:?}");
    }
}

#[test]
fn the_model_computes_the_same_at_every_level() {
    let target = target("x86_64", "x86-64-v3");
    for level in [OptimizationLevel::O0, OptimizationLevel::O1, OptimizationLevel::O2] {
        let directory = tempfile::tempdir().unwrap();
        let mut paths = build(&target, directory.path(), &["-DSTAND_ALONE"]);
        paths.remove(0);
        let objects = compile_text(&model_text(&target), &Options { level, ..options(&target) }).unwrap();
        let program = directory.path().join("program");
        fs::write(directory.path().join("other.o"), &objects[0].bytes).unwrap();
        let mut linker = Command::new("/usr/lib/llvm-22/bin/ld.lld");
        linker.arg("-o").arg(&program).arg(directory.path().join("other.o")).args(&paths);
        assert!(linker.status().unwrap().success());
        assert_eq!(Command::new(&program).status().unwrap().code(), Some(0), "{level:?}");
    }
}

#[test]
fn shared_objects_export_the_interface_and_need_nothing() {
    for (target, _) in targets() {
        let directory = tempfile::tempdir().unwrap();
        let paths = build(&target, directory.path(), &[]);
        let shared = directory.path().join("model.so");
        link(&inputs(&paths), &SHARED, &shared).unwrap();

        let bytes = fs::read(&shared).unwrap();
        let file = object::File::parse(&*bytes).unwrap();
        let exported: Vec<_> = file.dynamic_symbols().filter(|symbol| symbol.is_definition()).collect();
        assert_eq!(exported.iter().map(|symbol| symbol.name().unwrap()).collect::<Vec<_>>(), ["kiln_self_test"]);
        assert_eq!(file.imports().unwrap().count(), 0, "{target}");
        assert!(file.section_by_name(".eh_frame").is_none_or(|frames| frames.size() < 256), "kernels have none");
        let weights = file.section_by_name(".kiln.weights").unwrap();
        assert_eq!((weights.size(), weights.address() % 64), (WEIGHT_BYTES, 0));
        if target.architecture == Architecture::X86_64 {
            // SAFETY: the library is the one just built: it has no constructors, and the function has this signature.
            let status = unsafe {
                let library = libloading::Library::new(&shared).unwrap();
                library.get::<unsafe extern "C" fn() -> i32>(b"kiln_self_test").unwrap()()
            };
            assert_eq!(status, 0);
        }
    }
}

#[test]
fn static_libraries_and_objects_link_into_programs() {
    let target = target("riscv64", "rv64gcv");
    let directory = tempfile::tempdir().unwrap();
    let paths = build(&target, directory.path(), &["-DSTAND_ALONE"]);
    for (output, name) in [(LinkOutput::StaticLibrary, "model.a"), (LinkOutput::Object, "model.o")] {
        let library = directory.path().join(name);
        link(&inputs(&paths[..paths.len() - 1]), &LinkOptions { output, ..SHARED }, &library).unwrap();
        let program = directory.path().join("program");
        let mut linker = Command::new("/usr/lib/llvm-22/bin/ld.lld");
        let linker = linker.arg("-o").arg(&program).arg(paths.last().unwrap()).arg(&library);
        assert!(linker.status().unwrap().success());
        let arguments = ["-cpu", "rv64,v=true,vlen=128,vext_spec=v1.0"];
        let status = Command::new("qemu-riscv64").args(arguments).arg(&program).status().unwrap();
        assert_eq!(status.code(), Some(0), "{name}");
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let target = target("x86_64", "x86-64-v3");
    let text = large_module(40);
    let serial = compile_text(&text, &Options { threads: 1, ..options(&target) }).unwrap();
    let parallel = compile_text(&text, &Options { threads: 4, ..options(&target) }).unwrap();
    assert!(serial.len() > 2, "the module is large enough to be split");
    assert!(serial == parallel);

    let directory = tempfile::tempdir().unwrap();
    let model = build(&target, directory.path(), &[]);
    let [first, second] = ["first.so", "second.so"].map(|name| {
        let path = directory.path().join(name);
        link(&inputs(&model), &SHARED, &path).unwrap();
        fs::read(path).unwrap()
    });
    assert!(first == second);
}

#[test]
fn parts_link_together() {
    let target = target("x86_64", "x86-64-v3");
    let objects = compile_text(&large_module(40), &options(&target)).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let memory: Vec<_> = objects.iter().map(LinkInput::Memory).collect();
    let shared = directory.path().join("model.so");
    link(&memory, &LinkOptions { output: LinkOutput::Object, ..SHARED }, &shared).unwrap();
    let bytes = fs::read(&shared).unwrap();
    let file = object::File::parse(&*bytes).unwrap();
    assert_eq!(file.symbols().filter(|symbol| symbol.is_undefined() && symbol.is_global()).count(), 0);
    let kernels = file.symbols().filter(|symbol| symbol.name().is_ok_and(|name| name.starts_with("kernel")));
    for kernel in kernels {
        assert_eq!(kernel.scope(), SymbolScope::Linkage, "kernels are hidden");
    }
}

/// A main that calls `count` kernels of a few hundred ops, all of which use one helper.
fn large_module(count: usize) -> String {
    let mut text = String::from("func.func private @helper(%0: f32) -> f32 {\n");
    text += "%1 = arith.mulf %0, %0 : f32\nreturn %1 : f32\n}\n";
    for index in 0..count {
        text += &format!("func.func @kernel{index}(%x: memref<?xf32>) {{\n");
        for step in 0..100 {
            text += &format!(
                "%i{step} = arith.constant {step} : index\n%v{step} = memref.load %x[%i{step}] : memref<?xf32>\n\
                 %w{step} = func.call @helper(%v{step}) : (f32) -> f32\n\
                 memref.store %w{step}, %x[%i{step}] : memref<?xf32>\n"
            );
        }
        text += "return\n}\n";
    }
    text += "func.func @kiln_gen_run(%x: memref<?xf32>) {\n";
    for index in 0..count {
        text += &format!("func.call @kernel{index}(%x) : (memref<?xf32>) -> ()\n");
    }
    text + "return\n}\n"
}

#[test]
fn a_cache_gives_what_compiling_gives() {
    let target = target("x86_64", "x86-64-v3");
    let directory = tempfile::tempdir().unwrap();
    let cache = ObjectCache::open(&directory.path().join("objects")).unwrap();
    let cached = Options { cache: Some(&cache), ..options(&target) };
    let text = model_text(&target);
    let expected = compile_text(&text, &options(&target)).unwrap();
    assert!(compile_text(&text, &cached).unwrap() == expected);
    let entries = || fs::read_dir(directory.path().join("objects")).unwrap().count();
    assert_eq!(entries(), expected.len());
    assert!(compile_text(&text, &cached).unwrap() == expected);
    assert_eq!(entries(), expected.len());
    compile_text(&text, &Options { level: OptimizationLevel::O1, ..cached }).unwrap();
    assert_eq!(entries(), 2 * expected.len());
}

#[test]
fn stages_print() {
    let target = target("x86_64", "x86-64-v3");
    let text = model_text(&target);
    let stage = |stage| print(&Source { name: "model.mlir", mlir: &text }, &options(&target), stage).unwrap();
    let dialect = stage(Stage::LlvmDialect);
    assert!(dialect.contains("llvm.func @kiln_gen_run") && !dialect.contains("memref."));
    let ir = stage(Stage::LlvmIr);
    assert!(ir.contains("define hidden noundef i32 @kiln_gen_run") || ir.contains("define hidden i32 @kiln_gen_run"));
    assert!(ir.contains("noalias") && !ir.contains("@over("), "helpers are inlined, marks kept");
    let assembly = stage(Stage::Assembly);
    assert!(assembly.contains("vfmadd") && assembly.contains("ymm") && !assembly.contains("zmm"));
}

/// A product of `rows` x `lanes * columns` accumulators, carried by the loop over k.
fn micro_kernel(rows: usize, columns: usize, lanes: usize) -> String {
    let vector = format!("vector<{lanes}xf32>");
    let names = |prefix: &str| {
        let pairs = (0..rows).flat_map(|row| (0..columns).map(move |column| format!("%{prefix}{row}_{column}")));
        pairs.collect::<Vec<_>>()
    };
    let (types, width) = (vec![vector.as_str(); rows * columns].join(", "), columns * lanes);
    let (a, b, c) = ("memref<?x?xf32, strided<[?, 1]>>", format!("memref<?x{width}xf32>"), "memref<?x?xf32>");
    let mut text = format!("func.func @product(%a: {a}, %b: {b}, %c: {c}, %depth: index) {{\n");
    for index in 0..rows.max(width) {
        text += &format!("%{index} = arith.constant {index} : index\n");
    }
    let carried: Vec<_> = names("s").iter().map(|name| format!("{name} = %zeros")).collect();
    text += &format!(
        "%zeros = arith.constant dense<0.0> : {vector}\n%r:{} = scf.for %k = %0 to %depth step %1 ",
        rows * columns
    );
    text += &format!("iter_args({}) -> ({types}) {{\n", carried.join(", "));
    for column in 0..columns {
        text += &format!("%b{column} = vector.load %b[%k, %{}] : {b}, {vector}\n", column * lanes);
    }
    for row in 0..rows {
        text += &format!(
            "%a{row} = memref.load %a[%{row}, %k] : {a}\n%v{row} = vector.broadcast %a{row} : f32 to {vector}\n"
        );
        for column in 0..columns {
            text += &format!("%n{row}_{column} = vector.fma %v{row}, %b{column}, %s{row}_{column} : {vector}\n");
        }
    }
    text += &format!("scf.yield {} : {types}\n}}\n", names("n").join(", "));
    for (index, (row, column)) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))).enumerate() {
        text += &format!("vector.store %r#{index}, %c[%{row}, %{}] : {c}, {vector}\n", column * lanes);
    }
    text + "return\n}\n"
}

#[test]
fn micro_kernels_stay_in_registers() {
    // Rows, vectors a row, lanes: as many accumulators as fit beside one row of b and one broadcast.
    for (triple, cpu, rows, columns, lanes) in [
        ("x86_64", "znver4", 14, 2, 16),
        ("x86_64", "skylake-avx512", 9, 3, 16),
        ("x86_64", "x86-64-v3", 6, 2, 8),
        // Two registers a vector: split in halves without harm.
        ("x86_64", "x86-64-v3", 6, 1, 16),
        ("aarch64", "cortex-a76", 8, 3, 4),
        ("riscv64", "rv64gcv", 8, 3, 4),
        ("riscv64", "rv64gcv-vlen256", 8, 3, 8),
    ] {
        let (target, text) = (target(triple, cpu), micro_kernel(rows, columns, lanes));
        let source = Source { name: "product.mlir", mlir: &text };
        let assembly = print(&source, &options(&target), Stage::Assembly).unwrap();
        let multiplies = ["vfmadd", "fmla", "vfmacc"].map(|name| assembly.matches(&format!("\t{name}")).count());
        let halves = lanes * 32 / target.vector_bits as usize;
        assert_eq!(
            multiplies.iter().sum::<usize>(),
            rows * columns * halves,
            "{target}: unrolled or split\n{assembly}"
        );
        // Integer registers of the prologue do not count.
        let spills = assembly.lines().filter(|line| line.contains("Folded Spill"));
        let vectors =
            spills.filter(|line| ["ymm", "zmm", "\tstr\tq", "\tstp\tq", "\tvs"].iter().any(|name| line.contains(name)));
        assert_eq!(vectors.count(), 0, "{target}\n{assembly}");
    }
}

#[test]
fn hints_on_loops_reach_llvm() {
    let target = target("x86_64", "x86-64-v3");
    let assembly = |hint: &str| {
        let text = format!(
            "func.func @square(%x: memref<?xf32>, %n: index) {{\n%0 = arith.constant 0 : index\n\
             %1 = arith.constant 1 : index\nscf.for %i = %0 to %n step %1 {{\n%v = memref.load %x[%i] : memref<?xf32>\n\
             %w = arith.mulf %v, %v : f32\nmemref.store %w, %x[%i] : memref<?xf32>\n}} {hint}\nreturn\n}}"
        );
        print(&Source { name: "square.mlir", mlir: &text }, &options(&target), Stage::Assembly).unwrap()
    };
    let products = |hint: &str| {
        let assembly = assembly(hint);
        assert!(!assembly.contains("vmulps"), "LLVM vectorized:\n{assembly}");
        assembly.matches("vmulss").count()
    };
    assert_eq!(products(""), 1);
    assert!(products("{llvm.loop_annotation = #llvm.loop_annotation<unroll = <count = 4 : i32>>}") >= 4);
}

#[test]
fn errors_say_where() {
    let target = target("x86_64", "x86-64-v3");
    let check = |text: &str, step: Step, expected: &str| {
        let error = compile_text(text, &options(&target)).unwrap_err();
        assert_eq!((error.step, error.to_string().as_str()), (step, expected));
        let reproducer = error.reproducer.unwrap();
        assert!(reproducer.starts_with(text) && reproducer.contains("// mlir-opt-22"));
    };
    check(
        "func.func @f(%a: f32) {\n  %0 = arith.addf %a, %b : f32\n  return\n}",
        Step::Parse,
        "cannot parse exit text: model.mlir:2:23: use of undeclared SSA value name",
    );
    check(
        "func.func @f(%a: f32) {\n  \"some.op\"(%a) : (f32) -> ()\n  return\n}",
        Step::Parse,
        "cannot parse exit text: model.mlir:2:12: operation being parsed with an unregistered dialect. If this is \
         intended, please use -allow-unregistered-dialect with the MLIR tool used",
    );
    check(
        "llvm.mlir.global internal @counter(0 : i64) : i64",
        Step::Split,
        "cannot split the module: global 'counter' has a value but is not constant",
    );
}

#[test]
fn failed_lowerings_say_where() {
    let target = target("x86_64", "x86-64-v3");
    let text = "func.func @f(%a: !llvm.ptr) -> memref<2xf32> {\n  \
                %0 = builtin.unrealized_conversion_cast %a : !llvm.ptr to memref<2xf32>\n  return %0 : memref<2xf32>\n}";
    let error = compile_text(text, &options(&target)).unwrap_err();
    assert_eq!(error.messages[0].location.as_ref().map(|place| (place.line, place.column)), Some((2, 8)), "{error}");
    assert!(error.to_string().contains("unrealized_conversion_cast"), "{error}");
}

#[test]
fn missing_symbols_are_errors_and_leave_no_file() {
    let target = target("x86_64", "x86-64-v3");
    let text = "func.func @kiln_gen_run(%a: f32) -> f32 {\n  %0 = math.exp %a : f32\n  return %0 : f32\n}";
    let objects = compile_text(text, &options(&target)).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model.so");
    let export_all = LinkOptions { exports: &["*"], ..SHARED };
    let objects: Vec<_> = objects.iter().map(LinkInput::Memory).collect();
    // Everything is hidden, so garbage collection would remove the call: a caller keeps it.
    let caller = ObjectFile { name: "caller.o".into(), bytes: caller_object(directory.path(), &target) };
    let inputs = [&objects[..], &[LinkInput::Memory(&caller)]].concat();
    let error = link(&inputs, &export_all, &path).unwrap_err();
    assert_eq!(error.to_string(), "cannot link: nothing defines expf");
    let garbage = ObjectFile { name: "garbage.o".into(), bytes: b"nothing".to_vec() };
    let inputs = [&inputs[..], &[LinkInput::Memory(&garbage)]].concat();
    let error = link(&inputs, &SHARED, &path).unwrap_err();
    assert!(error.to_string().contains("error: 2.garbage.o:1: unknown directive"), "{error}");
    let left: Vec<_> = fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name == "model.so" || name.to_string_lossy().starts_with(".kiln")), "{left:?}");
}

fn caller_object(directory: &Path, target: &Target) -> Vec<u8> {
    let (source, output) = (directory.join("caller.c"), directory.join("caller.o"));
    fs::write(&source, "float kiln_gen_run(float); float kiln_run(float a) { return kiln_gen_run(a); }").unwrap();
    let mut clang = Command::new("clang-22");
    clang.args(["-c", "-O1", "-fPIC"]).arg(format!("--target={}", target.triple)).arg(&source).arg("-o").arg(&output);
    assert!(clang.status().unwrap().success());
    fs::read(output).unwrap()
}

#[test]
fn data_objects_hold_their_data() {
    for architecture in Architecture::ALL {
        let target = Target::parse(architecture.name(), None).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("weights.o");
        write_weights(&target, 300_000, [(64, vec![1u8; 64]), (262_144, vec![2; 3])], &path).unwrap();
        let bytes = fs::read(&path).unwrap();
        let file = object::File::parse(&*bytes).unwrap();
        let symbol = file.symbol_by_name("kiln_weights").unwrap();
        let section = file.section_by_index(symbol.section_index().unwrap()).unwrap();
        assert_eq!((symbol.size(), section.size(), section.align()), (300_000, 300_000, 64));
        assert_eq!(symbol.scope(), SymbolScope::Linkage);
        let data = section.data().unwrap();
        let count = |value| data.iter().filter(|byte| **byte == value).count();
        assert_eq!((data[64], data[262_144], count(0), count(1), count(2)), (1, 2, 300_000 - 67, 64, 3));

        let metadata = Metadata::default();
        let versions = ["", ".b"].map(|suffix| Version { metadata: &metadata, suffix });
        let versions = write_versions(&target, &versions).unwrap();
        let file = object::File::parse(&*versions.bytes).unwrap();
        let section = file.section_by_name(".rodata.kiln.metadata").unwrap();
        let blob = metadata.to_bytes().len().next_multiple_of(64);
        assert_eq!([0, blob].map(|at| section.data().unwrap()[at..at + 8].to_vec()), [MAGIC; 2]);
        let table = file.section_by_name(".data.rel.ro.kiln.versions").unwrap();
        assert_eq!((table.size(), table.relocations().count()), (3 * 32, 8));
        assert!(file.symbol_by_name("kiln_gen_run.b").unwrap().is_undefined());
    }
}

#[test]
fn misplaced_weights_are_errors_and_leave_no_file() {
    let target = target("x86_64", "x86-64-v3");
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("weights.o");
    for pieces in [vec![(8, vec![0u8; 9])], vec![(0, vec![0; 8]), (4, vec![0; 8])], vec![(u64::MAX, vec![0; 8])]] {
        let error = write_weights(&target, 16, pieces, &path).unwrap_err();
        assert!(error.to_string().contains("out of order or outside of 16 bytes"), "{error}");
        assert!(!path.exists());
    }
}
