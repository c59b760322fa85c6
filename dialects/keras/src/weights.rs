//! What weights a layer has: from the words of a row.

/// A weight of a layer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Weight {
    /// What it is called among the op's operands: `kernel`, `query/kernel`.
    pub name: String,
    /// The attribute of the layer that holds the layer inside it that owns the weight: `cell`; empty for the layer itself.
    pub place: &'static str,
    /// The entry of the layer's configuration that says whether there is one.
    pub condition: Option<&'static str>,
    /// Whether it is trained while the layer is.
    pub is_trainable: bool,
}

/// The weights that a row says: words `~place/name?condition`, in which `~` is for one that is not trained. A place that
/// holds several layers of which each has such a weight is a part of the weight's name: `query_dense/kernel` is
/// `query/kernel`, but `cell/kernel` is `kernel`.
pub(crate) fn read(row: &'static str) -> Vec<Weight> {
    row.split_whitespace().map(read_word).collect()
}

fn read_word(word: &'static str) -> Weight {
    let (word, is_trainable) = match word.strip_prefix('~') {
        Some(rest) => (rest, false),
        None => (word, true),
    };
    let (path, condition) = match word.split_once('?') {
        Some((path, condition)) => (path, Some(condition)),
        None => (word, None),
    };
    let (place, own_name) = path.split_once('/').unwrap_or(("", path));
    let name = match place.strip_suffix("_dense") {
        Some(part) => format!("{part}/{own_name}"),
        None => own_name.to_owned(),
    };
    Weight { name, place, condition, is_trainable }
}
