//! Writes small ONNX files: the fields of the format that tests need, in protobuf's encoding. Nothing is checked, so that
//! files can be wrong.

#![allow(dead_code, reason = "each test uses a part of it")]

/// Bytes of a message.
#[derive(Clone, Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(mut self, mut value: u64) -> Message {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
        self
    }

    fn number(self, field: u64, value: i64) -> Message {
        self.varint(field << 3).varint(value as u64)
    }

    fn bytes(self, field: u64, bytes: &[u8]) -> Message {
        let mut message = self.varint(field << 3 | 2).varint(bytes.len() as u64);
        message.0.extend(bytes);
        message
    }

    fn text(self, field: u64, text: &str) -> Message {
        self.bytes(field, text.as_bytes())
    }

    fn message(self, field: u64, message: Message) -> Message {
        self.bytes(field, &message.0)
    }
}

/// Float.
pub const FLOAT: i64 = 1;
/// 8-bit integer.
pub const INT8: i64 = 3;
/// 32-bit integer.
pub const INT32: i64 = 6;
/// 64-bit integer.
pub const INT64: i64 = 7;
/// Text.
pub const STRING: i64 = 8;
/// Truth value.
pub const BOOL: i64 = 9;
/// Complex number of two floats.
pub const COMPLEX64: i64 = 14;

/// The opset of a model that names none.
const OPSET: i64 = 17;

/// A model under construction.
#[derive(Clone, Default)]
pub struct Model {
    graph: Message,
    /// Fields of the model beside its graph.
    rest: Message,
    opset: Option<i64>,
}

impl Model {
    /// An input: extents that are not numbers are symbols.
    pub fn input(self, name: &str, element: i64, shape: &[&str]) -> Model {
        self.value(11, name, element, shape)
    }

    /// An output.
    pub fn output(self, name: &str, element: i64, shape: &[&str]) -> Model {
        self.value(12, name, element, shape)
    }

    fn value(self, field: u64, name: &str, element: i64, shape: &[&str]) -> Model {
        let dims = shape.iter().fold(Message::default(), |dims, extent| {
            let dim = match extent.parse() {
                Ok(number) => Message::default().number(1, number),
                Err(_) => Message::default().text(2, extent),
            };
            dims.message(1, dim)
        });
        let tensor = Message::default().number(1, element).message(2, dims);
        let ty = Message::default().message(1, tensor);
        self.graph_field(field, Message::default().text(1, name).message(2, ty))
    }

    fn graph_field(self, field: u64, message: Message) -> Model {
        Model { graph: self.graph.message(field, message), ..self }
    }

    /// A node, called as its operator in lower case.
    pub fn node(self, operator: &str, inputs: &[&str], output: &str) -> Model {
        self.add(Node::new(operator, inputs, &[output]))
    }

    /// A node.
    pub fn add(self, node: Node) -> Model {
        self.graph_field(1, node.0)
    }

    /// A weight.
    pub fn weight(self, name: &str, shape: &[i64], values: &[f32]) -> Model {
        let data: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.tensor(Tensor::new(name, FLOAT, shape).raw(&data))
    }

    /// A constant of 64-bit integers.
    pub fn integers(self, name: &str, values: &[i64]) -> Model {
        let data: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.tensor(Tensor::new(name, INT64, &[values.len() as i64]).raw(&data))
    }

    /// An initializer.
    pub fn tensor(self, tensor: Tensor) -> Model {
        self.graph_field(5, tensor.0)
    }

    /// The opset, instead of 17.
    pub fn opset(self, version: i64) -> Model {
        Model { opset: Some(version), ..self }
    }

    /// Imports the operators of another domain.
    pub fn import(self, domain: &str, version: i64) -> Model {
        Model { rest: self.rest.message(8, Message::default().text(1, domain).number(2, version)), ..self }
    }

    /// A function of one input `a` and one output `b`, whose body is a node.
    pub fn function(self, domain: &str, name: &str, body: Node) -> Model {
        let function = Message::default().text(1, name).text(4, "a").text(5, "b").message(7, body.0).text(10, domain);
        Model { rest: self.rest.message(25, function), ..self }
    }

    /// The file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let opset = Message::default().text(1, "").number(2, self.opset.unwrap_or(OPSET));
        let graph = self.graph.clone().text(2, "graph");
        let mut file = Message::default().number(1, 8).message(7, graph).message(8, opset);
        file.0.extend(&self.rest.0);
        file.0
    }
}

/// A node under construction.
#[derive(Clone)]
pub struct Node(Message);

impl Node {
    /// `operator(inputs) -> outputs`, called as its operator in lower case.
    pub fn new(operator: &str, inputs: &[&str], outputs: &[&str]) -> Node {
        let node = inputs.iter().fold(Message::default(), |node, input| node.text(1, input));
        let node = outputs.iter().fold(node, |node, output| node.text(2, output));
        Node(node.text(3, &operator.to_lowercase()).text(4, operator))
    }

    /// Called so: the last of several values of a field counts.
    pub fn named(self, name: &str) -> Node {
        Node(self.0.text(3, name))
    }

    /// Of a domain other than the standard one.
    pub fn of_domain(self, domain: &str) -> Node {
        Node(self.0.text(7, domain))
    }

    fn attribute(self, name: &str, kind: i64, value: Message) -> Node {
        let mut attribute = Message::default().text(1, name).number(20, kind);
        attribute.0.extend(value.0);
        Node(self.0.message(5, attribute))
    }

    /// An integer attribute.
    pub fn int(self, name: &str, value: i64) -> Node {
        self.attribute(name, 2, Message::default().number(3, value))
    }

    /// A float attribute.
    pub fn float(self, name: &str, value: f32) -> Node {
        let mut message = Message::default().varint(2 << 3 | 5);
        message.0.extend(value.to_le_bytes());
        self.attribute(name, 1, message)
    }

    /// A string attribute.
    pub fn text(self, name: &str, value: &str) -> Node {
        self.attribute(name, 3, Message::default().text(4, value))
    }

    /// An attribute that is a tensor.
    pub fn tensor(self, name: &str, value: Tensor) -> Node {
        self.attribute(name, 4, Message::default().message(5, value.0))
    }

    /// An attribute that is a graph.
    pub fn graph(self, name: &str, graph: &Model) -> Node {
        self.attribute(name, 5, Message::default().message(6, graph.graph.clone().text(2, "inner")))
    }

    /// An attribute that is a list of integers.
    pub fn ints(self, name: &str, values: &[i64]) -> Node {
        self.attribute(name, 7, values.iter().fold(Message::default(), |list, &value| list.number(8, value)))
    }
}

/// A tensor under construction.
#[derive(Clone)]
pub struct Tensor(Message);

impl Tensor {
    /// A tensor without data.
    pub fn new(name: &str, element: i64, shape: &[i64]) -> Tensor {
        let dims = shape.iter().fold(Message::default(), |dims, &extent| dims.number(1, extent));
        Tensor(dims.number(2, element).text(8, name))
    }

    /// Its bytes.
    pub fn raw(self, bytes: &[u8]) -> Tensor {
        Tensor(self.0.bytes(9, bytes))
    }

    /// Where its bytes are: `location`, `offset`, `length`.
    pub fn external(self, entries: &[(&str, &str)]) -> Tensor {
        let entry = |tensor: Message, (key, value): &(&str, &str)| {
            tensor.message(13, Message::default().text(1, key).text(2, value))
        };
        Tensor(entries.iter().fold(self.0, entry).number(14, 1))
    }
}
