//! The reference of a dialect, as Markdown, from the rows of its ops.

use crate::definition::{Count, OpDefinition, Presence, Traits};
use crate::registry::Dialect;
use std::fmt::{self, Write};

impl Dialect {
    /// A page that describes every op: what it computes, an example, operands, attributes, results, facts.
    pub fn reference(&self) -> String {
        let mut page = String::new();
        write_dialect(&mut page, self).expect("writing to a string cannot fail");
        page
    }
}

fn write_dialect(page: &mut String, dialect: &Dialect) -> fmt::Result {
    writeln!(page, "# The {} dialect\n\n{}", dialect.name, dialect.doc)?;
    writeln!(page, "\nGenerated from the rows of the ops: edit those, not this page.")?;
    dialect.ops.iter().copied().flatten().try_for_each(|op| write_op(page, op))
}

fn write_op(page: &mut String, op: &OpDefinition) -> fmt::Result {
    writeln!(page, "\n## {}\n\n{}\n\n```mlir\n{}\n```", op.name, op.doc, op.example)?;
    let operands = op.operands.iter().map(|one| (one.name, one.ty.describe(), one.count));
    write_values(page, "operand", operands.collect())?;
    if !op.attributes.is_empty() {
        writeln!(page, "\n| attribute | is | means |\n| --- | --- | --- |")?;
    }
    for attribute in op.attributes {
        let absent = if attribute.presence == Presence::Optional { ", or absent" } else { "" };
        let rule = attribute.value.describe();
        writeln!(page, "| `{}` | {} | {} |", attribute.name, cell(&format!("{rule}{absent}")), cell(attribute.doc))?;
    }
    let results = op.results.iter().map(|one| (one.name, one.ty.describe(), one.count));
    write_values(page, "result", results.collect())?;
    if let Some(count @ 1..) = op.regions {
        writeln!(page, "\nRegions: {count}.")?;
    }
    let facts = facts(op.traits);
    if facts.is_empty() { Ok(()) } else { writeln!(page, "\nFacts: {}.", facts.join(", ")) }
}

fn write_values(page: &mut String, kind: &str, values: Vec<(&str, &str, Count)>) -> fmt::Result {
    if !values.is_empty() {
        writeln!(page, "\n| {kind} | is |\n| --- | --- |")?;
    }
    for (name, rule, count) in values {
        let how_many = match count {
            Count::One => "",
            Count::Optional => ", or absent",
            Count::Variadic => ", any number of them",
        };
        writeln!(page, "| `{name}` | {}{how_many} |", cell(rule))?;
    }
    Ok(())
}

/// Text that stays in its cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// The names of traits that a reader of the reference may rely on.
fn facts(traits: Traits) -> Vec<String> {
    traits.iter_names().map(|(name, _)| name.to_lowercase().replace('_', " ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::{OperandDefinition, ResultDefinition, TypeConstraint};

    #[test]
    fn a_page_says_what_a_row_says() {
        const OPS: &[OpDefinition] = &[OpDefinition {
            name: "test.add",
            doc: "The sum.",
            example: "%y = test.add %x : (f32) -> f32",
            operands: &[OperandDefinition { name: "x", ty: TypeConstraint::Any, count: Count::Variadic }],
            results: &[ResultDefinition { name: "y", ty: TypeConstraint::Tensor, count: Count::One }],
            traits: Traits::PURE,
            ..OpDefinition::EMPTY
        }];
        let page = Dialect { name: "test", doc: "For tests.", ops: &[OPS] }.reference();
        assert!(page.starts_with("# The test dialect\n\nFor tests.\n"), "{page}");
        let rest = "## test.add\n\nThe sum.\n\n```mlir\n%y = test.add %x : (f32) -> f32\n```\n\n\
                    | operand | is |\n| --- | --- |\n| `x` | any type, any number of them |\n\n\
                    | result | is |\n| --- | --- |\n| `y` | a ranked tensor |\n\nFacts: pure.\n";
        assert!(page.ends_with(rest), "{page}");
    }
}
