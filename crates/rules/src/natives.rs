//! Guards and helpers that rules call by name: an explicit table.

use crate::datum::{Datum, find_splat, is_constant};
use crate::expression::{Scope, number, to_f64};
use kiln_ir::{Dim, TensorType, Type, Value};
use kiln_tensor::ElementType;
use kiln_tensor::scalar::Scalar;

/// A function that rules may call.
#[derive(Debug)]
pub struct Native {
    /// Its name.
    pub name: &'static str,
    /// What it is called for.
    pub role: Role,
    /// What it takes.
    pub parameters: &'static [Parameter],
    /// What it gives, in one sentence.
    pub doc: &'static str,
    /// What a value must be for it to hold, where that is a matter of one value.
    pub asks: Asks,
    /// The function.
    pub call: fn(&Scope<'_>, &[Datum]) -> Result<Datum, String>,
}

/// What a function is called for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// It holds or not.
    Guard,
    /// It computes something.
    Function,
}

/// The roles, as the table writes them.
#[allow(non_upper_case_globals, reason = "words of the table below")]
mod role {
    pub(super) const guard: super::Role = super::Role::Guard;
    pub(super) const function: super::Role = super::Role::Function;
}

/// What an argument may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Parameter {
    /// A value of the IR.
    Value,
    /// A number, a list, a string; of a value, the number that the constant holds.
    Datum,
}

/// What a guard asks of a value: tells a test how to make one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asks {
    /// Nothing in particular.
    Nothing,
    /// A float element type.
    Float,
    /// An integer element type.
    Integer,
    /// Truth values.
    Bool,
    /// A constant.
    Constant,
    /// A constant of one number.
    Splat,
}

/// The function of that name.
pub fn find(name: &str) -> Option<&'static Native> {
    NATIVES.iter().find(|native| native.name == name)
}

const V: &[Parameter] = &[Parameter::Value];
const VV: &[Parameter] = &[Parameter::Value, Parameter::Value];
const D: &[Parameter] = &[Parameter::Datum];
const DD: &[Parameter] = &[Parameter::Datum, Parameter::Datum];
const DDD: &[Parameter] = &[Parameter::Datum, Parameter::Datum, Parameter::Datum];
const VD: &[Parameter] = &[Parameter::Value, Parameter::Datum];

macro_rules! natives {
    ($($name:literal $role:ident $parameters:ident $asks:ident $doc:literal $call:expr;)*) => {
        /// Every function, in the order of the reference.
        pub static NATIVES: &[Native] =
            &[$(Native {
                name: $name,
                role: role::$role,
                parameters: $parameters,
                doc: $doc,
                asks: Asks::$asks,
                call: $call,
            }),*];
    };
}

