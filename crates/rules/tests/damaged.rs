//! Damaged rule files are reported, never a panic: tokens of the graph dialect's rules are dropped, repeated and swapped.

use kiln_diag::Sink;
use kiln_ir::Registry;
use kiln_rules::load;

/// SplitMix64 (Steele, Lea, Flood, 2014).
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut bits = *state;
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (bits ^ (bits >> 31)) as usize
}

/// Words and punctuation; comments are left out.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = vec![String::new()];
    for line in text.lines().map(|line| line.split("//").next().unwrap_or_default()) {
        for c in line.chars().chain(['\n']) {
            let is_word = |c: char| c.is_alphanumeric() || "$_-.~".contains(c);
            let joins = tokens.last().and_then(|token| token.chars().last()).is_some_and(is_word) && is_word(c);
            match joins {
                true => tokens.last_mut().expect("there is one").push(c),
                false => tokens.push(c.to_string()),
            }
        }
    }
    tokens
}

#[test]
fn damage_is_reported() {
    let registry = Registry::new(&[&kiln_builtin::DIALECT, &kiln_graph::DIALECT]);
    let mut state = 1;
    let mut refused = 0;
    for (theme, text) in kiln_graph::RULES {
        let tokens = tokens(text);
        for _ in 0..60 {
            let mut damaged = tokens.clone();
            for _ in 0..3 {
                let (at, other) = (next(&mut state) % damaged.len(), next(&mut state) % damaged.len());
                match next(&mut state) % 3 {
                    0 => _ = damaged.remove(at),
                    1 => damaged.insert(at, damaged[other].clone()),
                    _ => damaged.swap(at, other),
                }
            }
            let sink = Sink::new();
            let loaded = load(&damaged.concat(), theme, &registry, &sink);
            assert_eq!(loaded.is_none(), sink.has_errors(), "what is refused is reported, and the other way round");
            refused += usize::from(loaded.is_none());
        }
    }
    assert!(refused > 100, "damage is noticed: {refused}");
}
