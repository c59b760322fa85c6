//! Branches, loops and calls: subgraphs are regions.

use crate::conversion::branch::{branches, convert_region, convert_region_data};
use crate::conversion::content::Item;
use crate::conversion::datum::{Data, Datum, data};
use crate::conversion::node::Node;
use crate::conversion::roll::Rolled;
use crate::conversion::row::{Row, row_of_data};
use crate::conversion::state::Tracked;
use kiln_tensor::Tensor;

pub(crate) const ROWS: &[Row] = &[
    row_of_data("IF", convert_if),
    row_of_data("WHILE", convert_while),
    row_of_data("STABLEHLO_WHILE", convert_while),
    row_of_data("STABLEHLO_CASE", case),
    row_of_data("CALL", call),
    row_of_data("STABLEHLO_COMPOSITE", call),
];

/// The most branches of an operator: each is inside of the one before it.
const MOST_BRANCHES: usize = 64;

/// Operands from number `first` on.
fn operands(node: &Node, first: usize) -> Result<Vec<Tracked>, String> {
    (first..node.input_count()).map(|index| node.input(index)).collect()
}

/// The one element of a tensor, if it is a known truth value.
fn known(node: &Node, x: Tracked) -> Option<bool> {
    match node.content(x)?.items.first() {
        Some(Item::Bool(value)) => Some(*value),
        _ => None,
    }
}

fn convert_if(node: &mut Node) -> Data {
    let condition = node.input(0)?;
    let arguments = data(operands(node, 1)?);
    if let Some(holds) = known(node, condition) {
        return convert_region_data(node, usize::from(!holds), arguments);
    }
    branches(node, condition, &|node| convert_region_data(node, 0, arguments.clone()), &|node| {
        convert_region_data(node, 1, arguments.clone())
    })
}

/// The region whose number the first operand is; the last one for numbers of none.
fn case(node: &mut Node) -> Data {
    let index = node.input(0)?;
    let index = node.reshape(index, &[])?;
    let arguments = data(operands(node, 1)?);
    let count = node.conversion.module.regions(node.op).len();
    if !(1..=MOST_BRANCHES).contains(&count) {
        return Err(format!("there are {count} branches; there must be from 1 to {MOST_BRANCHES}"));
    }
    if let Ok(&[known]) = node.constant_ints(index, "the number").as_deref() {
        let taken = usize::try_from(known).ok().filter(|&taken| taken < count).unwrap_or(count - 1);
        return convert_region_data(node, taken, arguments);
    }
    branch(node, index, 0, count, &arguments)
}

/// Branch number `first` or one behind it.
fn branch(node: &mut Node, index: Tracked, first: usize, count: usize, arguments: &[Datum]) -> Data {
    if first + 1 == count {
        return convert_region_data(node, first, arguments.to_vec());
    }
    let is_first = node.binary_scalar("graph.equal", index, first as f64)?;
    branches(node, is_first, &|node| convert_region_data(node, first, arguments.to_vec()), &|node| {
        branch(node, index, first + 1, count, arguments)
    })
}

fn call(node: &mut Node) -> Data {
    let arguments = data(operands(node, 0)?);
    convert_region_data(node, 0, arguments)
}

/// The first region says whether a round follows, the second one is a round.
fn convert_while(node: &mut Node) -> Data {
    let initial = operands(node, 0)?;
    let first = condition(node, &initial)?;
    if known(node, first) == Some(false) {
        return Ok(data(initial));
    }
    let most = node.tensor(Tensor::scalar(i64::MAX))?;
    let rolled = Rolled {
        rounds: None,
        start: Some([most, first]),
        initial,
        is_certain: false,
        counts: false,
        growing: 0,
        declared: 0,
    };
    let results = node.roll(rolled, |node, _, carried| {
        let mut next = convert_region(node, 1, carried)?;
        let follows = condition(node, &next)?;
        next.insert(0, follows);
        Ok(next)
    })?;
    Ok(data(results))
}

/// Whether a round follows, as a scalar.
fn condition(node: &mut Node, values: &[Tracked]) -> Result<Tracked, String> {
    let results = convert_region(node, 0, values)?;
    let &[holds] = results.as_slice() else { return Err("the condition of a loop gives one value".into()) };
    node.reshape(holds, &[])
}
