//! Small graphs: what they become, and what is said of wrong ones.

use crate::proto::attr_value::{ListValue, Value};
use crate::proto::op_def::ArgDef;
use crate::proto::{
    AttrValue, FunctionDef, FunctionDefLibrary, GraphDef, NameAttrList, NodeDef, OpDef, TensorProto, TensorShapeProto,
    VersionDef, tensor_shape_proto,
};
use crate::{GRAPH_DEF, SAVED_MODEL};
use kiln_diag::Sink;
use kiln_import_core::{Format, ImportOptions};
use kiln_ir::Registry;
use prost::Message;

const FLOAT: i32 = 1;
const INT: i32 = 3;
const BOOL: i32 = 10;

/// A node with attributes.
fn node(name: &str, op: &str, inputs: &[&str], attributes: &[(&str, Value)]) -> NodeDef {
    let attributes =
        attributes.iter().map(|(name, value)| (name.to_string(), AttrValue { value: Some(value.clone()) }));
    let input = inputs.iter().map(|input| input.to_string()).collect();
    NodeDef { name: name.into(), op: op.into(), input, attr: attributes.collect() }
}

fn placeholder(name: &str, dtype: i32) -> NodeDef {
    let dim = [-1, 4].map(|size| tensor_shape_proto::Dim { size, name: String::new() }).to_vec();
    let shape = Value::Shape(TensorShapeProto { dim, unknown_rank: false });
    node(name, "Placeholder", &[], &[("dtype", Value::Type(dtype)), ("shape", shape)])
}

fn constant(name: &str, value: i32) -> NodeDef {
    let tensor_shape = Some(TensorShapeProto::default());
    let tensor = TensorProto { dtype: INT, tensor_shape, int_val: vec![value], ..TensorProto::default() };
    node(name, "Const", &[], &[("dtype", Value::Type(INT)), ("value", Value::Tensor(tensor))])
}

fn float(name: &str, op: &str, inputs: &[&str]) -> NodeDef {
    node(name, op, inputs, &[("T", Value::Type(FLOAT))])
}

fn graph(nodes: Vec<NodeDef>) -> GraphDef {
    GraphDef { node: nodes, versions: Some(VersionDef { producer: 1000, min_consumer: 0 }), ..GraphDef::default() }
}

/// Imports the bytes: the ops of the module by name, regions in braces, or what is wrong.
fn import(format: Format, bytes: &[u8], options: &ImportOptions) -> Result<String, String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("model.pb");
    std::fs::write(&path, bytes).expect("written");
    let registry = Registry::new(&[&kiln_builtin::DIALECT, &kiln_func::DIALECT, &kiln_tf::DIALECT]);
    let sink = Sink::new();
    match format.import_file(&path, &registry, options, &sink) {
        Some(module) => {
            let main = module.find_symbol(module.top(), "main").expect("main");
            Ok(words(&module, module.region_block(main, 0)))
        }
        None => Err(sink.take().into_iter().map(|report| report.message).collect::<Vec<_>>().join("; ")),
    }
}

fn words(module: &kiln_ir::Module, block: kiln_ir::Block) -> String {
    let word = |op: kiln_ir::Op| {
        let name = module.name(op).as_str().rsplit('.').next().unwrap_or_default().to_owned();
        let regions = module.regions(op).iter().map(|&region| match module.entry_block(region) {
            Some(block) => format!(" {{{}}}", words(module, block)),
            None => " {}".into(),
        });
        name + &regions.collect::<String>()
    };
    module.ops_of(block).into_iter().map(word).collect::<Vec<_>>().join(" ")
}

fn check(graph: &GraphDef, expected: Result<&str, &str>) {
    check_with(graph, &ImportOptions::default(), expected);
}

fn check_with(graph: &GraphDef, options: &ImportOptions, expected: Result<&str, &str>) {
    let found = import(GRAPH_DEF, &graph.encode_to_vec(), options);
    assert_eq!(found.as_deref().map_err(String::as_str), expected);
}

