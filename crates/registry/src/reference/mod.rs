//! The pages of the book that are what the code says: dialects, passes, rules.

mod dialect;
mod operators;
mod passes;
mod rules;

use std::fmt;

/// A page of the book.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// Its file, under the book's `reference`.
    pub file: String,
    /// Its title in the book's summary.
    pub title: String,
    /// Its Markdown.
    pub text: String,
}

/// Every page, in the order of the book.
pub fn pages() -> Vec<Page> {
    let dialects = crate::dialects();
    let dialect_page = |dialect: &&'static kiln_ir::Dialect| {
        let title = format!("The {} dialect", dialect.name);
        page(dialect.name, title, |text| dialect::write(text, dialect))
    };
    let mut pages: Vec<Page> = dialects.dialects().iter().map(dialect_page).collect();
    pages.push(page("operators", "Operators of other frameworks".into(), operators::write));
    pages.push(page("passes", "Passes and pipelines".into(), passes::write));
    pages.push(page("rules", "Rewrite rules".into(), rules::write));
    pages
}

fn page(name: &str, title: String, write: impl FnOnce(&mut String) -> fmt::Result) -> Page {
    let mut text = String::new();
    write(&mut text).expect("writing to a string cannot fail");
    Page { file: format!("{name}.md"), title, text }
}

/// Text that stays in its cell of a table.
fn cell(text: &str) -> String {
    text.trim().replace('|', "\\|").replace('\n', " ")
}
