//! `merge-siblings`: matrix products with one left operand, and convolutions of one tensor, become one, of which each
//! takes a slice.
//!
//! ```mlir
//! %q = graph.matmul %x, %wq                       // 8x16 times 16x4
//! %k = graph.matmul %x, %wk                       // 8x16 times 16x6
//! // becomes
//! %w = graph.concat %wq, %wk {axis = 1}           // folded to a constant
//! %m = graph.matmul %x, %w
//! %q = graph.slice %m {starts = #kiln.dims<[0, 0]>, steps = [1, 1]}
//! %k = graph.slice %m {starts = #kiln.dims<[0, 4]>, steps = [1, 1]}
//! ```
//!
//! Constants per channel and functions that follow all siblings alike, as a bias and an activation do, follow the one
//! op instead. A slice is no kernel where those who read it can read a part of a larger tensor (see `place-parts`):
//! siblings that others read are left alone, as are those that something follows which their kernels would compute.

mod build;

use crate::fold_scale::varies_along_only;
use crate::matching::{is_constant, is_elementwise, shape_of};
use kiln_ir::{Mismatch, Module, Op, PatternSet, Rewrite, Use, Value};

/// How many uses of a value are looked at for siblings.
const MOST_USES: usize = 64;

/// Convolutions are merged up to this many elements of their common result: each reads its part later than it would
/// have read a result of its own, which is then no longer in the cache.
///
/// Xeon, two layers of 3x3 with one of 3x3 behind each: 14x14x256 (50,176 elements) 1.09 -> 0.90 ms, 28x28x224 (175,616)
/// 1.26 -> 1.23, 56x56x128 (401,408) 1.55 -> 1.64; of one tap, 112x112x192: 6.5 -> 6.8.
const MOST_ELEMENTS: u64 = 1 << 18;

/// Ops that read their first operand where it lies, be it a part of a larger tensor.
const READERS: &[&str] = &[
    "graph.attention",
    "graph.average_pool",
    "graph.conv",
    "graph.conv_transpose",
    "graph.layer_norm",
    "graph.matmul",
    "graph.max_pool",
    "graph.reduce_max",
    "graph.reduce_mean",
    "graph.reduce_min",
    "graph.reduce_product",
    "graph.reduce_sum",
    "graph.rotary_embedding",
    "graph.softmax",
];

/// The patterns.
pub fn merge_siblings_patterns(patterns: &mut PatternSet) {
    patterns.add_fn("merge-sibling-products", "graph.matmul", merge).add_fn(
        "merge-sibling-convolutions",
        "graph.conv",
        merge,
    );
}

/// One of those that are to be merged, and what follows it alone.
struct Sibling {
    anchor: Op,
    /// The weights' axis of output channels.
    weights_axis: usize,
    /// The result's axis of output channels.
    axis: usize,
    chain: Vec<Step>,
    result: Value,
}

/// An elementwise op with constants besides one operand.
struct Step {
    op: Op,
    /// Which operand is no constant.
    variable: usize,
}

impl Sibling {
    fn find(module: &Module, anchor: Op) -> Result<Sibling, Mismatch> {
        let rank = shape_of(module, module.result(anchor, 0)).len();
        let attributes = module.attributes(anchor);
        if attributes.bool("widening") == Some(true) {
            return Err("the product is of bytes".into());
        }
        let is_product = module.is(anchor, "graph.matmul");
        let is_transposed = attributes.bool("transpose_b").unwrap_or(false);
        let (weights_axis, axis) = match attributes.str("layout") {
            _ if is_product => (usize::from(!is_transposed), rank - 1),
            Some("channels_last") => (0, rank - 1),
            _ => (0, 1),
        };
        let weights = module.operand(anchor, 1);
        if is_product && shape_of(module, weights).len() != 2 || attributes.i64("groups").unwrap_or(1) != 1 {
            return Err("the weights are several matrices".into());
        }
        if !module.operands(anchor)[1..].iter().all(|&operand| is_constant(module, operand)) {
            return Err("weights or bias are not constant".into());
        }
        // Used elsewhere, too, weights would be there twice.
        if !module.has_one_use(weights) {
            return Err("the weights have other users".into());
        }
        let (chain, result) = follow(module, module.result(anchor, 0), axis);
        let sibling = Sibling { anchor, weights_axis, axis, chain, result };
        if sibling.channels(module).is_none() {
            return Err("the number of channels is symbolic".into());
        }
        sibling.check_readers(module)?;
        Ok(sibling)
    }

