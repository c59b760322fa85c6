//! Writes small ONNX files: the fields of the format that tests need, in protobuf's encoding.

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
/// 64-bit integer.
pub const INT64: i64 = 7;

/// A model under construction.
#[derive(Clone, Default)]
pub struct Model {
    graph: Message,
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
        Model { graph: self.graph.message(field, Message::default().text(1, name).message(2, ty)) }
    }

    /// A node, called as its operator in lower case.
    pub fn node(self, operator: &str, inputs: &[&str], output: &str) -> Model {
        let node = inputs.iter().fold(Message::default(), |node, input| node.text(1, input));
        let node = node.text(2, output).text(3, &operator.to_lowercase()).text(4, operator);
        Model { graph: self.graph.message(1, node) }
    }

    /// A weight.
    pub fn weight(self, name: &str, shape: &[i64], values: &[f32]) -> Model {
        let dims = shape.iter().fold(Message::default(), |dims, &extent| dims.number(1, extent));
        let data: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Model { graph: self.graph.message(5, dims.number(2, FLOAT).text(8, name).bytes(9, &data)) }
    }

    /// The file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let opset = Message::default().text(1, "").number(2, 17);
        let graph = self.graph.clone().text(2, "graph");
        Message::default().number(1, 8).message(7, graph).message(8, opset).0
    }
}
