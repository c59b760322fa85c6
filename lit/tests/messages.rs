//! House rule: what a verifier says is expected by a file under test/.
//!
//! The messages are found in the sources: from each `verify:` and `infer:` of an op row, and from all of `ir`'s
//! verifier, names of functions lead to functions of the same crate; a string literal of several words in one of them
//! is a message, and so are the words of a `TypeConstraint::Other` or an `AttributeConstraint::Other`. What stands for a
//! value (`{name}`) may be anything: the fixed parts between must occur, in order, in one `expected-error` or
//! `expected-note`.
//!
//! Names are resolved as far as needed to find too many functions rather than too few.

use kiln_lit::{mlir_files, source_root};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use std::collections::BTreeSet;
use std::fs::read_to_string;
use std::path::{Path, PathBuf};

/// What no text can bring about, with the file it stands in.
const TO_CODE: &[(&str, &str)] = &[
    // Rules that accept everything; the reference prints them.
    ("crates/ir/src/definition.rs", "any attribute"),
    ("crates/ir/src/definition.rs", "any type"),
    // What a value is called that no text defines: a model's.
    ("crates/ir/src/verify.rs", "a block argument"),
    // The reader hides names of the outside; a pass may go wrong.
    ("crates/ir/src/verify.rs", "operand #{index} comes from outside of {}"),
    // Builders infer types before anything is verified.
    ("dialects/graph/src/shape.rs", "operand #{index} must be a ranked tensor, not {found}"),
];

/// A function with a body.
struct Function {
    file: usize,
    name: String,
    /// What its `impl` or `trait` names.
    owners: Vec<String>,
    body: TokenStream,
}

/// How a name is used.
enum Use {
    /// `name(..)`
    Call,
    /// `.name(..)`
    Method,
    /// `Owner::name`
    Of(String),
    /// `(.., name, ..)`: a function, or any other value.
    Value,
}

/// The sources of a crate.
#[derive(Default)]
struct Crate {
    files: Vec<String>,
    functions: Vec<Function>,
    /// What follows `verify:` and `infer:` in rows, with the file it stands in.
    entries: Vec<(usize, TokenStream)>,
    messages: BTreeSet<(String, String)>,
}

impl Crate {
    fn read(folder: &Path, is_verifier: impl Fn(&str) -> bool) -> Crate {
        let mut found = Crate::default();
        for path in rust_files(&folder.join("src")) {
            let text = read_to_string(&path).unwrap_or_default();
            let tokens: TokenStream = text.parse().unwrap_or_else(|reason| panic!("{}: {reason}", path.display()));
            let name = path.strip_prefix(source_root()).unwrap_or(&path).display().to_string();
            let is_verifier = is_verifier(&name);
            found.files.push(name);
            let before = found.functions.len();
            found.scan(tokens, &[]);
            if is_verifier {
                let bodies = found.functions[before..].iter().map(|function| (function.file, function.body.clone()));
                found.entries.extend(bodies.collect::<Vec<_>>());
            }
        }
        found
    }