    /// The op and what follows it, in order.
    fn members(&self) -> Vec<Op> {
        std::iter::once(self.anchor).chain(self.chain.iter().map(|step| step.op)).collect()
    }

    /// Channels of the result.
    fn channels(&self, module: &Module) -> Option<u64> {
        shape_of(module, self.result)[self.axis].as_static()
    }

    /// Whether a slice of the merged op serves all who read this sibling as well.
    fn check_readers(&self, module: &Module) -> Rewrite {
        let uses = module.uses(self.result);
        let channels = self.channels(module).ok_or("the number of channels is symbolic")?;
        if uses.is_empty() || uses.iter().all(|user| is_elementwise(module, user.op)) {
            return Err("what follows a sibling is part of its kernel".into());
        }
        let reads_part = |user: &Use| match split_axis(module, user.op, self.axis, channels) {
            // The rows of a reshaped part are still parts of larger ones.
            Some(_) => {
                let value = module.result(user.op, 0);
                module.has_uses(value) && module.uses(value).iter().all(|user| takes_part(module, value, user))
            }
            None => takes_part(module, self.result, user) && !is_written_through(module, user.op),
        };
        if !uses.iter().all(reads_part) {
            return Err("a user would have to read a copy".into());
        }
        Ok(())
    }

    /// Whether both compute the same, each with its own constants for its own channels.
    fn is_like(&self, module: &Module, other: &Sibling) -> bool {
        let same_chain = || {
            let mut steps = self.chain.iter().zip(&other.chain);
            steps.all(|(one, two)| one.variable == two.variable && is_same(module, (one.op, two.op), self.axis))
        };
        let (one, two) = (self.anchor, other.anchor);
        let weights = |op: Op| module.operand(op, 1);
        is_same(module, (one, two), self.axis)
            && is_same_but_along(module, (weights(one), weights(two)), self.weights_axis)
            && self.chain.len() == other.chain.len()
            && same_chain()
    }
}

/// Whether two ops have the same name, attributes, number of operands and types, up to the number of channels.
fn is_same(module: &Module, (one, two): (Op, Op), axis: usize) -> bool {
    module.name(one) == module.name(two)
        && module.attributes(one) == module.attributes(two)
        && module.operands(one).len() == module.operands(two).len()
        && module.parent_block(one) == module.parent_block(two)
        && is_same_but_along(module, (module.result(one, 0), module.result(two, 0)), axis)
}

fn is_same_but_along(module: &Module, (one, two): (Value, Value), axis: usize) -> bool {
    let (left, right) = (shape_of(module, one), shape_of(module, two));
    let differs_along = |index: usize| index != axis && left[index] != right[index];
    module.ty(one).scalar() == module.ty(two).scalar()
        && left.len() == right.len()
        && !(0..left.len()).any(differs_along)
}

/// The ops after `value`, each the only user of the one before, that take constants per channel besides.
fn follow(module: &Module, mut value: Value, axis: usize) -> (Vec<Step>, Value) {
    let mut chain = Vec::new();
    while let [user] = module.uses(value)[..] {
        let shape = shape_of(module, value);
        let is_step = is_elementwise(module, user.op)
            && shape_of(module, module.result(user.op, 0)) == shape
            && module.operands(user.op).iter().enumerate().all(|(index, &operand)| {
                index == user.index || is_constant(module, operand) && varies_along_only(module, operand, value, axis)
            });
        if !is_step {
            break;
        }
        chain.push(Step { op: user.op, variable: user.index });
        value = module.result(user.op, 0);
    }
    (chain, value)
}