natives! {
    "float" guard V Float "Whether the elements are floats." |s, a| elements_are(s, a, ElementType::is_float);
    "integer" guard V Integer "Whether the elements are integers, `i1` excluded." |s, a| elements_are(s, a, ElementType::is_integer);
    "bool" guard V Bool "Whether the elements are `i1`." |s, a| elements_are(s, a, |element| element == ElementType::I1);
    "constant" guard V Constant "Whether the value is a constant." |s, a| Ok(Datum::Bool(is_constant(s.module, value(&a[0])?)));
    "splat" guard V Splat "Whether the value is a constant whose elements are all the same number."
        |s, a| Ok(Datum::Bool(find_splat(s.module, value(&a[0])?).is_some()));
    "static" guard V Nothing "Whether every extent is a number."
        |s, a| Ok(Datum::Bool(tensor(s, &a[0])?.static_shape().is_some()));
    "one-use" guard V Nothing "Whether nothing outside of what was matched uses the value." one_use;
    "same-type" guard VV Nothing "Whether two values have the same type."
        |s, a| Ok(Datum::Bool(ty(s, &a[0])? == ty(s, &a[1])?));
    "same-shape" guard VV Nothing "Whether two values have the same extents."
        |s, a| Ok(Datum::Bool(tensor(s, &a[0])?.shape == tensor(s, &a[1])?.shape));
    "same-element" guard VV Nothing "Whether two values have the same element type."
        |s, a| Ok(Datum::Bool(tensor(s, &a[0])?.element == tensor(s, &a[1])?.element));
    "grows" guard VV Nothing "Whether an axis of the first value is 1 long and that of the second, of the same rank, is not."
        |s, a| Ok(Datum::Bool(tensor(s, &a[0])?.shape.iter().zip(&tensor(s, &a[1])?.shape).any(|(x, y)| x.is(1) && !y.is(1))));
    "exact-reciprocal" guard D Nothing "Whether one divided by the number is not rounded: a power of two." exact_reciprocal;
    "all" guard DD Nothing "Whether every item of a list equals something."
        |_, a| Ok(Datum::Bool(a[0].to_list()?.iter().all(|item| crate::expression::equal(item, &a[1]))));
    "identity" guard D Nothing "Whether a list is 0, 1, 2 and so on."
        |_, a| Ok(Datum::Bool(a[0].to_indices()?.iter().copied().eq(0..a[0].to_list()?.len())));
    "keeps-order" guard VD Nothing "Whether a permutation of the value's axes keeps the order of those longer than 1." keeps_order;

    "rank" function V Nothing "The number of axes." |s, a| Ok(Datum::Integer(tensor(s, &a[0])?.rank() as i128));
    "shape" function V Nothing "The extents, as a list."
        |s, a| Ok(Datum::List(tensor(s, &a[0])?.shape.iter().map(|&dim| Datum::from_dim(dim)).collect()));
    "type" function V Nothing "The type." |s, a| Ok(Datum::Type(ty(s, &a[0])?));
    "shaped" function VD Nothing "The type of a value with other extents." shaped;
    "length" function D Nothing "The number of items." |_, a| Ok(Datum::Integer(a[0].to_list()?.len() as i128));
    "first" function D Nothing "The first item." |_, a| a[0].to_list()?.first().cloned().ok_or_else(|| "the list is empty".into());
    "last" function D Nothing "The last item." |_, a| a[0].to_list()?.last().cloned().ok_or_else(|| "the list is empty".into());
    "at" function DD Nothing "Item number `i` of a list." |_, a| {
        let index = a[1].to_index()?;
        a[0].to_list()?.get(index).cloned().ok_or_else(|| format!("the list has no item {index}"))
    };
    "part" function DDD Nothing "The items from one index up to another, exclusive." part;
    "tail" function DD Nothing "The last `n` items." tail;
    "range" function DD Nothing "The integers from one up to another, exclusive." |_, a| {
        Ok(Datum::integers((a[0].to_index()?..a[1].to_index()?).map(|item| item as i64)))
    };
    "product" function D Nothing "The product of the items." |_, a| {
        let extent = a[0].to_list()?.iter().try_fold(kiln_ir::DimExpr::constant(1), |product, item| {
            product.checked_mul(item.to_extent()?)
        });
        extent.map(Datum::from_extent).ok_or_else(|| "the product overflows".into())
    };
    "union" function DD Nothing "The items of two lists of axes, in order, each once." union;
    "swap-last" function D Nothing "The permutation of `n` axes that swaps the last two." swap_last;
    "compose" function DD Nothing "The permutation of a transpose by the second list of a transpose by the first." compose;
    "invert" function D Nothing "The permutation that undoes another." invert;

    "sqrt" function D Nothing "The square root." |s, a| float_of(s, &a[0], f64::sqrt);
    "exp" function D Nothing "e to the power of a number." |s, a| float_of(s, &a[0], f64::exp);
    "log" function D Nothing "The natural logarithm." |s, a| float_of(s, &a[0], f64::ln);
    "abs" function D Nothing "The absolute value." |s, a| float_of(s, &a[0], f64::abs);
    "min" function DD Nothing "The smaller number." |s, a| pick_number(s, a, f64::le);
    "max" function DD Nothing "The larger number." |s, a| pick_number(s, a, f64::ge);
}

fn value(datum: &Datum) -> Result<Value, String> {
    match datum {
        Datum::Value(value) => Ok(*value),
        other => Err(format!("a value is needed, not {}", other.describe())),
    }
}

fn ty(scope: &Scope<'_>, datum: &Datum) -> Result<Type, String> {
    Ok(scope.module.ty(value(datum)?))
}

