//! The editors' grammars know every op, and leave nothing of a file without a scope. `KILN_BLESS=1` writes the lists of
//! ops anew.

use kiln_ir::FloatKind;
use regex::Regex;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn grammar_path(name: &str) -> PathBuf {
    root().join("editors/vscode/syntaxes").join(format!("{name}.tmLanguage.json"))
}

fn read(name: &str) -> Value {
    let text = std::fs::read_to_string(grammar_path(name)).expect("the grammar is there");
    serde_json::from_str(&text).expect("the grammar is JSON")
}

/// A pattern of a grammar: what it matches, the scope of all of it, those of its groups.
struct Rule {
    regex: Regex,
    scope: Option<String>,
    groups: Vec<(usize, String)>,
}

/// A grammar without nesting: all its patterns, in order.
struct Grammar(Vec<Rule>);

impl Grammar {
    fn load(name: &str) -> Grammar {
        let grammar = read(name);
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let rule = |pattern: &Value| Rule {
            regex: Regex::new(&text(&pattern["match"])).expect("a pattern without look-around"),
            scope: pattern["name"].as_str().map(str::to_owned),
            groups: pattern["captures"].as_object().map_or_else(Vec::new, |groups| {
                let group =
                    |(number, group): (&String, &Value)| (number.parse().expect("a number"), text(&group["name"]));
                groups.iter().map(group).collect()
            }),
        };
        let included = grammar["patterns"].as_array().expect("a list").iter().flat_map(|include| {
            let name = text(&include["include"]);
            grammar["repository"][name.trim_start_matches('#')]["patterns"].as_array().expect("a list").clone()
        });
        Grammar(included.map(|pattern| rule(&pattern)).collect())
    }

    /// The parts of a line with their scopes, as an editor finds them: the pattern that matches first, of several the one
    /// that stands first. What no pattern takes has no scope.
    fn scopes<'t>(&self, line: &'t str) -> Vec<(&'t str, String)> {
        let (mut parts, mut position) = (Vec::new(), 0);
        while position < line.len() {
            let matches = self.0.iter().filter_map(|rule| Some((rule, rule.regex.captures_at(line, position)?)));
            let nonempty = matches.filter(|(_, captures)| !captures[0].is_empty());
            let Some((rule, captures)) = nonempty.min_by_key(|(_, captures)| captures.get_match().start()) else {
                break;
            };
            let whole = captures.get_match();
            parts.push((&line[position..whole.start()], String::new()));
            if let Some(scope) = &rule.scope {
                parts.push((&line[whole.range()], scope.clone()));
            }
            let groups = rule.groups.iter().filter_map(|(group, scope)| Some((captures.get(*group)?, scope)));
            parts.extend(groups.map(|(found, scope)| (&line[found.range()], scope.clone())));
            position = whole.end();
        }
        parts.push((&line[position..], String::new()));
        parts.retain(|(text, _)| !text.trim().is_empty());
        parts
    }

    /// The scope of the first part of `line` that is `text`.
    fn scope_of(&self, line: &str, text: &str) -> String {
        let parts = self.scopes(line);
        let found = parts.iter().find(|(part, _)| *part == text);
        found.map_or_else(|| panic!("'{text}' is no part of '{line}': {parts:?}"), |(_, scope)| scope.clone())
    }
}

/// Files below `folder` with this ending.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let (mut found, mut pending) = (Vec::new(), vec![root().join(folder)]);
    while let Some(folder) = pending.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of ours") {
            let path = entry.expect("readable").path();
            match path.is_dir() {
                true => pending.push(path),
                false if path.extension().is_some_and(|extension| extension == ending) => found.push(path),
                false => {}
            }
        }
    }
    found.sort();
    found
}

