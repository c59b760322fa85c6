//! The data of one op.

use crate::attribute::{Attribute, IntoAttribute};
use crate::intern::Name;
use crate::location::Location;
use crate::module::{Block, Op, Region, Value};
use crate::types::Type;
use cranelift_entity::packed_option::PackedOption;
use smallvec::SmallVec;

/// Attributes of an op, sorted by name.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Attributes(SmallVec<[(Name, Attribute); 4]>);

impl Attributes {
    /// No attributes.
    pub fn new() -> Attributes {
        Attributes::default()
    }

    /// The attribute under `name`.
    pub fn get(&self, name: &str) -> Option<Attribute> {
        self.0.iter().find(|(candidate, _)| *candidate == name).map(|(_, value)| *value)
    }

    /// Sets the attribute under `name`; returns the one it replaces.
    pub fn set(&mut self, name: &str, value: impl IntoAttribute) -> Option<Attribute> {
        self.insert(Name::new(name), value.into_attribute())
    }

    /// Sets the attribute under `name`; returns the one it replaces.
    pub fn insert(&mut self, name: Name, value: Attribute) -> Option<Attribute> {
        match self.0.binary_search_by_key(&name, |(candidate, _)| *candidate) {
            Ok(index) => Some(std::mem::replace(&mut self.0[index].1, value)),
            Err(index) => {
                self.0.insert(index, (name, value));
                None
            }
        }
    }

    /// Removes and returns the attribute under `name`.
    pub fn remove(&mut self, name: &str) -> Option<Attribute> {
        let index = self.0.iter().position(|(candidate, _)| *candidate == name)?;
        Some(self.0.remove(index).1)
    }

    /// Name and value of each, sorted by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (Name, Attribute)> + '_ {
        self.0.iter().copied()
    }

    /// The number of attributes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// An integer attribute.
    pub fn i64(&self, name: &str) -> Option<i64> {
        self.get(name)?.as_i64()
    }

    /// A float attribute.
    pub fn f64(&self, name: &str) -> Option<f64> {
        self.get(name)?.as_f64()
    }

    /// A truth value attribute.
    pub fn bool(&self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }

    /// A string attribute.
    pub fn str(&self, name: &str) -> Option<&'static str> {
        self.get(name)?.as_str()
    }

    /// An attribute of integers.
    pub fn i64s(&self, name: &str) -> Option<Vec<i64>> {
        self.get(name)?.as_i64s()
    }
}

impl FromIterator<(Name, Attribute)> for Attributes {
    fn from_iter<I: IntoIterator<Item = (Name, Attribute)>>(entries: I) -> Attributes {
        let mut attributes = Attributes::new();
        for (name, value) in entries {
            attributes.insert(name, value);
        }
        attributes
    }
}

/// What an op is made from.
#[derive(Clone, Debug)]
pub struct OpState {
    /// The op's name, `dialect.op`.
    pub name: Name,
    /// Operands.
    pub operands: SmallVec<[Value; 4]>,
    /// Types of the results.
    pub result_types: SmallVec<[Type; 2]>,
    /// Attributes.
    pub attributes: Attributes,
    /// `<{...}>` of an op that no dialect at hand defines: a dictionary.
    pub properties: Option<Attribute>,
    /// How many (empty) regions it gets.
    pub region_count: usize,
    /// Successors, if a terminator.
    pub successors: Vec<Block>,
    /// Where it comes from.
    pub location: Location,
}

impl OpState {
    /// An op without anything but a name.
    pub fn new(name: &str, location: Location) -> OpState {
        OpState::named(Name::new(name), location)
    }

    /// An op without anything but a name.
    pub fn named(name: Name, location: Location) -> OpState {
        OpState {
            name,
            operands: SmallVec::new(),
            result_types: SmallVec::new(),
            attributes: Attributes::new(),
            properties: None,
            region_count: 0,
            successors: Vec::new(),
            location,
        }
    }
}

/// An op in a module's arena.
#[derive(Clone, Debug)]
pub struct OpData {
    pub(crate) name: Name,
    pub(crate) operands: SmallVec<[Value; 4]>,
    /// For each operand, where in its value's list of uses this use stands.
    pub(crate) places: SmallVec<[u32; 4]>,
    pub(crate) results: SmallVec<[Value; 2]>,
    pub(crate) attributes: Attributes,
    pub(crate) properties: Option<Attribute>,
    pub(crate) regions: SmallVec<[Region; 1]>,
    pub(crate) successors: Vec<Block>,
    pub(crate) location: Location,
    pub(crate) parent: PackedOption<Block>,
    pub(crate) previous: PackedOption<Op>,
    pub(crate) next: PackedOption<Op>,
    pub(crate) erased: bool,
}
