//! `kiln completion SHELL`.

use crate::{Cli, Failure, output};
use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// Prints a script that completes kiln's arguments in a shell.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  kiln completion bash > ~/.local/share/bash-completion/completions/kiln")]
pub struct CompletionCommand {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

impl CompletionCommand {
    pub(crate) fn execute(self) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "kiln", &mut script);
        output::print(&String::from_utf8_lossy(&script))
    }
}
