//! Inputs that a compiled model refuses, and data that arithmetic has no answer for: a message that names the input or the
//! node, or a defined result; never a crash.

mod command;
mod onnx;

use command::kiln;
use kiln_npy::{read_npz, write_npy_file, write_npz};
use kiln_tensor::{Element, ElementType, Tensor};
use onnx::{FLOAT, INT8, INT32, INT64, Model, Node};
use std::path::Path;
use tempfile::TempDir;

/// A folder with the compiled `model`, `model.so`.
fn compile(model: &Model) -> TempDir {
    let directory = tempfile::tempdir().expect("writable");
    std::fs::write(directory.path().join("model.onnx"), model.to_bytes()).expect("writable");
    let (status, _, error) = kiln(directory.path(), &["compile", "model.onnx"]);
    assert_eq!(status, 0, "{error}");
    directory
}

/// Exit status and standard error of a run on `inputs`; the outputs are in `out.npz`.
fn run(directory: &Path, inputs: &[(&str, &Tensor)]) -> (i32, String) {
    write_npz(&directory.join("in.npz"), inputs.iter().copied()).expect("writable");
    let (status, _, error) = kiln(directory, &["run", "model.so", "--inputs", "in.npz", "--outputs", "out.npz"]);
    (status, error)
}

/// `y = x + z`, where `x` is `Nx3` and `z` is `N`x1.
fn sum() -> Model {
    let model = Model::default().input("x", FLOAT, &["N", "3"]).input("z", FLOAT, &["N", "1"]);
    model.node("Add", &["x", "z"], "y").output("y", FLOAT, &["N", "3"])
}

fn ones(shape: &[usize]) -> Tensor {
    Tensor::from_values(shape, &vec![1f32; shape.iter().product()])
}

#[test]
fn inputs_that_do_not_fit_are_named() {
    let directory = compile(&sum());
    let (good, integers) = (ones(&[2, 1]), Tensor::from_values(&[2, 3], &[1i64; 6]));
    let cases: [(&str, &Tensor, &str); 6] = [
        ("x", &ones(&[2, 3, 1]), "input 'x' has rank 3, expected 2"),
        ("x", &ones(&[6]), "input 'x' has rank 1, expected 2"),
        ("x", &ones(&[2, 4]), "input 'x' has extent 4 on axis 1, expected 3"),
        ("x", &integers, "input 'x' has element type i64, expected f32"),
        ("x", &ones(&[5, 3]), "input 'z' has extent 2 on axis 0, but 'N' is 5 by axis 0 of input 'x'"),
        ("x", &ones(&[0, 3]), "input 'z' has extent 2 on axis 0, but 'N' is 0 by axis 0 of input 'x'"),
    ];
    for (name, tensor, message) in cases {
        let found = run(directory.path(), &[(name, tensor), ("z", &good)]);
        assert_eq!(found, (1, format!("error: {message}\n")));
    }
    assert_eq!(run(directory.path(), &[("x", &ones(&[2, 3])), ("z", &good)]), (0, String::new()));
    assert_eq!(run(directory.path(), &[("x", &ones(&[0, 3])), ("z", &ones(&[0, 1]))]), (0, String::new()));
}

#[test]
fn files_that_do_not_fit_are_named() {
    let directory = compile(&sum());
    let path = |name: &str| directory.path().join(name);
    write_npy_file(&path("x.npy"), &ones(&[2, 3])).expect("writable");
    std::fs::write(path("noise.npy"), [7; 100]).expect("writable");
    let whole = std::fs::read(path("x.npy")).expect("readable");
    std::fs::write(path("short.npy"), &whole[..whole.len() - 4]).expect("writable");
    std::fs::write(path("noise.npz"), [7; 100]).expect("writable");
    let cases: [(&[&str], i32, &str); 8] = [
        (&["--input", "x=x.npy"], 2, "of those the model wants are missing"),
        (&["--input", "xx=x.npy", "--random"], 2, "the model has no input 'xx'; did you mean 'x'?"),
        (&["--input", "x=absent.npy", "--random"], 1, "absent.npy: No such file"),
        (&["--input", "x=noise.npy", "--random"], 1, "noise.npy: byte 0: a .npy file begins with"),
        (&["--input", "x=short.npy", "--random"], 1, "short.npy: byte 128: shape [2, 3] takes 24 bytes, there are 20"),
        (&["--inputs", "noise.npz"], 1, "noise.npz: not a readable .npz archive"),
        (&["--input", "x"], 2, "expected NAME=FILE.npy"),
        (&["--input", "x=x.npy", "--random", "--shape", "x=2x3"], 2, "input 'x' has both a file and a --shape"),
    ];
    for (arguments, expected, message) in cases {
        let (status, printed, error) = kiln(directory.path(), &[&["run", "model.so"], arguments].concat());
        assert!(status == expected && error.contains(message) && printed.is_empty(), "{arguments:?}: {status} {error}");
    }
    let (status, _, error) = kiln(directory.path(), &["run", "model.onnx", "--random"]);
    assert!(status == 1 && error.contains("compile it first: kiln compile model.onnx"), "{error}");
}

