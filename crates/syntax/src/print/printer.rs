//! Ops, blocks and regions to text.

use super::PrintOptions;
use super::aliases::Aliases;
use super::names::{Label, Names};
use kiln_ir::{Attribute, AttributeKind, Block, DictionaryKey, Location, Module, Op, Region, Type};
use kiln_ir::{Name, Value};
use rustc_hash::FxHashMap;
use std::fmt::{Display, Write as _};
use std::io::{self, Write};

/// Text is given to the output in pieces of about so many bytes.
const PIECE: usize = 1 << 16;

/// Texts of attributes up to this length are made once.
const LONGEST_CACHED: usize = 256;

pub(super) struct Printer<'a> {
    module: &'a Module,
    options: &'a PrintOptions,
    names: Names,
    aliases: Aliases,
    output: &'a mut dyn Write,
    /// What is not yet given to `output`.
    text: String,
    // Texts made before.
    types: FxHashMap<Type, Box<str>>,
    values: FxHashMap<Attribute, Box<str>>,
    /// How many regions are open.
    depth: usize,
}

impl<'a> Printer<'a> {
    pub(super) fn new(
        module: &'a Module,
        root: Op,
        options: &'a PrintOptions,
        aliases: Aliases,
        output: &'a mut dyn Write,
    ) -> Printer<'a> {
        Printer {
            module,
            options,
            names: Names::around(module, root, options.generic),
            aliases,
            output,
            text: String::new(),
            types: FxHashMap::default(),
            values: FxHashMap::default(),
            depth: 0,
        }
    }

    /// Writes `op` and a line feed.
    pub(super) fn print(mut self, op: Op) -> io::Result<()> {
        self.op(op)?;
        self.text.push('\n');
        self.output.write_all(self.text.as_bytes())
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn push_display(&mut self, item: impl Display) {
        write!(self.text, "{item}").expect("writing to a string does not fail");
    }

    fn op(&mut self, op: Op) -> io::Result<()> {
        let module = self.module;
        if let [first, ..] = module.results(op) {
            self.value(*first);
            match module.results(op).len() {
                1 => self.push(" = "),
                count => self.push_display(format_args!(":{count} = ")),
            }
        }
        if self.options.generic || module.definition(op).is_none() {
            self.generic(op)?
        } else {
            self.pretty(op)?
        }
        if self.options.locations {
            self.location(module.location(op));
        }
        if self.text.len() >= PIECE {
            self.output.write_all(self.text.as_bytes())?;
            self.text.clear();
        }
        Ok(())
    }

    fn generic(&mut self, op: Op) -> io::Result<()> {
        self.push("\"");
        self.push(self.module.name(op).as_str());
        self.push("\"(");
        self.operands(op);
        self.push(")");
        self.successors(op);
        if let Some(properties) = self.module.properties(op) {
            self.push(" <");
            self.attribute(properties);
            self.push(">");
        }
        self.regions(op)?;
        self.attributes(op);
        self.signature(op);
        Ok(())
    }

    fn pretty(&mut self, op: Op) -> io::Result<()> {
        self.push(self.module.name(op).as_str());
        if !self.module.operands(op).is_empty() {
            self.push(" ");
            self.operands(op);
        }
        if !self.module.successors(op).is_empty() {
            self.push(" ");
            self.successors(op);
        }
        self.attributes(op);
        self.regions(op)?;
        let is_plain = self.module.operands(op).is_empty() && self.module.results(op).is_empty();
        if !is_plain || self.module.regions(op).is_empty() {
            self.signature(op);
        }
        Ok(())
    }

    fn value(&mut self, value: Value) {
        let (prefix, number) = match self.names.find(value) {
            Some(Label::Argument(number)) => ("%arg", number),
            Some(Label::Result(number)) => ("%", number),
            // A detached op may use what stands nowhere near it.
            None => return self.push_display(format_args!("%{value:?}")),
        };
        self.push(prefix);
        self.number(number as usize);
    }

    fn number(&mut self, number: usize) {
        let mut digits = [0; 20];
        let mut start = digits.len();
        let mut rest = number;
        loop {
            start -= 1;
            digits[start] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        digits[start..].iter().for_each(|&digit| self.text.push(char::from(digit)));
    }

    fn operands(&mut self, op: Op) {
        for (index, &operand) in self.module.operands(op).iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            match self.names.find_use(self.module, operand) {
                Some((first, position)) => {
                    self.value(first);
                    self.push("#");
                    self.number(position);
                }
                None => self.value(operand),
            }
        }
    }

    fn successors(&mut self, op: Op) {
        for (index, &block) in self.module.successors(op).iter().enumerate() {
            self.push(if index == 0 { "[^bb" } else { ", ^bb" });
            self.number(self.names.block(block));
        }
        if !self.module.successors(op).is_empty() {
            self.push("]");
        }
    }

    fn attributes(&mut self, op: Op) {
        let attributes = self.module.attributes(op);
        for (index, (name, value)) in attributes.iter().enumerate() {
            self.push(if index == 0 { " {" } else { ", " });
            self.entry(name, value);
        }
        if !attributes.is_empty() {
            self.push("}");
        }
    }

    fn entry(&mut self, name: Name, value: Attribute) {
        self.push_display(DictionaryKey(name));
        if *value.kind() != AttributeKind::Unit {
            self.push(" = ");
            self.attribute(value);
        }
    }

    fn attribute(&mut self, value: Attribute) {
        if let Some(alias) = self.aliases.attribute(value) {
            return self.text.push_str(alias);
        }
        if let Some(text) = self.values.get(&value) {
            return self.text.push_str(text);
        }
        let start = self.text.len();
        self.push_display(value);
        // Numbers and names are many, and made as quickly as they are found.
        let is_simple = matches!(value.kind(), AttributeKind::Integer { .. } | AttributeKind::String(_));
        if !is_simple && self.text.len() - start <= LONGEST_CACHED {
            self.values.insert(value, self.text[start..].into());
        }
    }

    fn signature(&mut self, op: Op) {
        self.push(" : (");
        self.types(self.module.operands(op));
        self.push(") -> ");
        match self.module.results(op) {
            [only] if self.module.ty(*only).as_function().is_none() => self.ty(self.module.ty(*only)),
            results => {
                self.push("(");
                self.types(results);
                self.push(")");
            }
        }
    }

    fn types(&mut self, values: &[Value]) {
        for (index, &value) in values.iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            self.ty(self.module.ty(value));
        }
    }

    fn ty(&mut self, ty: Type) {
        match self.aliases.ty(ty) {
            Some(alias) => self.text.push_str(alias),
            None => self.text.push_str(self.types.entry(ty).or_insert_with(|| ty.to_string().into())),
        }
    }

    fn location(&mut self, location: Location) {
        match self.aliases.location(location) {
            Some(alias) => write!(self.text, " loc({alias})").expect("writing to a string does not fail"),
            None => self.push_display(format_args!(" {location}")),
        }
    }

    fn regions(&mut self, op: Op) -> io::Result<()> {
        for (index, &region) in self.module.regions(op).iter().enumerate() {
            self.push(if index == 0 { " (" } else { ", " });
            self.region(region)?;
        }
        if !self.module.regions(op).is_empty() {
            self.push(")");
        }
        Ok(())
    }

    fn region(&mut self, region: Region) -> io::Result<()> {
        self.push("{\n");
        self.depth += 1;
        for (index, &block) in self.module.blocks(region).iter().enumerate() {
            let is_plain = index == 0 && self.module.arguments(block).is_empty();
            if !is_plain || self.module.first_op(block).is_none() {
                self.label(block);
            }
            for op in self.module.block_ops(block) {
                self.indent(self.depth);
                self.op(op)?;
                self.push("\n");
            }
        }
        self.depth -= 1;
        self.indent(self.depth);
        self.push("}");
        Ok(())
    }

    fn label(&mut self, block: Block) {
        self.indent(self.depth - 1);
        self.push("^bb");
        self.number(self.names.block(block));
        let module = self.module;
        let arguments = module.arguments(block).iter().zip(module.argument_locations(block));
        for (index, (&argument, &location)) in arguments.enumerate() {
            self.push(if index == 0 { "(" } else { ", " });
            self.value(argument);
            self.push(": ");
            self.ty(module.ty(argument));
            if self.options.locations {
                self.location(location);
            }
        }
        self.push(if module.arguments(block).is_empty() { ":\n" } else { "):\n" });
    }

    fn indent(&mut self, depth: usize) {
        (0..depth).for_each(|_| self.text.push_str("  "));
    }
}
