//! Any text as IR: what reads can be verified, and prints, in both forms, as text that reads back to the same.

#![no_main]

use kiln_diag::Sink;
use kiln_ir::Module;
use kiln_syntax::{PrintOptions, parse, print};
use libfuzzer_sys::fuzz_target;

fn text_of(module: &Module, generic: bool) -> String {
    print(module, module.top(), &PrintOptions { generic, ..PrintOptions::default() })
}

fuzz_target!(|text: &str| {
    let registry = kiln_registry::dialects();
    let sink = Sink::new();
    let Some(module) = parse(text, "fuzz.mlir", &registry, &sink) else {
        return assert!(sink.has_errors(), "what does not read has an error");
    };
    // Text need not be valid IR; checking it must only not fail.
    let _ = kiln_ir::verify(&module, module.top());
    for generic in [true, false] {
        let printed = text_of(&module, generic);
        let sink = Sink::new();
        let again = parse(&printed, "again.mlir", &registry, &sink);
        let again = again.unwrap_or_else(|| panic!("what prints reads back: {:?}\n{printed}", sink.take()));
        assert_eq!(text_of(&again, generic), printed, "printing what was read back changes nothing");
    }
});
