//! `graph.loop`: rounds over carried values.

use crate::control::{YIELD, verify_region};
use crate::rows::{operands, optional, results};
use kiln_ir::{
    Attribute, AttributeConstraint, Block, Dim, DimExpr, Module, Op, OpDefinition, Traits, Type, TypeConstraint, Value,
};

/// The row.
pub const LOOP: OpDefinition = OpDefinition {
    name: "graph.loop",
    doc: "Runs its region round after round: on the number of the round, counted from 0, and on carried values, each of \
          which keeps its type. Results are the carried values after the last round; without a round, the first ones. \
          With `rounds`, the loop runs that often (not at all if negative): operands are the first carried values; the \
          region yields the next ones, then what is stacked, for each of which there is a result with the rounds as a \
          new first axis. Without `rounds`, data says how often: before the carried values come the most rounds there \
          may be and whether the first runs, and the region yields whether another follows before the next values; \
          what is stacked has room for as many rounds as there may be, and holds nothing in particular after the \
          last. The region may use values from outside.",
    example: "%y, %all = graph.loop %x {rounds = #kiln.dims<[3]>} ({\n^bb0(%i: tensor<i64>, %a: tensor<2xf32>):\n  %b = graph.add %a, %a : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>\n  graph.yield %b, %a : (tensor<2xf32>, tensor<2xf32>) -> ()\n}) : (tensor<2xf32>) -> (tensor<2xf32>, tensor<3x2xf32>)",
    operands: &[operands("inputs", TypeConstraint::Tensor)],
    attributes: &[optional("rounds", AttributeConstraint::Dims, "How often the loop runs, if that is an extent.")],
    results: &[results("results", TypeConstraint::Tensor)],
    regions: Some(1),
    traits: Traits::PURE.union(Traits::LOOP),
    verify: Some(verify),
    ..OpDefinition::EMPTY
};

/// The type of a round's number, and of the most rounds there may be.
fn count_type() -> Type {
    Type::tensor(&[], Type::i64())
}

fn condition_type() -> Type {
    Type::tensor(&[], Type::i1())
}

fn verify(module: &Module, op: Op) -> Result<(), String> {
    let rounds = match module.attribute(op, "rounds").and_then(Attribute::as_dims) {
        None => None,
        Some(&[rounds]) if rounds != Dim::Unknown => Some(rounds),
        Some(_) => return Err("rounds must be one extent that is known".into()),
    };
    let (operands, results) = (module.operand_types(op), module.result_types(op));
    let carried = match (rounds, operands.as_slice()) {
        (Some(_), carried) => carried,
        (None, [count, condition, carried @ ..]) if (*count, *condition) == (count_type(), condition_type()) => carried,
        (None, _) => {
            let (count, condition) = (count_type(), condition_type());
            return Err(format!("without rounds, operands begin with the most rounds, {count}, and {condition}"));
        }
    };
    for (index, &ty) in carried.iter().enumerate() {
        if results.get(index) != Some(&ty) {
            let found = results.get(index).map_or_else(|| "missing".to_owned(), Type::to_string);
            return Err(format!("carried value {index} is {ty}, its result is {found}"));
        }
    }
    let mut yielded = carried.to_vec();
    for &stacked in &results[carried.len()..] {
        yielded.push(one_of(stacked, rounds)?);
    }
    if rounds.is_none() {
        yielded.insert(0, condition_type());
    }
    verify_region(module, op, 0, &[&[count_type()], carried].concat(), &yielded)
}

/// The type of what is stacked to a result of type `stacked`, whose first axis is the rounds, if these are an extent.
fn one_of(stacked: Type, rounds: Option<Dim>) -> Result<Type, String> {
    let first = stacked.as_tensor().and_then(|tensor| tensor.shape.split_first());
    match (first, rounds) {
        (Some((first, slice)), _) if rounds.is_none_or(|rounds| rounds == *first) => {
            Ok(Type::tensor(slice, stacked.scalar()))
        }
        (_, Some(rounds)) => Err(format!("{stacked} does not begin with an axis of {rounds}, the rounds")),
        (_, None) => Err(format!("{stacked} has no axis of rounds")),
    }
}

/// A `graph.loop` taken apart.
#[derive(Clone, Debug)]
pub struct LoopView {
    /// How often it runs, if that is an extent.
    pub rounds: Option<DimExpr>,
    /// The most rounds there may be and whether the first runs, if data says how often.
    pub start: Option<[Value; 2]>,
    /// The first carried values.
    pub initial: Vec<Value>,
    /// The block of the region.
    pub body: Block,
    /// The number of the round in the region.
    pub round: Value,
    /// The carried values in the region.
    pub arguments: Vec<Value>,
    /// The end of the region.
    pub end: Op,
    /// What the region yields on whether another round follows, if data says so.
    pub follows: Option<Value>,
    /// The carried values of the next round.
    pub next: Vec<Value>,
    /// What is stacked.
    pub slices: Vec<Value>,
    /// The carried values after the last round.
    pub last: Vec<Value>,
    /// The results that are stacked.
    pub stacked: Vec<Value>,
}

impl LoopView {
    /// The parts of `op`, if it is a loop; one that is verified.
    pub fn of(module: &Module, op: Op) -> Option<LoopView> {
        if !module.is(op, LOOP.name) {
            return None;
        }
        let rounds = module.attribute(op, "rounds").and_then(Attribute::as_dims).and_then(|dims| dims.first()?.expr());
        let body = module.region_block(op, 0);
        let (&round, arguments) = module.arguments(body).split_first()?;
        let end = module.last_op(body).filter(|&end| module.is(end, YIELD.name))?;
        let own = usize::from(rounds.is_none());
        let (start, initial) = module.operands(op).split_at(2 * own);
        let (follows, yielded) = module.operands(end).split_at(own);
        let (next, slices) = yielded.split_at(initial.len());
        let (last, stacked) = module.results(op).split_at(initial.len());
        Some(LoopView {
            rounds,
            start: <[Value; 2]>::try_from(start).ok(),
            initial: initial.to_vec(),
            body,
            round,
            arguments: arguments.to_vec(),
            end,
            follows: follows.first().copied(),
            next: next.to_vec(),
            slices: slices.to_vec(),
            last: last.to_vec(),
            stacked: stacked.to_vec(),
        })
    }
}
