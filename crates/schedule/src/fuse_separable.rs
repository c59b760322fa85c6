//! `fuse-separable`: a depthwise convolution and the pointwise one that alone reads it become one kernel, where that is
//! faster.
//!
//! ```mlir
//! %d = graph.fusion %x, %f {plan = {family = "depthwise", ...}}
//! %y = graph.fusion %d, %w, %r {plan = {family = "conv", ...}}
//! // becomes
//! %y = graph.fusion %x, %f, %w, %r {plan = {family = "separable", ...}}
//! ```
//!
//! See [`crate::separable`] for what such a kernel does. Then a pointwise convolution that makes many channels joins the
//! depthwise one that alone reads them, whether that is one of a pair or not: [`crate::expanded`].

use crate::candidates::{Candidate, expansion_cost, pair_cost};
use crate::conv_shape::ConvShape;
use crate::expanded::{self, Reader};
use crate::plan::Plan;
use crate::spec::KernelSpec;
use crate::{conv, depthwise, plan_kernel, separable};
use kiln_ir::{Builder, Location, Module, Op, Type, Value, ValueMapping};
use kiln_target::Target;

/// Fuses what is worth it inside `root`; returns how many pairs. If `explains`, kernels that are or could be of a pair
/// keep why.
pub fn fuse_separable(module: &mut Module, root: Op, target: &Target, explains: bool) -> usize {
    let mut fused = 0;
    for find in [find_pair, find_expansion] {
        let fusions = module.ops_named(root, "graph.fusion");
        fused += fusions.into_iter().filter(|&fusion| fuse(module, fusion, find, target, explains)).count();
    }
    fused
}

/// Two kernels that one can compute.
struct Pair {
    /// The first one.
    producer: Op,
    /// Which operand of its reader it makes.
    index: usize,
    /// The family of the one kernel.
    family: &'static str,
    /// What their arithmetic is estimated to cost.
    cost: Option<i64>,
    /// Whether one is faster: why, or why not.
    verdict: Result<String, String>,
}

/// Finds the pair of which a kernel is the second.
type Find = fn(&Module, Op, &Target) -> Option<Pair>;

/// Takes the kernel that `find` finds into the one that reads it, if that is worth it.
fn fuse(module: &mut Module, reader: Op, find: Find, target: &Target, explains: bool) -> bool {
    let Some(Pair { producer, index, family, cost, verdict }) = find(module, reader, target) else { return false };
    let candidate = |is_chosen, why: &str| Candidate { cost, is_chosen, ..Candidate::refused(family, why) };
    let why = match verdict {
        Ok(why) => why,
        Err(why) if explains => {
            let candidates = [vec![candidate(false, &why)], Candidate::of(module, reader)].concat();
            Candidate::keep(&candidates, module, reader);
            return false;
        }
        Err(_) => return false,
    };
    let fused = merge(module, producer, reader, index);
    let (spec, _) = KernelSpec::of(module, fused);
    let plan = plan_kernel(&spec, target).expect("convolutions that can be together are one kernel's");
    module.set_attribute(fused, "plan", plan.to_attribute());
    if explains {
        let apart = Candidate { cost, ..Candidate::refused("two kernels", "possible, but one is faster") };
        Candidate::keep(&[candidate(true, &why), apart], module, fused);
    }
    let result = module.result(fused, 0);
    module.replace(reader, &[result]);
    module.erase(producer);
    true
}

/// The pair of a depthwise convolution and the pointwise one that is `reader`.
fn find_pair(module: &Module, reader: Op, target: &Target) -> Option<Pair> {
    let pointwise = shape_of(module, reader, conv::FAMILY)?;
    let producer = only_producer(module, reader, pointwise.input)?;
    let depthwise = shape_of(module, producer, depthwise::FAMILY)?;
    separable::can_pair(&depthwise, &pointwise).then(|| Pair {
        producer,
        index: pointwise.input,
        family: separable::FAMILY,
        cost: pair_cost(&depthwise, &pointwise, target),
        verdict: separable::compare(&depthwise, &pointwise, target),
    })
}

