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
mod resources;

use aliases::Aliases;
use kiln_ir::{Block, Location, Module, Op, Region, Type, Value};
use names::{Label, Names};
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
    let mut printer = Printer { module, options, names: Names::around(module, op), aliases, output, depth: 0 };
    printer.op(op)?;
    printer.output.write_all(b"\n")?;
    match options.resources {
        Some(limit) => resources::write(module, op, limit, printer.output),
        None => Ok(()),
    }
}

struct Printer<'a> {
    module: &'a Module,
    options: &'a PrintOptions,
    names: Names,
    aliases: Aliases,
    output: &'a mut dyn Write,
    /// How many regions are open.
    depth: usize,
}

impl Printer<'_> {
    fn op(&mut self, op: Op) -> io::Result<()> {
        let module = self.module;
        if let [first, ..] = module.results(op) {
            self.value(*first)?;
            match module.results(op).len() {
                1 => write!(self.output, " = ")?,
                count => write!(self.output, ":{count} = ")?,
            }
        }
        if self.options.generic || module.definition(op).is_none() {
            self.generic(op)?
        } else {
            self.pretty(op)?
        }
        match self.options.locations {
            true => self.location(module.location(op)),
            false => Ok(()),
        }
    }

    fn generic(&mut self, op: Op) -> io::Result<()> {
        write!(self.output, "\"{}\"(", self.module.name(op))?;
        self.operands(op)?;
        write!(self.output, ")")?;
        if !self.module.successors(op).is_empty() {
            self.successors(op)?;
        }
        if !self.module.regions(op).is_empty() {
            self.regions(op)?;
        }
        if !self.module.attributes(op).is_empty() {
            self.attributes(op)?;
        }
        self.signature(op)
    }

    fn pretty(&mut self, op: Op) -> io::Result<()> {
        write!(self.output, "{}", self.module.name(op))?;
        if !self.module.operands(op).is_empty() {
            write!(self.output, " ")?;
            self.operands(op)?;
        }
        if !self.module.successors(op).is_empty() {
            write!(self.output, " ")?;
            self.successors(op)?;
        }
        if !self.module.attributes(op).is_empty() {
            self.attributes(op)?;
        }
        if !self.module.regions(op).is_empty() {
            self.regions(op)?;
            if self.module.operands(op).is_empty() && self.module.results(op).is_empty() {
                return Ok(());
            }
        }
        self.signature(op)
    }

    fn value(&mut self, value: Value) -> io::Result<()> {
        match self.names.find(value) {
            Some(Label::Argument(number)) => write!(self.output, "%arg{number}"),
            Some(Label::Result(number)) => write!(self.output, "%{number}"),
            // A detached op may use what stands nowhere near it.
            None => write!(self.output, "%{value:?}"),
        }
    }

    fn operands(&mut self, op: Op) -> io::Result<()> {
        for (index, &operand) in self.module.operands(op).iter().enumerate() {
            if index > 0 {
                write!(self.output, ", ")?;
            }
            match self.names.find_use(self.module, operand) {
                Some((first, position)) => {
                    self.value(first)?;
                    write!(self.output, "#{position}")?;
                }
                None => self.value(operand)?,
            }
        }
        Ok(())
    }

    fn successors(&mut self, op: Op) -> io::Result<()> {
        for (index, &block) in self.module.successors(op).iter().enumerate() {
            write!(self.output, "{}^bb{}", if index == 0 { "[" } else { ", " }, self.names.block(block))?;
        }
        write!(self.output, "]")
    }

    fn attributes(&mut self, op: Op) -> io::Result<()> {
        for (index, (name, value)) in self.module.attributes(op).iter().enumerate() {
            write!(self.output, "{}", if index == 0 { " {" } else { ", " })?;
            match self.aliases.attribute(value) {
                Some(alias) => write!(self.output, "{} = {alias}", kiln_ir::DictionaryKey(name))?,
                None => write!(self.output, "{}", kiln_ir::DictionaryEntry(name, value))?,
            }
        }
        write!(self.output, "}}")
    }

    fn signature(&mut self, op: Op) -> io::Result<()> {
        write!(self.output, " : (")?;
        self.types(self.module.operands(op))?;
        write!(self.output, ") -> ")?;
        match self.module.results(op) {
            [only] if self.module.ty(*only).as_function().is_none() => self.ty(self.module.ty(*only)),
            results => {
                write!(self.output, "(")?;
                self.types(results)?;
                write!(self.output, ")")
            }
        }
    }

    fn types(&mut self, values: &[Value]) -> io::Result<()> {
        for (index, &value) in values.iter().enumerate() {
            if index > 0 {
                write!(self.output, ", ")?;
            }
            self.ty(self.module.ty(value))?;
        }
        Ok(())
    }

    fn ty(&mut self, ty: Type) -> io::Result<()> {
        match self.aliases.ty(ty) {
            Some(alias) => write!(self.output, "{alias}"),
            None => write!(self.output, "{ty}"),
        }
    }

    fn location(&mut self, location: Location) -> io::Result<()> {
        match self.aliases.location(location) {
            Some(alias) => write!(self.output, " loc({alias})"),
            None => write!(self.output, " {location}"),
        }
    }

    fn regions(&mut self, op: Op) -> io::Result<()> {
        for (index, &region) in self.module.regions(op).iter().enumerate() {
            write!(self.output, "{}", if index == 0 { " (" } else { ", " })?;
            self.region(region)?;
        }
        write!(self.output, ")")
    }

    fn region(&mut self, region: Region) -> io::Result<()> {
        writeln!(self.output, "{{")?;
        self.depth += 1;
        for (index, &block) in self.module.blocks(region).iter().enumerate() {
            let is_plain = index == 0 && self.module.arguments(block).is_empty();
            if !is_plain || self.module.first_op(block).is_none() {
                self.label(block)?;
            }
            for op in self.module.block_ops(block) {
                self.indent(self.depth)?;
                self.op(op)?;
                writeln!(self.output)?;
            }
        }
        self.depth -= 1;
        self.indent(self.depth)?;
        write!(self.output, "}}")
    }

    fn label(&mut self, block: Block) -> io::Result<()> {
        self.indent(self.depth - 1)?;
        write!(self.output, "^bb{}", self.names.block(block))?;
        for (index, &argument) in self.module.arguments(block).iter().enumerate() {
            write!(self.output, "{}", if index == 0 { "(" } else { ", " })?;
            self.value(argument)?;
            write!(self.output, ": ")?;
            self.ty(self.module.ty(argument))?;
        }
        writeln!(self.output, "{}:", if self.module.arguments(block).is_empty() { "" } else { ")" })
    }

    fn indent(&mut self, depth: usize) -> io::Result<()> {
        write!(self.output, "{:width$}", "", width = 2 * depth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kiln_ir::{Builder, Registry};

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
