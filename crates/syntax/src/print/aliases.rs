//! Short names for types, attributes and locations that occur often.

use kiln_ir::{Attribute, Location, LocationKind, Module, Op, Type};
use rustc_hash::FxHashMap;
use std::fmt::Display;
use std::hash::Hash;
use std::io::{self, Write};

/// What is shorter than this is not worth a name.
const SHORTEST: usize = 20;

#[derive(Default)]
pub(super) struct Aliases {
    types: Table<Type>,
    attributes: Table<Attribute>,
    locations: Table<Location>,
}

/// Counts in order of first occurrence; those that occur twice and are long have a name.
struct Table<T> {
    order: Vec<T>,
    counts: FxHashMap<T, usize>,
    names: FxHashMap<T, String>,
}

impl<T> Default for Table<T> {
    fn default() -> Table<T> {
        Table { order: Vec::new(), counts: FxHashMap::default(), names: FxHashMap::default() }
    }
}

impl<T: Copy + Eq + Hash + Display> Table<T> {
    fn count(&mut self, item: T) {
        let count = self.counts.entry(item).or_default();
        if *count == 0 {
            self.order.push(item);
        }
        *count += 1;
    }

    fn name(&mut self, prefix: &str) {
        let often = self.order.iter().filter(|item| self.counts[*item] > 1 && item.to_string().len() >= SHORTEST);
        self.names = often.enumerate().map(|(index, &item)| (item, format!("{prefix}{index}"))).collect();
    }

    fn write_definitions(&self, output: &mut dyn Write) -> io::Result<()> {
        let mut named = self.order.iter().filter_map(|item| Some((self.names.get(item)?, item)));
        named.try_for_each(|(name, item)| writeln!(output, "{name} = {item}"))
    }
}

impl Aliases {
    /// Names what occurs often in `root`.
    pub(super) fn collect(&mut self, module: &Module, root: Op, locations: bool) {
        for op in module.walk(root) {
            module.operand_types(op).into_iter().chain(module.result_types(op)).for_each(|ty| self.types.count(ty));
            let blocks = module.regions(op).iter().flat_map(|&region| module.blocks(region));
            for &block in blocks {
                module.arguments(block).iter().for_each(|&argument| self.types.count(module.ty(argument)));
                if locations {
                    module.argument_locations(block).iter().for_each(|&location| self.count_location(location));
                }
            }
            module.attributes(op).iter().for_each(|(_, value)| self.attributes.count(value));
            module.properties(op).into_iter().for_each(|value| self.attributes.count(value));
            if locations {
                self.count_location(module.location(op));
            }
        }
        self.types.name("!type");
        self.attributes.name("#attribute");
        self.locations.name("#loc");
    }

    fn count_location(&mut self, location: Location) {
        if *location.kind() != LocationKind::Unknown {
            self.locations.count(location);
        }
    }

    pub(super) fn write_definitions(&self, output: &mut dyn Write) -> io::Result<()> {
        self.types.write_definitions(output)?;
        self.attributes.write_definitions(output)?;
        self.locations.write_definitions(output)
    }

    pub(super) fn ty(&self, ty: Type) -> Option<&str> {
        self.types.names.get(&ty).map(String::as_str)
    }

    pub(super) fn attribute(&self, attribute: Attribute) -> Option<&str> {
        self.attributes.names.get(&attribute).map(String::as_str)
    }

    pub(super) fn location(&self, location: Location) -> Option<&str> {
        self.locations.names.get(&location).map(String::as_str)
    }
}
