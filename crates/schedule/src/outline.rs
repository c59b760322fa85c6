//! `outline`: groups ops into kernels, each a `graph.fusion`.
//!
//! ```mlir
//! %c = graph.conv %x, %w {...}
//! %s = graph.add %c, %b
//! %r = graph.relu %s
//! // becomes
//! %r = graph.fusion %x, %w, %b {
//! ^bb0(%x: ..., %w: ..., %b: ...):
//!   %c = graph.conv %x, %w {...}
//!   %s = graph.add %c, %b
//!   %r = graph.relu %s
//!   graph.yield %r
//! }
//! ```
//!
//! A kernel is an anchor with its epilogue: elementwise ops of the anchor's own shape that need nothing later than the
//! kernel; or, without an anchor, a tree of elementwise ops of one shape. A kernel of several ops has one result: what
//! leaves a kernel is what memory must hold. What an epilogue reads beside and that is converted from bytes is converted
//! there. Transposes around a matrix product belong to its kernel, too, and so does what makes its weights of codes or of
//! shorter floats. `graph.reshape`
//! is no kernel but another name of a buffer, as is what `place-parts` placed; constants and `graph.dims` are no kernels
//! either.

mod bytes;
mod prologue;
mod transposes;

use kiln_ir::{Builder, Location, Module, Op, Traits, Type, Value, ValueMapping};
use rustc_hash::{FxHashMap, FxHashSet};

/// Anchors that read their operands from memory, constants too, and whose results feed no epilogue: what they compute is
/// not had element by element.
const FROM_MEMORY: &[&str] = &[
    "graph.lstm",
    "graph.gru",
    "graph.rnn",
    "graph.top_k",
    "graph.nonzero",
    "graph.call",
    "graph.custom",
    "graph.non_max_suppression",
    "graph.determinant",
    "graph.inverse",
    "graph.scatter_elements",
    "graph.scatter_nd",
    "graph.cumulative_sum",
    "graph.cumulative_product",
];

/// Outlines every block inside `root`; returns how many kernels there are.
pub fn outline(module: &mut Module, root: Op) -> usize {
    let mut kernels = 0;
    prologue::give_products_their_weights(module, root);
    for op in module.walk(root) {
        for region in module.regions(op).to_vec() {
            if module.is(op, "graph.fusion") {
                continue;
            }
            for block in module.blocks(region).to_vec() {
                let ops = module.ops_of(block);
                for group in find_groups(module, &ops) {
                    make_fusion(module, &group);
                    kernels += 1;
                }
            }
        }
    }
    kernels
}

/// What part an op can play.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Role {
    /// No part: control flow, constants, views.
    Outside,
    Elementwise,
    Anchor,
}

fn role(module: &Module, op: Op) -> Role {
    let name = module.name(op);
    let in_graph = name.as_str().starts_with("graph.");
    let stands_alone = module.has_traits(op, Traits::TERMINATOR)
        || module.has_traits(op, Traits::VIEW)
        || matches!(name.as_str(), "graph.constant" | "graph.dims" | "graph.bind_extents" | "graph.fusion")
        || crate::parts::is_in_place(module, op)
        || !module.regions(op).is_empty();
    if !in_graph || stands_alone {
        return Role::Outside;
    }
    if module.has_traits(op, Traits::ELEMENTWISE) { Role::Elementwise } else { Role::Anchor }
}

/// The groups of a block, each in program order; groups do not overlap and cover every op that is not outside.
fn find_groups(module: &Module, ops: &[Op]) -> Vec<Vec<Op>> {
    let order: FxHashMap<Op, usize> = ops.iter().enumerate().map(|(index, &op)| (op, index)).collect();
    let mut taken: FxHashSet<Op> = FxHashSet::default();
    let mut groups = Vec::new();
    // Ops that an epilogue reads but that stand before the anchor are moved behind it.
    let mut moved: FxHashMap<Op, usize> = FxHashMap::default();
    for &op in ops {
        let is_free = !taken.contains(&op)
            && transposes::reader(module, op).is_none()
            && prologue::reader_of_weights(module, op).is_none();
        if is_free && role(module, op) == Role::Anchor {
            let mut group = with_epilogue(module, op, &order, &taken);
            let side = bytes::dequantized_operands(module, op, &group, &taken);
            moved.extend(side.iter().map(|&side| (side, order[&op])));
            group.extend(side);
            group.extend(prologue(module, op, &taken));
            group.extend(prologue::made_weights(module, op));
            transposes::surround(module, op, &taken, &mut group);
            taken.extend(&group);
            groups.push(group);
        }
    }
    for &op in ops.iter().rev() {
        if role(module, op) == Role::Elementwise && !taken.contains(&op) {
            let group = elementwise_tree(module, op, &taken);
            taken.extend(&group);
            groups.push(group);
        }
    }
    for group in &mut groups {
        group.sort_by_key(|op| match moved.get(op) {
            Some(&anchor) if order[op] < anchor => (anchor, 1 + order[op]),
            _ => (order[op], 0),
        });
    }
    groups
}

