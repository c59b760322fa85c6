//! Taking what is inside a region in place of the op around it.
//!
//! ```text
//! %r = scf.if %c -> (f32) { %a = arith.addf %x, %x : f32   scf.yield %a }   =>   %a = arith.addf %x, %x : f32
//! ```

use kiln_ir::{Block, Module, Op, Traits, Value};

/// Inlines the first region of `op` that has one block and suits its results; whether there was one.
pub(crate) fn inline(module: &mut Module, op: Op) -> bool {
    let blocks: Vec<Block> = module
        .regions(op)
        .iter()
        .filter_map(|&region| <[Block; 1]>::try_from(module.blocks(region)).ok())
        .map(|[block]| block)
        .collect();
    blocks.into_iter().any(|block| inline_block(module, op, block))
}

fn inline_block(module: &mut Module, op: Op, block: Block) -> bool {
    let Some(end) = module.last_op(block).filter(|&end| module.has_traits(end, Traits::TERMINATOR)) else {
        return false;
    };
    // An argument that nobody uses asks for nothing: the number of a loop's round, say.
    let used: Vec<Value> =
        module.arguments(block).iter().copied().filter(|&argument| module.has_uses(argument)).collect();
    let Some(arguments) = like(module, &used, module.operands(op)) else { return false };
    let Some(results) = like(module, module.results(op), module.operands(end)) else { return false };
    let operands = module.operands(op).to_vec();
    for (argument, position) in used.into_iter().zip(arguments) {
        module.replace_all_uses(argument, operands[position]);
    }
    // Only now: the arguments that were replaced may be among what is yielded.
    let yielded = module.operands(end).to_vec();
    let results: Vec<Value> = results.into_iter().map(|position| yielded[position]).collect();
    for inner in module.ops_of(block) {
        if inner != end {
            module.move_before(op, inner);
        }
    }
    module.replace(op, &results);
    true
}

/// For each of `wanted`, the position of the first of `offered` of its type that none before it got.
fn like(module: &Module, wanted: &[Value], offered: &[Value]) -> Option<Vec<usize>> {
    let mut taken = vec![false; offered.len()];
    let mut take = |value: &Value| {
        let suits = |position: &usize| !taken[*position] && module.ty(offered[*position]) == module.ty(*value);
        let position = (0..offered.len()).find(suits)?;
        taken[position] = true;
        Some(position)
    };
    wanted.iter().map(&mut take).collect()
}
