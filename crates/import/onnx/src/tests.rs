//! Models written by hand: what imports, and what is wrong with what does not.

use crate::FORMAT;
use crate::proto::attribute_proto::AttributeType;
use crate::proto::tensor_proto::{DataLocation, DataType};
use crate::proto::tensor_shape_proto::{Dimension, dimension};
use crate::proto::*;
use kiln_diag::{Place, Severity, Sink};
use kiln_import_core::ImportOptions;
use kiln_ir::{Module, Registry};
use kiln_tensor::Tensor;
use prost::Message;
use std::fs;
use std::path::Path;

/// `Op(inputs) -> outputs`, called `n` and the number of the node.
fn node(op: &str, inputs: &[&str], outputs: &[&str]) -> NodeProto {
    let names = |names: &[&str]| names.iter().map(|name| name.to_string()).collect();
    NodeProto {
        name: format!("n_{}", outputs.first().unwrap_or(&"")),
        op_type: op.into(),
        input: names(inputs),
        output: names(outputs),
        ..NodeProto::default()
    }
}

fn with_attribute(mut node: NodeProto, attribute: AttributeProto) -> NodeProto {
    node.attribute.push(attribute);
    node
}

fn int(name: &str, value: i64) -> AttributeProto {
    AttributeProto { name: name.into(), r#type: AttributeType::Int.into(), i: Some(value), ..AttributeProto::default() }
}

fn graph_attribute(name: &str, graph: GraphProto) -> AttributeProto {
    AttributeProto {
        name: name.into(),
        r#type: AttributeType::Graph.into(),
        g: Some(graph),
        ..AttributeProto::default()
    }
}

fn extent(value: dimension::Value) -> Dimension {
    Dimension { value: Some(value) }
}

fn value(name: &str, element: DataType, dims: Vec<Dimension>) -> ValueInfoProto {
    let tensor = type_proto::Tensor { elem_type: element.into(), shape: Some(TensorShapeProto { dim: dims }) };
    let ty = TypeProto { value: Some(type_proto::Value::TensorType(tensor)) };
    ValueInfoProto { name: name.into(), r#type: Some(ty) }
}

/// A value of shape `[2]`.
fn pair(name: &str) -> ValueInfoProto {
    value(name, DataType::Float, vec![extent(dimension::Value::DimValue(2))])
}

fn floats(name: &str, dims: &[i64], values: &[f32]) -> TensorProto {
    TensorProto {
        name: name.into(),
        dims: dims.to_vec(),
        data_type: DataType::Float.into(),
        raw_data: values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>().into(),
        ..TensorProto::default()
    }
}

fn external(name: &str, entries: &[(&str, &str)]) -> TensorProto {
    let entry = |(key, value): &(&str, &str)| StringStringEntryProto { key: key.to_string(), value: value.to_string() };
    TensorProto {
        name: name.into(),
        dims: vec![2],
        data_type: DataType::Float.into(),
        data_location: DataLocation::External.into(),
        external_data: entries.iter().map(entry).collect(),
        ..TensorProto::default()
    }
}

/// A model with input `x` and output `y`.
fn model(nodes: Vec<NodeProto>, initializers: Vec<TensorProto>) -> ModelProto {
    let graph = GraphProto {
        name: "g".into(),
        node: nodes,
        initializer: initializers,
        input: vec![pair("x")],
        output: vec![pair("y")],
        ..GraphProto::default()
    };
    ModelProto {
        ir_version: Some(8),
        opset_import: vec![OperatorSetIdProto { domain: String::new(), version: 17 }],
        graph: Some(graph),
        ..ModelProto::default()
    }
}

fn relu_model() -> ModelProto {
    model(vec![node("Relu", &["x"], &["y"])], Vec::new())
}

fn import_bytes(bytes: &[u8], options: &ImportOptions) -> (Option<Module>, Vec<String>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("weights"), [0u8; 8]).expect("written");
    import_file(&folder.path().join("model.onnx"), bytes, options)
}

fn import_file(path: &Path, bytes: &[u8], options: &ImportOptions) -> (Option<Module>, Vec<String>) {
    fs::write(path, bytes).expect("written");
    let sink = Sink::new();
    let registry = Registry::new(&[&kiln_onnx::DIALECT]);
    let module = FORMAT.import_file(path, &registry, options, &sink);
    let errors =
        sink.take().into_iter().filter(|diagnostic| diagnostic.severity == Severity::Error).map(|diagnostic| {
            let part = match diagnostic.place {
                Place::Model { part, .. } => format!("{part}: "),
                _ => String::new(),
            };
            let help = diagnostic.help.first().map(|help| format!("; {help}")).unwrap_or_default();
            format!("{part}{}{help}", diagnostic.message)
        });
    (module, errors.collect())
}

#[track_caller]
fn check_errors(model: &ModelProto, expected: &[&str]) {
    let (module, errors) = import_bytes(&model.encode_to_vec(), &ImportOptions::default());
    assert_eq!(errors, expected);
    assert!(module.is_none());
}

#[track_caller]
fn check_imports(model: &ModelProto) -> Module {
    let (module, errors) = import_bytes(&model.encode_to_vec(), &ImportOptions::default());
    assert_eq!(errors, [""; 0]);
    module.expect("a model without errors imports")
}

/// The ops of `@main`, as `name name ...`.
fn ops(module: &Module) -> String {
    let main = module.find_symbol(module.top(), "main").expect("imports define main");
    let block = module.region_block(main, 0);
    module.block_ops(block).map(|op| module.name(op).as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_model_imports() {
    let module = check_imports(&model(vec![node("Add", &["x", "w"], &["y"])], vec![floats("w", &[2], &[1.0, 2.0])]));
    assert_eq!(ops(&module), "onnx.Constant onnx.Add func.return");
    assert_eq!(module.attributes(module.top()).i64("onnx.opset"), Some(17));
}

#[test]
fn order_is_repaired() {
    let module = check_imports(&model(vec![node("Relu", &["a"], &["y"]), node("Abs", &["x"], &["a"])], Vec::new()));
    assert_eq!(ops(&module), "onnx.Abs onnx.Relu func.return");
}

#[test]
fn inputs_left_out_are_none() {
    let module = check_imports(&model(vec![node("Clip", &["x", "", "x"], &["y"])], Vec::new()));
    assert_eq!(ops(&module), "onnx.none onnx.Clip func.return");
}

#[test]
fn extents_become_symbols() {
    let mut model = relu_model();
    let named = |name: &str| extent(dimension::Value::DimParam(name.into()));
    let dims = vec![named("N"), named("?"), Dimension::default(), named("N"), extent(dimension::Value::DimValue(-1))];
    model.graph.as_mut().expect("a graph").input[0] = value("x", DataType::Float, dims);
    let module = check_imports(&model);
    let main = module.find_symbol(module.top(), "main").expect("main");
    let argument = module.arguments(module.region_block(main, 0))[0];
    assert_eq!(module.ty(argument).to_string(), "tensor<?x?x?x?x?xf32, #kiln.dims<[N, x_1, x_2, N, x_4]>>");
}

#[test]
fn functions_are_expanded() {
    let mut model = model(vec![NodeProto { domain: "my".into(), ..node("Twice", &["x"], &["y"]) }], Vec::new());
    model.functions.push(FunctionProto {
        name: "Twice".into(),
        domain: "my".into(),
        input: vec!["a".into()],
        output: vec!["b".into()],
        node: vec![node("Add", &["a", "a"], &["b"])],
        ..FunctionProto::default()
    });
    assert_eq!(ops(&check_imports(&model)), "onnx.Add func.return");
    model.functions[0].node = vec![NodeProto { domain: "my".into(), ..node("Twice", &["a"], &["b"]) }];
    check_errors(&model, &["node \"n_b\" (Twice): functions call each other without end: Twice -> Twice"]);
}

#[test]
fn inputs_become_constants() {
    let bytes = relu_model().encode_to_vec();
    let constant =
        |name: &str, tensor| ImportOptions { constants: vec![(name.into(), tensor)], ..ImportOptions::default() };
    let (module, errors) = import_bytes(&bytes, &constant("x", Tensor::from_values(&[2], &[1.0f32, 2.0])));
    assert_eq!(
        (module.map(|module| ops(&module)).as_deref(), errors.len()),
        (Some("onnx.Constant onnx.Relu func.return"), 0)
    );
    let (_, errors) = import_bytes(&bytes, &constant("x", Tensor::scalar(1i64)));
    assert_eq!(errors, ["input \"x\": the constant for it is a [] of i64, not a tensor<2xf32>"]);
    let (_, errors) = import_bytes(&bytes, &constant("xx", Tensor::scalar(1i64)));
    assert_eq!(errors, ["the model has no input \"xx\"; did you mean \"x\"?"]);
}

#[test]
fn damaged_files_are_refused() {
    let whole = model(vec![node("Add", &["x", "w"], &["y"])], vec![floats("w", &[64], &[1.0; 64])]).encode_to_vec();
    for end in 0..whole.len() {
        let (module, errors) = import_bytes(&whole[..end], &ImportOptions::default());
        assert!(module.is_none() && !errors.is_empty(), "{end} bytes of {}", whole.len());
    }
    let mut state = 1u64;
    for length in 1..300 {
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as u8
        };
        let bytes: Vec<u8> = (0..length).map(|_| random()).collect();
        let (module, errors) = import_bytes(&bytes, &ImportOptions::default());
        assert!(module.is_none() && !errors.is_empty());
    }
}

#[test]
fn flipped_bytes_do_not_crash() {
    let whole = model(vec![node("Add", &["x", "w"], &["y"])], vec![floats("w", &[2], &[1.0; 2])]).encode_to_vec();
    for position in 0..whole.len() {
        for flip in [1, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[position] ^= flip;
            let (module, errors) = import_bytes(&bytes, &ImportOptions::default());
            assert_eq!(module.is_none(), !errors.is_empty(), "byte {position} with {flip:#x}");
        }
    }
}

#[test]
fn everything_wrong_is_reported_at_once() {
    let nodes = vec![
        node("Rleu", &["x"], &["a"]),
        node("Frobnicate", &["a"], &["b"]),
        node("Add", &["b"], &["c"]),
        node("Relu", &["xx"], &["d"]),
        node("Concat", &["c", "d"], &["e"]),
        NodeProto { domain: "com.example".into(), ..node("Magic", &["e"], &["f"]) },
        node("Gelu", &["f"], &["g"]),
        with_attribute(node("Softmax", &["g"], &["y"]), graph_attribute("axis", GraphProto::default())),
    ];
    check_errors(
        &model(nodes, Vec::new()),
        &[
            "node \"n_a\" (Rleu): operator Rleu is not known; did you mean \"Relu\"?",
            "node \"n_b\" (Frobnicate): operator Frobnicate is not known",
            "node \"n_c\" (Add): operator Add needs 2 inputs, the node has 1",
            "node \"n_d\" (Relu): no value is called \"xx\"; did you mean \"x\"?",
            "node \"n_e\" (Concat): attribute \"axis\" of operator Concat is missing",
            "node \"n_f\" (Magic): operator Magic of domain \"com.example\" is not known; a C function can compute it, \
             --custom-op com.example.Magic=FUNCTION, or a rule say what it is, --rules FILE",
            "node \"n_g\" (Gelu): operator Gelu came with opset 20; the model uses opset 17",
            "node \"n_y\" (Softmax): attribute \"axis\": a graph is not expected here",
        ],
    );
}

#[test]
fn cycles_are_named() {
    let nodes = vec![
        node("Relu", &["x"], &["a"]),
        node("Add", &["a", "d"], &["b"]),
        node("Abs", &["b"], &["d"]),
        node("Neg", &["d"], &["y"]),
    ];
    let cycle =
        "node \"n_d\" (Abs): the graph has a cycle: node \"n_d\" (Abs) -> node \"n_b\" (Add) -> node \"n_d\" (Abs)";
    let (_, errors) = import_bytes(&model(nodes, Vec::new()).encode_to_vec(), &ImportOptions::default());
    assert_eq!(errors.first().map(String::as_str), Some(cycle));
}

#[test]
fn shapes_that_cannot_be_are_refused() {
    let with_input = |dims: &[i64]| {
        let mut model = relu_model();
        let dims = dims.iter().map(|&value| extent(dimension::Value::DimValue(value))).collect();
        model.graph.as_mut().expect("a graph").input[0] = value("x", DataType::Float, dims);
        model
    };
    check_errors(&with_input(&[2, -3]), &["input \"x\": extent -3 of axis 1 cannot be"]);
    let huge = "input \"x\": a tensor of shape [4611686018427387904, 4611686018427387904] is too large for memory";
    check_errors(&with_input(&[1 << 62, 1 << 62]), &[huge]);
    let empty = "input \"x\": a tensor of shape [4611686018427387904, 0, 4] is too large for memory";
    check_errors(&with_input(&[1 << 62, 0, 4]), &[empty]);
    let check = |tensor: TensorProto, message: &str| {
        let model = model(vec![node("Add", &["x", "w"], &["y"])], vec![tensor]);
        check_errors(&model, &[&format!("initializer \"w\": {message}")]);
    };
    check(floats("w", &[-1], &[1.0]), "extent -1 in shape [-1] cannot be");
    check(floats("w", &[3], &[1.0]), "shape [3] of f32 asks for 12 bytes, there are 4");
    let huge = "a tensor of shape [4611686018427387904, 8] is too large for memory";
    check(floats("w", &[1 << 62, 8], &[1.0]), huge);
    check(TensorProto { data_type: 99, ..floats("w", &[1], &[1.0]) }, "element type 99 is not known");
    let empty = TensorProto { raw_data: Vec::new().into(), ..floats("w", &[5], &[]) };
    check(empty, "shape [5] asks for 5 elements, there are 0");
}

#[test]
fn external_data_stays_inside() {
    let check = |entries: &[(&str, &str)], message: Option<&str>| {
        let model = model(vec![node("Add", &["x", "w"], &["y"])], vec![external("w", entries)]);
        let (module, errors) = import_bytes(&model.encode_to_vec(), &ImportOptions::default());
        assert_eq!(module.is_some(), message.is_none());
        assert_eq!(errors, message.map(|message| format!("initializer \"w\": {message}")).as_slice());
    };
    check(&[("location", "weights")], None);
    check(&[("location", "weights"), ("offset", "0"), ("length", "8")], None);
    let outside = "external data \"../weights\" is outside of the model's folder";
    check(&[("location", "../weights")], Some(outside));
    check(&[("location", "/etc/passwd")], Some("external data \"/etc/passwd\" is outside of the model's folder"));
    let long = "external data \"weights\" has 8 bytes, 8 from 4 on are asked for";
    check(&[("location", "weights"), ("offset", "4"), ("length", "8")], Some(long));
    let overflow = "external data \"weights\" has 8 bytes, 18446744073709551615 from 8 on are asked for";
    check(&[("location", "weights"), ("offset", "8"), ("length", "18446744073709551615")], Some(overflow));
    check(&[("location", "weights"), ("offset", "-1")], Some("external data: offset \"-1\" is not a size"));
    check(&[], Some("external data has no location"));
}

#[test]
fn versions_are_checked() {
    let mut model = relu_model();
    model.opset_import[0].version = 0;
    model.ir_version = Some(99);
    check_errors(
        &model,
        &[
            "ir_version: version 99 of the format is not known; 3 to 14 are",
            "opset_import: opset 0 is not supported; 1 to 28 are (onnx.version_converter converts models between opsets)",
            "node \"n_y\" (Relu): operator Relu came with opset 1; the model uses opset 0",
        ],
    );
    model.graph = None;
    check_errors(&model, &["this is not an ONNX model: there is no graph in it"]);
}

#[test]
fn names_are_unique() {
    let nodes = vec![node("Relu", &["x"], &["y"]), node("Abs", &["x"], &["y"])];
    check_errors(&model(nodes, Vec::new()), &["value \"y\": this name is defined twice"]);
    let mut model = relu_model();
    model.graph.as_mut().expect("a graph").output.push(pair("z"));
    check_errors(&model, &["output \"z\": no value is called \"z\"; did you mean \"x\"?"]);
}

#[test]
fn sparse_tensors_are_refused() {
    let mut model = model(vec![node("Add", &["x", "w"], &["y"])], Vec::new());
    let values = floats("w", &[1], &[1.0]);
    let sparse = SparseTensorProto { values: Some(values), indices: None, dims: vec![2] };
    model.graph.as_mut().expect("a graph").sparse_initializer.push(sparse);
    check_errors(&model, &["sparse_initializer: sparse tensor \"w\" of shape [2] is not supported"]);
}

#[test]
fn graphs_are_regions_that_see_outside() {
    let branch = |op: &str| GraphProto {
        node: vec![node(op, &["x"], &["r"])],
        output: vec![pair("r")],
        ..GraphProto::default()
    };
    let mut model = model(Vec::new(), Vec::new());
    let graph = model.graph.as_mut().expect("a graph");
    graph.input.push(value("c", DataType::Bool, Vec::new()));
    let choice = with_attribute(node("If", &["c"], &["y"]), graph_attribute("else_branch", branch("Abs")));
    graph.node = vec![with_attribute(choice, graph_attribute("then_branch", branch("Relu")))];
    let module = check_imports(&model);
    let inside: Vec<&str> = module.walk(module.top()).into_iter().map(|op| module.name(op).as_str()).collect();
    let expected = ["onnx.If", "onnx.Relu", "onnx.Yield", "onnx.Abs", "onnx.Yield", "func.return"];
    assert_eq!(inside[2..], expected);
    let mut nested = branch("Relu");
    for _ in 0..200 {
        let choice = with_attribute(node("If", &["c"], &["r"]), graph_attribute("then_branch", nested));
        nested = GraphProto { node: vec![choice], output: vec![pair("r")], ..GraphProto::default() };
    }
    let deep = GraphProto { input: vec![pair("x")], output: Vec::new(), ..nested };
    let (module, errors) =
        import_bytes(&ModelProto { graph: Some(deep), ..model }.encode_to_vec(), &ImportOptions::default());
    assert!(module.is_none() && errors[0].contains("nested too deep"), "{errors:?}");
}

#[test]
fn attributes_keep_their_names() {
    let module =
        check_imports(&model(vec![with_attribute(node("Softmax", &["x"], &["y"]), int("axis", 0))], Vec::new()));
    let main = module.find_symbol(module.top(), "main").expect("main");
    let softmax = module.first_op(module.region_block(main, 0)).expect("an op");
    assert_eq!(module.attributes(softmax).i64("axis"), Some(0));
}
