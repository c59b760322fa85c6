//! Compiles the restated schema with protox and prost: no protoc is needed.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../third_party/onnx");
    println!("cargo::rerun-if-changed={folder}/onnx.proto");
    let files = protox::compile([format!("{folder}/onnx.proto")], [folder])?;
    // Bytes borrow from the mapped file; vectors would copy every weight.
    prost_build::Config::new().bytes(["."]).compile_fds(files)?;
    Ok(())
}
