//! How long reading and checking the graph dialect's rules takes: `cargo run --release -p kiln-rules --example speed`.

use kiln_diag::Sink;
use kiln_ir::Registry;
use kiln_rules::load;
use std::time::Instant;

fn main() {
    let registry = Registry::new(&[&kiln_builtin::DIALECT, &kiln_graph::DIALECT]);
    for round in 0..5 {
        let (start, mut rules, mut variants) = (Instant::now(), 0, 0);
        for (theme, text) in kiln_graph::RULES {
            let loaded = load(text, theme, &registry, &Sink::new()).expect("the rules compiled in are valid");
            rules += loaded.len();
            variants += loaded.iter().map(|rule| rule.variants.len()).sum::<usize>();
        }
        println!("round {round}: {rules} rules, {variants} patterns in {:?}", start.elapsed());
    }
}