    /// Finds functions, rows and rules in words.
    fn scan(&mut self, tokens: TokenStream, owners: &[String]) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let file = self.files.len() - 1;
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Punct(punct) if punct.as_char() == '#' && is_test(&tokens[at..]) => {
                    // The item after the attribute: up to its braces or its semicolon.
                    let ends = |token: &TokenTree| is_braces(token) || is_punct(token, ';');
                    at += tokens[at..].iter().position(ends).unwrap_or(0);
                }
                TokenTree::Ident(word) if word == "impl" || word == "trait" => {
                    let length = tokens[at..].iter().position(is_braces).unwrap_or(0);
                    let names = tokens[at..at + length].iter().filter_map(ident).collect::<Vec<_>>();
                    if let TokenTree::Group(body) = &tokens[at + length] {
                        self.scan(body.stream(), &names);
                    }
                    at += length;
                }
                TokenTree::Ident(word) if word == "fn" => {
                    let ends = |token: &TokenTree| is_braces(token) || is_punct(token, ';');
                    let length = tokens[at..].iter().position(ends).unwrap_or(0);
                    if let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(body))) =
                        (tokens.get(at + 1), tokens.get(at + length))
                    {
                        let (name, body) = (name.to_string(), body.stream());
                        self.functions.push(Function { file, name, owners: owners.to_vec(), body: body.clone() });
                        self.scan(body, owners);
                    }
                    at += length;
                }
                TokenTree::Ident(word) if word == "verify" || word == "infer" => {
                    let is_field = tokens.get(at + 1).is_some_and(|token| is_punct(token, ':'));
                    if let (true, Some(TokenTree::Group(value))) = (is_field, tokens.get(at + 3)) {
                        self.entries.push((file, value.stream()));
                    }
                }
                TokenTree::Ident(word) if word == "Other" => {
                    let words = tokens.get(at + 1).and_then(first_literal);
                    self.messages
                        .extend(words.map(|words| (format!("must be {words}, not "), self.files[file].clone())));
                }
                TokenTree::Group(group) => self.scan(group.stream(), owners),
                _ => {}
            }
            at += 1;
        }
    }

    /// Follows names from the entries and adds the messages of every function on the way.
    fn follow(mut self) -> BTreeSet<(String, String)> {
        let mut pending = std::mem::take(&mut self.entries);
        let mut seen = BTreeSet::new();
        while let Some((file, tokens)) = pending.pop() {
            let mut names = Vec::new();
            words(tokens, &mut names, &mut |message| {
                self.messages.insert((message, self.files[file].clone()));
            });
            for (usage, name) in names {
                for index in self.resolve(file, &usage, &name) {
                    if seen.insert(index) {
                        pending.push((self.functions[index].file, self.functions[index].body.clone()));
                    }
                }
            }
        }
        self.messages
    }

    /// The functions that `name` may be: of the type or module it is led by, a method, or else a function of the file
    /// itself before those of others.
    fn resolve(&self, file: usize, usage: &Use, name: &str) -> Vec<usize> {
        let named = |accepts: &dyn Fn(&Function) -> bool| -> Vec<usize> {
            let all = self.functions.iter().enumerate();
            all.filter(|(_, function)| function.name == name && accepts(function)).map(|(index, _)| index).collect()
        };
        let is_module = |function: &Function, module: &str| {
            let path = Path::new(&self.files[function.file]);
            path.file_stem().is_some_and(|stem| stem == module)
                || path.parent().is_some_and(|path| path.ends_with(module))
        };
        let here = || named(&|function| function.file == file && function.owners.is_empty());
        match usage {
            Use::Method => named(&|function| !function.owners.is_empty()),
            Use::Of(owner) => named(&|function| function.owners.contains(owner) || is_module(function, owner)),
            Use::Call if here().is_empty() => named(&|function| function.owners.is_empty()),
            Use::Call | Use::Value => here(),
        }
    }
}

/// Names in `tokens` that may be functions, and string literals of several words.
fn words(tokens: TokenStream, names: &mut Vec<(Use, String)>, message: &mut impl FnMut(String)) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let before = |distance: usize| at.checked_sub(distance).map(|at| &tokens[at]);
        match token {
            TokenTree::Group(group) if !is_internal(group, before(1), before(2)) => {
                words(group.stream(), names, message)
            }
            TokenTree::Ident(name) => {
                let is_call = matches!(tokens.get(at + 1), Some(TokenTree::Group(next)) if next.delimiter() == Delimiter::Parenthesis);
                let usage = match (before(1), before(3).and_then(ident)) {
                    (Some(dot), _) if is_punct(dot, '.') => Use::Method,
                    (Some(colon), Some(owner)) if is_punct(colon, ':') => Use::Of(owner),
                    _ if is_call => Use::Call,
                    _ => Use::Value,
                };
                if is_call || !matches!(usage, Use::Method) {
                    names.push((usage, name.to_string()));
                }
            }
            TokenTree::Literal(_) => {
                if let Some(text) = literal(token).filter(|text| has_several_words(text)) {
                    message(text);
                }
            }
            _ => {}
        }
    }
}

/// Whether what is in parentheses is said to no user: a doc comment, or the reason of a panic.
fn is_internal(group: &Group, before: Option<&TokenTree>, second: Option<&TokenTree>) -> bool {
    let is_doc = group.delimiter() == Delimiter::Bracket && before.is_some_and(|token| is_punct(token, '#'));
    let name = match before {
        Some(bang) if is_punct(bang, '!') => second.and_then(ident),
        other => other.and_then(ident),
    };
    let panics = ["expect", "panic", "unreachable", "assert", "assert_eq", "debug_assert", "debug_assert_eq"];
    is_doc || name.is_some_and(|name| panics.contains(&name.as_str()))
}

/// Whether the tokens begin with `#[cfg(test)]`.
fn is_test(tokens: &[TokenTree]) -> bool {
    matches!(tokens.get(1), Some(TokenTree::Group(group)) if group.stream().to_string().replace(' ', "") == "cfg(test)")
}