#[test]
fn only_what_outputs_need_is_imported() {
    let nodes = vec![
        float("y", "Relu", &["x", "^check"]),
        node("check", "Assert", &["c"], &[("T", Value::List(ListValue::default()))]),
        constant("c", 1),
        placeholder("x", FLOAT),
    ];
    check(&graph(nodes.clone()), Ok("Relu return"));
    let options = ImportOptions { outputs: vec!["z".into()], ..ImportOptions::default() };
    check_with(&graph(nodes), &options, Err("the graph has no tensor \"z\" (output)"));
}

#[test]
fn tables_are_constants_of_keys_and_values() {
    let types = [("Tin", Value::Type(INT)), ("Tout", Value::Type(INT))];
    let list = |name: &str| {
        let dim = vec![tensor_shape_proto::Dim { size: 2, name: String::new() }];
        let tensor_shape = Some(TensorShapeProto { dim, unknown_rank: false });
        let tensor = TensorProto { dtype: INT, tensor_shape, int_val: vec![1, 2], ..TensorProto::default() };
        node(name, "Const", &[], &[("dtype", Value::Type(INT)), ("value", Value::Tensor(tensor))])
    };
    let mut nodes = vec![
        placeholder("x", INT),
        node("t", "HashTableV2", &[], &[]),
        constant("d", 7),
        node("y", "LookupTableFindV2", &["t", "x", "d"], &types),
    ];
    let message = "nothing fills the table \"t\" with constants or from an asset";
    check(&graph(nodes.clone()), Err(message));
    nodes.extend([list("k"), list("v"), node("init", "InitializeTableV2", &["t", "k", "v"], &[])]);
    check(&graph(nodes), Ok("Const Const Const LookupTableFindV2 return"));
}

#[test]
fn everything_that_is_wrong_is_reported() {
    let nodes = vec![
        placeholder("x", FLOAT),
        float("a", "Reluu", &["x"]),
        float("b", "AddV2", &["a"]),
        float("c", "AddV2", &["b", "gone"]),
    ];
    let message =
        "its input \"gone\" is not there; operator Reluu is not known; operator AddV2 takes 2 inputs, the node has 1";
    let found = import(GRAPH_DEF, &graph(nodes).encode_to_vec(), &ImportOptions::default()).expect_err("wrong");
    assert!(found.starts_with(message), "{found}");
}

#[test]
fn cycles_are_refused() {
    let nodes = vec![float("a", "Relu", &["b"]), float("b", "Relu", &["a"]), float("y", "Relu", &["b"])];
    check(&graph(nodes), Err("what it takes is made of what it gives"));
}

