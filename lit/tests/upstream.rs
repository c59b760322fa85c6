//! What stock `mlir-opt` prints in generic form, Kiln reads, verifies and prints so that `mlir-opt` finds it unchanged.
//!
//! The files under `test/upstream/` are in MLIR's custom syntax, one or more for each dialect, and together use every op,
//! every kind of attribute and every kind of type of it. Each is taken through `kiln-opt` in these ways: plain, with
//! aliases resolved by `mlir-opt`, and with locations.

use kiln_lit::{Tools, mlir_files, output_of, same, source_root, test_name};
use libtest_mimic::{Arguments, Failed, Trial};
use std::path::Path;

/// A way through: what it is called, and what it makes `mlir-opt` and `kiln-opt` print.
const WAYS: [(&str, &[&str], &[&str]); 4] = [
    ("plain", &[], &["--generic", "--resources"]),
    ("local", &["--mlir-print-local-scope"], &["--generic", "--resources"]),
    ("locations", &["--mlir-print-debuginfo"], &["--generic", "--resources", "--locations"]),
    ("aliases", &["--mlir-print-debuginfo"], &["--generic", "--resources", "--locations", "--aliases"]),
];

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
    for file in mlir_files(&source_root().join("test/upstream")) {
        for (name, mlir, kiln) in WAYS {
            let (file, tools) = (file.clone(), tools.clone());
            let name = format!("{name} {}", test_name(&file));
            let check = move || round_trip(&file, &tools, mlir, kiln).map_err(Failed::from);
            trials.push(Trial::test(name, check));
        }
    }
    if trials.is_empty() {
        eprintln!("error: there are no files under test/upstream");
        return std::process::ExitCode::from(1);
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn round_trip(file: &Path, tools: &Tools, mlir: &[&str], kiln: &[&str]) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|reason| reason.to_string())?;
    let mlir_opt = |text: &str| {
        let options = [&["--allow-unregistered-dialect", "--mlir-print-op-generic"], mlir].concat();
        output_of(&tools.find_program("mlir-opt")?, &options, text)
    };
    let kiln_opt = |options: &[&str], text: &str| output_of(&tools.find_program("kiln-opt")?, options, text);
    let generic = mlir_opt(&text)?;
    let read = kiln_opt(kiln, &generic)?;
    same(&generic, &mlir_opt(&read)?, "kiln-opt and mlir-opt")?;
    same(&read, &kiln_opt(kiln, &read)?, "kiln-opt twice")?;
    // The pretty form says the same.
    let pretty: Vec<&str> = kiln.iter().copied().filter(|option| *option != "--generic").collect();
    same(&read, &kiln_opt(kiln, &kiln_opt(&pretty, &read)?)?, "the pretty form")
}