#[test]
fn indices_out_of_range_are_refused() {
    let data = Tensor::from_values(&[4, 3], &[0.5f32; 12]);
    let gather = |node: Node| Model::default().input("x", FLOAT, &["M", "3"]).add(node).output("y", FLOAT, &[]);
    let reads = |op: &str, shape: &[&str]| gather(Node::new(op, &["x", "i"], &["y"])).input("i", INT64, shape);
    let scatters = |op: &str, shape: &[&str], updates: &[&str]| {
        let model = gather(Node::new(op, &["x", "i", "u"], &["y"]));
        model.input("i", INT64, shape).input("u", FLOAT, updates)
    };
    let cases: [(Model, &[usize], &[usize], &str); 5] = [
        (reads("Gather", &["K"]), &[2], &[], "gather"),
        (reads("GatherElements", &["2", "3"]), &[2, 3], &[], "gatherelements"),
        (reads("GatherND", &["K", "1"]), &[2, 1], &[], "gathernd"),
        (scatters("ScatterElements", &["2", "3"], &["2", "3"]), &[2, 3], &[2, 3], "scatterelements"),
        (scatters("ScatterND", &["K", "1"], &["K", "3"]), &[2, 1], &[2, 3], "scatternd"),
    ];
    for (model, shape, updates, node) in cases {
        let directory = compile(&model);
        let count: usize = shape.iter().product();
        let updates = ones(updates);
        for (index, is_good) in [(3, true), (-4, true), (4, false), (-5, false), (i64::MAX, false), (i64::MIN, false)] {
            let mut indices = vec![0; count];
            indices[count - 1] = index;
            let indices = Tensor::from_values(shape, &indices);
            let mut inputs = vec![("x", &data), ("i", &indices)];
            if node.starts_with("scatter") {
                inputs.push(("u", &updates));
            }
            let message = format!("error: node '{node}': index {index} is out of range for an axis of extent 4\n");
            let expected = if is_good { (0, String::new()) } else { (1, message) };
            assert_eq!(run(directory.path(), &inputs), expected, "{node}, index {index}");
        }
    }
}

/// Quotients and remainders of one type, in whole vectors and in what is left over.
fn check_division<T: Element + PartialEq + std::fmt::Debug>(code: i64, zero: T, one: T, minus: T, least: T) {
    let model = Model::default().opset(14).input("a", code, &["N"]).input("b", code, &["N"]);
    let model = model.node("Div", &["a", "b"], "q").node("Mod", &["a", "b"], "r");
    let directory = compile(&model.output("q", code, &["N"]).output("r", code, &["N"]));
    for repeats in [1, 13] {
        let tensor = |values: [T; 4]| Tensor::from_values(&[4 * repeats], &values.repeat(repeats));
        let (dividends, divisors) = (tensor([one, least, least, one]), tensor([zero, minus, zero, minus]));
        assert_eq!(run(directory.path(), &[("a", &dividends), ("b", &divisors)]), (0, String::new()));
        let outputs = read_npz(&directory.path().join("out.npz"), |_| None).expect("readable");
        assert_eq!(outputs[0].1, tensor([zero, least, zero, minus]));
        assert_eq!(outputs[1].1, tensor([zero, zero, zero, zero]));
    }
}

#[test]
fn division_has_a_result_for_every_divisor() {
    check_division(INT64, 0i64, 1, -1, i64::MIN);
    check_division(INT32, 0i32, 1, -1, i32::MIN);
    check_division(INT8, 0i8, 1, -1, i8::MIN);
}

#[test]
fn constants_are_divided_in_the_compiler() {
    let model = Model::default().input("x", INT64, &["4"]);
    let model = model.integers("a", &[1, i64::MIN, i64::MIN, 7]).integers("b", &[0, -1, 0, 2]);
    let model = model.node("Div", &["a", "b"], "q").node("Mod", &["a", "b"], "r");
    let model = model.node("Add", &["x", "q"], "y").node("Add", &["x", "r"], "z");
    let directory = compile(&model.output("y", INT64, &["4"]).output("z", INT64, &["4"]));
    let zeros = Tensor::zeros(ElementType::I64, &[4]).expect("small");
    assert_eq!(run(directory.path(), &[("x", &zeros)]), (0, String::new()));
    let outputs = read_npz(&directory.path().join("out.npz"), |_| None).expect("readable");
    assert_eq!(outputs[0].1, Tensor::from_values(&[4], &[0, i64::MIN, 0, 3]));
    assert_eq!(outputs[1].1, Tensor::from_values(&[4], &[0i64, 0, 0, 1]));
}

#[test]
fn models_that_ask_for_too_much_memory_say_so() {
    let model = Model::default().input("x", FLOAT, &["N"]).integers("s", &[1 << 36]).node("Expand", &["x", "s"], "e");
    let model = model.add(Node::new("ReduceSum", &["e"], &["y"]).int("keepdims", 0));
    let directory = compile(&model.node("Neg", &["e"], "z").output("y", FLOAT, &[]).output("z", FLOAT, &[]));
    let (status, error) = run(directory.path(), &[("x", &ones(&[1]))]);
    assert!(status == 1 && error.contains("no memory for an output of 274877906944 bytes"), "{status} {error}");
}
