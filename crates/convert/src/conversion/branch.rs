//! Regions of ops, and `graph.if`s made of two of them.
//!
//! Extents that the branches do not agree on are symbols that data gives: which branch is taken says what they are.

use super::content::Content;
use super::datum::{Data, Datum, data, tensors};
use super::emit::show_type;
use super::extent::expr;
use super::forms::{Form, build_all};
use super::node::Node;
use super::row::Results;
use super::state::{REPORTED, Tracked};
use kiln_graph::BindView;
use kiln_ir::{Block, Builder, Dim, DimExpr, InsertionPoint, Name, Op, Type, Value};

/// What makes the values of a branch.
pub(crate) type Branch<'b> = &'b dyn Fn(&mut Node) -> Data;

/// A `graph.if` of two branches: what they give where the condition, a tensor of one element, holds, and where not.
pub(crate) fn branches(node: &mut Node, condition: Tracked, then: Branch, other: Branch) -> Data {
    let condition = node.reshape(condition, &[])?;
    let outer = node.conversion.point;
    let draft = Draft::convert(node, condition, [then, other])?;
    let (mut shapes, differing) = common_shapes(node, &draft.results)?;
    node.conversion.point = InsertionPoint::Before(draft.op);
    if !differing.is_empty() {
        let symbols = bind_differing(node, condition, &draft, &differing, [then, other])?;
        for (difference, symbol) in differing.iter().zip(symbols) {
            shapes[difference.result][difference.axis] = Dim::from_expr(symbol);
        }
    }
    let mut yielded = [Vec::new(), Vec::new()];
    for (index, yielded) in yielded.iter_mut().enumerate() {
        node.conversion.point = InsertionPoint::AtEnd(draft.blocks[index]);
        for (&result, shape) in draft.results[index].iter().zip(&shapes) {
            yielded.push(node.reshape(result, shape)?);
        }
    }
    let elements = draft.results[0].iter().map(|&result| node.element_type(result));
    let types: Vec<Type> = shapes.iter().zip(elements).map(|(shape, element)| Type::tensor(shape, element)).collect();
    node.conversion.point = InsertionPoint::Before(draft.op);
    let forms = draft.forms.clone();
    let results = draft.finish(node, condition, yielded, &types);
    node.conversion.point = outer;
    Ok(build_all(&forms, &results))
}

/// A `graph.if` whose branches are converted, but whose results are not known yet.
struct Draft {
    op: Op,
    blocks: [Block; 2],
    /// What both branches give.
    forms: Vec<Form>,
    /// The tensors that these are made of, in each branch.
    results: [Vec<Tracked>; 2],
}

impl Draft {
    /// Makes both branches in one op, where conversion stands.
    fn convert(node: &mut Node, condition: Tracked, branches: [Branch; 2]) -> Result<Draft, String> {
        let condition = node.conversion.value(condition);
        let (point, location) = (node.conversion.point, node.conversion.module.location(node.op));
        let mut builder = Builder { module: &mut *node.conversion.module, point, location };
        let op = builder.op("graph.if").operand(condition).regions(2).build();
        let draft = Draft::fill(node, op, branches);
        node.conversion.point = point;
        if draft.is_err() {
            node.conversion.module.erase(op);
        }
        draft
    }

    /// Makes the branches in the regions of `op`.
    fn fill(node: &mut Node, op: Op, branches: [Branch; 2]) -> Result<Draft, String> {
        let branch = |node: &mut Node, index: usize| {
            let region = node.conversion.module.regions(op)[index];
            let block = node.conversion.module.create_block(region, &[]);
            node.conversion.point = InsertionPoint::AtEnd(block);
            (block, branches[index](node))
        };
        let (then, other) = (branch(node, 0), branch(node, 1));
        let (blocks, data) = ([then.0, other.0], [then.1?, other.1?]);
        if data[0].len() != data[1].len() {
            return Err("the branches differ in their number of outputs".into());
        }
        let forms = data[0].iter().zip(&data[1]).map(|(then, other)| node.unify(then, other));
        let forms = forms.collect::<Result<Vec<Form>, String>>()?;
        let mut results = [Vec::new(), Vec::new()];
        for (index, results) in results.iter_mut().enumerate() {
            node.conversion.point = InsertionPoint::AtEnd(blocks[index]);
            for (datum, form) in data[index].iter().zip(&forms) {
                results.extend(node.flatten(datum, form)?);
            }
        }
        Ok(Draft { op, blocks, forms, results })
    }

    /// Moves the branches, which yield these values, into an op with results.
    fn finish(self, node: &mut Node, condition: Tracked, yielded: [Vec<Tracked>; 2], types: &[Type]) -> Vec<Tracked> {
        let condition = node.conversion.value(condition);
        for (block, yielded) in self.blocks.into_iter().zip(yielded) {
            node.conversion.point = InsertionPoint::AtEnd(block);
            let values: Vec<Value> = yielded.into_iter().map(|value| node.conversion.value(value)).collect();
            Builder::at_end(node.conversion.module, block).op("graph.yield").operands(&values).build();
        }
        let location = node.conversion.module.location(node.op);
        let point = InsertionPoint::Before(self.op);
        let mut builder = Builder { module: &mut *node.conversion.module, point, location };
        let op = builder.op("graph.if").operand(condition).results(types).regions(2).build();
        for index in 0..2 {
            let regions = |op| node.conversion.module.regions(op)[index];
            let (from, to) = (regions(self.op), regions(op));
            node.conversion.module.move_blocks(from, to);
        }
        node.conversion.module.erase(self.op);
        let results = node.conversion.module.results(op).to_vec();
        results.into_iter().map(|result| node.conversion.track_value(result)).collect()
    }
}

