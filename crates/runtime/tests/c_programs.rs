//! C programs against the generated header: that it compiles, and that what it says works, on every processor.

mod support;

use kiln_runtime::{EXPORTED_SYMBOLS, EXTERNAL_SYMBOLS, ModelDescription, architectures, header};
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{VLEN, build_program, build_versions, fake_description, fake_versions, run, runner, tool};
use tempfile::TempDir;

/// A directory with `model.h` and the fake model for `arch`.
fn prepare(arch: &str) -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("writable");
    std::fs::write(directory.path().join("model.h"), header(&fake_versions())).expect("writable");
    let model = build_versions(&fake_versions(), arch, directory.path());
    (directory, model)
}

#[test]
fn the_runtime_keeps_its_promises_on_every_processor() {
    for arch in architectures() {
        let Some((mut runner, includes)) = runner(arch, VLEN) else { continue };
        let (directory, model) = prepare(arch);
        let program =
            build_program(arch, "check_runtime", include_str!("c/check_runtime.c"), &includes, directory.path());
        runner.arg(program).arg(model);
        if arch == std::env::consts::ARCH {
            // An emulated process with several threads does not survive a fork.
            runner.arg("fork");
        }
        let printed = run(&mut runner);
        assert_eq!(printed.trim(), "passed", "{arch}");
    }
}

#[test]
fn a_short_program_runs_a_model() {
    let arch = std::env::consts::ARCH;
    let (directory, model) = prepare(arch);
    let program = build_program(arch, "run_model", include_str!("c/run_model.c"), &[], directory.path());
    // Every extent is the same number, so 2 * M + 1 does not fit: the program prints the model's message.
    let output = Command::new(&program).arg(&model).arg("3").output().expect("starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert_eq!(printed.trim(), "input 'window' has extent 3 on axis 0, expected 2 * M + 1, which is 7");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn the_environment_may_ask_for_a_version() {
    for arch in architectures() {
        let Some((runner, includes)) = runner(arch, VLEN) else { continue };
        let (directory, model) = prepare(arch);
        let program = build_program(arch, "run_model", include_str!("c/run_model.c"), &includes, directory.path());
        let message = |cpu: &str| {
            let mut command = Command::new(runner.get_program());
            let output =
                command.args(runner.get_args()).arg(&program).arg(&model).arg("3").env("KILN_CPU", cpu).output();
            String::from_utf8_lossy(&output.expect("starts").stdout).trim().to_owned()
        };
        let refused = "input 'window' has extent 3 on axis 0, expected 2 * M + 1, which is 7";
        assert_eq!(["", "present"].map(message), [refused; 2], "{arch}");
        assert_eq!(message("future"), "KILN_CPU asks for code for future, and this processor lacks telepathy");
        assert_eq!(message("past"), "KILN_CPU asks for code for past, and the model has code for future, present");
    }
}

#[test]
fn the_header_is_c89_and_cpp() {
    let directory = tempfile::tempdir().expect("writable");
    let path = directory.path().join("model.h");
    std::fs::write(&path, header(&fake_versions())).expect("writable");
    let strict = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only"];
    run(tool(&["cc", "clang-22", "gcc"]).args(["-x", "c", "-std=c89"]).args(strict).arg(&path));
    run(tool(&["cc", "clang-22", "gcc"]).args(["-x", "c++", "-std=c++11"]).args(strict).arg(&path));
}

#[test]
fn the_example_in_the_header_compiles() {
    let directory = tempfile::tempdir().expect("writable");
    let description = fake_description();
    let text = header(&[description]);
    let example: Vec<&str> = text
        .lines()
        .skip_while(|line| !line.starts_with(" *   #include"))
        .take_while(|line| *line != " */")
        .map(|line| line.trim_start_matches(" *"))
        .collect();
    std::fs::write(directory.path().join("fake_model.h"), &text).expect("writable");
    let source = directory.path().join("example.c");
    std::fs::write(&source, example.join("\n")).expect("writable");
    run(tool(&["cc", "clang-22", "gcc"]).args(["-Wall", "-Wextra", "-Werror", "-fsyntax-only"]).arg(source));
}

#[test]
fn hostile_names_do_not_leave_the_comment() {
    let mut description = fake_description();
    description.name = "*/ int evil; /*\n#error".into();
    description.inputs[0].name = "count".into();
    description.inputs[1].name = "x*/\\".into();
    let directory = tempfile::tempdir().expect("writable");
    let path = directory.path().join("model.h");
    std::fs::write(&path, header(&[description])).expect("writable");
    run(tool(&["cc", "clang-22", "gcc"]).args(["-x", "c", "-Werror", "-fsyntax-only"]).arg(&path));
    let empty = || header(&[ModelDescription::default()]);
    assert_eq!(empty(), empty());
}

/// The symbols of `file` that `llvm-nm` lists with these flags.
fn symbols(file: &Path, flags: &[&str]) -> Vec<String> {
    let mut nm = tool(&["llvm-nm-22", "/usr/lib/llvm-22/bin/llvm-nm"]);
    run(nm.args(flags).arg("-j").arg(file)).split_whitespace().map(str::to_owned).collect()
}

#[test]
fn objects_need_nothing_but_libc() {
    let generated = ["kiln_versions"];
    for arch in architectures() {
        let directory = tempfile::tempdir().expect("writable");
        let object = directory.path().join("runtime.o");
        std::fs::write(&object, kiln_runtime::object_for(arch).expect("known")).expect("writable");
        for symbol in symbols(&object, &["-u"]) {
            let known = EXTERNAL_SYMBOLS.contains(&symbol.as_str()) || generated.contains(&symbol.as_str());
            assert!(known, "the runtime for {arch} needs {symbol}");
        }
    }
    assert!(kiln_runtime::object_for("vax").is_none());
}

#[test]
fn models_export_the_interface_and_nothing_else() {
    for arch in architectures() {
        let (_directory, model) = prepare(arch);
        let mut exported = symbols(&model, &["-D", "--defined-only"]);
        exported.sort();
        let mut expected = EXPORTED_SYMBOLS;
        expected.sort();
        assert_eq!(exported, expected, "{arch}");
    }
}
