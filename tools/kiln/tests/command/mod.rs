//! Runs `kiln` in a folder of its own.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::path::Path;
use std::process::Command;

/// Exit status, standard output and standard error of `kiln ARGUMENTS` in `directory`, with at most 4 GB of memory.
/// Panics if it ends by a signal.
pub fn kiln(directory: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -v 4000000; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_kiln")]);
    let output = command.current_dir(directory).args(arguments).output().expect("starts");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let error = text(output.stderr);
    let Some(status) = output.status.code() else { panic!("{arguments:?} ended by {}: {error}", output.status) };
    (status, text(output.stdout), error)
}

/// The names of what is in a folder, in order.
pub fn names_in(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).expect("readable");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