/// A function of one argument, whose body is one node on it.
fn function(name: &str, body: NodeDef) -> FunctionDef {
    let argument = |name: &str| ArgDef { name: name.into(), r#type: FLOAT, ..ArgDef::default() };
    let signature = OpDef { name: name.into(), input_arg: vec![argument("a")], output_arg: vec![argument("r")] };
    let ret = [("r".to_owned(), format!("{}:activations:0", body.name))].into();
    FunctionDef { signature: Some(signature), node_def: vec![body], ret, ..FunctionDef::default() }
}

fn call(name: &str, function: &str, input: &str) -> NodeDef {
    let function = NameAttrList { name: function.into(), ..NameAttrList::default() };
    let types = Value::List(ListValue { r#type: vec![FLOAT], ..ListValue::default() });
    node(name, "PartitionedCall", &[input], &[("f", Value::Func(function)), ("Tin", types.clone()), ("Tout", types)])
}

#[test]
fn functions_are_expanded() {
    let mut model = graph(vec![placeholder("x", FLOAT), call("y", "f", "x"), call("z", "f", "y")]);
    let library = FunctionDefLibrary { function: vec![function("f", float("b", "Relu", &["a"]))] };
    model.library = Some(library);
    check(&model, Ok("Relu Relu return"));
    // A function that calls itself ends.
    let mut body = call("b", "f", "a");
    body.name = "b".into();
    let mut own = function("f", body);
    own.ret = [("r".to_owned(), "b:output:0".to_owned())].into();
    model.library = Some(FunctionDefLibrary { function: vec![own] });
    let found = import(GRAPH_DEF, &model.encode_to_vec(), &ImportOptions::default()).expect_err("endless");
    assert!(found.contains("nested more than 64 deep"), "{found}");
    model.library = None;
    let found = import(GRAPH_DEF, &model.encode_to_vec(), &ImportOptions::default()).expect_err("no function");
    assert!(found.contains("there is no function \"f\""), "{found}");
}

#[test]
fn conditionals_are_recovered() {
    let types = |number| vec![("T", Value::Type(number))];
    let nodes = vec![
        placeholder("x", FLOAT),
        placeholder("p", BOOL),
        node("s/Switch", "Switch", &["x", "p"], &types(FLOAT)),
        float("s/a", "Relu", &["s/Switch:1"]),
        float("s/b", "Neg", &["s/Switch"]),
        node("s/Merge", "Merge", &["s/b", "s/a"], &[("T", Value::Type(FLOAT)), ("N", Value::I(2))]),
        float("y", "Tanh", &["s/Merge"]),
    ];
    check(&graph(nodes.clone()), Ok("If {Relu Yield} {Neg Yield} Tanh return"));
    let mut broken = nodes;
    broken[4] = float("s/b", "Neg", &["x"]);
    check(&graph(broken), Err("it joins what are not the two sides of one condition"));
}

#[test]
fn loops_are_recovered() {
    let frame = |is_constant: bool| {
        let name = Value::S(prost::bytes::Bytes::from_static(b"f"));
        vec![("T", Value::Type(INT)), ("frame_name", name), ("is_constant", Value::B(is_constant))]
    };
    let int = |name: &str, op: &str, inputs: &[&str]| node(name, op, inputs, &[("T", Value::Type(INT))]);
    let nodes = vec![
        constant("zero", 0),
        constant("one", 1),
        placeholder("n", INT),
        node("enter", "Enter", &["zero"], &frame(false)),
        node("limit", "Enter", &["n"], &frame(true)),
        node("merge", "Merge", &["enter", "next"], &[("T", Value::Type(INT)), ("N", Value::I(2))]),
        int("less", "Less", &["merge", "limit"]),
        node("condition", "LoopCond", &["less"], &[]),
        int("switch", "Switch", &["merge", "condition"]),
        int("sum", "AddV2", &["switch:1", "step"]),
        node("step", "Enter", &["one"], &frame(true)),
        int("next", "NextIteration", &["sum"]),
        int("exit", "Exit", &["switch"]),
        int("y", "Neg", &["exit"]),
    ];
    let expected = "Const Const While {Less Yield} {AddV2 Yield} Neg return";
    check(&graph(nodes.clone()), Ok(expected));
    let mut broken = nodes;
    broken[8] = int("switch", "Switch", &["merge", "less"]);
    let found = import(GRAPH_DEF, &graph(broken).encode_to_vec(), &ImportOptions::default());
    assert!(found.is_err(), "{found:?}");
}

#[test]
fn damaged_files_are_no_models() {
    let bytes = graph(vec![placeholder("x", FLOAT), float("y", "Relu", &["x"])]).encode_to_vec();
    for end in 1..bytes.len() {
        // A part may be a smaller model, or none; it never ends the process.
        let _ = import(GRAPH_DEF, &bytes[..end], &ImportOptions::default());
        let _ = import(SAVED_MODEL, &bytes[..end], &ImportOptions::default());
    }
    for place in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[place] ^= 0x81;
        let _ = import(GRAPH_DEF, &damaged, &ImportOptions::default());
    }
}
