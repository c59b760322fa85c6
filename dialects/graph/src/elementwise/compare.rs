//! Elementwise comparisons: two operands of one element type, result `i1`.

use super::{ElementwiseRow, Facts, Formula, REAL, Special, table};

macro_rules! compare {
    ($name:literal, $doc:literal, $float:expr, $integer:expr, $facts:expr) => {
        ElementwiseRow {
            name: concat!("graph.", $name),
            doc: $doc,
            example: concat!("%y = graph.", $name, " %a, %b : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xi1>"),
            operand: REAL,
            formula: Formula::Compare { float: $float, integer: $integer },
            facts: $facts,
        }
    };
}

const fn on_equal(result: Special) -> Facts {
    Facts { on_equal: Some(result), ..Facts::NONE }
}

const fn symmetric(result: Special) -> Facts {
    Facts { commutative: true, ..on_equal(result) }
}

table! {
    EQUAL = compare!("equal", "Whether both are equal; NaN equals nothing.", |a, b| a == b, |a, b| a == b, symmetric(Special::One));
    NOT_EQUAL = compare!("not_equal", "Whether they differ; NaN differs from all.", |a, b| a != b, |a, b| a != b, symmetric(Special::Zero));
    LESS = compare!("less", "Whether the left one is smaller.", |a, b| a < b, |a, b| a < b, on_equal(Special::Zero));
    LESS_EQUAL = compare!("less_equal", "Whether the left one is smaller or equal.", |a, b| a <= b, |a, b| a <= b, on_equal(Special::One));
    GREATER = compare!("greater", "Whether the left one is larger.", |a, b| a > b, |a, b| a > b, on_equal(Special::Zero));
    GREATER_EQUAL = compare!("greater_equal", "Whether the left one is larger or equal.", |a, b| a >= b, |a, b| a >= b, on_equal(Special::One));
}
