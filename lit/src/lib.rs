//! Runs the tests under `test/` from `cargo test`: files whose comments say how to run and what to expect.
//!
//! ```text
//! // RUN: kiln-opt %s --canonicalize | FileCheck %s
//! // CHECK: graph.relu
//! ```
//! A file may have several RUN lines; one that ends in `\` goes on in the next. `%s` is the file, `%t` a file for
//! scratch, `%S` the file's folder. Commands are joined by `|`; `not` in front of one expects it to fail. The programs
//! known are listed in [`Tools`]; there is no shell.

#![forbid(unsafe_code)]

mod command;
mod compare;
mod tools;

pub use command::{RunLine, run_lines};
pub use compare::{output_of, same};
pub use tools::Tools;

use std::path::{Path, PathBuf};

/// The root of the source tree.
pub fn source_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// All `.mlir` files under `folder`, sorted.
pub fn mlir_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut pending = vec![folder.to_path_buf()];
    while let Some(folder) = pending.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match path.is_dir() {
                true => pending.push(path),
                false if path.extension().is_some_and(|extension| extension == "mlir") => files.push(path),
                false => {}
            }
        }
    }
    files.sort();
    files
}

/// The name of a test: its path from `test/` on.
pub fn test_name(file: &Path) -> String {
    file.strip_prefix(source_root().join("test")).unwrap_or(file).display().to_string()
}
