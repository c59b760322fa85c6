//! The lowerings as passes.

use crate::builder::EmitOptions;
use crate::{lower_kernels, lower_launch, main_function};
use kiln_ir::Op;
use kiln_pass::{Anchor, Pass, PassContext, PassInfo, options};
use kiln_target::Target;

/// The passes.
pub const PASSES: &[PassInfo] =
    &[PassInfo::of::<LowerKernels>(), PassInfo::of::<LowerMain>(), PassInfo::of::<LowerLaunch>()];

/// The function that a model's graph is.
fn main_of(context: &PassContext<'_>) -> Option<Op> {
    let main = context.module.find_symbol(context.module.top(), "main");
    if main.is_none() {
        context.error(context.root, "there is no function @main");
    }
    main
}

options! {
    /// Gives every `graph.fusion` a kernel function; equal kernels share one.
    pub struct LowerKernels {
        /// The processor: `triple` or `triple:cpu`.
        target: String = String::from("x86_64"),
        /// Whether functions of `f32`, as exponentials, may be a few units in the last place off.
        fast: bool = false,
    }
}

impl Pass for LowerKernels {
    const NAME: &'static str = "lower-kernels";
    const ANCHOR: Anchor = Anchor::Op("builtin.module");

    fn run(&self, context: &mut PassContext<'_>) {
        let Some(main) = main_of(context) else { return };
        let target = match Target::from_text(&self.target) {
            Ok(target) => target,
            Err(error) => return context.error(context.root, error),
        };
        match lower_kernels(context.module, main, &EmitOptions { target: &target, is_fast: self.fast }) {
            Ok(kernels) => context.count("kernels", kernels),
            Err(errors) => errors.into_iter().for_each(|(fusion, reason)| context.error(fusion, reason)),
        }
    }
}

options! {
    /// Turns `@main` into the functions of a compiled model.
    pub struct LowerMain {}
}

impl Pass for LowerMain {
    const NAME: &'static str = "lower-main";
    const ANCHOR: Anchor = Anchor::Op("builtin.module");

    fn run(&self, context: &mut PassContext<'_>) {
        let Some(main) = main_of(context) else { return };
        if let Err(reason) = main_function::lower_main(context.module, main) {
            context.error(context.root, reason);
        }
    }
}

options! {
    /// Turns `loop.launch` into calls of the thread pool.
    pub struct LowerLaunch {}
}

impl Pass for LowerLaunch {
    const NAME: &'static str = "lower-launch";
    const ANCHOR: Anchor = Anchor::Op("builtin.module");

    fn run(&self, context: &mut PassContext<'_>) {
        lower_launch(context.module, context.root);
    }
}
