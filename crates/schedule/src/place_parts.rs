//! `place-parts`: concatenations and slices that need no kernel, since others can write and read in place.
//!
//! ```mlir
//! %a = graph.fusion %x {...}
//! %b = graph.fusion %y {...}
//! %c = graph.fusion %a, %b { graph.concat {axis = 3} }
//! // becomes
//! %a = graph.fusion %x {..., results_within = [...]}
//! %b = graph.fusion %y {..., results_within = [...]}
//! %c = graph.concat %a, %b {axis = 3, within = ...}
//! ```
//!
//! See [`crate::parts`] for what that means. A part is placed if kernels of the families they already have can be planned
//! for it: the one that makes it and all that read it. What cannot be placed is copied to its place by a kernel of its
//! own; a concatenation of which that would leave more than one stays as it is.

use crate::families::plan_kernel;
use crate::parts::{find_home, is_view, part_within, row_order, shape, value_within};
use crate::plan::Plan;
use crate::spec::KernelSpec;
use kiln_ir::{Attribute, Builder, Dim, DimExpr, Module, Op, Traits, Value};
use kiln_target::Target;

/// Places what can be placed inside `root`; returns how many kernels that saved.
pub fn place_parts(module: &mut Module, root: Op, target: &Target) -> usize {
    let fusions = module.ops_named(root, "graph.fusion");
    // The last concatenation of a chain first: those before it lie in its memory.
    let joined = fusions.iter().rev().filter(|&&fusion| join(module, fusion, target)).count();
    let left: Vec<Op> = fusions.into_iter().filter(|&fusion| !module.is_erased(fusion)).collect();
    joined + left.into_iter().filter(|&fusion| cut(module, fusion, target)).count()
}

/// Attributes as they were before a trial.
#[derive(Default)]
struct Trial {
    saved: Vec<(Op, &'static str, Option<Attribute>)>,
}

impl Trial {
    fn set(&mut self, module: &mut Module, op: Op, name: &'static str, value: Attribute) {
        let old = module.set_attribute(op, name, value);
        self.saved.push((op, name, old));
    }

