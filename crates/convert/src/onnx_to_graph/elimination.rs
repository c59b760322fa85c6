//! `Det`, and `Inverse` as onnxruntime has it.

use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("Det", |node| eliminate(node, "graph.determinant")),
    row("com.microsoft.Inverse", |node| eliminate(node, "graph.inverse")),
];

fn eliminate(node: &mut Node, op: &str) -> Results {
    let x = node.input(0)?;
    let element = node.element(x);
    let work = if element == ElementType::F64 { ElementType::F64 } else { ElementType::F32 };
    let x = node.cast(x, work)?;
    // Of two open extents the matrices are square, or the compiled model says that they are not.
    let x = match node.shape(x) {
        [outer @ .., rows, columns] if rows != columns => {
            let side = if rows.as_static().is_some() { *rows } else { *columns };
            node.expect_shape(x, &[outer, &[side, side]].concat(), "matrices")?
        }
        _ => x,
    };
    let y = node.emit(op, &[x], &[])?;
    Ok(vec![node.cast(y, element)?])
}