/// Reports every part of these files that has no scope.
fn assert_all_scoped(grammar: &Grammar, files: &[PathBuf]) {
    let mut bare = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(path).expect("readable");
        for (number, line) in text.lines().enumerate() {
            let parts = grammar.scopes(line);
            let parts = parts.into_iter().filter(|(_, scope)| scope.is_empty());
            bare.extend(parts.map(|(part, _)| format!("{}:{}: {part}", path.display(), number + 1)));
        }
    }
    assert!(bare.is_empty(), "without scope:\n{}", bare.join("\n"));
}

/// The patterns of the ops of our dialects.
fn op_patterns() -> Value {
    let dialects = kiln_registry::dialects();
    let pattern = |dialect: &&kiln_ir::Dialect| {
        let space = format!("{}.", dialect.name);
        let mut names: Vec<&str> =
            dialect.ops.iter().copied().flatten().filter_map(|op| op.name.strip_prefix(&space)).collect();
        // The longest first, so that none hides another.
        names.sort_by_key(|name| (std::cmp::Reverse(name.len()), *name));
        let names: Vec<String> = names.into_iter().map(regex::escape).collect();
        json!({
            "match": format!(r"{}\.(?:{})\b", dialect.name, names.join("|")),
            "name": format!("support.function.op.{}.mlir", dialect.name),
        })
    };
    dialects.dialects().iter().map(pattern).collect()
}

#[test]
fn the_grammar_knows_every_op() {
    let mut fresh = read("mlir");
    fresh["repository"]["ops"]["patterns"] = op_patterns();
    if std::env::var_os("KILN_BLESS").is_some() {
        std::fs::write(grammar_path("mlir"), format!("{fresh:#}\n")).expect("the grammar can be written");
    }
    assert!(read("mlir") == fresh, "the lists of ops are out of date: run this test with KILN_BLESS=1");
    let grammar = Grammar::load("mlir");
    for dialect in kiln_registry::dialects().dialects() {
        for op in dialect.ops.iter().copied().flatten() {
            let line = format!("  %y = {} %x {{key = 1}} : (f32) -> f32", op.name);
            let scope = format!("support.function.op.{}.mlir", dialect.name);
            assert_eq!(grammar.scope_of(&line, op.name), scope, "{}", op.name);
            for attribute in op.attributes {
                let line = format!("%y = {} %x {{{} = 1}}", op.name, attribute.name);
                assert_eq!(grammar.scope_of(&line, attribute.name), "entity.other.attribute-name.mlir", "{line}");
            }
        }
    }
    // A misspelt op looks like one that nobody knows.
    assert_eq!(grammar.scope_of("%y = graph.rleu %x", "graph.rleu"), "support.function.foreign.mlir");
    assert_eq!(grammar.scope_of("%y = graph.add_ %x", "graph.add_"), "support.function.foreign.mlir");
}

#[test]
fn parts_of_ir_text_have_their_scopes() {
    let grammar = Grammar::load("mlir");
    let check = |line: &str, expected: &[(&str, &str)]| {
        for (text, scope) in expected {
            assert_eq!(grammar.scope_of(line, text), format!("{scope}.mlir"), "'{text}' in '{line}'");
        }
    };
    let (value, word) = ("variable.other.value", "keyword.other");
    check(
        "^bb0(%x: tensor<1x?x[4]xf32>): // done",
        &[
            ("^bb0", "entity.name.label.block"),
            ("%x", value),
            ("tensor", "support.type.shaped"),
            ("1x?x[4]x", "constant.numeric.shape"),
            ("f32", "support.type.element"),
            ("// done", "comment.line.double-slash"),
        ],
    );
    check(
        "%0:2 = \"test.op\"(%1#1) {f = @main, s = \"a // b\", u = unit} : (!llvm.ptr) -> (index, si8)",
        &[
            ("%0:2", value),
            ("\"test.op\"", "support.function.generic"),
            ("%1#1", value),
            ("f", "entity.other.attribute-name"),
            ("@main", "entity.name.function.symbol"),
            ("\"a // b\"", "string.quoted.double"),
            ("unit", "constant.language"),
            ("!llvm.ptr", "support.type.dialect"),
            ("->", "keyword.operator"),
            ("si8", "support.type.element"),
        ],
    );
    check(
        "a = dense<[-1.5e-3, 0xFF]> : vector<f16>, d = #kiln.dims<[N, 2 * H floordiv 2]>",
        &[
            ("dense", word),
            ("1.5e-3", "constant.numeric.float"),
            ("0xFF", "constant.numeric.hexadecimal"),
            ("#kiln.dims", "constant.other.attribute"),
            ("N", "variable.other.word"),
            ("2", "constant.numeric.integer"),
            ("floordiv", word),
        ],
    );
    for kind in FloatKind::ALL {
        let name = kiln_ir::Type::float(kind).to_string();
        check(&format!("() -> ({name}, tensor<2x{name}>)"), &[(&name, "support.type.element")]);
    }
    let words = "affine_map affine_set array at callsite ceildiv dense dense_resource distinct floordiv fused loc max min mod \
                 offset sparse strided to";
    words.split_whitespace().for_each(|name| check(&format!("({name} x)"), &[(name, word)]));
}

