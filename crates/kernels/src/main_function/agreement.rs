//! Extents that must agree and are expressions that may differ: compared before anything runs, or as soon as data has
//! given their symbols their values. What stands in a branch is compared where the branch is taken.
//!
//! `graph.broadcast` and `graph.reshape` may say that two expressions of symbols are one extent, since the model only
//! works where they are. Kernels rely on it, so a call with other shapes is refused. A `graph.slice` may say that what it
//! takes is there.

use super::extents::{Extents, binary, constant, to_i64};
use super::{declare, pointer};
use kiln_ir::{Attribute, Block, Builder, Dim, DimExpr, Module, Op, Type, Value};

/// Two extents that one op takes for one.
pub(super) struct Agreement {
    pub op: Op,
    pub found: DimExpr,
    pub expected: DimExpr,
    /// How the two must compare.
    rule: Rule,
    /// The branch that it matters in, the innermost around the op; `None` if it always does.
    pub branch: Option<Block>,
}

/// How two extents must compare.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// They are equal.
    Equal,
    /// They are equal, or the first is 1.
    Stretches,
    /// The first is no more than the second.
    Within,
}

impl Rule {
    /// Whether it holds for all values of symbols.
    fn is_decided(self, found: DimExpr, expected: DimExpr) -> bool {
        found == expected
            || match self {
                Rule::Equal => false,
                Rule::Stretches => found.as_constant() == Some(1),
                Rule::Within => expected.checked_sub(found).is_some_and(DimExpr::is_non_negative),
            }
    }
}

/// The branch of a `graph.if` that `op` stands in, the innermost.
pub(super) fn branch_around(module: &Module, op: Op) -> Option<Block> {
    let mut inner = op;
    while let Some(parent) = module.parent_op(inner) {
        if module.is(parent, kiln_graph::IF) {
            return module.parent_block(inner);
        }
        inner = parent;
    }
    None
}

/// Everything inside `main` that must be compared at run time, each pair once.
pub(super) fn agreements(module: &Module, main: Op) -> Vec<Agreement> {
    let mut agreements: Vec<Agreement> = Vec::new();
    for op in module.walk(main) {
        let (rule, pairs) = match module.name(op).as_str() {
            "graph.broadcast" => (Rule::Stretches, axis_pairs(module, op)),
            "graph.reshape" => (Rule::Equal, element_counts(module, op)),
            "graph.slice" => (Rule::Within, ranges(module, op)),
            _ => continue,
        };
        let branch = branch_around(module, op);
        for (found, expected) in pairs {
            let known = |agreement: &Agreement| {
                (agreement.found, agreement.expected, agreement.branch, agreement.rule)
                    == (found, expected, branch, rule)
            };
            if !rule.is_decided(found, expected) && !agreements.iter().any(known) {
                agreements.push(Agreement { op, found, expected, rule, branch });
            }
        }
    }
    agreements
}

/// The extents of operand and result, axis by axis, aligned at the last.
fn axis_pairs(module: &Module, op: Op) -> Vec<(DimExpr, DimExpr)> {
    let (operand, result) = (dims(module, module.operand(op, 0)), dims(module, module.result(op, 0)));
    operand
        .iter()
        .rev()
        .zip(result.iter().rev())
        .filter_map(|(found, expected)| found.expr().zip(expected.expr()))
        .collect()
}

/// The number of elements of operand and result.
fn element_counts(module: &Module, op: Op) -> Vec<(DimExpr, DimExpr)> {
    let count = |value: Value| {
        dims(module, value).iter().try_fold(DimExpr::constant(1), |count, dim| count.checked_mul(dim.expr()?))
    };
    count(module.operand(op, 0)).zip(count(module.result(op, 0))).into_iter().collect()
}

