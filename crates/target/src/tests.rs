//! Targets as users name them.

use super::*;
use ElementType::*;
use std::io::Write;
use std::process::{Command, Stdio};

fn target(triple: &str, cpu: &str) -> Target {
    Target::parse(triple, Some(cpu)).unwrap()
}

#[test]
fn short_names_and_triples() {
    for (written, triple) in [
        ("x86_64", "x86_64-unknown-linux-gnu"),
        ("amd64", "x86_64-unknown-linux-gnu"),
        ("aarch64", "aarch64-unknown-linux-gnu"),
        ("riscv64", "riscv64-unknown-linux-gnu"),
        ("x86_64-linux-gnu", "x86_64-unknown-linux-gnu"),
        ("x86_64-unknown-linux-gnu", "x86_64-unknown-linux-gnu"),
        ("x86_64-pc-linux-gnu", "x86_64-pc-linux-gnu"),
        ("arm64-unknown-linux-musl", "aarch64-unknown-linux-musl"),
        ("riscv64gc-unknown-linux-gnu", "riscv64-unknown-linux-gnu"),
        ("riscv64-unknown-linux", "riscv64-unknown-linux-gnu"),
    ] {
        assert_eq!(Target::parse(written, None).unwrap().triple, triple, "{written}");
    }
}

#[test]
fn vector_units() {
    for (triple, cpu, bits, registers, fma, masks) in [
        ("x86_64", "x86-64-v2", 128, 16, false, false),
        ("x86_64", "sandybridge", 256, 16, false, false),
        ("x86_64", "x86-64-v3", 256, 16, true, false),
        ("x86_64", "x86-64-v4", 512, 32, true, true),
        ("x86_64", "znver4", 512, 32, true, true),
        ("x86_64", "alderlake", 256, 16, true, false),
        ("aarch64", "cortex-a76", 128, 32, true, false),
        ("aarch64", "neoverse-v1", 128, 32, true, false),
        ("riscv64", "rv64gc", 64, 16, true, false),
        ("riscv64", "rv64gcv", 128, 32, true, true),
        ("riscv64", "rv64gcv-vlen256", 256, 32, true, true),
    ] {
        let target = target(triple, cpu);
        let unit = (target.vector_bits, target.vector_registers, target.has_fma, target.has_masks);
        assert_eq!(unit, (bits, registers, fma, masks), "{cpu}");
        assert_eq!((target.pointer_bits, target.caches.line), (64, 64));
    }
}

#[test]
fn lanes_follow_the_stored_size() {
    let avx512 = target("x86_64", "znver4");
    let lanes = [F32, F64, F16, I8, I1, I64, C128, String].map(|element| avx512.lanes(element));
    assert_eq!(lanes, [16, 8, 32, 64, 64, 8, 4, 1]);
    let scalar = target("riscv64", "rv64gc");
    assert_eq!([F32, F64, C128].map(|element| scalar.lanes(element)), [2, 1, 1]);
}

#[test]
fn names_in_the_table_are_unique() {
    for architecture in Architecture::ALL {
        let mut names: Vec<_> = Target::cpu_names(architecture).collect();
        assert!(names.contains(&architecture.default_cpu()));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Target::cpu_names(architecture).count());
    }
}

#[test]
fn targets_read_back() {
    for row in CPUS {
        let target = Target::parse(row.architecture.name(), Some(row.name)).expect("in the table");
        let read = Target::from_text(&target.to_string()).expect("printed by Display");
        assert_eq!(format!("{read:?}"), format!("{target:?}"), "{}", row.name);
    }
}

#[test]
fn the_vlen_of_a_profile_is_in_its_features() {
    for (cpu, feature) in [("rv64gcv", "+zvl128b"), ("rv64gcv-vlen256", "+zvl256b")] {
        assert!(target("riscv64", cpu).features.ends_with(feature));
    }
}

#[test]
fn features_and_caches_decide_over_the_name_of_the_host() {
    let host = |cpu: &str, features: &str| {
        let triple = "x86_64-unknown-linux-gnu".to_owned();
        let caches = [None, Some(3 << 20), None];
        Target::from_host(&HostCpu { triple, cpu: cpu.into(), features: features.into(), caches }).unwrap()
    };
    let known = target("x86_64", "znver4").caches;
    let full = host("znver4", "+amx-int8,+avx,+avx2,+fma,+avx512f,-avx512bf16,+avx512bw,+avx512vl,+sse");
    assert_eq!((full.vector_bits, full.caches), (512, Caches { l2: 3 << 20, ..known }));
    let text = "x86_64-unknown-linux-gnu:znver4:+amx-int8,-avx512bf16:32K/3072K/32768K";
    assert_eq!(full.to_string(), text);
    assert_eq!(Target::from_text(text).as_ref(), Ok(&full));
    let hidden = host("znver4", "+avx,+avx2,+fma,-avx512f,-avx512bw,-avx512vl");
    assert_eq!((hidden.vector_bits, hidden.vector_registers, hidden.has_masks), (256, 16, false));
    assert_eq!(hidden.to_string(), "x86_64-unknown-linux-gnu:x86-64-v3:32K/3072K/8192K");
    let future = host("znver9", "+avx,+avx2,+fma,+avx512f,+avx512bw,+avx512vl");
    assert_eq!((future.vector_bits, future.cpu.as_str()), (512, "x86-64-v4"));
    // Sums of products of bytes: by the row, unless the machine says otherwise.
    let dot = |cpu, vnni| host(cpu, &format!("+avx,+avx2,+fma,+avx512f,+avx512bw,+avx512vl{vnni}")).dots.mixed;
    assert_eq!([("znver4", ""), ("znver4", ",-avx512vnni")].map(|(cpu, vnni)| dot(cpu, vnni)), [true, false]);
    assert_eq!([("znver9", ""), ("znver9", ",+avx512vnni")].map(|(cpu, vnni)| dot(cpu, vnni)), [false, true]);
    let arm = Target::from_text("aarch64:generic:+dotprod").unwrap().dots;
    assert_eq!((arm.signed, arm.unsigned, arm.mixed), (true, true, false));
}