/// Symbols for extents that differ between the branches, bound to those of the branch that is taken.
fn bind_differing(
    node: &mut Node,
    condition: Tracked,
    draft: &Draft,
    differing: &[Difference],
    branches: [Branch; 2],
) -> Result<Vec<DimExpr>, String> {
    let side = |index: usize| differing.iter().map(|difference| difference.extents[index]).collect::<Vec<_>>();
    let inside = BindView::all(node.conversion.module, draft.op);
    let is_inside = |symbol: Name| inside.iter().any(|bind| bind.symbols.contains(&symbol));
    let needs_branches = differing.iter().flat_map(|difference| difference.extents).flat_map(DimExpr::symbols);
    if !needs_branches.into_iter().any(is_inside) {
        let [then, other] = [0, 1].map(|index| node.conversion.track_content(Content::vector(side(index))));
        let taken = node.select(condition, then, other)?;
        let most: Vec<Option<DimExpr>> = differing.iter().map(|one| Some(one.extents[0].max(one.extents[1]))).collect();
        return node.bind_extents(taken, &most);
    }
    // The branches themselves find their extents: an op of its own runs what that takes before there is memory for the
    // results.
    let first = Draft::convert(node, condition, branches)?;
    let (_, differing) = common_shapes(node, &first.results)?;
    let yielded = [0, 1].map(|index| {
        let extents = differing.iter().map(|difference| difference.extents[index]).collect();
        vec![node.conversion.track_content(Content::vector(extents))]
    });
    let ty = Type::tensor(&[Dim::Static(differing.len() as u64)], Type::i64());
    let point = node.conversion.point;
    let taken = first.finish(node, condition, yielded, &[ty]);
    node.conversion.point = point;
    node.bind_extents(taken[0], &[])
}

/// Converts the ops of a region where the conversion stands, with what its arguments are this time; returns what it
/// yields.
pub(crate) fn convert_region(node: &mut Node, index: usize, arguments: &[Tracked]) -> Results {
    tensors(convert_region_data(node, index, data(arguments.to_vec()))?)
}

/// As [`convert_region`], of what else there is.
pub(crate) fn convert_region_data(node: &mut Node, index: usize, arguments: Vec<Datum>) -> Data {
    let region = *node.conversion.module.regions(node.op).get(index).ok_or("a graph is missing")?;
    let block = node.conversion.module.entry_block(region).ok_or("a graph is empty")?;
    let parameters = node.conversion.module.arguments(block).to_vec();
    if parameters.len() != arguments.len() {
        return Err(format!("a graph has {} inputs, {} are given", parameters.len(), arguments.len()));
    }
    for (parameter, argument) in parameters.into_iter().zip(arguments) {
        node.conversion.bind(parameter, argument);
    }
    let ops = node.conversion.module.ops_of(block);
    let (&terminator, ops) = ops.split_last().ok_or("a graph is empty")?;
    for &op in ops {
        node.conversion.convert_op(op);
    }
    let yielded: Vec<Value> = node.conversion.module.operands(terminator).to_vec();
    yielded.into_iter().map(|value| node.conversion.datum(value).ok_or_else(|| REPORTED.to_owned())).collect()
}

/// An extent that the branches do not agree on.
struct Difference {
    result: usize,
    axis: usize,
    extents: [DimExpr; 2],
}

/// The shapes that both branches' results have, and where they differ.
fn common_shapes(node: &Node, [then, other]: &[Vec<Tracked>; 2]) -> Result<(Vec<Vec<Dim>>, Vec<Difference>), String> {
    let (mut shapes, mut differing) = (Vec::new(), Vec::new());
    for (result, (&left, &right)) in then.iter().zip(other).enumerate() {
        let (left, right) = (node.ty(left), node.ty(right));
        if left.element == right.element
            && left.rank() != right.rank()
            && let Some(shape) = one_element(&left.shape, &right.shape)
        {
            shapes.push(shape);
            continue;
        }
        if left.element != right.element || left.rank() != right.rank() {
            let (left, right) = (show_type(left), show_type(right));
            return Err(format!("the branches give {left} and {right}: outputs of differing type are not supported"));
        }
        for (axis, (&left, &right)) in left.shape.iter().zip(&right.shape).enumerate() {
            if left != right {
                differing.push(Difference { result, axis, extents: [expr(left)?, expr(right)?] });
            }
        }
        shapes.push(left.shape.clone());
    }
    Ok((shapes, differing))
}

/// The shape for a scalar and a tensor of one element, which is that of the tensor: other tensors stretch both alike.
fn one_element(left: &[Dim], right: &[Dim]) -> Option<Vec<Dim>> {
    let (scalar, other) = if left.is_empty() { (left, right) } else { (right, left) };
    (scalar.is_empty() && other.iter().all(|dim| dim.is(1))).then(|| other.to_vec())
}
