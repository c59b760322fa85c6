//! Models that cannot be compiled: what is said about each, all of it in one run, and that nothing else happens.
//!
//! The messages are in `snapshots/`; `INSTA_UPDATE=always cargo test` writes them anew.

mod command;
mod onnx;

use command::{kiln, names_in};
use onnx::{BOOL, COMPLEX64, FLOAT, INT32, INT64, Model, Node, STRING, Tensor};
use std::fs;
use std::path::Path;

/// `x: 2x6 -> y` through one node.
fn single(node: Node) -> Model {
    Model::default().input("x", FLOAT, &["2", "6"]).add(node).output("y", FLOAT, &[])
}

/// An image and 3x3 filters for 4 channels, through one node.
fn image(node: Node) -> Model {
    let model = Model::default().input("x", FLOAT, &["1", "4", "8", "8"]).weight("w", &[2, 4, 3, 3], &[0.5; 72]);
    model.add(node).output("y", FLOAT, &[])
}

fn conv() -> Node {
    Node::new("Conv", &["x", "w"], &["y"])
}

fn relu() -> Node {
    Node::new("Relu", &["x"], &["y"])
}

/// `x + w`, where `w` is an initializer.
fn with_tensor(tensor: Tensor) -> Model {
    single(Node::new("Add", &["x", "w"], &["y"])).tensor(tensor)
}

fn external(entries: &[(&str, &str)]) -> Model {
    with_tensor(Tensor::new("w", FLOAT, &[6]).external(entries))
}

/// Compiles `bytes` in a folder that holds `beside`, too; returns what is said. Nothing may be left behind.
fn refuse(name: &str, bytes: &[u8], prepare: impl Fn(&Path)) -> String {
    let outer = tempfile::tempdir().expect("writable");
    let directory = outer.path().join("folder");
    fs::create_dir(&directory).expect("writable");
    fs::write(directory.join("model.onnx"), bytes).expect("writable");
    prepare(&directory);
    let before = names_in(&directory);
    let (status, printed, error) = kiln(&directory, &["compile", "model.onnx", "-o", "out.so"]);
    assert_eq!((status, printed.as_str()), (1, ""), "{name}: {error}");
    assert!(error.contains("error: ") && error.contains("model.onnx"), "{name}: {error}");
    assert!(!error.contains("bug") && !error.contains("panicked"), "{name}: {error}");
    assert_eq!(names_in(&directory), before, "{name}");
    format!("## {name}\n{}\n\n", error.trim_end())
}

/// Compares what is said about each model with the snapshot called `snapshot`.
fn check(snapshot: &str, models: &[(&str, Model)]) {
    let said: String = models.iter().map(|(name, model)| refuse(name, &model.to_bytes(), |_| {})).collect();
    insta::assert_snapshot!(snapshot, said);
}

