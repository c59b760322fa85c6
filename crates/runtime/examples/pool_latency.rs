//! Measures what it costs to hand out a parallel loop and to wait for it.
//!
//! `cargo run --release -p kiln-runtime --example pool_latency [THREADS]`

use std::path::Path;
use std::process::Command;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = std::env::temp_dir();
    let object = directory.join(format!("kiln_pool_latency_{}.o", std::process::id()));
    let program = object.with_extension("");
    let runtime = kiln_runtime::object_for(std::env::consts::ARCH).ok_or("the runtime is not for this processor")?;
    std::fs::write(&object, runtime)?;
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/pool_latency.c");
    let built =
        Command::new("cc").arg("-O2").arg(source).arg(&object).arg("-o").arg(&program).arg("-lpthread").status();
    let ran = built.and_then(|_| Command::new(&program).args(std::env::args().nth(1)).status());
    for file in [object, program] {
        // A leftover of ours in the temporary directory is no reason to fail.
        let _ = std::fs::remove_file(file);
    }
    if ran?.success() { Ok(()) } else { Err("the measurement failed".into()) }
}
