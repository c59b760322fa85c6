//! `Constant`, `ConstantOfShape`, and what always folds: `Shape`, `Size`.

use crate::conversion::extent::dim;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use kiln_ir::{Attribute, Dim, Type};
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[
    row("Constant", |node| {
        let value = node.attribute("value").ok_or("the constant has no value")?;
        let tensor = node.conversion.track_constant(value);
        Ok(vec![tensor.ok_or("the constant's value is no tensor")?])
    }),
    row("ConstantOfShape", constant_of_shape),
    row("Shape", |_| Err("the rank of its input is too large".into())),
    row("Size", |_| Err("the size of its input overflows".into())),
];

fn constant_of_shape(node: &mut Node) -> Results {
    let shape = node.input(0)?;
    let shape = node.counts_of(shape)?.into_iter().map(dim).collect::<Result<Vec<Dim>, _>>()?;
    let value = match node.attribute("value") {
        Some(value) => node.conversion.module.attribute_tensor(value).ok_or("attribute \"value\" is no tensor")?,
        None => Tensor::zeros(ElementType::F32, &[1]).map_err(|error| error.to_string())?,
    };
    let scalar = value.reshaped(&[]).map_err(|_| "attribute \"value\" must have one element")?;
    let static_shape: Option<Vec<usize>> = shape.iter().map(|dim| usize::try_from(dim.as_static()?).ok()).collect();
    match static_shape {
        Some(shape) => {
            Tensor::byte_length(scalar.element(), &shape).map_err(|error| error.to_string())?;
            let ty = Type::static_tensor(&shape, Type::from_element(scalar.element()));
            let splat = node.conversion.track_constant(Attribute::splat(ty, scalar));
            Ok(vec![splat.ok_or("the constant is a tensor")?])
        }
        None => {
            let scalar = node.tensor(scalar)?;
            Ok(vec![node.broadcast(scalar, &shape)?])
        }
    }
}