    fn undo(self, module: &mut Module) {
        for (op, name, old) in self.saved.into_iter().rev() {
            match old {
                Some(old) => _ = module.set_attribute(op, name, old),
                None => _ = module.remove_attribute(op, name),
            }
        }
    }
}

/// Replaces the fusion by a concat that only names memory, if it is one and that can be done.
fn join(module: &mut Module, fusion: Op, target: &Target) -> bool {
    let Some(concat) = only_op(module, fusion, "graph.concat") else { return false };
    let parts = outer_operands(module, fusion, concat);
    let Some(parts) = parts.filter(|parts| parts.len() > 1) else { return false };
    let result = module.result(fusion, 0);
    let within = row_order(module, result);
    // Parts may be there before data says how large the whole is, or where in it they are.
    let before = &parts[..parts.len() - 1];
    if depends_on_data(within) || before.iter().any(|&part| depends_on_data(shape(module, part))) {
        return false;
    }
    let mut trial = Trial::default();
    let mut origins: Vec<Value> = Vec::new();
    let mut is_placed = Vec::with_capacity(parts.len());
    for &part in &parts {
        let origin = origin(module, part);
        let is_new = !origins.contains(&origin);
        origins.push(origin);
        is_placed.push(is_new && place(module, (fusion, part), within, target, &mut trial));
    }
    let copies = is_placed.iter().filter(|&&is_placed| !is_placed).count();
    if copies > 1 || copies == parts.len() {
        trial.undo(module);
        return false;
    }
    let axis = module.attribute(concat, "axis").expect("a concat has an axis");
    let location = module.location(fusion);
    let mut placed = Vec::with_capacity(parts.len());
    for (&part, is_placed) in parts.iter().zip(is_placed) {
        placed.push(if is_placed { part } else { copy(module, fusion, (part, axis), within, target) });
    }
    let ty = module.ty(result);
    let mut builder = Builder::before(module, fusion);
    builder.location = location;
    let joined = builder.op("graph.concat").operands(&placed).attribute("axis", axis);
    let joined = joined.attribute("within", Attribute::dims(within)).result(ty).value();
    module.replace(fusion, &[joined]);
    copies == 0
}

/// Lets the kernel that makes `part` write it to its place in `within`, and those that read it read it there.
fn place(module: &mut Module, (join, part): (Op, Value), within: &[Dim], target: &Target, trial: &mut Trial) -> bool {
    let origin = origin(module, part);
    let Some(producer) = module.defining_op(origin).filter(|&op| module.is(op, "graph.fusion")) else { return false };
    let is_free = module.parent_block(producer) == module.parent_block(join)
        && find_home(module, origin).is_none()
        && value_within(module, origin).is_none()
        && !leaves_block(module, origin);
    if !is_free {
        return false;
    }
    match part_within(shape(module, part), within) {
        None => true,
        Some(_) if origin != part => false,
        Some(within) => lay_out(module, part, within, (Some(producer), &[join]), target, trial),
    }
}

/// The value that a view is of.
fn origin(module: &Module, value: Value) -> Value {
    match module.defining_op(value) {
        Some(op) if module.has_traits(op, Traits::VIEW) => origin(module, module.operand(op, 0)),
        _ => value,
    }
}

/// Whether a value or a view of it is given to what stands around its block, which asks for whole tensors.
fn leaves_block(module: &Module, value: Value) -> bool {
    module.users(value).into_iter().any(|user| {
        let is_left = |&result: &Value| leaves_block(module, result);
        module.has_traits(user, Traits::TERMINATOR) || is_view(module, user) && module.results(user).iter().any(is_left)
    })
}

/// Says of `value` that it is a part of `within`, to its `producer` and to its readers but `others`, and plans them anew;
/// puts everything back if one of them cannot be had that way.
fn lay_out(
    module: &mut Module,
    value: Value,
    within: &[Dim],
    (producer, others): (Option<Op>, &[Op]),
    target: &Target,
    trial: &mut Trial,
) -> bool {
    let readers: Vec<Op> = module.users(value).into_iter().filter(|user| !others.contains(user)).collect();
    if !readers.iter().all(|&reader| module.is(reader, "graph.fusion")) {
        return false;
    }
    let mut changed = Trial::default();
    if let Some(producer) = producer {
        let results = module.results(producer).to_vec();
        changed.mark(module, producer, "results_within", &results, value, within);
    }
    for &reader in &readers {
        let operands = module.operands(reader).to_vec();
        changed.mark(module, reader, "operands_within", &operands, value, within);
    }
    let are_planned = producer.into_iter().chain(readers).all(|fusion| changed.plan(module, fusion, target));
    if are_planned {
        trial.saved.append(&mut changed.saved)
    } else {
        changed.undo(module)
    }
    are_planned
}

impl Trial {
    /// Notes at each of `values` that is `value` that it lies in `within`.
    fn mark(
        &mut self,
        module: &mut Module,
        fusion: Op,
        name: &'static str,
        values: &[Value],
        value: Value,
        within: &[Dim],
    ) {
        let whole = Attribute::dims(&[]);
        let known = module.attribute(fusion, name).and_then(Attribute::as_array);
        let mut layouts = known.map_or_else(|| vec![whole; values.len()], <[Attribute]>::to_vec);
        for (layout, _) in layouts.iter_mut().zip(values).filter(|(_, other)| **other == value) {
            *layout = Attribute::dims(within);
        }
        self.set(module, fusion, name, Attribute::array(&layouts));
    }