/// The anchor and the longest epilogue such that one value leaves the group.
fn with_epilogue(module: &Module, anchor: Op, order: &FxHashMap<Op, usize>, taken: &FxHashSet<Op>) -> Vec<Op> {
    let [result] = *module.results(anchor) else { return vec![anchor] };
    if FROM_MEMORY.contains(&module.name(anchor).as_str()) {
        return vec![anchor];
    }
    let members = reachable_elementwise(module, anchor, shape(module, result), order, taken);
    for &last in members.iter().rev() {
        let group = ancestors_within(module, last, &members);
        let only_last_leaves = group.iter().all(|&op| op == last || has_users_only_in(module, op, &group));
        if group.contains(&anchor) && only_last_leaves {
            return group;
        }
    }
    vec![anchor]
}

/// The anchor and every elementwise op of its shape that depends on it through such ops only, in program order.
fn reachable_elementwise(
    module: &Module,
    anchor: Op,
    shape: &[kiln_ir::Dim],
    order: &FxHashMap<Op, usize>,
    taken: &FxHashSet<Op>,
) -> Vec<Op> {
    let mut members = vec![anchor];
    let mut pending = vec![anchor];
    while let Some(op) = pending.pop() {
        for user in module.results(op).iter().flat_map(|&result| module.users(result)) {
            let fits = order.contains_key(&user)
                && !taken.contains(&user)
                && !members.contains(&user)
                && role(module, user) == Role::Elementwise
                && module.results(user).len() == 1
                && self::shape(module, module.result(user, 0)) == shape;
            if fits {
                members.push(user);
                pending.push(user);
            }
        }
    }
    members.sort_by_key(|op| order[op]);
    members
}

/// `last` and the members it depends on.
fn ancestors_within(module: &Module, last: Op, members: &[Op]) -> Vec<Op> {
    let mut found = vec![last];
    let mut next = 0;
    while next < found.len() {
        for &operand in module.operands(found[next]) {
            if let Some(producer) = module.defining_op(operand)
                && members.contains(&producer)
                && !found.contains(&producer)
            {
                found.push(producer);
            }
        }
        next += 1;
    }
    found
}

fn has_users_only_in(module: &Module, op: Op, group: &[Op]) -> bool {
    module.results(op).iter().all(|&result| module.uses(result).iter().all(|user| group.contains(&user.op)))
}

/// The elementwise ops that only feed the anchor's first operand, where the anchor can compute them on its way.
fn prologue(module: &Module, anchor: Op, taken: &FxHashSet<Op>) -> Vec<Op> {
    if !prologue::has_prologue(module, anchor) {
        return Vec::new();
    }
    let operand = module.operand(anchor, 0);
    let Some(producer) = module.defining_op(operand) else { return Vec::new() };
    let feeds_only_anchor = has_users_only_in(module, producer, &[anchor]);
    let fits = feeds_only_anchor
        && !taken.contains(&producer)
        && role(module, producer) == Role::Elementwise
        && module.parent_block(producer) == module.parent_block(anchor);
    if fits { elementwise_tree(module, producer, taken) } else { Vec::new() }
}

/// `last` and the elementwise ops of its shape that feed nothing but the group.
fn elementwise_tree(module: &Module, last: Op, taken: &FxHashSet<Op>) -> Vec<Op> {
    let shape = shape(module, module.result(last, 0));
    let mut group = vec![last];
    loop {
        let operands = group.iter().flat_map(|&op| module.operands(op));
        let producers = operands.filter_map(|&operand| module.defining_op(operand));
        let next = producers.into_iter().find(|&producer| {
            role(module, producer) == Role::Elementwise
                && !taken.contains(&producer)
                && !group.contains(&producer)
                && module.parent_block(producer) == module.parent_block(last)
                && self::shape(module, module.result(producer, 0)) == shape
                && has_users_only_in(module, producer, &group)
        });
        match next {
            Some(producer) => group.push(producer),
            None => return group,
        }
    }
}

fn shape(module: &Module, value: Value) -> &'static [kiln_ir::Dim] {
    &module.ty(value).as_tensor().expect("graph values are ranked tensors").shape
}

