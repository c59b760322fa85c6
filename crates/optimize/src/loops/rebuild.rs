//! A loop made anew with less, or in another form.

use kiln_graph::LoopView;
use kiln_ir::{Attribute, Builder, Module, Op, Type, Value};

/// What a loop keeps.
pub(super) struct Kept {
    /// The carried values.
    pub carried: Vec<usize>,
    /// What is stacked.
    pub slices: Vec<usize>,
}

impl Kept {
    /// Everything.
    pub fn all(view: &LoopView) -> Kept {
        Kept::without(view, &[])
    }

    /// Everything but these carried values.
    pub fn without(view: &LoopView, gone: &[usize]) -> Kept {
        let carried = (0..view.next.len()).filter(|index| !gone.contains(index)).collect();
        Kept { carried, slices: (0..view.slices.len()).collect() }
    }
}

fn pick(values: &[Value], kept: &[usize]) -> Vec<Value> {
    kept.iter().map(|&index| values[index]).collect()
}

/// Puts a loop that keeps `kept` in the place of `op`; with `rounds`, it has that many and no condition. Arguments and
/// results that are not kept are not used any more, but at the end of the region.
pub(super) fn rebuild(module: &mut Module, op: Op, kept: &Kept, rounds: Option<Attribute>) {
    let view = super::view(module, op);
    let is_open = view.start.is_some() && rounds.is_none();
    let (next, slices) = (pick(&view.next, &kept.carried), pick(&view.slices, &kept.slices));
    let follows = view.follows.filter(|_| is_open);
    let yielded: Vec<Value> = follows.into_iter().chain(next).chain(slices).collect();
    module.set_operands(view.end, &yielded);
    for index in (0..view.arguments.len()).rev().filter(|index| !kept.carried.contains(index)) {
        module.remove_argument(view.body, 1 + index);
    }
    let results = [pick(&view.last, &kept.carried), pick(&view.stacked, &kept.slices)].concat();
    let types: Vec<Type> = results.iter().map(|&result| module.ty(result)).collect();
    let start = view.start.filter(|_| is_open).into_iter().flatten();
    let operands: Vec<Value> = start.chain(pick(&view.initial, &kept.carried)).collect();
    let attributes = module.attributes(op).clone();
    let mut builder = Builder::before(module, op);
    let mut made = builder.op(kiln_graph::LOOP).operands(&operands).results(&types).regions(1);
    for (name, value) in attributes.iter() {
        made = made.attribute(name.as_str(), value);
    }
    let made = made.optional_attribute("rounds", rounds).build();
    let (from, to) = (module.regions(op)[0], module.regions(made)[0]);
    module.move_blocks(from, to);
    for (position, &result) in results.iter().enumerate() {
        module.replace_all_uses(result, module.result(made, position));
    }
    module.erase(op);
}
