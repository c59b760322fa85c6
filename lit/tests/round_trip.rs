//! Every part of every file under `test/` that is valid prints and reads back unchanged, in both forms; and stock
//! `mlir-opt` reads what Kiln prints, and Kiln what `mlir-opt` prints.

use kiln_lit::{Tools, mlir_files, source_root, test_name};
use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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
    for file in mlir_files(&source_root().join("test")) {
        let name = test_name(&file);
        let (kiln, oracle) = (tools.clone(), tools.clone());
        let copy = file.clone();
        trials.push(Trial::test(format!("kiln {name}"), move || kiln_round_trip(&copy, &kiln).map_err(Failed::from)));
        trials.push(Trial::test(format!("mlir {name}"), move || mlir_round_trip(&file, &oracle).map_err(Failed::from)));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// What `program` prints for `input`; `None` if it fails.
fn output(program: &Path, arguments: &[&str], input: &str) -> Result<String, String> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|reason| format!("cannot start {}: {reason}", program.display()))?;
    let stdin = child.stdin.take();
    let input = input.to_owned();
    let writer =
        std::thread::spawn(move || stdin.map(|mut stdin| std::io::Write::write_all(&mut stdin, input.as_bytes())));
    let output = child.wait_with_output().map_err(|reason| reason.to_string())?;
    drop(writer.join());
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

/// The valid parts of a file, in generic form.
fn parts(file: &Path, kiln_opt: &Path) -> Result<Vec<String>, String> {
    let text = std::fs::read_to_string(file).map_err(|reason| reason.to_string())?;
    let is_separator = |line: &str| line.trim_end() == "// -----";
    let lines: Vec<&str> = text.lines().collect();
    let parts = lines.split(|line| is_separator(line)).map(|lines| lines.join("\n"));
    // Invalid parts are those that tests of diagnostics are about.
    Ok(parts.filter_map(|part| output(kiln_opt, &["--generic"], &part).ok()).collect())
}

fn same(expected: &str, found: &str, through: &str) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    let differs = expected.lines().zip(found.lines()).find(|(expected, found)| expected != found);
    let (expected, found) = differs.unwrap_or((expected, found));
    Err(format!("changed through {through}\nexpected: {expected}\nfound:    {found}"))
}

fn kiln_round_trip(file: &Path, tools: &Tools) -> Result<(), String> {
    let kiln_opt = path(tools, "kiln-opt")?;
    for generic in parts(file, &kiln_opt)? {
        for form in [&["--generic"][..], &[], &["--aliases"], &["--locations", "--aliases"], &["--resources"]] {
            let printed = output(&kiln_opt, form, &generic)?;
            let again = output(&kiln_opt, &["--generic"], &printed)?;
            same(&generic, &again, &format!("kiln-opt {}", form.join(" ")))?;
        }
    }
    Ok(())
}

/// Ops of dialects that `mlir-opt` knows must also be valid there; it may add what its definitions default, so that the
/// texts are compared only after it has read them once.
fn mlir_round_trip(file: &Path, tools: &Tools) -> Result<(), String> {
    let (kiln_opt, mlir_opt) = (path(tools, "kiln-opt")?, path(tools, "mlir-opt")?);
    let options = ["--allow-unregistered-dialect", "--mlir-print-op-generic", "--mlir-print-local-scope"];
    for generic in parts(file, &kiln_opt)? {
        let printed = output(&mlir_opt, &options, &generic)?;
        let read = output(&kiln_opt, &["--generic"], &printed)?;
        let printed_again = output(&mlir_opt, &options, &read)?;
        same(&printed, &printed_again, "mlir-opt and kiln-opt")?;
    }
    Ok(())
}

fn path(tools: &Tools, name: &str) -> Result<PathBuf, String> {
    tools.path_of(name).filter(|path| path.exists()).ok_or_else(|| format!("{name} is missing"))
}
