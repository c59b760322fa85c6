//! Interning: equal content is stored once, for the life of the process, and named by a pointer.

use rustc_hash::{FxHashMap, FxHashSet};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::{LazyLock, RwLock};

/// A handle to interned content: one word, compared and hashed by address.
pub struct Interned<T: 'static>(&'static T);

/// What can be interned; made by [`interned!`](interned).
pub trait Intern: Eq + Hash + Send + Sync + 'static {
    /// All contents of this type.
    fn set() -> &'static Set<Self>
    where
        Self: Sized;
}

/// The contents of one type. They are never freed: an IR holds few distinct types and attributes, and large constants
/// live in the blob store.
#[derive(Debug)]
pub struct Set<T: 'static>(RwLock<FxHashSet<&'static T>>);

impl<T> Default for Set<T> {
    fn default() -> Set<T> {
        Set(RwLock::default())
    }
}

/// Gives a type a set of its own.
macro_rules! interned {
    ($content:ty) => {
        impl $crate::intern::Intern for $content {
            fn set() -> &'static $crate::intern::Set<$content> {
                static SET: std::sync::LazyLock<$crate::intern::Set<$content>> =
                    std::sync::LazyLock::new(Default::default);
                &SET
            }
        }
    };
}
pub(crate) use interned;

impl<T: Intern> Interned<T> {
    /// The handle of `content`.
    pub fn new(content: T) -> Interned<T> {
        let Set(set) = T::set();
        if let Some(&found) = set.read().expect("no interner panics").get(&content) {
            return Interned(found);
        }
        let mut set = set.write().expect("no interner panics");
        if let Some(&found) = set.get(&content) {
            return Interned(found);
        }
        let leaked: &'static T = Box::leak(Box::new(content));
        set.insert(leaked);
        Interned(leaked)
    }
}

impl<T> Interned<T> {
    /// The content, for as long as the process lives.
    pub fn get(self) -> &'static T {
        self.0
    }
}

impl<T> Clone for Interned<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Interned<T> {}

impl<T> PartialEq for Interned<T> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl<T> Eq for Interned<T> {}

impl<T> Hash for Interned<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.0 as *const T as usize).hash(state);
    }
}

impl<T> Deref for Interned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0
    }
}

impl<T: fmt::Debug> fmt::Debug for Interned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An interned string: the name of an op, an attribute, a symbol. Ordered by its text.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Name(Interned<Box<str>>);

/// Names by their text, so that one that is there is found without a copy.
static NAMES: LazyLock<RwLock<FxHashMap<&'static str, Name>>> = LazyLock::new(RwLock::default);

impl Name {
    /// The name with this text.
    pub fn new(text: &str) -> Name {
        if let Some(&found) = NAMES.read().expect("no interner panics").get(text) {
            return found;
        }
        let mut names = NAMES.write().expect("no interner panics");
        if let Some(&found) = names.get(text) {
            return found;
        }
        let name = Name(Interned(Box::leak(Box::new(text.into()))));
        names.insert(name.as_str(), name);
        name
    }

    /// The text.
    pub fn as_str(self) -> &'static str {
        self.0.get()
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Name {
        Name::new(text)
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Name) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Name) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_content_is_one_pointer() {
        assert_eq!(Name::new("graph.add"), Name::new(&String::from("graph.add")));
        assert_ne!(Name::new("graph.add"), Name::new("graph.sub"));
        assert!(Name::new("a") < Name::new("b"));
    }
}
