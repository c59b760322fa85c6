//! RUN lines: reading and running them.

use crate::tools::Tools;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// One RUN line: programs, each fed by the one before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunLine {
    /// The line as written, with `%s` replaced.
    pub text: String,
    commands: Vec<Program>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Program {
    name: String,
    arguments: Vec<String>,
    fails: bool,
    /// `2>&1`.
    merges_errors: bool,
}

/// The RUN lines of a test.
///
/// # Errors
/// What is wrong with one.
pub fn run_lines(file: &Path, text: &str, scratch: &Path) -> Result<Vec<RunLine>, String> {
    let mut lines = Vec::new();
    let mut open = String::new();
    for line in text.lines() {
        let Some((_, run)) = line.split_once("RUN:") else { continue };
        match run.trim().strip_suffix('\\') {
            Some(start) => open.push_str(start),
            None => lines.push(parse(&(std::mem::take(&mut open) + run.trim()), file, scratch)?),
        }
    }
    match open.is_empty() {
        true => Ok(lines),
        false => Err(format!("the last RUN line goes on nowhere: {open}")),
    }
}

fn parse(text: &str, file: &Path, scratch: &Path) -> Result<RunLine, String> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let text = text.replace("%s", &file.display().to_string());
    let text = text.replace("%S", &folder.display().to_string()).replace("%t", &scratch.display().to_string());
    let mut commands = Vec::new();
    for words in words(&text)?.split(|word| word == "|") {
        let fails = words.first().is_some_and(|word| word == "not");
        let merges_errors = words.iter().any(|word| word == "2>&1");
        let mut words = words.iter().skip(fails.into()).filter(|word| *word != "2>&1").cloned();
        let name = words.next().ok_or_else(|| format!("a command is missing: {text}"))?;
        commands.push(Program { name, arguments: words.collect(), fails, merges_errors });
    }
    Ok(RunLine { text, commands })
}

/// Words between blanks; quotes keep blanks and are dropped.
fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in text.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    match quote {
        None => Ok(words),
        Some(quote) => Err(format!("{quote} is not closed: {text}")),
    }
}

impl RunLine {
    /// Runs the programs one after the other, each with the output of the one before as its input.
    ///
    /// # Errors
    /// Which program failed (or did not, after `not`), with what it printed.
    pub fn run(&self, tools: &Tools, folder: &Path) -> Result<(), String> {
        let mut input = Vec::new();
        for program in &self.commands {
            let path = tools.path_of(&program.name);
            let path = path.ok_or_else(|| format!("no program '{}': {}", program.name, self.text))?;
            let (success, output, errors) = feed(&path, &program.arguments, input, folder)?;
            if success == program.fails {
                let verb = if program.fails { "should have failed" } else { "failed" };
                let (output, errors) = (String::from_utf8_lossy(&output), String::from_utf8_lossy(&errors));
                return Err(format!("{} {verb}\n  RUN: {}\n{errors}{output}", program.name, self.text));
            }
            input = output;
            if program.merges_errors {
                input.extend(errors);
            }
        }
        Ok(())
    }
}

/// Runs a program; gives whether it succeeded, its output and its errors.
fn feed(path: &Path, arguments: &[String], input: Vec<u8>, folder: &Path) -> Result<(bool, Vec<u8>, Vec<u8>), String> {
    let child = Command::new(path)
        .args(arguments)
        .current_dir(folder)
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.map_err(|reason| format!("cannot start {}: {reason}", path.display()))?;
    let stdin = child.stdin.take();
    let writer = std::thread::spawn(move || {
        // A program that does not read its input is no failure.
        stdin.map(|mut stdin| stdin.write_all(&input))
    });
    let output = child.wait_with_output().map_err(|reason| format!("cannot wait for {}: {reason}", path.display()))?;
    drop(writer.join());
    Ok((output.status.success(), output.stdout, output.stderr))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_lines_are_read() {
        let text = "// RUN: not kiln-opt %s \\\n// RUN:   --x='a b' 2>&1 | FileCheck %s\n// CHECK: x";
        let lines = run_lines(Path::new("/d/f.mlir"), text, Path::new("/tmp/t")).expect("valid");
        let program = |name: &str, arguments: &[&str], fails, merges_errors| Program {
            name: name.into(),
            arguments: arguments.iter().map(|&argument| argument.into()).collect(),
            fails,
            merges_errors,
        };
        assert_eq!(
            lines[0].commands,
            [
                program("kiln-opt", &["/d/f.mlir", "--x=a b"], true, true),
                program("FileCheck", &["/d/f.mlir"], false, false)
            ]
        );
        assert!(run_lines(Path::new("f"), "// RUN: a '", Path::new("t")).is_err());
    }
}
