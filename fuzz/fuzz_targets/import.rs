//! Any bytes as a model file of whichever format they look like, or of ONNX: import, and conversion of what imports, end in
//! a valid module or in errors.

#![no_main]

use kiln_diag::Sink;
use kiln_formats::{FORMATS, recognize};
use kiln_import_core::{ImportOptions, ModelFile};
use kiln_pass::PassManager;
use libfuzzer_sys::fuzz_target;
use std::io::Write;

fuzz_target!(|bytes: &[u8]| {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(bytes).expect("written");
    let Ok(file) = ModelFile::open(file.path()) else { return };
    let onnx = FORMATS.iter().find(|format| format.name == "onnx").expect("a format of ours");
    let format = recognize(&file).unwrap_or(onnx);
    let (sink, options) = (Sink::new(), ImportOptions::default());
    let Some(mut imported) = format.import_partly(&file, &kiln_registry::dialects(), &options, &sink) else {
        return assert!(sink.has_errors(), "what does not import has an error");
    };
    if !imported.is_complete {
        return assert!(sink.has_errors(), "what does not import as a whole has an error");
    }
    let module = &mut imported.module;
    let pipeline = kiln_convert::conversion(module, &[], &[]);
    if PassManager::new(pipeline).run(module, &sink, &mut std::io::sink()).succeeded {
        let wrong = kiln_ir::verify(module, module.top());
        assert!(wrong.is_empty(), "what converts is valid: {wrong:?}");
    } else {
        assert!(sink.has_errors(), "what does not convert has an error");
    }
});
