//! The page of the book that describes the dialect is what its rows say. `KILN_BLESS=1` writes it anew.

use kiln_graph::DIALECT;
use std::path::Path;

#[test]
fn the_reference_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/src/reference/graph.md");
    let page = DIALECT.reference();
    if std::env::var_os("KILN_BLESS").is_some() {
        std::fs::write(&path, &page).expect("the book can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == page, "{} is out of date: run this test with KILN_BLESS=1", path.display());
}
