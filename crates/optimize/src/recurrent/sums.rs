//! A few columns of a matrix as a sum of products with constant matrices, constants, and whatever else is added.

use crate::matching::{find_producer, is_constant, shape_of};
use kiln_ir::{Module, Value};

/// Columns `column..` of the product of `left` with rows `row..` of a constant matrix.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Product {
    pub left: Value,
    pub weights: Block,
}

/// A part of a constant matrix: as many rows as the left operand has columns, as many columns as the sum.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Block {
    pub matrix: Value,
    /// Whether the matrix lies as columns by rows.
    pub transposed: bool,
    pub row: u64,
    pub column: u64,
}

/// A constant that is added to every row.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Offset {
    pub constant: Value,
    /// Where its columns start; `None` if it is one number for all of them.
    pub column: Option<u64>,
}

/// The terms of a sum.
#[derive(Clone, Default, Debug)]
pub(super) struct Sum {
    pub products: Vec<Product>,
    pub offsets: Vec<Offset>,
    /// Everything else, with the column at which it starts.
    pub others: Vec<(Value, u64)>,
}

/// The most terms of a sum that is looked at.
const MOST_TERMS: usize = 16;

/// The extent of an axis that is known.
pub(super) fn extent(module: &Module, value: Value, axis: usize) -> Option<u64> {
    shape_of(module, value).get(axis)?.as_static()
}

impl Sum {
    /// The terms of all columns of a matrix.
    pub(super) fn of(module: &Module, value: Value) -> Option<Sum> {
        let mut sum = Sum::default();
        (shape_of(module, value).len() == 2).then(|| sum.add(module, value, 0))??;
        Some(sum)
    }

    /// Adds the terms of `value`, a matrix, from `column` on; `None` if there are too many.
    fn add(&mut self, module: &Module, value: Value, column: u64) -> Option<()> {
        if self.products.len() + self.offsets.len() + self.others.len() >= MOST_TERMS {
            return None;
        }
        if let Some(offset) = find_offset(module, value, column) {
            self.offsets.push(offset);
        } else if let Some((source, start)) = find_columns(module, value) {
            self.add(module, source, start + column)?;
        } else if let Some(terms) = find_addends(module, value) {
            for term in terms {
                self.add(module, term, column)?;
            }
        } else if let Some(products) = find_products(module, value, column) {
            self.products.extend(products);
        } else {
            self.others.push((value, column));
        }
        Some(())
    }
}

/// A constant that is the same for every row.
fn find_offset(module: &Module, value: Value, column: u64) -> Option<Offset> {
    let shape = shape_of(module, value);
    let (last, outer) = shape.split_last().map_or((None, shape), |(last, outer)| (Some(last), outer));
    let is_row = is_constant(module, value) && outer.iter().all(|dim| dim.is(1));
    let is_one = last.is_none_or(|last| last.is(1));
    is_row.then_some(Offset { constant: value, column: (!is_one).then_some(column) })
}

/// The matrix of which `value` is a range of columns, and the first of them.
fn find_columns(module: &Module, value: Value) -> Option<(Value, u64)> {
    let slice = find_producer(module, value, "graph.slice")?;
    let source = module.operand(slice, 0);
    let (starts, steps) = (module.attribute(slice, "starts")?.as_dims()?, module.attributes(slice).i64s("steps")?);
    let whole_rows = shape_of(module, source).len() == 2
        && starts[0].is(0)
        && shape_of(module, source)[0] == shape_of(module, value)[0]
        && steps == [1, 1];
    whole_rows.then_some((source, starts[1].as_static()?))
}

/// The operands of an addition, each either a row or as large as the result.
fn find_addends(module: &Module, value: Value) -> Option<[Value; 2]> {
    let add = find_producer(module, value, "graph.add")?;
    let terms = [module.operand(add, 0), module.operand(add, 1)];
    let fits =
        |&term: &Value| shape_of(module, term) == shape_of(module, value) || find_offset(module, term, 0).is_some();
    terms.iter().all(fits).then_some(terms)
}

/// The products of a matrix, or of several side by side, with a constant one.
fn find_products(module: &Module, value: Value, column: u64) -> Option<Vec<Product>> {
    let op = find_producer(module, value, "graph.matmul")?;
    let (left, matrix) = (module.operand(op, 0), module.operand(op, 1));
    let flag = |name: &str| module.attributes(op).bool(name).unwrap_or(false);
    let is_layer = shape_of(module, left).len() == 2 && shape_of(module, matrix).len() == 2;
    if !is_layer || flag("transpose_a") || !is_constant(module, matrix) {
        return None;
    }
    let parts = find_producer(module, left, "graph.concat")
        .filter(|&concat| module.attribute(concat, "axis").and_then(|axis| axis.as_i64()) == Some(1));
    let parts = parts.map_or(vec![left], |concat| module.operands(concat).to_vec());
    let mut row = 0;
    let mut products = Vec::new();
    for part in parts {
        let weights = Block { matrix, transposed: flag("transpose_b"), row, column };
        products.push(Product { left: part, weights });
        row += extent(module, part, 1)?;
    }
    Some(products)
}
