//! House rules that no compiler checks: crate edges, module docs, file lengths, `unsafe`.

use kiln_lit::source_root;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::read_to_string;
use std::path::{Path, PathBuf};

/// No file is longer, tables and generated code aside.
const LONGEST: usize = 1000;

/// Tables of data, which may be longer.
const TABLES: &[&str] = &["dialects/onnx/src/standard.rs"];

/// Where `unsafe` is allowed.
const UNSAFE: &[&str] = &["crates/codegen/", "crates/runtime/", "crates/tensor/src/map.rs"];

/// Rust files of the source tree, with their path from its root.
fn rust_files() -> Vec<(String, PathBuf)> {
    let root = source_root();
    let mut files = Vec::new();
    let mut pending: Vec<PathBuf> =
        ["crates", "dialects", "tools", "lit", "examples"].iter().map(|folder| root.join(folder)).collect();
    while let Some(folder) = pending.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
                files.push((name, path));
            }
        }
    }
    files.sort();
    files
}

fn assert_none(problems: Vec<String>) {
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn modules_open_with_a_doc() {
    let missing = |(name, path): &(String, PathBuf)| {
        let text = read_to_string(path).unwrap_or_default();
        (!text.starts_with("//!")).then(|| format!("{name} does not open with //!"))
    };
    assert_none(rust_files().iter().filter_map(missing).collect());
}

#[test]
fn files_are_short() {
    let too_long = |(name, path): &(String, PathBuf)| {
        let lines = read_to_string(path).unwrap_or_default().lines().count();
        (lines > LONGEST && !TABLES.contains(&name.as_str())).then(|| format!("{name} has {lines} lines"))
    };
    assert_none(rust_files().iter().filter_map(too_long).collect());
}

#[test]
fn unsafe_stays_where_it_belongs() {
    let mut problems = Vec::new();
    for (name, path) in rust_files() {
        let text = read_to_string(path).unwrap_or_default();
        let allowed = UNSAFE.iter().any(|place| name.starts_with(place)) || name == "lit/tests/tidy.rs";
        let uses = text.lines().any(|line| {
            let code = line.split("//").next().unwrap_or_default();
            ["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern"].iter().any(|word| code.contains(word))
        });
        if uses && !allowed {
            problems.push(format!("{name} has unsafe code"));
        }
    }
    assert_none(problems);
}

/// Workspace crates that each crate depends on, by Cargo.toml; what only tests need is not counted.
fn cargo_edges() -> BTreeMap<String, BTreeSet<String>> {
    let root = source_root();
    let workspace = read_to_string(root.join("Cargo.toml")).expect("the workspace has a manifest");
    let members = workspace.lines().skip_while(|line| !line.starts_with("members")).skip(1);
    let members = members.take_while(|line| !line.starts_with(']')).map(|line| line.trim().trim_matches([',', '"']));
    members.map(|member| manifest_edges(&root.join(member).join("Cargo.toml"))).collect()
}

fn manifest_edges(manifest: &Path) -> (String, BTreeSet<String>) {
    let text = read_to_string(manifest).unwrap_or_else(|reason| panic!("{}: {reason}", manifest.display()));
    let mut section = "";
    let (mut name, mut edges) = (String::new(), BTreeSet::new());
    for line in text.lines() {
        match line.strip_prefix("name = ") {
            _ if line.starts_with('[') => section = line,
            Some(value) if section == "[package]" => name = short(value.trim_matches('"')),
            _ if section == "[dependencies]" && line.starts_with("kiln-") => {
                edges.insert(short(line.split(['.', ' ', '=']).next().unwrap_or_default()));
            }
            _ => {}
        }
    }
    (name, edges)
}

/// A crate's name without the prefix that all share.
fn short(name: &str) -> String {
    name.strip_prefix("kiln-").unwrap_or(name).to_owned()
}

/// The table in ARCHITECTURE.md: `| crate | sentence | may depend on |`.
fn declared_edges() -> BTreeMap<String, BTreeSet<String>> {
    let text = read_to_string(source_root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md is there");
    let table = text.lines().skip_while(|line| !line.starts_with("| crate |")).skip(2);
    let rows = table.take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let name = cells[0].trim_matches('`').to_owned();
        let edges = cells.last().copied().unwrap_or_default().split(' ').filter(|word| !word.is_empty());
        (name, edges.map(str::to_owned).collect())
    })
    .collect()
}

#[test]
fn crates_depend_on_what_architecture_says() {
    let (declared, found) = (declared_edges(), cargo_edges());
    let mut problems = Vec::new();
    for (name, edges) in &found {
        let Some(allowed) = declared.get(name) else {
            problems.push(format!("ARCHITECTURE.md has no row for {name}"));
            continue;
        };
        problems.extend(
            edges
                .difference(allowed)
                .map(|edge| format!("{name} depends on {edge}; ARCHITECTURE.md does not allow it")),
        );
        problems.extend(
            allowed
                .difference(edges)
                .map(|edge| format!("{name} may depend on {edge}, but does not; ARCHITECTURE.md is stale")),
        );
    }
    problems.extend(
        declared.keys().filter(|name| !found.contains_key(*name)).map(|name| format!("there is no crate {name}")),
    );
    assert_none(problems);
}
