//! A cell as a layer of one step.

use super::cells::{Cell, Gate, Kind};
use super::sums::{Block, Offset, extent};
use crate::matching::{concat, constant, reshape, shape_of, slice, transpose};
use kiln_ir::{Attribute, Builder, Dim, Module, Op, Type, Value};
use kiln_tensor::{Tensor, element_count};
use rustc_hash::FxHashMap;

/// The weights of a layer: `w`, `r` and `bias`.
type Operands = [Value; 3];

/// Layers whose weights were put together, by the block they are used in: each step has the same.
#[derive(Default)]
pub(super) struct Weights(FxHashMap<(kiln_ir::Block, Kind, Vec<Gate>), Operands>);

impl Weights {
    fn of(&mut self, builder: &mut Builder, op: Op, cell: &Cell) -> Operands {
        let block = builder.module.parent_block(op).expect("a cell is in a block");
        let key = (block, cell.kind, cell.gates.clone());
        *self.0.entry(key).or_insert_with(|| assemble(builder, cell))
    }
}

/// Replaces the cell whose hidden state `op` computes.
pub(super) fn build(module: &mut Module, op: Op, cell: &Cell, weights: &mut Weights) {
    let state = shape_of(module, cell.hidden);
    let (batch, size) = (state[0], cell.size(module));
    let one = Dim::Static(1);
    // Of an LSTM's cell state there are users before the hidden state is computed; all operands are there even earlier.
    let first = cell.state.and_then(|(_, after)| module.defining_op(after)).unwrap_or(op);
    let mut builder = Builder::before(module, first);
    let [w, r, bias] = weights.of(&mut builder, op, cell);
    let input = [one, batch, shape_of(builder.module, cell.input)[1]];
    let x = reshape(&mut builder, cell.input, &input);
    let initial = [Some(cell.hidden), cell.state.map(|(before, _)| before)];
    let initial: Vec<Value> = initial
        .into_iter()
        .flatten()
        .map(|value| reshape(&mut builder, value, &[one, batch, Dim::Static(size)]))
        .collect();

    let scalar = builder.module.ty(x).scalar();
    let (y, last) = ([one, one, batch, Dim::Static(size)], [one, batch, Dim::Static(size)]);
    let results = |states| -> Vec<Type> {
        [Type::tensor(&y, scalar)].into_iter().chain(std::iter::repeat_n(Type::tensor(&last, scalar), states)).collect()
    };
    let (name, segments, states): (_, &[i32], _) = match cell.kind {
        Kind::Lstm => ("graph.lstm", &[1, 1, 1, 1, 0, 1, 1, 0], 2),
        Kind::Gru { .. } => ("graph.gru", &[1, 1, 1, 1, 0, 1], 1),
    };
    let mut layer = builder.op(name).operands(&[x, w, r, bias]).operands(&initial).results(&results(states));
    layer = layer.attribute("operandSegmentSizes", Attribute::dense_i32s(segments));
    layer = layer.attribute("hidden_size", size as i64);
    if matches!(cell.kind, Kind::Gru { linear_before_reset: true }) {
        layer = layer.attribute("linear_before_reset", true);
    }
    let layer = layer.build();
    let after: Vec<Value> = builder.module.results(layer)[1..].to_vec();
    let after: Vec<Value> = after.into_iter().map(|value| reshape(&mut builder, value, state)).collect();
    module.replace(op, &after[..1]);
    if let Some((_, new)) = cell.state {
        module.replace_all_uses(new, after[1]);
    }
}

fn assemble(builder: &mut Builder, cell: &Cell) -> Operands {
    let input = extent(builder.module, cell.input, 1).expect("a product is found only where its extents are known");
    let (size, count) = (cell.size(builder.module), cell.gates.len() as u64);
    let one = Dim::Static(1);
    let stack = |builder: &mut Builder, parts: &[Value], rows: u64| {
        let joined = concat(builder, parts, 0);
        let columns: Vec<Dim> = shape_of(builder.module, joined)[1..].to_vec();
        reshape(builder, joined, &[&[one, Dim::Static(rows)], columns.as_slice()].concat())
    };
    let by_input: Vec<Value> = cell.gates.iter().map(|gate| rows_of(builder, gate.input, input, size)).collect();
    let w = stack(builder, &by_input, count * size);
    let by_hidden: Vec<Value> = cell.gates.iter().map(|gate| rows_of(builder, gate.hidden, size, size)).collect();
    let r = stack(builder, &by_hidden, count * size);
    let element = builder.module.ty(cell.hidden).element().expect("a cell computes with numbers");
    let zeros = Tensor::zeros(element, &[size as usize]).expect("as large as a part of the bias");
    let zeros = constant(builder, zeros);
    let input_offsets = cell.gates.iter().map(|gate| &gate.input_offsets);
    let offsets = input_offsets.chain(cell.gates.iter().map(|gate| &gate.hidden_offsets));
    let offsets: Vec<Value> = offsets.map(|offsets| total(builder, offsets, zeros, size)).collect();
    let bias = stack(builder, &offsets, 2 * count * size);
    [w, r, bias]
}

/// A block of a matrix as one row for each of `columns`: the weights of a gate as the layer has them.
fn rows_of(builder: &mut Builder, block: Block, rows: u64, columns: u64) -> Value {
    let (starts, lengths) = match block.transposed {
        true => ([block.column, block.row], [columns, rows]),
        false => ([block.row, block.column], [rows, columns]),
    };
    let part = slice(builder, block.matrix, &starts, &lengths.map(Dim::Static));
    if block.transposed { part } else { transpose(builder, part, &[1, 0]) }
}

/// The sum of the offsets of a gate.
fn total(builder: &mut Builder, offsets: &[Offset], zeros: Value, size: u64) -> Value {
    let mut sum = zeros;
    for offset in offsets {
        let shape = shape_of(builder.module, offset.constant);
        let count = shape.iter().filter_map(|dim| dim.as_static()).map(|extent| extent as usize).collect::<Vec<_>>();
        let count = element_count(&count).expect("a constant has its elements");
        let flat = reshape(builder, offset.constant, &[Dim::Static(count as u64)]);
        let part = offset.column.map_or(flat, |column| slice(builder, flat, &[column], &[Dim::Static(size)]));
        let ty = builder.module.ty(zeros);
        sum = builder.op("graph.add").operand(sum).operand(part).result(ty).value();
    }
    sum
}
