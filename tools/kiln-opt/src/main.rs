//! Reads IR text, runs passes, prints IR text.
//!
//! Exit status: 0, 1 if the input is at fault, 2 if the command line is.

#![forbid(unsafe_code)]

mod expectations;
mod options;
mod process;
mod split;

use options::{Options, Task};
use std::io::{Read, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let options = match Options::from_command_line() {
        Ok(options) => options,
        Err(error) => error.exit(),
    };
    match run(&options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(1)
        }
    }
}

/// Whether all went well; an error is about a file that cannot be read or written.
fn run(options: &Options) -> Result<bool, String> {
    match &options.task {
        Task::ListPasses => write(options, &process::list_passes()).map(|()| true),
        Task::ListOps => write(options, &process::list_ops()).map(|()| true),
        Task::CheckRules(files) | Task::ShowRules(files) => {
            let (text, succeeded) = process::rules(files, matches!(options.task, Task::ShowRules(_)));
            write(options, &text).map(|()| succeeded)
        }
        Task::Process => {
            let (text, succeeded) = process::process(options, &read(&options.input)?);
            if let Some(text) = text {
                write(options, &text)?;
            }
            Ok(succeeded)
        }
    }
}

fn read(path: &str) -> Result<String, String> {
    let mut bytes = Vec::new();
    let result = match path {
        "-" => std::io::stdin().read_to_end(&mut bytes).map(|_| ()),
        path => std::fs::read(path).map(|content| bytes = content),
    };
    result.map_err(|reason| format!("cannot read {path}: {reason}"))?;
    String::from_utf8(bytes).map_err(|_| format!("{path} is not UTF-8 text"))
}

fn write(options: &Options, text: &str) -> Result<(), String> {
    match options.output.as_str() {
        "-" => match std::io::stdout().write_all(text.as_bytes()) {
            // Whoever reads our output may have seen enough.
            Err(reason) if reason.kind() != std::io::ErrorKind::BrokenPipe => Err(format!("cannot print: {reason}")),
            _ => Ok(()),
        },
        path => std::fs::write(path, text).map_err(|reason| format!("cannot write {path}: {reason}")),
    }
}
