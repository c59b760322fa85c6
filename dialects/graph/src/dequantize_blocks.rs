//! `graph.dequantize_blocks`: numbers from codes of a few bits, with a scale for each block.

use crate::read::Read;
use crate::rows::{operand, optional, optional_operand, required, result};
use crate::shape::{show, tensor};
use kiln_ir::{
    AttributeConstraint, Attributes, Dim, EvaluateRequest, InferRequest, Module, Op, OpDefinition, Traits, Type,
    TypeConstraint,
};
use kiln_tensor::{ElementType, Tensor, scalar};

/// The row.
pub const DEQUANTIZE_BLOCKS: OpDefinition = OpDefinition {
    name: "graph.dequantize_blocks",
    doc: "Numbers `(code - zero) * scale` from codes of `bits` bits. Codes lie along the last axis, several to a byte, \
          the first in the lowest bits; so many of them follow each other as make the row's bytes by the number of \
          scales, and have one scale and one zero. Zero is `2^(bits - 1)` where `zeros` is absent. Of the last block, \
          codes beyond `length` stand for nothing.\n\n\
          With `widening`, scales of `f16` or `bf16` make numbers of `f32`.",
    example: "%y = graph.dequantize_blocks %codes, %scales {bits = 4, length = 24} : (tensor<8x16xui8>, tensor<8x2xf32>) -> tensor<8x24xf32>",
    operands: &[
        operand("codes", TypeConstraint::IntegerTensor),
        operand("scales", TypeConstraint::FloatTensor),
        optional_operand("zeros", TypeConstraint::FloatTensor),
    ],
    attributes: &[
        required("bits", AttributeConstraint::Integer, "Bits of a code: 1, 2, 4 or 8."),
        required("length", AttributeConstraint::Integer, "Elements along the last axis of the result."),
        optional("widening", AttributeConstraint::Bool, "Whether the result is of `f32`; absent is false."),
    ],
    results: &[result("y", TypeConstraint::FloatTensor)],
    traits: Traits::PURE,
    infer: Some(infer),
    evaluate: Some(evaluate),
    ..OpDefinition::EMPTY
};

/// How codes stand for numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct BlocksView {
    /// Bits of a code.
    pub bits: usize,
    /// Codes of a block.
    pub block: usize,
    /// Blocks of a row.
    pub blocks: usize,
    /// Numbers of a row.
    pub length: usize,
    /// The element type of the numbers.
    pub element: ElementType,
}

impl BlocksView {
    /// The view of operands of these types.
    ///
    /// # Errors
    /// What does not go together.
    ///
    /// # Panics
    /// When scales are no tensor of floats: the op's row refuses others.
    pub fn parse(operands: &[Type], attributes: &Attributes) -> Result<BlocksView, String> {
        let (codes, scales) = (tensor(operands, 0)?, tensor(operands, 1)?);
        if codes.element != Type::from_element(ElementType::U8) {
            return Err(format!("codes are packed in bytes, ui8, not in {}", codes.element));
        }
        let bits = attributes.integer("bits")?;
        if ![1, 2, 4, 8].contains(&bits) {
            return Err(format!("codes have 1, 2, 4 or 8 bits, not {bits}"));
        }
        if let Some(zeros) = operands.get(2)
            && *zeros != operands[1]
        {
            return Err(format!("zeros must be of the scales' type {}, not {zeros}", operands[1]));
        }
        let (Some((&bytes, leading)), Some((&blocks, outer))) = (codes.shape.split_last(), scales.shape.split_last())
        else {
            return Err("codes and scales must have an axis of blocks".into());
        };
        let (Some(bytes), Some(blocks)) = (bytes.as_static(), blocks.as_static()) else {
            return Err("the last axes of codes and scales must be static".into());
        };
        if leading != outer || blocks == 0 || bytes == 0 || bytes % blocks != 0 {
            return Err(format!(
                "scales of shape {} do not cut codes of shape {} into blocks",
                show(&scales.shape),
                show(&codes.shape)
            ));
        }
        let (bits, blocks) = (bits as usize, blocks as usize);
        let block = bytes as usize / blocks * (8 / bits);
        let length = attributes.integer("length")?;
        let length = usize::try_from(length).ok().filter(|length| length.div_ceil(block) == blocks);
        let length = length.ok_or_else(|| format!("{blocks} blocks of {block} codes do not hold the length"))?;
        let element = scales.element.to_element().expect("a tensor of floats has an element type");
        let element = if attributes.flag("widening") { ElementType::F32 } else { element };
        Ok(BlocksView { bits, block, blocks, length, element })
    }

    /// The view of an op.
    ///
    /// # Errors
    /// What does not go together.
    pub fn of(module: &Module, op: Op) -> Result<BlocksView, String> {
        BlocksView::parse(&module.operand_types(op), module.attributes(op))
    }
}

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    let view = BlocksView::parse(request.operands, request.attributes)?;
    let mut shape = tensor(request.operands, 0)?.shape.clone();
    *shape.last_mut().expect("codes have a last axis") = Dim::Static(view.length as u64);
    Ok(vec![Type::tensor(&shape, Type::from_element(view.element))])
}

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([codes, scales, ..], [(element, shape)]) = (request.operands, request.results) else {
        return Err("numbers of blocks have codes, scales and one result".into());
    };
    let static_type = |tensor: &Tensor| Type::static_tensor(tensor.shape(), Type::from_element(tensor.element()));
    let types: Vec<Type> = request.operands.iter().map(static_type).collect();
    let view = BlocksView::parse(&types, request.attributes)?;
    let (codes, scales) = (codes.values::<u8>(), scalar::floats(scales)?);
    let zeros = request.operands.get(2).map(scalar::floats).transpose()?;
    let (per_byte, mask) = (8 / view.bits, u8::MAX >> (8 - view.bits));
    let row_bytes = view.blocks * view.block / per_byte;
    let mut values = Vec::with_capacity(shape.iter().product());
    for (row, bytes) in codes.chunks_exact(row_bytes).enumerate() {
        for index in 0..view.length {
            let code = bytes[index / per_byte] >> (index % per_byte * view.bits) & mask;
            let place = row * view.blocks + index / view.block;
            let zero = zeros.as_ref().map_or((1 << (view.bits - 1)) as f64, |zeros| zeros[place]);
            values.push((f64::from(code) - zero) * scales[place]);
        }
    }
    Ok(vec![scalar::from_floats(*element, shape, values)?])
}
