//! Recurrent layers.

use crate::graph::Growing;
use kiln_ir::Attribute;

pub(crate) fn layer(growing: &mut Growing) -> Option<()> {
    let item = growing.item(|growing, item| {
        growing.rank(item.value) == 3 && growing.element(item.value) == kiln_tensor::ElementType::F32
    })?;
    let inputs = growing.shape(item.value)[2].as_static()? as usize;
    let (name, gates, operands) =
        growing.random.pick(&[("graph.lstm", 4, 8), ("graph.gru", 3, 6), ("graph.rnn", 1, 6)]);
    let direction = growing.random.pick(&["forward", "reverse", "bidirectional"]);
    let directions = if direction == "bidirectional" { 2 } else { 1 };
    let hidden = growing.random.pick(&[1usize, 4, 5, 16]);
    let element = growing.element(item.value);
    let mut values = vec![item.value];
    values.push(growing.constant(element, &[directions, gates * hidden, inputs]));
    values.push(growing.constant(element, &[directions, gates * hidden, hidden]));
    let has_bias = growing.random.once_in(2);
    if has_bias {
        values.push(growing.constant(element, &[directions, 2 * gates * hidden]));
    }
    let mut segments = vec![0; operands];
    segments[..3].fill(1);
    segments[3] = i32::from(has_bias);
    let mut builder = growing.builder();
    let op = builder.op(name).operands(&values).attribute("operandSegmentSizes", Attribute::dense_i32s(&segments));
    let op = op.attribute("hidden_size", hidden as i64).attribute("direction", direction).try_build().ok()?;
    let results = growing.module.results(op).to_vec();
    for &state in &results[1..] {
        growing.add(state, 20.0, -20.0, false);
    }
    growing.add(results[0], 1.0, -1.0, false)
}
