//! Any text as rewrite rules: what is refused is reported, and nothing else is.

#![no_main]

use kiln_diag::Sink;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let sink = Sink::new();
    let rules = kiln_rules::load(text, "fuzz.rules", &kiln_registry::dialects(), &sink);
    assert_eq!(rules.is_none(), sink.has_errors());
});
