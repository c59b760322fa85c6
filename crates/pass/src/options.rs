//! Options: the fields of a pass's struct, as text.

/// One option, as help shows it.
#[derive(Clone, Copy, Debug)]
pub struct OptionInfo {
    /// The field's name; text spells it with hyphens.
    pub field: &'static str,
    /// What it means.
    pub doc: &'static str,
}

impl OptionInfo {
    /// The name in text: `max-ops` for the field `max_ops`.
    pub fn name(&self) -> String {
        self.field.replace('_', "-")
    }
}

/// A struct whose fields are options; made by [`options!`](crate::options).
pub trait Options: Default {
    /// The doc comment of the struct.
    const DOC: &'static str;

    /// The fields.
    const OPTIONS: &'static [OptionInfo];

    /// Sets the option called `name` from text.
    ///
    /// # Errors
    /// Why the text is not a value; an unknown name.
    fn set(&mut self, name: &str, text: &str) -> Result<(), String>;

    /// Name and text of every option.
    fn values(&self) -> Vec<(String, String)>;
}

/// A type of option values.
pub trait OptionValue: Sized {
    /// Reads a value.
    ///
    /// # Errors
    /// What was expected.
    fn from_text(text: &str) -> Result<Self, String>;

    /// The text that reads back as this value.
    fn to_text(&self) -> String;
}

macro_rules! option_value_by_parse {
    ($($rust:ty => $words:literal),* $(,)?) => {
        $(impl OptionValue for $rust {
            fn from_text(text: &str) -> Result<Self, String> {
                text.parse().map_err(|_| format!("expected {}, found '{text}'", $words))
            }

            fn to_text(&self) -> String {
                self.to_string()
            }
        })*
    };
}

option_value_by_parse! {
    bool => "true or false",
    u32 => "a non-negative integer", u64 => "a non-negative integer", usize => "a non-negative integer",
    i32 => "an integer", i64 => "an integer",
    f32 => "a number", f64 => "a number",
    String => "text",
}

/// Absent when the text is empty.
impl<T: OptionValue> OptionValue for Option<T> {
    fn from_text(text: &str) -> Result<Self, String> {
        if text.is_empty() { Ok(None) } else { T::from_text(text).map(Some) }
    }

    fn to_text(&self) -> String {
        self.as_ref().map(T::to_text).unwrap_or_default()
    }
}

/// Items with commas between.
impl<T: OptionValue> OptionValue for Vec<T> {
    fn from_text(text: &str) -> Result<Self, String> {
        if text.is_empty() { Ok(Vec::new()) } else { text.split(',').map(|item| T::from_text(item.trim())).collect() }
    }

    fn to_text(&self) -> String {
        self.iter().map(T::to_text).collect::<Vec<_>>().join(",")
    }
}

/// Why `name` is not an option, with the nearest one that is.
#[doc(hidden)]
pub fn unknown_option(name: &str, options: &[OptionInfo]) -> String {
    let names: Vec<String> = options.iter().map(OptionInfo::name).collect();
    match kiln_diag::suggest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("there is no option '{name}'; did you mean '{near}'?"),
        None if names.is_empty() => format!("there is no option '{name}', the pass has none"),
        None => format!("there is no option '{name}', only {}", names.join(", ")),
    }
}

/// Declares a struct whose fields are options, with defaults, and implements [`Options`] for it.
///
/// ```
/// kiln_pass::options! {
///     /// Fuses elementwise work into its producer.
///     pub struct Fuse {
///         /// The most ops in one fusion.
///         max_ops: u32 = 32,
///     }
/// }
/// let mut fuse = Fuse::default();
/// kiln_pass::Options::set(&mut fuse, "max-ops", "8").unwrap();
/// assert_eq!(fuse.max_ops, 8);
/// ```
#[macro_export]
macro_rules! options {
    (
        $(#[doc = $doc:literal])+
        pub struct $name:ident {
            $($(#[doc = $field_doc:literal])+ $field:ident: $ty:ty = $default:expr),* $(,)?
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug)]
        pub struct $name {
            $($(#[doc = $field_doc])+ pub $field: $ty,)*
        }

        impl Default for $name {
            fn default() -> Self {
                $name { $($field: $default,)* }
            }
        }

        impl $crate::Options for $name {
            const DOC: &'static str = concat!($($doc, "\n"),+);

            const OPTIONS: &'static [$crate::OptionInfo] = &[
                $($crate::OptionInfo { field: stringify!($field), doc: concat!($($field_doc, "\n"),+) }),*
            ];

            fn set(&mut self, name: &str, text: &str) -> Result<(), String> {
                let _ = text;
                match name.replace('-', "_").as_str() {
                    $(stringify!($field) => self.$field = $crate::OptionValue::from_text(text)?,)*
                    _ => return Err($crate::unknown_option(name, Self::OPTIONS)),
                }
                #[allow(unreachable_code, reason = "a struct without options always fails above")]
                Ok(())
            }

            fn values(&self) -> Vec<(String, String)> {
                vec![$((stringify!($field).replace('_', "-"), $crate::OptionValue::to_text(&self.$field))),*]
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::options! {
        /// A pass with one option of each kind.
        pub struct Sample {
            /// A list.
            sizes: Vec<i64> = vec![1, 2],
            /// A choice.
            is_fast: bool = false,
            /// Maybe text.
            target: Option<String> = None,
        }
    }

    #[test]
    fn options_read_and_print() {
        let mut sample = Sample::default();
        assert_eq!(sample.set("sizes", "3, 4"), Ok(()));
        assert_eq!(sample.set("is-fast", "true"), Ok(()));
        assert_eq!(sample.set("target", "x86-64-v4"), Ok(()));
        let text: Vec<String> = sample.values().iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(text, ["sizes=3,4", "is-fast=true", "target=x86-64-v4"]);
    }

    #[test]
    fn mistakes_are_explained() {
        let mut sample = Sample::default();
        assert_eq!(sample.set("size", "3"), Err("there is no option 'size'; did you mean 'sizes'?".into()));
        assert_eq!(sample.set("is-fast", "yes"), Err("expected true or false, found 'yes'".into()));
    }
}
