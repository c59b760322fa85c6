//! Compiled code against what it must compute: kernels and random graphs against the interpreter, the ONNX project's
//! cases and small models of other frameworks against the results that come with them.
//!
//! One binary, since linking LLVM takes long. Arguments choose trials by name, as in any test binary: `kernels/conv`,
//! `onnx/node/test_add`, `random`. Code is generated for this machine; kernels run on other processors too.

mod accuracy;
mod fixtures;
mod kernels;
mod machines;
mod onnx_cases;
mod random_graphs;
#[path = "../../../convert/tests/support/mod.rs"]
mod support;
mod tuning;

use libtest_mimic::Arguments;

fn main() {
    if onnx_cases::is_worker() {
        return onnx_cases::work();
    }
    let arguments = Arguments::from_args();
    let suite = onnx_cases::Suite::open();
    let mut trials = kernels::trials();
    trials.extend(suite.trials(arguments.filter.is_some()));
    trials.extend(random_graphs::trials());
    let page = accuracy::Page::open();
    trials.extend(accuracy::trials(&page, arguments.filter.is_some()));
    trials.extend(tuning::trials());
    let fixtures = fixtures::Fixtures::open();
    trials.extend(fixtures.trials());
    let conclusion = libtest_mimic::run(&arguments, trials);
    suite.finish();
    page.finish();
    fixtures.finish();
    conclusion.exit();
}
