//! The patterns as passes.

use crate::{
    ApplyRules, RemoveDeadValues, fold_constants, fold_scale_patterns, hoist_cast_patterns, merge_siblings_patterns,
    move_transposes::place_transposes, narrow_products, recompose_patterns, recompose_quantized_patterns,
    recompose_recurrent, simplify_patterns, sink_transpose_patterns,
};
use kiln_ir::{Attribute, Builder, PatternSet, Type, Value};
use kiln_pass::{Pass, PassContext, PassInfo, options, run_patterns_with_constants};
use kiln_tensor::ElementType;

/// The passes.
pub const PASSES: &[PassInfo] = &[
    PassInfo::of::<ApplyRules>(),
    PassInfo::of::<FoldConstants>(),
    PassInfo::of::<FoldScale>(),
    PassInfo::of::<MergeSiblings>(),
    PassInfo::of::<NarrowProducts>(),
    PassInfo::of::<Recompose>(),
    PassInfo::of::<RecomposeQuantized>(),
    PassInfo::of::<RecomposeRecurrent>(),
    PassInfo::of::<RemoveDeadValues>(),
    PassInfo::of::<RequireExact>(),
    PassInfo::of::<Simplify>(),
    PassInfo::of::<SinkTransposes>(),
];

/// `graph.constant`.
fn materialize(builder: &mut Builder, value: Attribute, ty: Type) -> Option<Value> {
    ty.as_tensor()?;
    Some(builder.op("graph.constant").attribute("value", value).result(ty).value())
}

fn run(context: &mut PassContext<'_>, add: impl FnOnce(&mut PatternSet)) {
    let mut patterns = PatternSet::new();
    add(&mut patterns);
    run_patterns_with_constants(context, &patterns, materialize);
}

options! {
    /// Evaluates ops whose operands are constant.
    pub struct FoldConstants {
        /// Whether matrices and filters of 8-bit integers stay what they are.
        keep_bytes: bool = false,
    }
}

impl Pass for FoldConstants {
    const NAME: &'static str = "fold-constants";

    fn run(&self, context: &mut PassContext<'_>) {
        let folded = fold_constants(context.module, context.root, self.keep_bytes);
        context.count("ops-folded", folded);
    }
}

options! {
    /// Moves scales and offsets per channel into the weights of convolutions and matrix products before them.
    pub struct FoldScale {}
}

impl Pass for FoldScale {
    const NAME: &'static str = "fold-scale";

    fn run(&self, context: &mut PassContext<'_>) {
        run(context, fold_scale_patterns);
    }
}

options! {
    /// Makes one op of matrix products that share their left operand, and of convolutions of one tensor.
    pub struct MergeSiblings {}
}

impl Pass for MergeSiblings {
    const NAME: &'static str = "merge-siblings";

    fn run(&self, context: &mut PassContext<'_>) {
        run(context, merge_siblings_patterns);
    }
}

options! {
    /// Multiplies shorter numbers in convolutions and matrix products, and sums as before.
    pub struct NarrowProducts {
        /// The type of what is multiplied: `bf16`.
        element: String = String::from("bf16"),
    }
}

impl Pass for NarrowProducts {
    const NAME: &'static str = "narrow-products";

    fn run(&self, context: &mut PassContext<'_>) {
        if self.element != ElementType::BF16.name() {
            return context.error(context.root, format!("products are narrowed to bf16, not to '{}'", self.element));
        }
        let changed = narrow_products(context.module, context.root, ElementType::BF16);
        context.count("products-changed", changed);
        run(context, hoist_cast_patterns);
    }
}

options! {
    /// Makes products of bytes of products of what they stand for.
    pub struct RecomposeQuantized {}
}

impl Pass for RecomposeQuantized {
    const NAME: &'static str = "recompose-quantized";

    fn run(&self, context: &mut PassContext<'_>) {
        run(context, recompose_quantized_patterns);
    }
}

options! {
    /// Makes one op of what exporters scatter over many: activations, normalizations, attention, rotary embedding.
    pub struct Recompose {}
}

impl Pass for Recompose {
    const NAME: &'static str = "recompose";

    fn run(&self, context: &mut PassContext<'_>) {
        run(context, recompose_patterns);
    }
}

options! {
    /// Makes layers of the recurrent cells that exporters unroll, step by step: LSTM and GRU.
    pub struct RecomposeRecurrent {}
}

impl Pass for RecomposeRecurrent {
    const NAME: &'static str = "recompose-recurrent";

    fn run(&self, context: &mut PassContext<'_>) {
        let (cells, merged) = recompose_recurrent(context.module, context.root);
        context.count("cells-recomposed", cells);
        context.count("layers-merged", merged);
    }
}

options! {
    /// Keeps convolutions to the products of their definition: no algorithm computes fewer ones of other numbers.
    pub struct RequireExact {}
}

impl Pass for RequireExact {
    const NAME: &'static str = "require-exact";

    fn run(&self, context: &mut PassContext<'_>) {
        for conv in context.ops_named("graph.conv") {
            context.module.set_attribute(conv, "exact", true);
        }
    }
}

options! {
    /// Applies identities, shortens chains of shape ops and picks cheaper forms of the same function.
    pub struct Simplify {
        /// Whether rules apply that change rounding, or where NaN and infinity come out.
        relaxed: bool = false,
    }
}

impl Pass for Simplify {
    const NAME: &'static str = "simplify";

    fn run(&self, context: &mut PassContext<'_>) {
        run(context, |patterns| simplify_patterns(self.relaxed, patterns));
    }
}

options! {
    /// Moves transposes to where they move the fewest bytes, and as late as that allows: many meet their inverse, and both
    /// vanish.
    pub struct SinkTransposes {}
}

/// How often transposes are placed in one run of the pass, each for what patterns leave.
const MOST_PLACEMENTS: usize = 8;

impl Pass for SinkTransposes {
    const NAME: &'static str = "sink-transposes";

    fn run(&self, context: &mut PassContext<'_>) {
        // What patterns leave is simplified at once, for transposes that meet must vanish before the next op is looked at;
        // then transposes may have better places again.
        for round in 0..MOST_PLACEMENTS {
            let moved = place_transposes(context.module, context.root);
            context.count("ops-reordered", moved);
            if moved == 0 && round > 0 {
                break;
            }
            run(context, |patterns| {
                sink_transpose_patterns(patterns);
                simplify_patterns(false, patterns);
            });
        }
    }
}
