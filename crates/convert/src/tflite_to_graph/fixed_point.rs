//! Functions of 16-bit integers.

use crate::conversion::node::Node;
use crate::conversion::row::Results;

pub(crate) fn logistic(_: &mut Node) -> Results {
    Err("16-bit integers are not supported by this operator".into())
}

pub(crate) fn tanh(_: &mut Node) -> Results {
    Err("16-bit integers are not supported by this operator".into())
}
