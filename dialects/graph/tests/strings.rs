//! Ops on strings, on literal tensors; results worked out by hand.

mod support;

use kiln_tensor::Tensor;
use support::{attribute, check, dims, evaluate, i};

fn strings(shape: &[usize], list: &[&str]) -> Tensor {
    Tensor::from_strings(shape, list.iter().map(|text| text.as_bytes().to_vec()).collect())
        .expect("as many as the shape")
}

fn words(list: &[&str]) -> Tensor {
    strings(&[list.len()], list)
}

#[test]
fn strings_are_compared_by_bytes() {
    let (a, b) = (words(&["a", "", "Ä"]), words(&["a", " ", "A"]));
    check("graph.string_equal", &[], &[a, b], &[Tensor::from_bools(&[3], &[true, false, false])]);
    let table = words(&["", "B", "a"]);
    check("graph.string_find", &[], &[words(&["a", "b", "", "B"]), table], &[i(&[4], &[2, -1, 0, 1])]);
    check("graph.string_rank", &[], &[words(&["b", "a", "b", "B"])], &[i(&[4], &[2, 1, 2, 0])]);
}

#[test]
fn strings_are_made_of_strings() {
    check("graph.string_concat", &[], &[words(&["a", ""]), words(&["b", "c"])], &[words(&["ab", "c"])]);
    check("graph.string_case", &[attribute("to", "lower")], &[words(&["ÄB", "ß1"])], &[words(&["äb", "ß1"])]);
    check("graph.string_case", &[attribute("to", "upper_ascii")], &[words(&["äb"])], &[words(&["äB"])]);
    check("graph.string_case", &[attribute("to", "upper")], &[words(&["äb", "ß1"])], &[words(&["ÄB", "ß1"])]);
}

#[test]
fn strings_are_cut() {
    let split = |x: &[&str], delimiter: &str, most: i64, width: u64, expected: &[&str], counts: &[i64]| {
        let operands = [words(x), strings(&[], &[delimiter])];
        let most = attribute("most", most);
        check("graph.string_pieces", &[most], &operands, &[i(&[x.len()], counts)]);
        let expected = strings(&[x.len(), width as usize], expected);
        check("graph.string_split", &[most, ("width", dims(&[width]))], &operands, &[expected]);
    };
    split(&["a,b,,c,", ""], ",", 9, 5, &["a", "b", "", "c", "", "", "", "", "", ""], &[5, 0]);
    split(&["a::b:c", "d"], "::", 9, 2, &["a", "b:c", "d", ""], &[2, 1]);
    split(&["a,b,c"], ",", 2, 2, &["a", "b,c"], &[2]);
    split(&["  a \t b  c "], "", 9, 3, &["a", "b", "c"], &[3]);
    split(&["  a  b  c "], "", 2, 2, &["a", "b  c "], &[2]);
    split(&["   "], "", 9, 0, &[], &[0]);
}

#[test]
fn automata_read_whole_strings() {
    // `ab*`: class 1 is a, class 2 is b, state 2 accepts nothing any more.
    let mut classes = [0u8; 256];
    (classes[usize::from(b'a')], classes[usize::from(b'b')]) = (1, 2);
    let classes = Tensor::from_values(&[256], &classes);
    let transitions = Tensor::from_values(&[3, 3], &[2i32, 1, 2, 2, 2, 1, 2, 2, 2]);
    let accepts = Tensor::from_bools(&[3], &[false, true, false]);
    let operands = [words(&["abb", "ba", "", "a"]), classes, transitions, accepts];
    check("graph.string_match", &[], &operands, &[Tensor::from_bools(&[4], &[true, false, false, true])]);
}

#[test]
fn numbers_are_text() {
    check("graph.string_format", &[], &[i(&[2], &[-12, i64::MIN])], &[words(&["-12", "-9223372036854775808"])]);
    check(
        "graph.string_format",
        &[],
        &[Tensor::from_values(&[3], &[0.5, 1e-5, f64::INFINITY])],
        &[words(&["0.5", "1e-05", "INF"])],
    );
    let numbers = Tensor::from_values(&[4], &[1.5f64, -2e10, f64::NEG_INFINITY, 3.0]);
    check("graph.string_parse", &[], &[words(&["1.5", "-2E10", "-inf", "+3."])], &[numbers]);
    check("graph.string_parse", &[], &[words(&["-7"])], &[i(&[1], &[-7])]);
    for text in ["", "x", "1.5", "99999999999999999999", " 1"] {
        let refused = evaluate("graph.string_parse", &[], &[words(&[text])], &[i(&[1], &[0])]);
        assert_eq!(refused, Err(format!("the string '{text}' is no number of that type")));
    }
}
