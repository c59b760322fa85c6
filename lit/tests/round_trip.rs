//! Every part of every file under `test/` that is valid prints and reads back unchanged, in both forms; and stock
//! `mlir-opt` reads what Kiln prints, and Kiln what `mlir-opt` prints.

use kiln_lit::{Tools, mlir_files, output_of, same, source_root, test_name};
use libtest_mimic::{Arguments, Failed, Trial};
use std::path::Path;

fn main() -> std::process::ExitCode {
    let arguments = Arguments::from_args();
    let tools = match Tools::find() {
        Ok(tools) => tools,
        Err(reason) => {
            eprintln!("error: {reason}");
            return std::process::ExitCode::from(1);
        }
    };
    let mut trials = Vec::new();
    // What is in MLIR's custom syntax is another test's.
    let upstream = source_root().join("test/upstream");
    for file in mlir_files(&source_root().join("test")).into_iter().filter(|file| !file.starts_with(&upstream)) {
        let name = test_name(&file);
        let (kiln, oracle) = (tools.clone(), tools.clone());
        let copy = file.clone();
        trials.push(Trial::test(format!("kiln {name}"), move || kiln_round_trip(&copy, &kiln).map_err(Failed::from)));
        trials.push(Trial::test(format!("mlir {name}"), move || mlir_round_trip(&file, &oracle).map_err(Failed::from)));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The valid parts of a file, in generic form.
fn parts(file: &Path, kiln_opt: &Path) -> Result<Vec<String>, String> {
    let text = std::fs::read_to_string(file).map_err(|reason| reason.to_string())?;
    let is_separator = |line: &str| line.trim_end() == "// -----";
    let lines: Vec<&str> = text.lines().collect();
    let parts = lines.split(|line| is_separator(line)).map(|lines| lines.join("\n"));
    // Invalid parts are those that tests of diagnostics are about.
    Ok(parts.filter_map(|part| output_of(kiln_opt, &["--generic"], &part).ok()).collect())
}

fn kiln_round_trip(file: &Path, tools: &Tools) -> Result<(), String> {
    let kiln_opt = tools.find_program("kiln-opt")?;
    for generic in parts(file, &kiln_opt)? {
        for form in [&["--generic"][..], &[], &["--aliases"], &["--locations", "--aliases"], &["--resources"]] {
            let printed = output_of(&kiln_opt, form, &generic)?;
            let again = output_of(&kiln_opt, &["--generic"], &printed)?;
            same(&generic, &again, &format!("kiln-opt {}", form.join(" ")))?;
        }
    }
    Ok(())
}

/// Ops of dialects that `mlir-opt` knows must also be valid there; it may add what its definitions default, so that the
/// texts are compared only after it has read them once.
fn mlir_round_trip(file: &Path, tools: &Tools) -> Result<(), String> {
    let (kiln_opt, mlir_opt) = (tools.find_program("kiln-opt")?, tools.find_program("mlir-opt")?);
    let options = ["--allow-unregistered-dialect", "--mlir-print-op-generic", "--mlir-print-local-scope"];
    for generic in parts(file, &kiln_opt)? {
        let printed = output_of(&mlir_opt, &options, &generic)?;
        let read = output_of(&kiln_opt, &["--generic"], &printed)?;
        let printed_again = output_of(&mlir_opt, &options, &read)?;
        same(&printed, &printed_again, "mlir-opt and kiln-opt")?;
    }
    Ok(())
}
