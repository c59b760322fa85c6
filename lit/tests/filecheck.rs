//! One test for each file under `test/` that has RUN lines.

use kiln_lit::{Tools, mlir_files, run_lines, source_root, test_name};
use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};

fn main() -> std::process::ExitCode {
    let arguments = Arguments::from_args();
    let tools = match Tools::find() {
        Ok(tools) => tools,
        Err(reason) => {
            eprintln!("error: {reason}");
            return std::process::ExitCode::from(1);
        }
    };
    let files = mlir_files(&source_root().join("test"));
    // Files without RUN lines are cases of other tests.
    let has_run_lines = |file: &PathBuf| std::fs::read_to_string(file).is_ok_and(|text| text.contains("RUN:"));
    let files = files.into_iter().filter(has_run_lines);
    let trial = |file: PathBuf| {
        let tools = tools.clone();
        Trial::test(test_name(&file), move || run(&file, &tools).map_err(Failed::from))
    };
    libtest_mimic::run(&arguments, files.map(trial).collect()).exit_code()
}

fn run(file: &Path, tools: &Tools) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|reason| reason.to_string())?;
    let folder = tempfile::tempdir().map_err(|reason| reason.to_string())?;
    let lines = run_lines(file, &text, &folder.path().join("scratch"))?;
    lines.iter().try_for_each(|line| line.run(tools, folder.path()))
}
