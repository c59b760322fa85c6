//! The example of every row is IR: it is read, verified, and printed as it stands.

use kiln_diag::{Sink, Sources, render};
use kiln_graph::DIALECT;
use kiln_ir::{Registry, verify};
use kiln_syntax::{PrintOptions, parse, print};

/// The line up to its types, and the types of its operands.
fn signature(example: &str) -> (&str, Vec<&str>) {
    let (head, types) = example.rsplit_once(" : (").expect("an example ends in its types");
    let operands = types.rsplit_once(") -> ").map(|(operands, _)| operands).expect("operands, then results");
    // Commas inside `<...>` belong to a type.
    let mut depth = 0;
    let split = operands.split(|letter| {
        depth += match letter {
            '<' | '[' => 1,
            '>' | ']' => -1,
            _ => 0,
        };
        letter == ',' && depth == 0
    });
    (head, split.map(str::trim).filter(|ty| !ty.is_empty()).collect())
}

/// The names of the operands: all that begins with `%` right after the op's name.
fn operands(head: &str, op: &str) -> Vec<String> {
    let list = head.split_once(op).map(|(_, rest)| rest).unwrap_or_default();
    let end = list.find(['{', '(']).unwrap_or(list.len());
    list[..end].split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

#[test]
fn examples_are_valid_ir() {
    let registry = Registry::new(&[&kiln_builtin::DIALECT, &DIALECT]);
    for row in DIALECT.ops.iter().copied().flatten().filter(|row| row.name != "graph.yield") {
        let (head, types) = signature(row.example);
        let mut text = String::new();
        for (name, ty) in operands(head, row.name).iter().zip(&types) {
            text += &format!("{name} = \"test.value\"() : () -> {ty}\n");
        }
        if row.name == "graph.if" {
            text += "%a = \"test.value\"() : () -> tensor<2xf32>\n%b = \"test.value\"() : () -> tensor<2xf32>\n";
        }
        text += row.example;
        let sink = Sink::new();
        let module = parse(&text, "example.mlir", &registry, &sink);
        let mut diagnostics = sink.take();
        if let Some(module) = &module {
            diagnostics.extend(verify(module, module.top()));
        }
        let mut sources = Sources::new();
        sources.add("example.mlir", &text);
        assert!(diagnostics.is_empty(), "{}\n{text}", render(&diagnostics, &sources, false));
        let module = module.expect("without diagnostics there is a module");
        let printed = print(&module, module.top(), &PrintOptions::default());
        let again = parse(&printed, "printed.mlir", &registry, &sink).expect("what is printed is read");
        assert_eq!(print(&again, again.top(), &PrintOptions::default()), printed);
    }
}