fn is_braces(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

fn ident(token: &TokenTree) -> Option<String> {
    match token {
        TokenTree::Ident(ident) => Some(ident.to_string()),
        _ => None,
    }
}

/// The string literal that a group begins with.
fn first_literal(token: &TokenTree) -> Option<String> {
    match token {
        TokenTree::Group(group) => literal(&group.stream().into_iter().next()?),
        _ => None,
    }
}

/// The text of a string literal.
fn literal(token: &TokenTree) -> Option<String> {
    let tokens = TokenStream::from(token.clone());
    syn::parse2::<syn::LitStr>(tokens).ok().map(|literal| literal.value())
}

/// The fixed parts of a format string, in order.
fn fixed_parts(message: &str) -> Vec<String> {
    let text = message.replace("{{", "\u{1}").replace("}}", "\u{2}");
    let mut parts = Vec::new();
    let mut rest = text.as_str();
    while let Some((fixed, after)) = rest.split_once('{') {
        parts.push(fixed.to_owned());
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    parts.push(rest.to_owned());
    parts.into_iter().map(|part| part.replace('\u{1}', "{").replace('\u{2}', "}")).collect()
}

fn has_several_words(message: &str) -> bool {
    let fixed = fixed_parts(message).join("?");
    fixed.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count() > 1
}

/// Whether a diagnostic is about an op of the dialect that `file` belongs to; `ir` speaks of all.
fn is_about(text: &str, file: &str) -> bool {
    let dialect = file.strip_prefix("dialects/").and_then(|path| path.split_once('/'));
    dialect.is_none_or(|(dialect, _)| text.starts_with(&format!("{dialect}.")))
}

/// Whether the fixed parts of `message` occur in `text`, in order.
fn expects(text: &str, message: &str) -> bool {
    let mut rest = text;
    fixed_parts(message).iter().all(|part| match rest.split_once(part.as_str()) {
        Some((_, after)) => {
            rest = after;
            true
        }
        None => false,
    })
}

/// The texts of all expectations under test/.
fn expectations() -> Vec<String> {
    let files = mlir_files(&source_root().join("test"));
    let texts = files.iter().map(|file| read_to_string(file).unwrap_or_default());
    texts.flat_map(|text| expected(&text)).collect()
}

fn expected(text: &str) -> Vec<String> {
    let claims = text.lines().filter(|line| line.contains("expected-"));
    claims.filter_map(|line| Some(line.split_once("{{")?.1.rsplit_once("}}")?.0.to_owned())).collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => files.extend(rust_files(&path)),
            false if path.extension().is_some_and(|extension| extension == "rs") => files.push(path),
            false => {}
        }
    }
    files.sort();
    files
}

/// Every message of a verifier, with the file it stands in.
fn messages() -> BTreeSet<(String, String)> {
    let root = source_root();
    let dialects = std::fs::read_dir(root.join("dialects")).into_iter().flatten().flatten();
    let mut found = Crate::read(&root.join("crates/ir"), |file| file == "crates/ir/src/verify.rs").follow();
    for dialect in dialects {
        found.extend(Crate::read(&dialect.path(), |_| false).follow());
    }
    found
}

#[test]
fn every_message_of_a_verifier_is_expected() {
    let (messages, expectations) = (messages(), expectations());
    assert!(messages.len() > 100, "only {} messages are found", messages.len());
    let mut problems = Vec::new();
    for (message, file) in &messages {
        let is_met = expectations.iter().any(|text| is_about(text, file) && expects(text, message));
        match (is_met, TO_CODE.contains(&(file, message))) {
            (false, false) => problems.push(format!("{file}: no test expects \"{message}\"")),
            (true, true) => problems.push(format!("{file}: a test expects \"{message}\", so it needs no exception")),
            _ => {}
        }
    }
    let is_stale = |exception: &&(&str, &str)| {
        !messages.iter().any(|(message, file)| exception == &&(file.as_str(), message.as_str()))
    };
    problems
        .extend(TO_CODE.iter().filter(is_stale).map(|(file, message)| format!("{file}: nothing says \"{message}\"")));
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn messages_are_found_and_compared() {
    assert!(expects("x: axis 2 is not an axis of rank 3", "axis {axis} is not an axis of rank {}"));
    assert!(!expects("axis 2 is not an axis", "axis {axis} is not an axis of rank {}"));
    assert!(!expects("of rank 3 axis", "axis {} of rank"));
    assert_eq!(fixed_parts("{{a}} {b:?}c"), ["{a} ", "c"]);
    assert!(has_several_words("no axis") && !has_several_words("({}), {axis}") && !has_several_words("axis {}"));
    assert!(is_about("arith.addf: no", "dialects/arith/src/lib.rs") && is_about("no", "crates/ir/src/verify.rs"));
    assert!(!is_about("math.sqrt: no", "dialects/arith/src/lib.rs"));
    assert_eq!(expected("// expected-error@+1 {{a b}}\nx // expected-note {{c}}"), ["a b", "c"]);
    let found = messages();
    let has = |file: &str, text: &str| found.iter().any(|(message, place)| place == file && message.contains(text));
    // In a verifier, in a function it calls in another file, in a rule's words; not in an evaluation.
    assert!(has("dialects/graph/src/concat.rs", "differ outside of axis"));
    assert!(has("dialects/graph/src/window.rs", "does not fit in the padded extent"));
    assert!(has("dialects/graph/src/elementwise/mod.rs", "i1 or integers"));
    assert!(has("crates/ir/src/verify.rs", "does not dominate this use"));
    assert!(!has("dialects/graph/src/concat.rs", "has one result"));
}
