//! The command line of Kiln, one file a command under [`commands`].
//!
//! Results go to standard output, and are the only thing there, so that they can be piped; errors, notes and progress go
//! to standard error. Exit status: 0, 1 (the input is at fault) or 2 (usage).

#![forbid(unsafe_code)]

pub mod commands;
mod failure;
mod model_inputs;
mod model_options;
mod options;
mod output;
mod profile;
mod progress;
mod random;
mod report;
mod runner;
mod steps;
mod tune;

pub use failure::Failure;
pub use model_inputs::InputOptions;
pub use options::{InputFile, PartialShapeArgument, ShapeArgument};
pub use profile::ProfileOrder;
pub use report::ReportFormat;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Compiles trained neural networks to native code, and runs, measures and inspects the result.
#[derive(Debug, Parser)]
#[command(name = "kiln", version, propagate_version = true, max_term_width = 110)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Compile(commands::compile::CompileCommand),
    Run(commands::run::RunCommand),
    Bench(commands::bench::BenchCommand),
    Check(commands::check::CheckCommand),
    Inspect(commands::inspect::InspectCommand),
    Import(commands::import::ImportCommand),
    Reduce(commands::reduce::ReduceCommand),
    Header(commands::header::HeaderCommand),
    Completion(commands::completion::CompletionCommand),
}

/// Does what the process's arguments say.
pub fn main() -> ExitCode {
    // Wrong usage ends the process here, with status 2.
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Compile(command) => command.execute(),
        Command::Run(command) => command.execute(),
        Command::Bench(command) => command.execute(),
        Command::Check(command) => command.execute(),
        Command::Inspect(command) => command.execute(),
        Command::Import(command) => command.execute(),
        Command::Reduce(command) => command.execute(),
        Command::Header(command) => command.execute(),
        Command::Completion(command) => command.execute(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
