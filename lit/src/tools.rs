//! Where the programs are that RUN lines name.

use std::path::{Path, PathBuf};

/// Where LLVM's programs are, unless `KILN_LLVM_BIN` says otherwise.
const LLVM_BIN: &str = "/usr/lib/llvm-22/bin";

/// The programs that RUN lines may name.
#[derive(Clone, Debug)]
pub struct Tools {
    kiln: PathBuf,
    llvm: PathBuf,
}

impl Tools {
    /// Kiln's programs from the folder above this test executable's (`target/release` for `target/release/deps/x`),
    /// LLVM's from where Debian puts them.
    ///
    /// # Errors
    /// Which program is missing, and how to get it.
    pub fn find() -> Result<Tools, String> {
        let executable = std::env::current_exe().map_err(|reason| format!("where am I? {reason}"))?;
        let kiln = executable.parent().and_then(Path::parent).ok_or("test executables stand in target/PROFILE/deps")?;
        let llvm = std::env::var_os("KILN_LLVM_BIN").map_or_else(|| PathBuf::from(LLVM_BIN), PathBuf::from);
        let tools = Tools { kiln: kiln.to_path_buf(), llvm };
        for (name, help) in [
            ("kiln-opt", "build it first: cargo build --release -p kiln-opt"),
            ("FileCheck", "install llvm-22-tools, or set KILN_LLVM_BIN"),
        ] {
            let path = tools.path_of(name).unwrap_or_default();
            if !path.exists() {
                return Err(format!("{} is missing: {help}", path.display()));
            }
        }
        Ok(tools)
    }

    /// The program that a RUN line calls `name`.
    pub fn path_of(&self, name: &str) -> Option<PathBuf> {
        match name {
            "kiln-opt" | "kiln" => Some(self.kiln.join(name)),
            "FileCheck" | "mlir-opt" | "mlir-translate" | "llc" | "opt" => Some(self.llvm.join(name)),
            "cat" | "diff" => Some(PathBuf::from(name)),
            _ => None,
        }
    }

    /// The program called `name`.
    ///
    /// # Errors
    /// That it is missing.
    pub fn find_program(&self, name: &str) -> Result<PathBuf, String> {
        self.path_of(name).filter(|path| path.exists()).ok_or_else(|| format!("{name} is missing"))
    }
}
