//! Reading models that may be damaged or made to do harm.

use kiln_diag::{Diagnostic, Sink};
use kiln_import_core::ImportOptions;
use kiln_pass::{PassManager, Pipeline};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

/// How long one model may take before it counts as hanging; ten times what it may take on a machine that does nothing else.
const PATIENCE: Duration = Duration::from_secs(100);

/// The most memory that a process may need for any of them, of which the program itself is the smaller part.
pub const MOST_MEMORY: u64 = 1 << 30;

/// The errors of importing and converting a model, on a thread of its own: none if it is a model after all.
///
/// # Errors
/// When it panics, does not end, or fails without an error.
pub fn try_patiently(path: &Path) -> Result<Vec<Diagnostic>, String> {
    let (sender, receiver) = mpsc::channel();
    let model = PathBuf::from(path);
    std::thread::spawn(move || {
        let outcome = catch_unwind(AssertUnwindSafe(|| try_model(&model)));
        let _ = sender.send(outcome.unwrap_or_else(|_| Err("it panics".into())));
    });
    receiver.recv_timeout(PATIENCE).unwrap_or_else(|_| Err("it does not end".into()))
}

fn try_model(path: &Path) -> Result<Vec<Diagnostic>, String> {
    let sink = Sink::new();
    let found = match kiln_formats::open(path, None) {
        Ok(found) => found,
        Err(error) => return Ok(vec![*error]),
    };
    let errors = |sink: &Sink, what: &str| match sink.has_errors() {
        true => Ok(sink.take()),
        false => Err(format!("what does not {what} has no error")),
    };
    let registry = kiln_registry::dialects();
    let imported = found.format.import_partly(&found.file, &registry, &ImportOptions::default(), &sink);
    let Some(mut imported) = imported else { return errors(&sink, "import") };
    if !imported.is_complete {
        kiln_convert::report_unsupported(&imported.module, &sink);
        return errors(&sink, "import");
    }
    let pipeline = Pipeline::parse(kiln_registry::pipeline::conversion(), kiln_registry::passes());
    let manager = PassManager::new(pipeline.expect("conversion is a pipeline"));
    match manager.run(&mut imported.module, &sink, &mut std::io::sink()).succeeded {
        true => Ok(Vec::new()),
        false => errors(&sink, "convert"),
    }
}

/// The most memory that this process has had so far.
pub fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}
