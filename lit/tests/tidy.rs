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

/// The paths of the workspace's crates, and of each the crates it depends on; what only tests need is not counted.
fn cargo_edges() -> BTreeMap<String, BTreeSet<String>> {
    let root = source_root();
    let workspace = read_to_string(root.join("Cargo.toml")).expect("the workspace has a manifest");
    // kiln-diag = { path = "crates/diag" }
    let paths: BTreeMap<&str, &str> = workspace
        .lines()
        .filter_map(|line| line.split_once(" = { path = \""))
        .filter_map(|(name, rest)| Some((name, rest.split('"').next()?)))
        .collect();
    let members = workspace.lines().skip_while(|line| !line.starts_with("members")).skip(1);
    let members = members.take_while(|line| !line.starts_with(']')).map(|line| line.trim().trim_matches([',', '"']));
    members.map(|member| (member.to_owned(), dependencies(&root.join(member).join("Cargo.toml"), &paths))).collect()
}

fn dependencies(manifest: &Path, paths: &BTreeMap<&str, &str>) -> BTreeSet<String> {
    let text = read_to_string(manifest).unwrap_or_else(|reason| panic!("{}: {reason}", manifest.display()));
    let section = text.lines().skip_while(|line| *line != "[dependencies]").skip(1);
    let names = section.take_while(|line| !line.starts_with('[')).filter_map(|line| line.split(['.', ' ', '=']).next());
    names.filter_map(|name| paths.get(name)).map(|path| (*path).to_owned()).collect()
}

/// The table in ARCHITECTURE.md, `| crate | what it is | may depend on |`, as crates with what they may depend on: what
/// their row lists, and what the rows of those list.
fn declared_edges(members: &BTreeSet<String>) -> BTreeMap<String, BTreeSet<String>> {
    let text = read_to_string(source_root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md is there");
    let table = text.lines().skip_while(|line| !line.starts_with("| crate |")).skip(2);
    let mut declared: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in table.take_while(|line| line.starts_with('|')) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let mut allowed = BTreeSet::new();
        for term in cells[2].split(", ").filter(|term| !term.is_empty()) {
            let named = crates_of(term, &declared, members);
            assert!(!named.is_empty(), "ARCHITECTURE.md: '{term}' in the row of {} names no crate", cells[0]);
            allowed.extend(named.iter().filter_map(|path| declared.get(path)).flatten().cloned());
            allowed.extend(named);
        }
        for path in matching(cells[0], members) {
            declared.insert(path, allowed.clone());
        }
    }
    declared
}

/// The crates that `dialects/*` or `crates/diag` stands for.
fn matching(pattern: &str, members: &BTreeSet<String>) -> BTreeSet<String> {
    let matches = |path: &&String| match pattern.strip_suffix('*') {
        Some(prefix) => path.starts_with(prefix),
        None => *path == pattern,
    };
    members.iter().filter(matches).cloned().collect()
}

/// The crates that a word of the last column stands for.
fn crates_of(term: &str, above: &BTreeMap<String, BTreeSet<String>>, members: &BTreeSet<String>) -> BTreeSet<String> {
    match term {
        "dialects" => matching("dialects/*", members),
        "everything above" => above.keys().cloned().collect(),
        "all of the above but importers" => {
            above.keys().filter(|path| !path.starts_with("crates/import/")).cloned().collect()
        }
        name => matching(&format!("crates/{name}"), members),
    }
}

#[test]
fn crates_depend_on_what_architecture_says() {
    let found = cargo_edges();
    let declared = declared_edges(&found.keys().cloned().collect());
    let mut problems = Vec::new();
    for (path, edges) in &found {
        let Some(allowed) = declared.get(path) else {
            problems.push(format!("ARCHITECTURE.md has no row for {path}"));
            continue;
        };
        let forbidden = edges.difference(allowed);
        problems.extend(forbidden.map(|edge| format!("{path} depends on {edge}, which its row does not allow")));
    }
    assert_none(problems);
}
