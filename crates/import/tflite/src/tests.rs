//! Models written by hand: what imports, and what is wrong with what does not.

use crate::FORMAT;
use crate::fields::{model, operator, operator_code, quantization, signature, subgraph, tensor, tensor_map};
use flatbuffers::{FlatBufferBuilder, ForwardsUOffset, TableFinishedWIPOffset, Vector, WIPOffset};
use kiln_diag::{Place, Severity, Sink};
use kiln_import_core::ImportOptions;
use kiln_ir::{Module, Registry};
use kiln_tensor::Tensor;
use std::fs;

type Table = WIPOffset<TableFinishedWIPOffset>;
type Tables<'b> = WIPOffset<Vector<'b, ForwardsUOffset<TableFinishedWIPOffset>>>;

/// A field of a table: its place and what it holds.
enum Field<'b> {
    Byte(i8),
    Int(i32),
    Ints(&'b [i32]),
    Floats(&'b [f32]),
    Longs(&'b [i64]),
    Bytes(&'b [u8]),
    Text(&'b str),
    Table(Table),
    Tables(Vec<Table>),
}

/// The place of a field in its list.
fn slot(index: usize) -> u16 {
    4 + 2 * index as u16
}

fn table<'b>(builder: &mut FlatBufferBuilder<'b>, fields: Vec<(usize, Field<'_>)>) -> Table {
    enum Made {
        Byte(i8),
        Int(i32),
        Offset(WIPOffset<flatbuffers::UnionWIPOffset>),
    }
    let mut made = Vec::new();
    for (index, field) in fields {
        let offset = match field {
            Field::Byte(value) => Made::Byte(value),
            Field::Int(value) => Made::Int(value),
            Field::Ints(values) => Made::Offset(builder.create_vector(values).as_union_value()),
            Field::Floats(values) => Made::Offset(builder.create_vector(values).as_union_value()),
            Field::Longs(values) => Made::Offset(builder.create_vector(values).as_union_value()),
            Field::Bytes(values) => Made::Offset(builder.create_vector(values).as_union_value()),
            Field::Text(text) => Made::Offset(builder.create_string(text).as_union_value()),
            Field::Table(table) => Made::Offset(table.as_union_value()),
            Field::Tables(tables) => {
                let vector: Tables<'_> = builder.create_vector(&tables);
                Made::Offset(vector.as_union_value())
            }
        };
        made.push((index, offset));
    }
    let start = builder.start_table();
    for (index, value) in made {
        match value {
            Made::Byte(value) => builder.push_slot_always(slot(index), value),
            Made::Int(value) => builder.push_slot_always(slot(index), value),
            Made::Offset(value) => builder.push_slot_always(slot(index), value),
        }
    }
    builder.end_table(start)
}

/// A model under construction: `x` of 2 floats is tensor 0, `y` tensor 1, a constant `[1, 2]` tensor 2.
struct Parts {
    builder: FlatBufferBuilder<'static>,
    codes: Vec<Table>,
    tensors: Vec<Table>,
    operators: Vec<Table>,
    graphs: Vec<Table>,
    buffers: Vec<Table>,
    signatures: Vec<Table>,
}

impl Parts {
    fn new() -> Parts {
        let mut parts = Parts {
            builder: FlatBufferBuilder::new(),
            codes: Vec::new(),
            tensors: Vec::new(),
            operators: Vec::new(),
            graphs: Vec::new(),
            buffers: Vec::new(),
            signatures: Vec::new(),
        };
        let constant: Vec<u8> = [1f32, 2.0].iter().flat_map(|value| value.to_le_bytes()).collect();
        for data in [&[][..], &constant] {
            let buffer = table(&mut parts.builder, vec![(0, Field::Bytes(data))]);
            parts.buffers.push(buffer);
        }
        parts.tensor("x", &[2], 0, vec![]);
        parts.tensor("y", &[2], 0, vec![]);
        parts.tensor("c", &[2], 1, vec![]);
        parts
    }

    fn tensor(&mut self, name: &str, shape: &[i32], buffer: i32, more: Vec<(usize, Field<'_>)>) {
        let mut fields = vec![
            (tensor::SHAPE, Field::Ints(shape)),
            (tensor::NAME, Field::Text(name)),
            (tensor::BUFFER, Field::Int(buffer)),
            (tensor::HAS_RANK, Field::Byte(1)),
        ];
        fields.extend(more);
        let made = table(&mut self.builder, fields);
        self.tensors.push(made);
    }

    /// An operator of number `code`, or a custom one of that name.
    fn operator(&mut self, code: Result<i32, &str>, inputs: &[i32], outputs: &[i32], more: Vec<(usize, Field<'_>)>) {
        let fields = match code {
            Ok(code) => vec![(operator_code::CODE, Field::Int(code))],
            Err(name) => vec![(operator_code::CODE, Field::Int(32)), (operator_code::CUSTOM_CODE, Field::Text(name))],
        };
        let made = table(&mut self.builder, fields);
        self.codes.push(made);
        let mut fields = vec![
            (operator::CODE_INDEX, Field::Int(self.codes.len() as i32 - 1)),
            (operator::INPUTS, Field::Ints(inputs)),
            (operator::OUTPUTS, Field::Ints(outputs)),
        ];
        fields.extend(more);
        let made = table(&mut self.builder, fields);
        self.operators.push(made);
    }

    /// Ends a graph.
    fn graph(&mut self, inputs: &[i32], outputs: &[i32]) {
        let (tensors, operators) = (std::mem::take(&mut self.tensors), std::mem::take(&mut self.operators));
        let fields = vec![
            (subgraph::TENSORS, Field::Tables(tensors)),
            (subgraph::INPUTS, Field::Ints(inputs)),
            (subgraph::OUTPUTS, Field::Ints(outputs)),
            (subgraph::OPERATORS, Field::Tables(operators)),
        ];
        let made = table(&mut self.builder, fields);
        self.graphs.push(made);
    }

    fn finish(mut self) -> Vec<u8> {
        let fields = vec![
            (model::VERSION, Field::Int(3)),
            (model::OPERATOR_CODES, Field::Tables(self.codes)),
            (model::SUBGRAPHS, Field::Tables(self.graphs)),
            (model::BUFFERS, Field::Tables(self.buffers)),
            (model::SIGNATURES, Field::Tables(self.signatures)),
        ];
        let root = table(&mut self.builder, fields);
        self.builder.finish(root, Some("TFL3"));
        self.builder.finished_data().to_vec()
    }
}

/// `y = x + c`, with `operators` in place of the sum if there are any.
fn sum() -> Vec<u8> {
    let mut parts = Parts::new();
    parts.operator(Ok(0), &[0, 2], &[1], vec![]);
    parts.graph(&[0], &[1]);
    parts.finish()
}

fn import_bytes(bytes: &[u8], options: &ImportOptions) -> (Option<Module>, Vec<String>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("model.tflite");
    fs::write(&path, bytes).expect("written");
    let sink = Sink::new();
    let registry = Registry::new(&[&kiln_tflite::DIALECT]);
    let module = FORMAT.import_file(&path, &registry, options, &sink);
    let errors = sink.take().into_iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    let errors = errors.map(|diagnostic| {
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
fn check_errors(bytes: &[u8], expected: &[&str]) {
    let (module, errors) = import_bytes(bytes, &ImportOptions::default());
    assert_eq!(errors, expected);
    assert!(module.is_none());
}

#[track_caller]
fn check_imports(bytes: &[u8], options: &ImportOptions) -> Module {
    let (module, errors) = import_bytes(bytes, options);
    assert_eq!(errors, [""; 0]);
    module.expect("a model without errors imports")
}

/// The ops of `@main` with their attributes.
fn ops(module: &Module) -> Vec<String> {
    let main = module.find_symbol(module.top(), "main").expect("imports define main");
    let block = module.region_block(main, 0);
    let line = |op| {
        let attributes = module.attributes(op).iter().map(|(name, value)| format!(" {name}={value}"));
        format!("{}{}", module.name(op), attributes.collect::<String>())
    };
    module.block_ops(block).map(line).collect()
}

fn main_attribute(module: &Module, name: &str) -> String {
    let main = module.find_symbol(module.top(), "main").expect("imports define main");
    module.attribute(main, name).expect("it is there").to_string()
}

#[test]
fn a_model_imports() {
    let module = check_imports(&sum(), &ImportOptions::default());
    let expected = ["tflite.constant value=dense<[1.0, 2.0]> : tensor<2xf32>", "tflite.ADD", "func.return"];
    assert_eq!(ops(&module), expected);
    assert_eq!(main_attribute(&module, "arg_names"), "[\"x\"]");
    assert_eq!(main_attribute(&module, "function_type"), "(tensor<2xf32>) -> tensor<2xf32>");
}

#[test]
fn options_are_attributes_unless_they_have_their_default() {
    let mut parts = Parts::new();
    let options = table(&mut parts.builder, vec![(0, Field::Byte(3)), (1, Field::Byte(1))]);
    let more = vec![(operator::OPTIONS_TYPE, Field::Byte(11)), (operator::OPTIONS, Field::Table(options))];
    parts.operator(Ok(0), &[0, -1], &[1], more);
    parts.graph(&[0], &[1]);
    let module = check_imports(&parts.finish(), &ImportOptions::default());
    assert_eq!(ops(&module)[..2], ["tflite.none", "tflite.ADD fused_activation_function=\"RELU6\""]);
}

#[test]
fn quantization_stands_at_the_operator() {
    let mut parts = Parts::new();
    let scales = vec![
        (quantization::SCALE, Field::Floats(&[0.5, 0.25])),
        (quantization::ZERO_POINT, Field::Longs(&[0, 0])),
        (quantization::DIMENSION, Field::Int(0)),
    ];
    let scales = table(&mut parts.builder, scales);
    let more = vec![(tensor::TYPE, Field::Byte(9)), (tensor::QUANTIZATION, Field::Table(scales))];
    parts.tensor("q", &[2], 0, more);
    parts.operator(Ok(6), &[3], &[1], vec![]);
    parts.graph(&[3], &[1]);
    let module = check_imports(&parts.finish(), &ImportOptions::default());
    let expected =
        "tflite.DEQUANTIZE operand_quantization=[{axis = 0 : i64, scale = dense<[5.0e-1, 2.5e-1]> : tensor<2xf32>}]";
    assert_eq!(ops(&module)[0], expected);
}

#[test]
fn subgraphs_are_regions_and_signatures_give_names() {
    let mut parts = Parts::new();
    let options = table(&mut parts.builder, vec![(0, Field::Int(1)), (1, Field::Int(1))]);
    let more = vec![(operator::OPTIONS_TYPE, Field::Byte(92)), (operator::OPTIONS, Field::Table(options))];
    parts.operator(Ok(118), &[2, 0], &[1], more);
    parts.graph(&[0], &[1]);
    parts.tensor("a", &[2], 0, vec![]);
    parts.tensor("b", &[2], 0, vec![]);
    parts.operator(Ok(59), &[0], &[1], vec![]);
    parts.graph(&[0], &[1]);
    let map = |builder: &mut FlatBufferBuilder<'static>, name: &str, index| {
        table(builder, vec![(tensor_map::NAME, Field::Text(name)), (tensor_map::TENSOR, Field::Int(index))])
    };
    let (input, output) = (map(&mut parts.builder, "in", 0), map(&mut parts.builder, "out", 1));
    let fields = vec![
        (signature::INPUTS, Field::Tables(vec![input])),
        (signature::OUTPUTS, Field::Tables(vec![output])),
        (signature::KEY, Field::Text("serve")),
        (signature::SUBGRAPH, Field::Int(0)),
    ];
    let made = table(&mut parts.builder, fields);
    parts.signatures.push(made);
    let bytes = parts.finish();
    let module = check_imports(&bytes, &ImportOptions::default());
    assert_eq!(main_attribute(&module, "res_names"), "[\"out\"]");
    assert_eq!(module.walk(module.top()).into_iter().filter(|&op| module.is(op, "tflite.NEG")).count(), 2);
    let wanted = ImportOptions { signature: Some("sreve".into()), ..ImportOptions::default() };
    let (_, errors) = import_bytes(&bytes, &wanted);
    assert_eq!(errors, ["the model has no signature \"sreve\"; did you mean \"serve\"?"]);
}

#[test]
fn open_extents_are_symbols_of_inputs() {
    let mut parts = Parts::new();
    parts.tensor("open", &[1, 3], 0, vec![(tensor::SHAPE_SIGNATURE, Field::Ints(&[-1, 3]))]);
    parts.operator(Ok(59), &[3], &[1], vec![]);
    parts.graph(&[3], &[1]);
    let module = check_imports(&parts.finish(), &ImportOptions::default());
    let expected = "(tensor<?x3xf32, #kiln.dims<[open_0, 3]>>) -> tensor<2xf32>";
    assert_eq!(main_attribute(&module, "function_type"), expected);
}

#[test]
fn inputs_may_be_fixed() {
    let constants = vec![("x".to_owned(), Tensor::from_values(&[2], &[5f32, 6.0]))];
    let options = ImportOptions { constants, ..ImportOptions::default() };
    let module = check_imports(&sum(), &options);
    assert_eq!(main_attribute(&module, "arg_names"), "[]");
}

#[test]
fn everything_wrong_is_reported() {
    let mut parts = Parts::new();
    parts.operator(Ok(0), &[0, 9], &[1], vec![]);
    parts.operator(Ok(51), &[0], &[1], vec![]);
    parts.operator(Err("MaxUnpoling2D"), &[0], &[1], vec![]);
    parts.graph(&[0], &[1]);
    check_errors(
        &parts.finish(),
        &[
            "operator code 1: operator 51 is not known",
            "operator \"y\" (ADD): there is no tensor 9, there are 3",
            "operator \"y\" (MaxUnpoling2D): custom operator MaxUnpoling2D is not known; did you mean \"MaxUnpooling2D\"?",
        ],
    );
}

#[test]
fn values_come_before_they_are_used() {
    let mut parts = Parts::new();
    parts.operator(Ok(59), &[1], &[1], vec![]);
    parts.graph(&[0], &[1]);
    let expected =
        "tensor \"y\": no operator before gives it, it is no constant and no input, but operator \"y\" (NEG) reads it";
    check_errors(&parts.finish(), &[expected]);
}

#[test]
fn constants_fit_their_shapes() {
    let mut parts = Parts::new();
    parts.tensor("w", &[3], 1, vec![]);
    parts.operator(Ok(0), &[0, 3], &[1], vec![]);
    parts.graph(&[0], &[1]);
    check_errors(&parts.finish(), &["tensor \"w\": shape [3] of f32 asks for 12 bytes, there are 8"]);
}

#[test]
fn a_subgraph_is_not_inside_of_itself() {
    let mut parts = Parts::new();
    let options = table(&mut parts.builder, vec![(0, Field::Int(0)), (1, Field::Int(0))]);
    let more = vec![(operator::OPTIONS_TYPE, Field::Byte(93)), (operator::OPTIONS, Field::Table(options))];
    parts.operator(Ok(119), &[0], &[1], more);
    parts.graph(&[0], &[1]);
    let message = "operator \"y\" (WHILE): subgraph 0 is inside of itself";
    check_errors(&parts.finish(), &[message, message]);
}

#[test]
fn no_damage_ends_the_importer() {
    let bytes = sum();
    for length in 0..bytes.len() {
        import_bytes(&bytes[..length.max(1)], &ImportOptions::default());
    }
    for at in 8..bytes.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut changed = bytes.clone();
            changed[at] = value;
            import_bytes(&changed, &ImportOptions::default());
        }
    }
}