/// What of a slice must not be more than what: 0 than its lowest index, the one after its highest than the extent. Of
/// nothing, both are 0.
fn ranges(module: &Module, op: Op) -> Vec<(DimExpr, DimExpr)> {
    let (operand, result) = (dims(module, module.operand(op, 0)), dims(module, module.result(op, 0)));
    let starts = module.attribute(op, "starts").and_then(Attribute::as_dims).unwrap_or_default();
    let steps = module.attributes(op).i64s("steps").unwrap_or_default();
    let axes = operand.iter().zip(result).zip(starts.iter().zip(steps));
    axes.filter_map(|((extent, length), (start, step))| {
        let (extent, length, start) = (extent.expr()?, length.expr()?, start.expr()?);
        let (one, zero) = (DimExpr::constant(1), DimExpr::constant(0));
        let last = start.checked_add(length.checked_sub(one)?.checked_mul(DimExpr::constant(step))?)?;
        let (low, high) = if step > 0 { (start, last) } else { (last, start) };
        let end = high.checked_add(one)?;
        // What needs no look stays simple.
        let pairs = [(zero, low), (end, extent)];
        let is_any = length.min(one);
        let of_any = |expr: DimExpr| expr.checked_mul(is_any);
        match pairs.iter().all(|&(found, expected)| Rule::Within.is_decided(found, expected)) {
            true => Some(pairs),
            false => Some([(zero, of_any(low)?), (of_any(end)?, extent)]),
        }
    })
    .flatten()
    .collect()
}

fn dims(module: &Module, value: Value) -> &'static [Dim] {
    &module.ty(value).as_tensor().expect("graph values are ranked tensors").shape
}

/// Compares every pair and reports those that differ to `runtime`; returns whether all agree, as `i1`, or `None` if
/// there is nothing to compare.
pub(super) fn build(
    builder: &mut Builder,
    extents: &mut Extents,
    runtime: Value,
    agreements: &[&Agreement],
    node_of: impl Fn(Op) -> i64,
) -> Option<Value> {
    if agreements.is_empty() {
        return None;
    }
    declare(builder.module, "kiln_mismatch", &[pointer(), Type::i64(), Type::i64(), Type::i64()], &[]);
    let mut all: Option<Value> = None;
    for agreement in agreements {
        let found = extents.index(builder, agreement.found);
        let expected = extents.index(builder, agreement.expected);
        let agree = match agreement.rule {
            Rule::Equal => compare(builder, EQUAL, found, expected),
            Rule::Within => compare(builder, AT_MOST, found, expected),
            Rule::Stretches => {
                let equal = compare(builder, EQUAL, found, expected);
                let one = constant(builder, 1);
                let single = compare(builder, EQUAL, found, one);
                binary(builder, "arith.ori", equal, single)
            }
        };
        report_unless(builder, agree, runtime, node_of(agreement.op), (found, expected));
        all = Some(match all {
            Some(all) => binary(builder, "arith.andi", all, agree),
            None => agree,
        });
    }
    all
}

/// `eq` and `sle` of `arith.cmpi`.
const EQUAL: i64 = 0;
const AT_MOST: i64 = 3;

fn compare(builder: &mut Builder, predicate: i64, left: Value, right: Value) -> Value {
    builder
        .op("arith.cmpi")
        .operands(&[left, right])
        .attribute("predicate", Attribute::i64(predicate))
        .result(Type::i1())
        .value()
}

/// `if agree {} else { kiln_mismatch(runtime, node, found, expected) }`
fn report_unless(builder: &mut Builder, agree: Value, runtime: Value, node: i64, (found, expected): (Value, Value)) {
    let branch = builder.op("scf.if").operand(agree).regions(2).build();
    for index in 0..2 {
        let region = builder.module.regions(branch)[index];
        let block = builder.module.create_block(region, &[]);
        builder.within(block, |builder| {
            if index == 1 {
                let node = super::buffers::i64_constant(builder, node);
                let (found, expected) = (to_i64(builder, found), to_i64(builder, expected));
                builder
                    .op("func.call")
                    .attribute("callee", Attribute::symbol_ref("kiln_mismatch"))
                    .operands(&[runtime, node, found, expected])
                    .build();
            }
            builder.op("scf.yield").build();
        });
    }
}
