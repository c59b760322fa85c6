//! Kiln's own rules: every one is right on random graphs, says its algebra, and has a FileCheck test.

use kiln_diag::{Sink, Sources, render};
use kiln_ir::Registry;
use kiln_optimize::{check_rules, show_rules, themes};
use kiln_rules::load;
use std::path::Path;
use std::sync::Arc;

fn registry() -> Arc<Registry> {
    Registry::new(&[&kiln_builtin::DIALECT, &kiln_func::DIALECT, &kiln_graph::DIALECT])
}

fn messages(sink: &Sink) -> String {
    render(&sink.take(), &Sources::new(), false)
}

#[test]
fn every_rule_keeps_results() {
    for theme in themes() {
        let sink = Sink::new();
        let checks = check_rules(&theme.rules, &registry(), &sink);
        assert_eq!(messages(&sink), "");
        assert_eq!(checks.len(), theme.rules.len());
        assert!(checks.iter().all(|check| check.graphs > Some(0)));
    }
}

#[test]
fn every_rule_states_its_algebra() {
    for (theme, text) in kiln_graph::RULES {
        let lines: Vec<&str> = text.lines().collect();
        for (number, line) in lines.iter().enumerate().filter(|(_, line)| line.starts_with("rule ")) {
            assert!(number > 0 && lines[number - 1].starts_with("// "), "{theme}: no algebra above '{line}'");
        }
    }
}

#[test]
fn every_rule_has_a_filecheck_test() {
    for theme in themes() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../test/rules/{}.mlir", theme.name));
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        for rule in &theme.rules {
            let function = format!("// CHECK-LABEL: sym_name = \"{}\"\n", rule.name);
            let count = format!("apply-rules: {}{{{{$}}}}\n", rule.name);
            let is_tested = text.contains(&function) && text.contains(&count);
            assert!(is_tested, "{} tests no rule '{}': see kiln-opt --show-rules", file.display(), rule.name);
        }
    }
}

/// Names are what statistics and `--debug-rules` speak of.
#[test]
fn names_are_unique() {
    let mut names: Vec<&str> = themes().iter().flat_map(|theme| &theme.rules).map(|rule| rule.name.as_str()).collect();
    names.sort_unstable();
    let repeated: Vec<&[&str]> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(repeated.is_empty(), "{repeated:?}");
}

#[test]
fn wrong_rules_are_found_out() {
    let check = |text: &str| {
        let (sink, registry) = (Sink::new(), registry());
        let rules = load(text, "wrong.rules", &registry, &sink).expect("the text is valid");
        check_rules(&rules, &registry, &sink);
        messages(&sink)
    };
    let wrong = check("rule halve { (multiply $x:float 0.5) => (multiply $x 0.25) }");
    assert!(wrong.contains("rule 'halve' changes results"), "{wrong}");
    assert!(wrong.contains("before:") && wrong.contains("after:"), "{wrong}");
    // Right of signed integers and floats, wrong of unsigned ones.
    let wrong = check("rule magnitude { (abs (negate $x)) => (abs $x) }");
    assert!(wrong.contains("rule 'magnitude' changes results"), "{wrong}");
    let lost = check("rule never { (relu $x) => $x where rank($x) == 17 }");
    assert!(lost.contains("rule 'never' matches no random graph"), "{lost}");
}

#[test]
fn shown_rules_are_functions_that_they_match() {
    let (sink, registry) = (Sink::new(), registry());
    let rules = load("rule twice { (add $x $x) => (multiply $x 2) }", "twice.rules", &registry, &sink);
    let shown = show_rules(&rules.expect("the text is valid"), &registry, &sink);
    assert_eq!(messages(&sink), "");
    assert!(shown.contains("sym_name = \"twice\"") && shown.contains("graph.add"), "{shown}");
}