/// Whether a kernel with this use can read `value` where it lies, as a part of a larger tensor.
fn takes_part(module: &Module, value: Value, user: &Use) -> bool {
    let rank = shape_of(module, value).len();
    let name = module.name(user.op);
    let is_reader = READERS.contains(&name.as_str()) && user.index == 0;
    // One matrix is packed from what is whole.
    let is_batched_matrix = name.as_str() == "graph.matmul" && rank > 2;
    let attends = name.as_str() == "graph.attention";
    let moves = name.as_str() == "graph.transpose" || is_elementwise(module, user.op);
    let is_same_block = module.defining_block(value) == module.parent_block(user.op);
    is_same_block && (is_reader || is_batched_matrix || attends || moves)
}

/// Whether a product's kernel would write its result through this transpose: its readers read no such thing themselves.
fn is_written_through(module: &Module, user: Op) -> bool {
    module.is(user, "graph.transpose")
        && module.users(module.result(user, 0)).iter().any(|&user| !module.is(user, "graph.matmul"))
}

/// Where the channels are after a reshape of a sibling: on the first of the axes they are split into, of which the others
/// have so many elements.
fn split_axis(module: &Module, op: Op, axis: usize, channels: u64) -> Option<(usize, u64)> {
    let is_last = axis + 1 == shape_of(module, *module.operands(op).first()?).len();
    if !module.is(op, "graph.reshape") || !is_last {
        return None;
    }
    let shape = shape_of(module, module.result(op, 0));
    let mut inner = 1;
    for (axis, dim) in shape.iter().enumerate().rev() {
        let extent = dim.as_static()?;
        if inner * extent == channels {
            return Some((axis, inner));
        }
        inner *= extent;
    }
    None
}

/// `op(x, a), op(x, b) = slices(op(x, concat(a, b)))`
fn merge(module: &mut Module, op: Op) -> Rewrite {
    let first = Sibling::find(module, op)?;
    let source = module.operand(op, 0);
    let mut siblings = vec![first];
    for user in module.uses(source).iter().take(MOST_USES) {
        let is_other = user.op != op && user.index == 0 && module.name(user.op) == module.name(op);
        if let Some(sibling) = is_other.then(|| Sibling::find(module, user.op).ok()).flatten()
            && sibling.is_like(module, &siblings[0])
        {
            siblings.push(sibling);
        }
    }
    if siblings.len() < 2 {
        return Err("nobody computes the same with other weights".into());
    }
    let cuts = Cuts::of(module, &siblings);
    if cuts.elements(module, &siblings[0]) > MOST_ELEMENTS && module.is(op, "graph.conv") {
        return Err("the common result would leave the cache before it is read".into());
    }
    if !cuts.are_between_rows(module, &siblings) {
        return Err("a reshape would cut through a slice".into());
    }
    build::merge(module, source, &siblings, &cuts);
    Ok(())
}

/// Where each sibling begins among the channels of all.
struct Cuts {
    starts: Vec<u64>,
    total: u64,
}

impl Cuts {
    fn of(module: &Module, siblings: &[Sibling]) -> Cuts {
        let mut total = 0;
        let mut next = |sibling: &Sibling| {
            let start = total;
            total += sibling.channels(module).expect("siblings have known channels");
            start
        };
        let starts = siblings.iter().map(&mut next).collect();
        Cuts { starts, total }
    }

    /// Elements of the common result; symbolic extents, as that of a batch, count as 1.
    fn elements(&self, module: &Module, sibling: &Sibling) -> u64 {
        let shape = shape_of(module, sibling.result);
        let others = shape.iter().enumerate().filter(|&(axis, _)| axis != sibling.axis);
        others.fold(self.total, |product, (_, dim)| product.saturating_mul(dim.as_static().unwrap_or(1)))
    }

    /// Whether reshapes that split the channels split all channels, and those before each sibling.
    fn are_between_rows(&self, module: &Module, siblings: &[Sibling]) -> bool {
        siblings.iter().zip(&self.starts).all(|(sibling, start)| {
            let channels = sibling.channels(module).expect("siblings have known channels");
            let splits = module
                .uses(sibling.result)
                .iter()
                .filter_map(|user| split_axis(module, user.op, sibling.axis, channels));
            splits.into_iter().all(|(_, inner)| start.is_multiple_of(inner) && self.total.is_multiple_of(inner))
        })
    }
}
