//! Compiles the restated schemas with protox and prost: no protoc is needed.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../third_party/tensorflow");
    println!("cargo::rerun-if-changed={folder}/tensorflow.proto");
    let files = protox::compile([format!("{folder}/tensorflow.proto")], [folder])?;
    // Bytes borrow from the mapped file; vectors would copy every weight. Maps are sorted, so that equal files give equal IR.
    prost_build::Config::new().bytes(["."]).btree_map(["."]).compile_fds(files)?;
    Ok(())
}