#[test]
fn files_that_are_no_models() {
    let whole = image(conv()).to_bytes();
    let noise: Vec<u8> = (0..5000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let files = [
        ("a truncated file", &whole[..whole.len() / 2]),
        ("random bytes", &noise),
        ("an empty file", b""),
        ("text", b"Hello, world.\n"),
        ("another format", b"PK\x03\x04\x14\x00\x00\x00\x08\x00"),
        ("only a header", &[8, 8]),
    ];
    let said: String = files.iter().map(|(name, bytes)| refuse(name, bytes, |_| {})).collect();
    insta::assert_snapshot!("files", said);

    let directory = tempfile::tempdir().expect("writable");
    let (status, _, error) = kiln(directory.path(), &["compile", ".", "-o", "out.so"]);
    assert!(status == 1 && error.contains("there is no model in this folder"), "{error}");
    let (status, _, error) = kiln(directory.path(), &["compile", "absent.onnx"]);
    assert!(status == 1 && error.contains("absent.onnx") && error.contains("No such file"), "{error}");
    assert!(names_in(directory.path()).is_empty());
}

#[test]
fn operators_that_are_not_supported() {
    let several = Model::default()
        .opset(20)
        .import("com.example", 3)
        .input("x", FLOAT, &["2", "6"])
        .add(Node::new("FusedThing", &["x"], &["a"]).of_domain("com.example").graph("body", &Model::default()))
        .import("com.microsoft", 1)
        .add(Node::new("BeamSearch", &["a", "a", "a"], &["b"]).of_domain("com.microsoft"))
        .add(Node::new("Rleu", &["b"], &["c"]))
        .add(Node::new("RegexFullMatch", &["c"], &["d"]).text("pattern", "a*"))
        .add(Node::new("Add", &["d", "w"], &["y"]))
        .tensor(Tensor::new("w", FLOAT, &[6]).raw(&[0; 20]))
        .output("y", FLOAT, &[]);
    let models = [
        ("an operator that is misspelt", single(Node::new("Rleu", &["x"], &["y"]))),
        ("an operator of a domain of its own", single(relu().of_domain("com.example")).import("com.example", 1)),
        ("several, and a damaged tensor", several),
        ("an operator newer than the opset", single(Node::new("Gelu", &["x"], &["y"]))),
        ("an operator that was withdrawn", single(Node::new("Upsample", &["x", "x"], &["y"]))),
        ("an opset too new", single(relu()).opset(99)),
        ("an opset too old", single(relu()).opset(0)),
        ("a domain that is not imported", single(Node::new("Scaler", &["x"], &["y"]).of_domain("ai.onnx.ml"))),
    ];
    check("operators", &models);
}

#[test]
fn graphs_that_cannot_be() {
    let cycle = single(Node::new("Add", &["x", "b"], &["a"])).node("Relu", &["a"], "b").node("Neg", &["b"], "y");
    let condition = |then: &Model| {
        let model = Model::default().input("c", BOOL, &[]).input("x", FLOAT, &["2"]);
        let other = Model::default().node("Neg", &["x"], "r").output("r", FLOAT, &["2"]);
        let choice = Node::new("If", &["c"], &["y"]).graph("then_branch", then).graph("else_branch", &other);
        model.add(choice).output("y", FLOAT, &["2"])
    };
    let nested = (0..200).fold(Model::default().node("Relu", &["x"], "r").output("r", FLOAT, &["2"]), |inner, _| {
        Model::default().add(Node::new("If", &["c"], &["r"]).graph("then_branch", &inner)).output("r", FLOAT, &["2"])
    });
    let call = |function: &str, input: &str, output: &str| Node::new(function, &[input], &[output]).of_domain("my");
    let recursive = single(call("First", "x", "y")).function("my", "First", call("Second", "a", "b")).function(
        "my",
        "Second",
        call("First", "a", "b"),
    );
    let models = [
        ("a cycle", cycle),
        ("a value that nothing defines", single(Node::new("Relu", &["xx"], &["y"]))),
        ("an output that nothing defines", single(Node::new("Relu", &["x"], &["z"]))),
        ("a value that is defined twice", single(relu()).node("Neg", &["x"], "y")),
        (
            "a branch of another rank",
            condition(&Model::default().weight("r", &[3, 1], &[1.0; 3]).output("r", FLOAT, &[])),
        ),
        ("graphs nested too deep", condition(&nested)),
        ("functions that call each other", recursive),
        ("too few inputs", single(Node::new("Add", &["x"], &["y"]))),
        ("an input left out that must be there", single(Node::new("Add", &["", "x"], &["y"]))),
        ("too many inputs", single(Node::new("Relu", &["x", "x"], &["y"]))),
        ("too many outputs", single(Node::new("Relu", &["x"], &["y", "z"]))),
    ];
    check("graphs", &models);
}

#[test]
fn shapes_that_do_not_fit() {
    let reshape = |target: &[i64]| single(Node::new("Reshape", &["x", "s"], &["y"])).integers("s", target);
    let pair = |node: Node, other: &[i64]| {
        let count = other.iter().product::<i64>() as usize;
        single(node).weight("w", other, &vec![1.0; count])
    };
    let input = |shape: &[&str]| Model::default().input("x", FLOAT, shape).add(relu()).output("y", FLOAT, &[]);
    let binary = |op: &str| Node::new(op, &["x", "w"], &["y"]);
    let attention = Node::new("Attention", &["q", "q", "q", "", "c", "c"], &["y", "k", "v"]);
    let cached = Model::default().opset(24).input("q", FLOAT, &["1", "2", "3", "4"]).input("c", FLOAT, &["2"]);
    let cached = cached.add(attention).output("y", FLOAT, &[]);
    let huge = Model::default().integers("s", &[1 << 40, 1 << 40]).node("ConstantOfShape", &["s"], "y");
    let models = [
        ("a reshape to another number of elements", reshape(&[5, -1])),
        ("a reshape to a negative extent", reshape(&[-3, 4])),
        ("matrices that do not fit", pair(binary("MatMul"), &[5, 2])),
        ("tensors that do not broadcast", pair(binary("Add"), &[2, 5])),
        ("parts that do not join", pair(binary("Concat").int("axis", 0), &[1, 5])),
        ("filters for other channels", image(conv().int("group", 2))),
        ("a cache of another rank", cached),
        ("a negative extent", input(&["2", "-3"])),
        ("extents that overflow", input(&["4611686018427387904", "4611686018427387904"])),
        ("a constant of impossible size", huge.output("y", FLOAT, &[])),
        ("a shape of unknown rank", single(Node::new("Reshape", &["x", "s"], &["y"])).input("s", INT64, &["K"])),
        ("an input of unknown rank", Model::default().input("x", 0, &[]).add(relu()).output("y", FLOAT, &[])),
    ];
    check("shapes", &models);
}

#[test]
fn tensors_that_are_damaged() {
    let models = [
        ("too few bytes", with_tensor(Tensor::new("w", FLOAT, &[6]).raw(&[0; 20]))),
        ("too many bytes", with_tensor(Tensor::new("w", FLOAT, &[2]).raw(&[0; 20]))),
        ("a size that overflows", with_tensor(Tensor::new("w", FLOAT, &[1 << 62, 1 << 62]).raw(&[0; 4]))),
        ("a size that there is no data for", with_tensor(Tensor::new("w", FLOAT, &[1 << 34]))),
        ("a negative extent", with_tensor(Tensor::new("w", FLOAT, &[-6]).raw(&[0; 24]))),
        ("an unknown element type", with_tensor(Tensor::new("w", 77, &[6]).raw(&[0; 24]))),
        ("strings as raw data", with_tensor(Tensor::new("w", STRING, &[6]).raw(&[0; 24]))),
        ("external data without a place", external(&[])),
        ("external data by an absolute path", external(&[("location", "/etc/passwd")])),
        ("external data above the folder", external(&[("location", "../secret")])),
        ("external data that is not there", external(&[("location", "absent")])),
        ("external data that is a folder", external(&[("location", ".")])),
    ];
    check("tensors", &models);
    let prepare = |directory: &Path| {
        fs::write(directory.join("../secret"), [0; 24]).expect("writable");
        std::os::unix::fs::symlink("../secret", directory.join("link")).expect("writable");
        fs::write(directory.join("short"), [0; 20]).expect("writable");
    };
    let linked = refuse("a link out of the folder", &external(&[("location", "link")]).to_bytes(), prepare);
    let entries = [("location", "short"), ("offset", "0"), ("length", "24")];
    let short = refuse("a file too short", &external(&entries).to_bytes(), prepare);
    let entries = [("location", "short"), ("offset", "18446744073709551615")];
    let offset = refuse("an offset beyond the file", &external(&entries).to_bytes(), prepare);
    insta::assert_snapshot!("external", linked + &short + &offset);
}

#[test]
fn attributes_that_are_wrong() {
    let scatter = Node::new("ScatterND", &["x", "i", "x"], &["y"]).text("reduction", "mjn");
    let pool = |node: Node| image(node);
    let max_pool = || Node::new("MaxPool", &["x"], &["y"]);
    let unary = |op: &str| Node::new(op, &["x"], &["y"]);
    let models = [
        ("a list that is text", image(conv().text("strides", "2"))),
        ("a number that is a list", single(unary("Softmax").ints("axis", &[1]))),
        ("a negative stride", image(conv().ints("strides", &[-1, 1]))),
        ("a stride of zero", image(conv().ints("strides", &[0, 1]))),
        ("a window of wrong rank", pool(max_pool().ints("kernel_shape", &[3]))),
        ("a window larger than the picture", pool(max_pool().ints("kernel_shape", &[9, 9]))),
        ("a window that the weights contradict", image(conv().ints("kernel_shape", &[5, 5]))),
        ("a misspelt word", image(conv().text("auto_pad", "SAME_UPER"))),
        ("a misspelt reduction", single(scatter).input("i", INT64, &["1", "1"])),
        ("a misspelt mode of DepthToSpace", image(unary("DepthToSpace").int("blocksize", 2).text("mode", "CDR"))),
        (
            "a misspelt mode of Pad",
            single(Node::new("Pad", &["x", "p"], &["y"]).text("mode", "mirror")).integers("p", &[0, 1, 0, 1]),
        ),
        ("no groups", image(conv().int("group", 0))),
        ("too many groups", image(conv().int("group", 3))),
        ("an axis out of range", single(unary("Softmax").int("axis", 7))),
        ("an order that is no permutation", single(unary("Transpose").ints("perm", &[0, 0]))),
        ("a cast to nothing known", single(unary("Cast").int("to", 99))),
        ("an attribute that is missing", single(Node::new("Concat", &["x", "x"], &["y"]))),
        ("an attribute that is given twice", single(unary("Softmax").int("axis", 0).int("axis", 1))),
        ("a block that does not divide", image(unary("DepthToSpace").int("blocksize", 3))),
        ("a graph where a number belongs", single(unary("Softmax").graph("axis", &Model::default()))),
    ];
    check("attributes", &models);
}

#[test]
fn types_that_do_not_fit() {
    let two = |op: &str, other: i64| {
        Model::default().input("x", FLOAT, &["2"]).input("z", other, &["2"]).node(op, &["x", "z"], "y").output(
            "y",
            FLOAT,
            &[],
        )
    };
    let one = |op: &str, element: i64| {
        Model::default().input("x", element, &["2"]).node(op, &["x"], "y").output("y", element, &[])
    };
    let models = [
        ("a sum of float and integer", two("Add", INT64)),
        ("a product of float and truth value", two("MatMul", BOOL)),
        ("a logical operator on floats", two("And", FLOAT)),
        ("a root of an integer", one("Sqrt", INT32)),
        ("a root of text", one("Sqrt", STRING)),
        ("a negation of complex numbers", one("Neg", COMPLEX64)),
    ];
    check("types", &models);
}

#[test]
fn everything_wrong_is_said_in_one_run() {
    let model = image(conv().ints("strides", &[-1, 1]))
        .add(Node::new("Softmax", &["x"], &["a"]).int("axis", 9))
        .add(Node::new("Transpose", &["x"], &["b"]).ints("perm", &[0, 1]))
        .add(Node::new("Concat", &["x", "w"], &["d"]).int("axis", 0));
    let said = refuse("four wrong nodes", &model.to_bytes(), |_| {});
    for node in ["\"conv\" (Conv)", "\"softmax\" (Softmax)", "\"transpose\" (Transpose)", "\"concat\" (Concat)"] {
        assert!(said.contains(&format!("at node {node} of model.onnx")), "{node}: {said}");
    }
    assert_eq!(said.matches("error: ").count(), 4, "{said}");
}
