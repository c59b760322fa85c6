//! Strings that a regular expression describes as a whole.
//!
//! The expression becomes a deterministic automaton that reads bytes. Its states and classes of bytes are numbered, and its
//! table of transitions is a constant.

use super::node::Node;
use super::state::Tracked;
use kiln_tensor::Tensor;
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{Anchored, nfa::thompson};
use rustc_hash::FxHashMap;

/// Bytes of the largest automaton, and of what is needed to make it: expressions can describe exponentially many states.
const MOST_BYTES: usize = 4 << 20;

/// The most states of an automaton.
const MOST_STATES: usize = 1 << 16;

/// Whether each string is described by the expression.
pub(crate) fn full_match(node: &mut Node, x: Tracked, pattern: &str) -> Result<Tracked, String> {
    let tables = Tables::of(pattern).map_err(|reason| format!("pattern \"{pattern}\": {reason}"))?;
    let (states, width) = (tables.accepts.len(), tables.transitions.len() / tables.accepts.len());
    let classes = node.tensor(Tensor::from_values(&[256], &tables.classes))?;
    let transitions = node.tensor(Tensor::from_values(&[states, width], &tables.transitions))?;
    let accepts = node.tensor(Tensor::from_bools(&[states], &tables.accepts))?;
    node.emit("graph.string_match", &[x, classes, transitions, accepts], &[])
}

/// What `graph.string_match` reads.
struct Tables {
    classes: Vec<u8>,
    transitions: Vec<i32>,
    accepts: Vec<bool>,
}

impl Tables {
    fn of(pattern: &str) -> Result<Tables, String> {
        let automaton = dense::Builder::new()
            .configure(
                dense::Config::new()
                    .start_kind(StartKind::Anchored)
                    .dfa_size_limit(Some(MOST_BYTES))
                    .determinize_size_limit(Some(4 * MOST_BYTES)),
            )
            .thompson(thompson::Config::new().nfa_size_limit(Some(MOST_BYTES)).shrink(false))
            .build(&format!(r"\A(?:{})\z", translate(pattern)))
            .map_err(|error| reason(&error))?;
        // Every state is its own class where classes of bytes are not told apart: those that the automaton has.
        let byte_classes = automaton.byte_classes();
        let classes: Vec<u8> = (0..=255).map(|byte| byte_classes.get(byte)).collect();
        let mut members: Vec<u8> = Vec::new();
        for byte in 0..=255u8 {
            if usize::from(classes[usize::from(byte)]) == members.len() {
                members.push(byte);
            }
        }
        let start = automaton.start_state(&start::Config::new().anchored(Anchored::Yes));
        let start = start.map_err(|error| error.to_string())?;
        let mut numbers: FxHashMap<StateID, i32> = FxHashMap::from_iter([(start, 0)]);
        let (mut states, mut at) = (vec![start], 0);
        let (mut transitions, mut accepts) = (Vec::new(), Vec::new());
        while let Some(&state) = states.get(at) {
            for &byte in &members {
                let next = automaton.next_state(state, byte);
                let number = *numbers.entry(next).or_insert_with(|| {
                    states.push(next);
                    states.len() as i32 - 1
                });
                transitions.push(number);
            }
            accepts.push(automaton.is_match_state(automaton.next_eoi_state(state)));
            at += 1;
            if states.len() > MOST_STATES {
                return Err(format!("it takes more than {MOST_STATES} states"));
            }
        }
        Ok(Tables { classes, transitions, accepts })
    }
}

/// The innermost reason in one line.
fn reason(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    let text = innermost.to_string();
    text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

/// The expression in this crate's words: in those of the operator, letters that stand for classes mean ASCII, and brackets
/// do not nest.
fn translate(pattern: &str) -> String {
    let mut text = String::with_capacity(pattern.len());
    let mut characters = pattern.chars().peekable();
    // How many characters of a bracket were read; none outside of one.
    let mut in_brackets: Option<usize> = None;
    while let Some(c) = characters.next() {
        match (c, in_brackets) {
            ('\\', _) => {
                match characters.next() {
                    Some('d') => text.push_str("[0-9]"),
                    Some('D') => text.push_str("[^0-9]"),
                    Some('w') => text.push_str("[0-9A-Za-z_]"),
                    Some('W') => text.push_str("[^0-9A-Za-z_]"),
                    Some('s') => text.push_str(r"[\t\n\f\r ]"),
                    Some('S') => text.push_str(r"[^\t\n\f\r ]"),
                    Some('b') if in_brackets.is_none() => text.push_str(r"(?-u:\b)"),
                    Some('B') if in_brackets.is_none() => text.push_str(r"(?-u:\B)"),
                    Some(other) => text.extend(['\\', other]),
                    None => text.push('\\'),
                }
                in_brackets = in_brackets.map(|read| read + 1);
            }
            ('[', None) => {
                text.push('[');
                if characters.next_if_eq(&'^').is_some() {
                    text.push('^');
                }
                in_brackets = Some(0);
            }
            (']', Some(read)) if read > 0 => {
                text.push(']');
                in_brackets = None;
            }
            ('[', Some(read)) if characters.peek() == Some(&':') => {
                // A named class, up to its own end.
                text.push('[');
                for c in characters.by_ref() {
                    text.push(c);
                    if c == ']' {
                        break;
                    }
                }
                in_brackets = Some(read + 1);
            }
            ('[' | ']' | '&' | '~', Some(read)) => {
                text.extend(['\\', c]);
                in_brackets = Some(read + 1);
            }
            (c, _) => {
                text.push(c);
                in_brackets = in_brackets.map(|read| read + 1);
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        let tables = Tables::of(pattern).expect("a regular expression");
        let width = tables.transitions.len() / tables.accepts.len();
        let step = |state: usize, byte: u8| {
            tables.transitions[state * width + usize::from(tables.classes[usize::from(byte)])] as usize
        };
        tables.accepts[text.bytes().fold(0, step)]
    }

    #[test]
    fn expressions_describe_whole_strings() {
        assert!(matches(r"www\.[\w.-]+\.\bcom\b", "www.google.com") && !matches("a", "ab") && !matches("a", "ba"));
        assert!(matches("a|ab", "ab") && matches("", "") && !matches("", "x"));
        assert!(matches(".", "ä") && matches("[äö]+", "öä") && !matches(r"\w", "ä") && !matches(r"\d", "٣"));
        assert!(matches("[[a]", "[") && matches("[]a]", "]") && matches("[a&&b]", "&") && matches("[[:alpha:]]", "x"));
        assert!(matches("(?i)ÄB", "äb") && matches(r"[^\d]", "x") && !matches(r"[^\d]", "1"));
    }

    #[test]
    fn what_is_too_large_or_wrong_is_refused() {
        assert!(Tables::of("(").is_err());
        assert!(Tables::of("(a|b)*a(a|b){40}").is_err());
    }
}
