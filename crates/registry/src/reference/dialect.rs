//! The reference of a dialect, as Markdown, from the rows of its ops.

use super::cell;
use kiln_ir::{Count, Dialect, OpDefinition, Presence, Traits};
use kiln_onnx::Schema;
use std::fmt::{self, Write};

/// A page that describes every op: what it computes, an example, operands, attributes, results, facts.
pub(super) fn write(page: &mut String, dialect: &Dialect) -> fmt::Result {
    writeln!(page, "# The {} dialect\n\n{}", dialect.name, dialect.doc)?;
    writeln!(page, "\nGenerated from the rows of the ops: edit those, not this page.")?;
    dialect.ops.iter().copied().flatten().filter(|op| !is_operator(op)).try_for_each(|op| write_op(page, op))?;
    if dialect.ops.iter().copied().flatten().any(is_operator) { write_operators(page) } else { Ok(()) }
}

/// Whether the op stands for an operator of ONNX, which is known by its versions and arity alone.
fn is_operator(op: &OpDefinition) -> bool {
    kiln_onnx::find_schema_of_op(op.name).is_some()
}

/// A table of the operators of ONNX: what each means, ONNX says.
fn write_operators(page: &mut String) -> fmt::Result {
    writeln!(
        page,
        "\n## Operators\n\nThe numbers of inputs, outputs and attributes are those of all versions together."
    )?;
    writeln!(page, "\n| op | opsets that changed it | inputs | outputs | attributes | graphs |")?;
    writeln!(page, "| --- | --- | --- | --- | --- | --- |")?;
    kiln_onnx::schemas().try_for_each(|schema| {
        let Schema { since, until, inputs, outputs, regions, .. } = schema;
        let mut versions: Vec<String> = since.iter().map(i64::to_string).collect();
        versions.extend(until.map(|until| format!("withdrawn in {until}")));
        let attributes: Vec<String> = schema.attributes().iter().map(|one| format!("`{}`", one.name)).collect();
        let graphs: Vec<String> = regions.iter().map(|name| format!("`{name}`")).collect();
        writeln!(
            page,
            "| `{}` | {} | {} | {} | {} | {} |",
            schema.definition.name,
            versions.join(", "),
            arity(*inputs),
            arity(*outputs),
            attributes.join(", "),
            graphs.join(", ")
        )
    })
}

fn arity((least, most): (usize, usize)) -> String {
    match most {
        usize::MAX => format!("{least} or more"),
        most if most == least => least.to_string(),
        most => format!("{least} to {most}"),
    }
}

fn write_op(page: &mut String, op: &OpDefinition) -> fmt::Result {
    writeln!(page, "\n## {}\n\n{}", op.name, op.doc)?;
    if !op.example.is_empty() {
        writeln!(page, "\n```mlir\n{}\n```", op.example)?;
    }
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

/// The names of traits that a reader of the reference may rely on.
fn facts(traits: Traits) -> Vec<String> {
    traits.iter_names().map(|(name, _)| name.to_lowercase().replace('_', " ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kiln_ir::{OperandDefinition, ResultDefinition, TypeConstraint};

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
        let mut page = String::new();
        write(&mut page, &Dialect { name: "test", doc: "For tests.", ops: &[OPS] }).expect("a string takes all");
        assert!(page.starts_with("# The test dialect\n\nFor tests.\n"), "{page}");
        let rest = "## test.add\n\nThe sum.\n\n```mlir\n%y = test.add %x : (f32) -> f32\n```\n\n\
                    | operand | is |\n| --- | --- |\n| `x` | any type, any number of them |\n\n\
                    | result | is |\n| --- | --- |\n| `y` | a ranked tensor |\n\nFacts: pure.\n";
        assert!(page.ends_with(rest), "{page}");
    }
}
