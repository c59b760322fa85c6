//! `kiln header`.

use crate::{Failure, output};
use clap::Args;
use std::path::PathBuf;

/// Prints kiln.h: the C interface of compiled models, and of custom operators.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  kiln header -o kiln.h && cc -O2 -fPIC -c swish.c")]
pub struct HeaderCommand {
    /// Where to write [default: standard output].
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
}

impl HeaderCommand {
    pub(crate) fn execute(self) -> Result<(), Failure> {
        let Some(path) = self.output else { return output::print(kiln_runtime::INTERFACE) };
        std::fs::write(&path, kiln_runtime::INTERFACE)
            .map_err(|error| Failure::Input(format!("cannot write {}: {error}", path.display())))
    }
}
