//! Which dialects and ops are known: an explicit list.

use crate::definition::OpDefinition;
use crate::intern::Name;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A name space of ops.
#[derive(Clone, Copy, Debug)]
pub struct Dialect {
    /// The name before the dot.
    pub name: &'static str,
    /// What it is for, as Markdown.
    pub doc: &'static str,
    /// Its ops, in the order of the reference.
    pub ops: &'static [&'static [OpDefinition]],
}

/// The dialects at hand.
#[derive(Debug, Default)]
pub struct Registry {
    dialects: Vec<&'static Dialect>,
    ops: FxHashMap<Name, &'static OpDefinition>,
}

impl Registry {
    /// A registry of `dialects`.
    ///
    /// # Panics
    /// When an op is defined twice or outside its dialect's name space: a mistake in the list.
    pub fn new(dialects: &[&'static Dialect]) -> Arc<Registry> {
        let mut registry = Registry { dialects: dialects.to_vec(), ops: FxHashMap::default() };
        for dialect in dialects {
            for definition in dialect.ops.iter().copied().flatten() {
                let space = definition.name.split_once('.').map(|(space, _)| space);
                assert_eq!(space, Some(dialect.name), "an op stands in its dialect: {}", definition.name);
                let previous = registry.ops.insert(Name::new(definition.name), definition);
                assert!(previous.is_none(), "an op is defined once: {}", definition.name);
            }
        }
        Arc::new(registry)
    }

    /// The row of an op.
    pub fn find_op(&self, name: Name) -> Option<&'static OpDefinition> {
        self.ops.get(&name).copied()
    }

    /// The dialect of that name.
    pub fn find_dialect(&self, name: &str) -> Option<&'static Dialect> {
        self.dialects.iter().find(|dialect| dialect.name == name).copied()
    }

    /// The dialects, in order of registration.
    pub fn dialects(&self) -> &[&'static Dialect] {
        &self.dialects
    }
}
