//! Any bytes as a file of TensorFlow Lite: import, and conversion of what imports, end in a valid module or in errors.

#![no_main]

use kiln_convert::tflite_to_graph::convert_tflite_to_graph;
use kiln_diag::Sink;
use kiln_import_core::ImportOptions;
use libfuzzer_sys::fuzz_target;
use std::io::Write;

fuzz_target!(|bytes: &[u8]| {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(bytes).expect("written");
    let (sink, options) = (Sink::new(), ImportOptions::default());
    match kiln_import_tflite::FORMAT.import_file(file.path(), &kiln_registry::dialects(), &options, &sink) {
        None => assert!(sink.has_errors(), "what does not import has an error"),
        Some(mut module) => {
            if convert_tflite_to_graph(&mut module, &sink) {
                let wrong = kiln_ir::verify(&module, module.top());
                assert!(wrong.is_empty(), "what converts is valid: {wrong:?}");
            } else {
                assert!(sink.has_errors(), "what does not convert has an error");
            }
        }
    }
});