/// Moves the group into a fusion at the place of its last op.
fn make_fusion(module: &mut Module, group: &[Op]) {
    let last = *group.last().expect("a group has at least one op");
    let results = module.results(last).to_vec();
    let types = module.result_types(last);
    let mut inputs: Vec<Value> = Vec::new();
    let mut inlined: Vec<Op> = Vec::new();
    let alone = packable_uses(module, group);
    let from_memory = values_from_memory(module, group);
    for (_, operand) in uses_of(module, group).filter(|(at, _)| !alone.contains(at)) {
        let producer = module.defining_op(operand);
        if producer.is_some_and(|producer| group.contains(&producer)) {
            continue;
        }
        match producer.filter(|&producer| !from_memory.contains(&operand) && is_scalar_constant(module, producer)) {
            Some(constant) if !inlined.contains(&constant) => inlined.push(constant),
            None if !inputs.contains(&operand) => inputs.push(operand),
            _ => {}
        }
    }
    let shared = inputs.len();
    inputs.extend(alone.iter().map(|&(op, index)| module.operand(op, index)));
    let locations: Vec<Location> = group.iter().map(|&op| module.location(op)).collect();

    let mut builder = Builder::before(module, last);
    builder.location = Location::fused(&locations);
    let fusion = builder.op("graph.fusion").operands(&inputs).results(&types).regions(1).build();
    let region = module.regions(fusion)[0];
    let input_types: Vec<Type> = inputs.iter().map(|&input| module.ty(input)).collect();
    let block = module.create_block(region, &input_types);
    let arguments = module.arguments(block).to_vec();
    let mut mapping: ValueMapping = inputs.into_iter().zip(arguments.iter().copied()).take(shared).collect();
    for &op in inlined.iter().chain(group) {
        let copy = module.clone_op(op, &mut mapping);
        for (&(_, index), &argument) in alone.iter().zip(&arguments[shared..]).filter(|((user, _), _)| *user == op) {
            module.set_operand(copy, index, argument);
        }
        module.append(block, copy);
    }
    let yielded: Vec<Value> = results.iter().map(|result| mapping[result]).collect();
    Builder::at_end(module, block).op("graph.yield").operands(&yielded).build();
    for (index, &result) in results.iter().enumerate() {
        let value = module.result(fusion, index);
        module.replace_all_uses(result, value);
    }
    for &op in group.iter().rev() {
        module.erase(op);
    }
}

/// Values that an anchor of the group reads from memory, even if they are constants of one element.
fn values_from_memory(module: &Module, group: &[Op]) -> FxHashSet<Value> {
    let has_attention = group.iter().any(|&op| module.is(op, "graph.attention"));
    let reads_memory = |op: Op| {
        FROM_MEMORY.contains(&module.name(op).as_str())
            || module.is(op, "graph.dequantize_blocks")
            || module.is(op, "graph.conv")
            || module.is(op, "graph.conv_transpose")
            || has_attention && (module.is(op, "graph.attention") || module.is(op, "graph.transpose"))
    };
    uses_of(module, group).filter(|&((op, _), _)| reads_memory(op)).map(|(_, value)| value).collect()
}

/// All operands of a group, with where they are used.
fn uses_of<'m>(module: &'m Module, group: &'m [Op]) -> impl Iterator<Item = ((Op, usize), Value)> + 'm {
    group.iter().flat_map(|&op| module.operands(op).iter().enumerate().map(move |(index, &value)| ((op, index), value)))
}

/// Uses that get an argument of their own although the kernel has another use of the same value: a plan may want an
/// anchor's operands after the first packed, and what is packed serves nobody else.
fn packable_uses(module: &Module, group: &[Op]) -> Vec<(Op, usize)> {
    let is_packable = |&((op, index), value): &((Op, usize), Value)| {
        let times = uses_of(module, group).filter(|&(_, other)| other == value).count();
        let is_from_outside = module.defining_op(value).is_none_or(|producer| !group.contains(&producer));
        index > 0 && times > 1 && role(module, op) == Role::Anchor && is_from_outside
    };
    uses_of(module, group).filter(is_packable).map(|(at, _)| at).collect()
}

/// Constants of one element stand inside kernels; others are operands.
fn is_scalar_constant(module: &Module, op: Op) -> bool {
    let tensor =
        module.is(op, "graph.constant").then(|| module.result(op, 0)).and_then(|value| module.constant_tensor(value));
    tensor.is_some_and(|tensor| tensor.len() == 1)
}