fn tensor(scope: &Scope<'_>, datum: &Datum) -> Result<&'static TensorType, String> {
    ty(scope, datum)?.as_tensor().ok_or_else(|| "the value is no ranked tensor".into())
}

fn elements_are(scope: &Scope<'_>, arguments: &[Datum], accepts: fn(ElementType) -> bool) -> Result<Datum, String> {
    Ok(Datum::Bool(ty(scope, &arguments[0])?.element().is_some_and(accepts)))
}

fn one_use(scope: &Scope<'_>, arguments: &[Datum]) -> Result<Datum, String> {
    let uses = scope.module.uses(value(&arguments[0])?);
    Ok(Datum::Bool(uses.iter().all(|user| scope.matched.contains(&user.op))))
}

fn exact_reciprocal(scope: &Scope<'_>, arguments: &[Datum]) -> Result<Datum, String> {
    let Datum::Float(value) = number(scope, arguments[0].clone())? else { return Ok(Datum::Bool(false)) };
    let is_power_of_two = value.is_normal() && value.to_bits() & ((1 << 52) - 1) == 0;
    Ok(Datum::Bool(is_power_of_two && (value.recip() as f32).is_normal()))
}

fn keeps_order(scope: &Scope<'_>, arguments: &[Datum]) -> Result<Datum, String> {
    let shape = &tensor(scope, &arguments[0])?.shape;
    let permutation = arguments[1].to_indices()?;
    let long: Option<Vec<usize>> = permutation
        .into_iter()
        .filter_map(|axis| shape.get(axis).map_or(Some(None), |dim| (!dim.is(1)).then_some(Some(axis))))
        .collect();
    Ok(Datum::Bool(long.ok_or("the permutation names no axis of the value")?.is_sorted()))
}

fn shaped(scope: &Scope<'_>, arguments: &[Datum]) -> Result<Datum, String> {
    let dims: Option<Vec<Dim>> = arguments[1].to_list()?.iter().map(Datum::to_dim).collect();
    let dims = dims.ok_or_else(|| format!("{} are no extents", arguments[1].describe()))?;
    Ok(Datum::Type(Type::tensor(&dims, tensor(scope, &arguments[0])?.element)))
}

fn part(_scope: &Scope<'_>, arguments: &[Datum]) -> Result<Datum, String> {
    let (from, to) = (arguments[1].to_index()?, arguments[2].to_index()?);
    let items = arguments[0].to_list()?.get(from..to);
    items.map(|items| Datum::List(items.to_vec())).ok_or_else(|| format!("the list has no part from {from} to {to}"))
}

fn tail(_scope: &Scope<'_>, arguments: &[Datum]) -> Result<Datum, String> {
    let (items, count) = (arguments[0].to_list()?, arguments[1].to_index()?);
    let start = items.len().checked_sub(count).ok_or_else(|| format!("the list has fewer than {count} items"))?;
    Ok(Datum::List(items[start..].to_vec()))
}

fn union(_scope: &Scope<'_>, arguments: &[Datum]) -> Result<Datum, String> {
    let axes: std::collections::BTreeSet<usize> =
        arguments[0].to_indices()?.into_iter().chain(arguments[1].to_indices()?).collect();
    Ok(Datum::integers(axes.into_iter().map(|axis| axis as i64)))
}

fn swap_last(_scope: &Scope<'_>, arguments: &[Datum]) -> Result<Datum, String> {
    let rank = arguments[0].to_index()?;
    if rank < 2 {
        return Err("there are no two axes to swap".into());
    }
    let mut axes: Vec<i64> = (0..rank as i64).collect();
    axes.swap(rank - 2, rank - 1);
    Ok(Datum::integers(axes))
}

fn compose(_scope: &Scope<'_>, arguments: &[Datum]) -> Result<Datum, String> {
    let (inner, outer) = (arguments[0].to_list()?, arguments[1].to_indices()?);
    let items: Option<Vec<Datum>> = outer.into_iter().map(|axis| inner.get(axis).cloned()).collect();
    items.map(Datum::List).ok_or_else(|| "the permutations are of different lengths".into())
}

fn invert(_scope: &Scope<'_>, arguments: &[Datum]) -> Result<Datum, String> {
    let permutation = arguments[0].to_indices()?;
    let mut inverse = vec![None; permutation.len()];
    for (axis, &source) in permutation.iter().enumerate() {
        *inverse.get_mut(source).ok_or("the list is no permutation")? = Some(axis as i64);
    }
    let inverse: Option<Vec<i64>> = inverse.into_iter().collect();
    inverse.map(Datum::integers).ok_or_else(|| "the list is no permutation".into())
}

fn float_of(scope: &Scope<'_>, argument: &Datum, function: fn(f64) -> f64) -> Result<Datum, String> {
    let argument = number(scope, argument.clone())?;
    let value = to_f64(&argument).ok_or_else(|| format!("a number is needed, not {}", argument.describe()))?;
    Ok(Datum::Float(function(value)))
}

fn pick_number(scope: &Scope<'_>, arguments: &[Datum], takes_first: fn(&f64, &f64) -> bool) -> Result<Datum, String> {
    let (first, second) = (number(scope, arguments[0].clone())?, number(scope, arguments[1].clone())?);
    match (to_f64(&first), to_f64(&second)) {
        (Some(left), Some(right)) if left.is_nan() || right.is_nan() => Ok(Datum::Float(f64::NAN)),
        (Some(left), Some(right)) => Ok(if takes_first(&left, &right) { first } else { second }),
        _ => Err(format!("numbers are needed, not {} and {}", first.describe(), second.describe())),
    }
}

/// The exact number of a splat: what a constant of a result is made from.
pub(crate) fn to_scalar(datum: &Datum) -> Option<Scalar> {
    Some(match datum {
        Datum::Integer(value) => Scalar::Integer(*value),
        Datum::Float(value) => Scalar::Float(*value),
        Datum::Bool(value) => Scalar::Bool(*value),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        for (index, native) in NATIVES.iter().enumerate() {
            assert!(NATIVES[index + 1..].iter().all(|other| other.name != native.name), "{}", native.name);
        }
    }
}