#[test]
fn every_file_is_scoped() {
    let grammar = Grammar::load("mlir");
    let mut files = files("test", "mlir");
    assert!(files.len() > 30, "{files:?}");
    // What no lexer reads needs no scope.
    files.retain(|path| !path.ends_with("invalid/syntax.mlir"));
    assert_all_scoped(&grammar, &files);
}

#[test]
fn every_rule_is_scoped() {
    let grammar = Grammar::load("kiln-rules");
    let files = [files("dialects/graph/rules", "rules"), files("test/rules", "rules")].concat();
    assert!(files.len() > 5, "{files:?}");
    assert_all_scoped(&grammar, &files);
    let line = "rule a-b relaxed { (add $x@(relu $y):one-use 2.5) => (relu $y {axis = rank($x)}) where not float($x) }";
    let expected = [
        ("rule", "keyword.declaration"),
        ("a-b", "entity.name.function.rule"),
        ("relaxed", "keyword.control"),
        ("add", "support.function.op"),
        ("$x", "variable.other"),
        ("one-use", "storage.modifier.guard"),
        ("2.5", "constant.numeric.float"),
        ("=>", "keyword.operator"),
        ("axis", "entity.other.attribute-name"),
        ("rank", "support.function.native"),
        ("where", "keyword.control"),
        ("not", "keyword.operator.word"),
    ];
    for (text, scope) in expected {
        assert_eq!(grammar.scope_of(line, text), format!("{scope}.kiln-rules"), "{text}");
    }
    for op in kiln_registry::dialects().find_dialect("graph").expect("a dialect").ops.iter().copied().flatten() {
        let name = op.name.trim_start_matches("graph.");
        let line = format!("    ({name} $x) => $x");
        assert_eq!(grammar.scope_of(&line, name), "support.function.op.kiln-rules", "{name}");
    }
}

/// The manifest names files that are there.
#[test]
fn the_extension_is_whole() {
    let folder = root().join("editors/vscode");
    let manifest = std::fs::read_to_string(folder.join("package.json")).expect("there");
    let manifest: Value = serde_json::from_str(&manifest).expect("JSON");
    let contributes = &manifest["contributes"];
    let list = |key: &str, field: &str| {
        let entries = contributes[key].as_array().expect("a list");
        entries.iter().map(|entry| entry[field].as_str().expect("text").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(list("grammars", "language"), list("languages", "id"));
    for path in [list("grammars", "path"), list("languages", "configuration")].concat() {
        let text = std::fs::read_to_string(folder.join(&path)).unwrap_or_else(|reason| panic!("{path}: {reason}"));
        assert!(serde_json::from_str::<Value>(&text).is_ok(), "{path}");
    }
}