#[test]
fn sections_that_say_nothing_are_errors() {
    for text in ["x86_64:znver4:fast", "x86_64:znver4:32K/1024K", "x86_64:znver4:0K/0K/0K", "x86_64:znver4:"] {
        let message = Target::from_text(text).unwrap_err().to_string();
        assert!(message.ends_with("neither features ('+a,-b') nor caches ('32K/1024K/0K')"), "{text}: {message}");
    }
}

#[test]
fn unknown_names_are_errors_with_advice() {
    let check = |triple: &str, cpu: Option<&str>, expected: &str| {
        assert_eq!(Target::parse(triple, cpu).unwrap_err().to_string(), expected);
    };
    check("x86-46", None, "unknown target 'x86-46'; known architectures are x86_64, aarch64, riscv64");
    check("x86_46", None, "unknown target 'x86_46'; did you mean 'x86_64'?");
    check("aarch65-linux-gnu", None, "unknown target 'aarch65-linux-gnu'; did you mean 'aarch64'?");
    check(
        "x86_64-pc-windows-msvc",
        None,
        "target 'x86_64-pc-windows-msvc' is not an ELF Linux target; write 'x86_64-unknown-linux-gnu'",
    );
    check("x86_64", Some("znver44"), "unknown cpu 'znver44' for x86_64; did you mean 'znver4'?");
    check("riscv64", Some("neoverse-n1"), "unknown cpu 'neoverse-n1' for riscv64; it is a cpu of aarch64");
}

/// clang, which comes with LLVM, says which features LLVM gives each cpu.
#[test]
fn requirements_are_what_llvm_gives_each_cpu() {
    for row in CPUS {
        let target = Target::parse(row.architecture.name(), Some(row.name)).expect("in the table");
        let cpu = match (row.architecture, row.features.rsplit_once('+')) {
            (Architecture::X86_64, _) => format!("-march={}", row.name),
            (_, None) => format!("-mcpu={}", row.name),
            (_, Some((_, "c"))) => "-march=rv64gc".into(),
            (_, Some((_, width))) => format!("-march=rv64gcv_{width}"),
        };
        let mut clang = Command::new("clang-22");
        clang.arg(format!("--target={}", target.triple)).arg(cpu).args(["-x", "c", "-S", "-emit-llvm", "-o-", "-"]);
        let mut clang = clang.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("clang-22 is installed");
        clang.stdin.take().expect("piped").write_all(b"void f(void) {}").expect("clang reads");
        let text = std::string::String::from_utf8(clang.wait_with_output().expect("clang ends").stdout).expect("text");
        let (_, features) = text.split_once("\"target-features\"=\"").unwrap_or_default();
        let features: Vec<&str> = features.split('"').next().unwrap_or_default().split(',').collect();
        let given = |feature: &&str| features.contains(&format!("+{feature}").as_str());
        let expected: Vec<&str> =
            requirements::checked(row.architecture).iter().copied().filter(|feature| given(feature)).collect();
        assert!(features.len() > 1, "clang knows {}", row.name);
        assert_eq!(target.requirements(), expected, "{}", row.name);
    }
}

#[test]
fn features_change_what_is_required() {
    let requirements = |text: &str| Target::from_text(text).expect("a target").requirements().join(",");
    assert_eq!(requirements("aarch64:neoverse-n1:+i8mm,-rdm"), "dotprod,fullfp16,i8mm");
    assert_eq!((requirements("aarch64"), requirements("riscv64:rv64gc")), ("".to_owned(), "".to_owned()));
    let hidden = HostCpu {
        triple: "x86_64-unknown-linux-gnu".into(),
        cpu: "znver3".into(),
        features: "+avx,+avx2,+fma,-sse4a".into(),
        caches: [None; 3],
    };
    let host = Target::from_host(&hidden).expect("a target");
    assert_eq!((host.features.as_str(), host.requirements().contains(&"sse4a")), ("-sse4a", false));
}

#[test]
fn the_most_capable_come_first() {
    let sorted = |architecture: &str, cpus: &[&str]| {
        let mut targets: Vec<Target> = cpus.iter().map(|cpu| target(architecture, cpu)).collect();
        Target::sort_by_capability(&mut targets);
        targets.iter().map(Target::cpu_name).collect::<Vec<_>>().join(" ")
    };
    let x86 = ["x86-64-v2", "sandybridge", "znver4", "x86-64-v4", "haswell", "alderlake"];
    assert_eq!(sorted("x86_64", &x86), "znver4 x86-64-v4 alderlake haswell sandybridge x86-64-v2");
    assert_eq!(sorted("aarch64", &["generic", "neoverse-n1", "neoverse-n2"]), "neoverse-n2 neoverse-n1 generic");
    assert_eq!(sorted("riscv64", &["rv64gc", "rv64gcv", "rv64gcv-vlen256"]), "rv64gcv-vlen256 rv64gcv rv64gc");
    assert_eq!(target("riscv64", "rv64gcv-vlen128").to_string(), "riscv64-unknown-linux-gnu:rv64gcv");
}

#[test]
fn the_runtime_can_ask_for_every_requirement() {
    let source = include_str!("../../runtime/c/processor.c");
    for feature in Architecture::ALL.into_iter().flat_map(requirements::checked) {
        assert!(source.contains(&format!("\"{feature}\"")), "{feature}");
    }
}
