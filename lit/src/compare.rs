//! What programs print, and whether it is the same.

use std::path::Path;
use std::process::{Command, Stdio};

/// What `program` prints for `input`.
///
/// # Errors
/// When it fails: what it printed to standard error.
pub fn output_of(program: &Path, arguments: &[&str], input: &str) -> Result<String, String> {
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

/// Whether two texts are equal.
///
/// # Errors
/// The first lines that differ.
pub fn same(expected: &str, found: &str, through: &str) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    let differs = expected.lines().zip(found.lines()).find(|(expected, found)| expected != found);
    let (expected, found) = differs.unwrap_or((expected, found));
    Err(format!("changed through {through}\nexpected: {expected}\nfound:    {found}"))
}
