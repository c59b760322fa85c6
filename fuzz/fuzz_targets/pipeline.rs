//! Any text as a pipeline of passes: what reads prints as text that reads back to the same.

#![no_main]

use kiln_pass::Pipeline;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(pipeline) = Pipeline::parse(text, kiln_registry::passes()) else { return };
    let printed = pipeline.to_string();
    match Pipeline::parse(&printed, kiln_registry::passes()) {
        Ok(again) => assert_eq!(again.to_string(), printed),
        Err(error) => panic!("what prints reads back: {}\n{printed}", error.message),
    }
});
