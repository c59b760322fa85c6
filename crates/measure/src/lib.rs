//! What a graph costs, counted from its types: arithmetic, traffic, memory. Nothing here decides or runs.
//!
//! ```mlir
//! %c = graph.conv %x, %w {...}   // 2 * 8 * 27 * H * W operations; reads %x and %w, writes %c
//! %r = graph.relu %c             // no operations that count; reads %c, writes %r
//! ```
//!
//! Counts are expressions over the symbols of a model's inputs. [`Sizes`] says at which values they are looked at.

#![forbid(unsafe_code)]

mod amount;
mod measure;
mod operations;
mod peak;
mod rounds;
mod sizes;
mod traffic;

use kiln_ir::{Module, Op, Traits};

pub use amount::Amount;
pub use measure::Measure;
pub use operations::{launch_operations, op_operations, operations};
pub use peak::peak_bytes;
pub use rounds::times_run;
pub use sizes::Sizes;
pub use traffic::{launch_traffic, op_traffic, traffic};

/// The facts of an op; none of one that is not registered.
fn traits(module: &Module, op: Op) -> Traits {
    module.definition(op).map_or(Traits::empty(), |definition| definition.traits)
}
