//! The reference interpreter of the graph dialect: the oracle of tests and of `kiln check`.
//!
//! It runs `func.func @main` op by op through the evaluation in each op's row. Symbols are bound from the shapes of the
//! arguments, and every result has the shape its type says under them. It is meant to be right and readable, not fast:
//! it fuses nothing, plans no memory and uses one thread. It never changes the module.
//!
//! ```no_run
//! # fn example(module: &kiln_ir::Module, image: kiln_tensor::Tensor) -> Result<(), kiln_interp::InterpError> {
//! let outputs = kiln_interp::Interpreter::new(module)?.run(&[image])?;
//! # Ok(()) }
//! ```

#![forbid(unsafe_code)]

mod bind;
mod error;
mod frame;
mod interpreter;

pub use bind::bind_symbols;
pub use error::InterpError;
pub use interpreter::{Interpreter, Observer};

#[cfg(test)]
mod tests;
