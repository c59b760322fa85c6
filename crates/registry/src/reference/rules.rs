//! The page of rewrite rules, from their files.

use std::fmt::{self, Write};

/// The page.
pub(super) fn write(page: &mut String) -> fmt::Result {
    writeln!(
        page,
        "# Rewrite rules\n\nKiln's own rules, by theme; [their language](../rules.md) is the user's, too.\n"
    )?;
    writeln!(page, "Generated from `dialects/graph/rules`: edit those, not this page.")?;
    kiln_graph::RULES.iter().try_for_each(|(theme, text)| write_theme(page, theme, text))
}

/// A file: paragraphs of which the first is about all of them; each other ends in a rule, with its algebra above.
fn write_theme(page: &mut String, theme: &str, text: &str) -> fmt::Result {
    let mut paragraphs = text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
    let about = paragraphs.next().expect("a file of rules says what it is about");
    writeln!(page, "\n## {theme}\n\n{}", comments(about).join("\n"))?;
    paragraphs.try_for_each(|paragraph| {
        let rule: Vec<&str> = paragraph.lines().skip_while(|line| line.starts_with("//")).collect();
        let Some(name) = rule.first().and_then(|line| line.strip_prefix("rule ")?.split_whitespace().next()) else {
            return writeln!(page, "\n{}", comments(paragraph).join("\n"));
        };
        let comments = comments(paragraph);
        let (algebra, rest) = comments.split_first().expect("above each rule stands its algebra");
        writeln!(page, "\n### {name}\n\n`{algebra}`")?;
        if !rest.is_empty() {
            writeln!(page, "\n{}", rest.join("\n"))?;
        }
        writeln!(page, "\n```text\n{}\n```", rule.join("\n"))
    })
}

/// The lines of the comment that a paragraph begins with.
fn comments(paragraph: &str) -> Vec<&str> {
    paragraph.lines().map_while(|line| line.strip_prefix("//")).map(str::trim).collect()
}
