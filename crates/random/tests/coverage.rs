//! What random graphs are made of.

use kiln_ir::{Registry, verify};
use std::collections::BTreeSet;

/// `fusion` is made by outlining alone, `call` by the passes that lower strings and images, `custom` for functions of a
/// user's.
const NEVER: &[&str] = &["graph.fusion", "graph.call", "graph.custom"];

/// Random graphs compute with numbers: neither strings nor encoded images.
const OTHERS: [&str; 2] = ["graph.string_", "graph.image_"];

#[test]
fn every_op_of_the_graph_dialect_occurs() {
    let registry = Registry::new(&[&kiln_builtin::DIALECT, &kiln_func::DIALECT, &kiln_graph::DIALECT]);
    let names = kiln_graph::DIALECT.ops.iter().copied().flatten().map(|op| op.name);
    let is_other = |name: &str| OTHERS.iter().any(|prefix| name.starts_with(prefix));
    let mut missing: BTreeSet<&str> = names.filter(|name| !NEVER.contains(name) && !is_other(name)).collect();
    for seed in 0..2000 {
        let module = kiln_random::generate(seed, &registry).module;
        let top = module.top();
        assert!(verify(&module, top).is_empty(), "the graph of seed {seed} is not valid");
        for op in module.walk(top) {
            missing.remove(module.name(op).as_str());
        }
    }
    assert!(missing.is_empty(), "no random graph has {missing:?}");
}