/// The pair of a pointwise convolution and `reader`, which convolves the result channel by channel.
fn find_expansion(module: &Module, reader: Op, target: &Target) -> Option<Pair> {
    let is_reader = |family: &str| matches!(family, depthwise::FAMILY | separable::FAMILY);
    let reading = spec_of(module, reader, is_reader).and_then(Reader::of)?;
    let depthwise = reading.depthwise();
    let producer = only_producer(module, reader, depthwise.input)?;
    let expansion = shape_of(module, producer, conv::FAMILY)?;
    expanded::can_expand(&expansion, depthwise).then(|| Pair {
        producer,
        index: depthwise.input,
        family: expanded::FAMILY,
        cost: expansion_cost(&expansion, &reading, target),
        verdict: expanded::compare(&expansion, depthwise, target),
    })
}

/// The kernel that makes an operand for `reader` alone, where both have whole tensors.
fn only_producer(module: &Module, reader: Op, index: usize) -> Option<Op> {
    let value = module.operand(reader, index);
    let producer = module.defining_op(value).filter(|&op| module.is(op, "graph.fusion"))?;
    let is_alone = module.uses(value).len() == 1 && module.parent_block(producer) == module.parent_block(reader);
    let is_whole = [producer, reader].iter().all(|&op| !KernelSpec::of(module, op).0.has_parts());
    (is_alone && is_whole).then_some(producer)
}

/// The convolution of a kernel of `family` that reads a buffer.
fn shape_of(module: &Module, fusion: Op, family: &str) -> Option<ConvShape> {
    ConvShape::of(&spec_of(module, fusion, |found| found == family)?)
}

/// A kernel of a family that is asked for, of one result and with nothing packed yet.
fn spec_of(module: &Module, fusion: Op, is_asked_for: impl Fn(&str) -> bool) -> Option<KernelSpec> {
    let plan = module.attribute(fusion, "plan").and_then(Plan::from_attribute)?;
    if !is_asked_for(plan.family.as_str()) || crate::pack::is_packed(&plan) || module.results(fusion).len() != 1 {
        return None;
    }
    Some(KernelSpec::of(module, fusion).0)
}

/// A kernel before `reader` that does what both do; `index` is the operand of `reader` that `producer` makes.
fn merge(module: &mut Module, producer: Op, reader: Op, index: usize) -> Op {
    let between = module.operand(reader, index);
    let mut inputs: Vec<Value> = module.operands(producer).to_vec();
    inputs.extend(module.operands(reader).iter().filter(|&&operand| operand != between));
    let input_types: Vec<Type> = inputs.iter().map(|&input| module.ty(input)).collect();
    let types = module.result_types(reader);
    let locations = [module.location(producer), module.location(reader)];
    let mut builder = Builder::before(module, reader);
    builder.location = Location::fused(&locations);
    let fused = builder.op("graph.fusion").operands(&inputs).results(&types).regions(1).build();
    let region = module.regions(fused)[0];
    let block = module.create_block(region, &input_types);
    let arguments = module.arguments(block).to_vec();
    let (own, others) = arguments.split_at(module.operands(producer).len());
    let yielded = copy_body(module, producer, own, block);
    let mut given = others.to_vec();
    given.insert(index, yielded);
    let yielded = copy_body(module, reader, &given, block);
    Builder::at_end(module, block).op("graph.yield").operand(yielded).build();
    fused
}

/// Copies what stands in a fusion to the end of `block`, with `given` for its arguments; returns what it yields.
fn copy_body(module: &mut Module, fusion: Op, given: &[Value], block: kiln_ir::Block) -> Value {
    let from = module.region_block(fusion, 0);
    let mut mapping: ValueMapping = module.arguments(from).iter().copied().zip(given.iter().copied()).collect();
    for op in module.ops_of(from) {
        if module.is(op, "graph.yield") {
            return mapping[&module.operand(op, 0)];
        }
        let copy = module.clone_op(op, &mut mapping);
        module.append(block, copy);
    }
    unreachable!("a fusion ends with a yield")
}