    /// Plans a kernel anew; whether it stays one of its family. Kernels whose weights are packed keep what they have.
    fn plan(&mut self, module: &mut Module, fusion: Op, target: &Target) -> bool {
        let Some(old) = module.attribute(fusion, "plan").and_then(Plan::from_attribute) else { return false };
        if crate::pack::is_packed(&old) {
            return false;
        }
        let (spec, _) = KernelSpec::of(module, fusion);
        match plan_kernel(&spec, target) {
            Ok(plan) if plan.family == old.family => {
                self.set(module, fusion, "plan", plan.to_attribute());
                true
            }
            _ => false,
        }
    }
}

/// A kernel before `fusion` that copies a part to its place in `within`.
fn copy(module: &mut Module, fusion: Op, (part, axis): (Value, Attribute), within: &[Dim], target: &Target) -> Value {
    let (ty, location) = (module.ty(part), module.location(fusion));
    let layouts = |within: Option<&[Dim]>| within.map(|within| vec![Attribute::dims(within)]);
    let (from, to) = (layouts(value_within(module, part)), layouts(part_within(shape(module, part), within)));
    let mut builder = Builder::before(module, fusion);
    builder.location = location;
    let made = builder.op("graph.fusion").operand(part).result(ty).regions(1);
    let kernel = made.optional_attribute("operands_within", from).optional_attribute("results_within", to).build();
    let region = module.regions(kernel)[0];
    let block = module.create_block(region, &[ty]);
    let argument = module.arguments(block)[0];
    let mut builder = Builder::at_end(module, block);
    builder.location = location;
    let copied = builder.op("graph.concat").operand(argument).attribute("axis", axis).result(ty).value();
    builder.op("graph.yield").operand(copied).build();
    let (spec, _) = KernelSpec::of(module, kernel);
    let plan = plan_kernel(&spec, target).expect("kernels that move elements take parts");
    module.set_attribute(kernel, "plan", plan.to_attribute());
    module.result(kernel, 0)
}

/// Replaces the fusion by a slice that only names memory, if it is one and its readers can read it in place.
fn cut(module: &mut Module, fusion: Op, target: &Target) -> bool {
    let Some(slice) = only_op(module, fusion, "graph.slice") else { return false };
    let (Some(&[source]), result) = (outer_operands(module, fusion, slice).as_deref(), module.result(fusion, 0)) else {
        return false;
    };
    let steps = module.attributes(slice).i64s("steps").unwrap_or_default();
    let starts = module.attribute(slice, "starts").and_then(Attribute::as_dims).unwrap_or_default();
    let is_plain = steps.iter().all(|&step| step == 1)
        && starts.iter().all(|start| start.as_static().is_some())
        && find_home(module, result).is_none()
        && !leaves_block(module, result);
    if !is_plain {
        return false;
    }
    let within = row_order(module, source);
    let part = part_within(shape(module, result), within);
    let mut trial = Trial::default();
    if part.is_some_and(|within| !lay_out(module, result, within, (None, &[]), target, &mut trial)) {
        return false;
    }
    let (starts, ty) = (Attribute::dims(starts), module.ty(result));
    let location = module.location(fusion);
    let mut builder = Builder::before(module, fusion);
    builder.location = location;
    let view = builder.op("graph.slice").operand(source).attribute("starts", starts).attribute("steps", steps);
    let view = view.attribute("within", Attribute::dims(within)).result(ty).value();
    module.replace(fusion, &[view]);
    true
}

/// The only op of a fusion besides its terminator, if it is called `name`.
fn only_op(module: &Module, fusion: Op, name: &str) -> Option<Op> {
    match module.ops_of(module.region_block(fusion, 0))[..] {
        [op, _] if module.is(op, name) => Some(op),
        _ => None,
    }
}

/// The operands of an op inside a fusion as values outside of it.
fn outer_operands(module: &Module, fusion: Op, op: Op) -> Option<Vec<Value>> {
    let arguments = module.arguments(module.region_block(fusion, 0));
    let outside = |value: &Value| {
        let index = arguments.iter().position(|argument| argument == value)?;
        Some(module.operand(fusion, index))
    };
    module.operands(op).iter().map(outside).collect()
}

/// Whether data gives any of the symbols of a shape their values.
fn depends_on_data(shape: &[Dim]) -> bool {
    let symbols = shape.iter().filter_map(|dim| dim.expr()).flat_map(DimExpr::symbols);
    symbols.into_iter().any(|symbol| symbol.as_str().starts_with(kiln_graph::DATA_SYMBOL))
}
