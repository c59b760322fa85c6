//! `If`: a branch taken when converting if the condition is known, else a `graph.if`.

use super::content::Item;
use super::conversion::{REPORTED, Tracked};
use super::emit::show_type;
use super::extent::is_equal;
use super::node::{Node, Results, Row, row};
use kiln_ir::{Block, Builder, Dim, InsertionPoint, Type, Value};

pub(crate) const ROWS: &[Row] = &[row("If", convert_if)];

fn convert_if(node: &mut Node) -> Results {
    let condition = node.input(0)?;
    let known = node.content(condition).and_then(|content| content.items.first().copied());
    if let Some(Item::Bool(condition)) = known {
        return convert_region(node, if condition { 0 } else { 1 }, &[]);
    }
    let condition = node.reshape(condition, &[])?;
    let condition = node.conversion.value(condition);
    let location = node.conversion.module.location(node.op);
    // Result types are known once the branches are converted: they move into the op that has them.
    let outer = node.conversion.point;
    let mut builder = Builder { module: &mut *node.conversion.module, point: outer, location };
    let draft = builder.op("graph.if").operand(condition).regions(2).build();
    let mut branches = Vec::new();
    for index in 0..2 {
        let region = node.conversion.module.regions(draft)[index];
        let block = node.conversion.module.create_block(region, &[]);
        node.conversion.point = InsertionPoint::AtEnd(block);
        branches.push((block, convert_region(node, index, &[])));
    }
    node.conversion.point = outer;
    let [(then_block, then_results), (else_block, else_results)] =
        branches.try_into().map_err(|_| "an if has two branches")?;
    let (then_results, else_results) = (then_results?, else_results?);
    let shapes = common_shapes(node, &then_results, &else_results)?;
    finish_branch(node, then_block, &then_results, &shapes)?;
    finish_branch(node, else_block, &else_results, &shapes)?;
    node.conversion.point = outer;
    let types: Vec<Type> = shapes
        .iter()
        .zip(&then_results)
        .map(|(shape, &result)| Type::tensor(shape, node.element_type(result)))
        .collect();
    let mut builder = Builder { module: &mut *node.conversion.module, point: outer, location };
    let op = builder.op("graph.if").operand(condition).results(&types).regions(2).build();
    for index in 0..2 {
        let (from, to) = (node.conversion.module.regions(draft)[index], node.conversion.module.regions(op)[index]);
        node.conversion.module.move_blocks(from, to);
    }
    node.conversion.module.erase(draft);
    let results = node.conversion.module.results(op).to_vec();
    Ok(results.into_iter().map(|result| node.conversion.track_value(result)).collect())
}

/// Converts the ops of a region where the conversion stands, with what its arguments are this time; returns what it
/// yields.
pub(crate) fn convert_region(node: &mut Node, index: usize, arguments: &[Tracked]) -> Results {
    let region = *node.conversion.module.regions(node.op).get(index).ok_or("a graph is missing")?;
    let block = node.conversion.module.entry_block(region).ok_or("a graph is empty")?;
    let parameters = node.conversion.module.arguments(block).to_vec();
    if parameters.len() != arguments.len() {
        return Err(format!("a graph has {} inputs, {} are given", parameters.len(), arguments.len()));
    }
    for (parameter, &argument) in parameters.into_iter().zip(arguments) {
        node.conversion.bind(parameter, argument);
    }
    let ops = node.conversion.module.ops_of(block);
    let (&terminator, ops) = ops.split_last().ok_or("a graph is empty")?;
    for &op in ops {
        node.conversion.convert_op(op);
    }
    let yielded: Vec<Value> = node.conversion.module.operands(terminator).to_vec();
    yielded.into_iter().map(|value| node.conversion.tensor(value).ok_or_else(|| REPORTED.to_owned())).collect()
}

/// The shapes that both branches' results have; of two expressions the first, of which the other is checked.
fn common_shapes(node: &Node, then: &[Tracked], other: &[Tracked]) -> Result<Vec<Vec<Dim>>, String> {
    if then.len() != other.len() {
        return Err("the branches differ in their number of outputs".into());
    }
    let mut shapes = Vec::new();
    for (&left, &right) in then.iter().zip(other) {
        let (left_ty, right_ty) = (node.ty(left), node.ty(right));
        let differ = |(left, right): (&Dim, &Dim)| match (left.expr(), right.expr()) {
            (Some(left), Some(right)) => is_equal(left, right) == Some(false),
            _ => true,
        };
        let pairs = || left_ty.shape.iter().zip(&right_ty.shape);
        if left_ty.element != right_ty.element || left_ty.rank() != right_ty.rank() || pairs().any(differ) {
            let (left, right) = (show_type(left_ty), show_type(right_ty));
            return Err(format!("the branches give {left} and {right}: outputs of differing type are not supported"));
        }
        let pick = |(left, right): (&Dim, &Dim)| if left.as_static().is_some() { *left } else { *right };
        shapes.push(pairs().map(pick).collect());
    }
    Ok(shapes)
}

fn finish_branch(node: &mut Node, block: Block, results: &[Tracked], shapes: &[Vec<Dim>]) -> Result<(), String> {
    node.conversion.point = InsertionPoint::AtEnd(block);
    let mut values = Vec::new();
    for (&result, shape) in results.iter().zip(shapes) {
        let shaped = node.expect_shape(result, shape, "an output")?;
        values.push(node.conversion.value(shaped));
    }
    Builder::at_end(node.conversion.module, block).op("graph.yield").operands(&values).build();
    Ok(())
}
