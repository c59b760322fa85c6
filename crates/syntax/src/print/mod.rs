//! IR to text.
//!
//! The generic form is MLIR's: `%0 = "graph.conv"(%x, %w) {strides = [1, 1]} : (T, T) -> T`, regions after the operands.
//! The pretty form, the default, is uniform over all ops: `%0 = graph.conv %x, %w {strides = [1, 1]} : (T, T) -> T`,
//! regions after the attributes:
//!
//! ```mlir
//! func.func {function_type = (f32) -> f32, sym_name = "main"} ({
//! ^bb0(%arg0: f32):
//!   func.return %arg0 : (f32) -> ()
//! })
//! ```
//!
//! The type is left out where an op with regions has neither operands nor results. Ops that the registry does not know
//! print in generic form, in quotes, so that a misspelled op name in pretty form is an error when read.

mod aliases;
mod names;
mod printer;
mod resources;

use aliases::Aliases;
use kiln_ir::{Module, Op};
use printer::Printer;
use std::io::{self, Write};

/// What to print.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PrintOptions {
    /// MLIR's generic form instead of the pretty one.
    pub generic: bool,
    /// `loc(...)` after each op.
    pub locations: bool,
    /// Names for types, attributes and locations that occur often, defined before the op.
    pub aliases: bool,
    /// The elements of `dense_resource`s, for those of at most so many bytes.
    pub resources: Option<usize>,
}

/// The text of `op` and all inside it, with a line feed at the end.
pub fn print(module: &Module, op: Op, options: &PrintOptions) -> String {
    let mut buffer = Vec::new();
    print_to(module, op, options, &mut buffer).expect("writing to memory does not fail");
    String::from_utf8(buffer).expect("IR text is UTF-8")
}

/// Writes the text of `op` and all inside it.
///
/// # Errors
/// When `output` fails.
pub fn print_to(module: &Module, op: Op, options: &PrintOptions, output: &mut dyn Write) -> io::Result<()> {
    let mut aliases = Aliases::default();
    if options.aliases {
        aliases.collect(module, op, options.locations);
        aliases.write_definitions(output)?;
    }
    Printer::new(module, op, options, aliases, output).print(op)?;
    match options.resources {
        Some(limit) => resources::write(module, op, limit, output),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kiln_ir::{Builder, Registry, Type};

    #[test]
    fn both_forms() {
        let mut module = Module::new(Registry::new(&[]));
        let body = module.body();
        let mut builder = Builder::at_end(&mut module, body);
        let two = builder.op("test.two").results(&[Type::f32(), Type::i64()]).attribute("axis", 1).build();
        let operand = builder.module.result(two, 1);
        builder.op("test.use").operand(operand).build();
        let text = print(&module, module.top(), &PrintOptions { generic: true, ..PrintOptions::default() });
        let expected = "\"builtin.module\"() ({\n  %0:2 = \"test.two\"() {axis = 1} : () -> (f32, i64)\n  \
                        \"test.use\"(%0#1) : (i64) -> ()\n}) : () -> ()\n";
        assert_eq!(text, expected);
        assert_eq!(print(&module, module.top(), &PrintOptions::default()), expected);
    }
}
