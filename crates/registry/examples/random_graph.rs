//! Prints the random graph of a seed, as the driver's random suite makes it: `random_graph SEED > SEED.mlir`.

use kiln_registry::dialects;
use kiln_syntax::{PrintOptions, print};

fn main() {
    let Some(seed) = std::env::args().nth(1).and_then(|seed| seed.parse().ok()) else {
        eprintln!("usage: random_graph SEED");
        std::process::exit(2);
    };
    let module = kiln_random::generate(seed, &dialects()).module;
    let options = PrintOptions { resources: Some(usize::MAX), ..Default::default() };
    println!("{}", print(&module, module.top(), &options));
}
