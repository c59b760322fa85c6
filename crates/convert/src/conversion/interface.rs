//! Inputs and outputs of a function that are no tensors, as tensors.
//!
//! A sequence `x` that comes in is `x.elements`, all its elements one after the other, and `x.shapes`, a row for the shape
//! of each. One that goes out is `x.0`, `x.1` and so on where it is known which elements it has, else the same two. An
//! optional is `x.present`, a scalar, and the value.
//!
//! ```text
//! func.func @main(%x: !onnx.seq<tensor<?x3xf32>>)
//!   becomes
//! func.func @main(%x.elements: tensor<?xf32, #kiln.dims<[x.total]>>, %x.shapes: tensor<?x2xi64, #kiln.dims<[x.count, 2]>>)
//! ```

use super::datum::{Composite, Datum, Optional, Packed, Presence, Sequence};
use super::extent::{SEQUENCE_COUNT, SEQUENCE_TOTAL};
use super::packed::only_appended;
use super::state::{Conversion, Converted, complete};
use kiln_diag::{Diagnostic, Place};
use kiln_ir::{Attribute, Block, Dim, Op, Type, TypeKind, Value};

/// What the symbol for the rank of the elements of an input that is a sequence ends with.
const SEQUENCE_RANK: &str = ".rank";

/// The parts of an interface: names and values.
type Parts = Vec<(String, Value)>;

impl Conversion<'_> {
    /// Says what the arguments of a function are. Those that are no tensors get others in their place: all are made anew
    /// then, behind the old ones, whose number is returned.
    pub fn convert_arguments(&mut self, function: Op, block: Block) -> usize {
        let names = self.names(function, "arg_names");
        let arguments = self.module.arguments(block).to_vec();
        let is_composite = |&argument: &Value| self.source.composite(self.module.ty(argument)).is_some();
        let is_remade = arguments.iter().any(is_composite);
        let mut new_names = Vec::new();
        for (index, &argument) in arguments.iter().enumerate() {
            let name = names.get(index).cloned().unwrap_or_else(|| format!("input{index}"));
            let ty = self.module.ty(argument);
            let mut parts = Parts::new();
            let converted = match is_remade {
                true => self.argument(block, &name, ty, &mut parts),
                false => complete(ty).map(|_| self.track_value(argument).into()),
            };
            new_names.extend(parts.into_iter().map(|(name, _)| Attribute::string(&name)));
            let converted = match converted {
                Ok(datum) => Converted::Datum(datum),
                Err(reason) => {
                    self.report_argument(&name, ty, reason);
                    Converted::Failed
                }
            };
            self.set(argument, converted);
        }
        if is_remade {
            self.module.set_attribute(function, "arg_names", new_names);
        }
        if is_remade { arguments.len() } else { 0 }
    }

    /// The names of arguments or results.
    fn names(&self, function: Op, attribute: &str) -> Vec<String> {
        let names = self.module.attribute(function, attribute).and_then(|names| names.as_strs());
        names.unwrap_or_default().into_iter().map(str::to_owned).collect()
    }

    fn report_argument(&mut self, name: &str, ty: Type, reason: String) {
        let place = Place::Model { file: String::new(), part: format!("input \"{name}\"") };
        let error = Diagnostic::error(place, reason);
        let help = format!("give its shape: --shape {name}=1x3x224x224, say");
        // Other types no option changes.
        let lacks_shape = self.innermost(ty).element().is_some();
        self.report(vec![if lacks_shape { error.with_help(help) } else { error }]);
    }

    /// The type in all that is around it.
    fn innermost(&self, ty: Type) -> Type {
        match self.source.composite(ty) {
            Some(Composite::Sequence(inner) | Composite::Optional(inner)) => self.innermost(inner),
            None => ty,
        }
    }

    /// A value of type `ty`, as arguments for its parts.
    fn argument(&mut self, block: Block, name: &str, ty: Type, parts: &mut Parts) -> Result<Datum, String> {
        match self.source.composite(ty) {
            None => {
                complete(ty)?;
                Ok(self.part(block, name.to_owned(), ty, parts).into())
            }
            Some(Composite::Sequence(element)) => self.sequence_argument(block, name, element, parts),
            Some(Composite::Optional(value)) => {
                let flag = self.part(block, format!("{name}.present"), Type::tensor(&[], Type::i1()), parts);
                let value = self.argument(block, name, value, parts)?;
                Ok(Datum::Optional(Box::new(Optional { presence: Presence::Data(flag), value: Some(value) })))
            }
        }
    }

    fn sequence_argument(&mut self, block: Block, name: &str, ty: Type, parts: &mut Parts) -> Result<Datum, String> {
        let element = match ty.kind() {
            TypeKind::Tensor(tensor) => tensor.element,
            TypeKind::UnrankedTensor(element) => *element,
            _ => return Err(format!("a sequence of values of type {ty} is not supported")),
        };
        if element.to_element().is_none() {
            return Err("the model does not say the element type of its elements".into());
        }
        let symbol = |end: &str| Dim::symbol(&format!("{}{end}", symbol_of(name)));
        // What has a name is not the same for all elements.
        let extent = |&dim: &Dim| if dim.as_static().is_some() { dim } else { Dim::Unknown };
        let extents: Option<Vec<Dim>> = ty.as_tensor().map(|tensor| tensor.shape.iter().map(extent).collect());
        let rank = extents.as_ref().map_or_else(|| symbol(SEQUENCE_RANK), |extents| Dim::Static(extents.len() as u64));
        let elements = Type::tensor(&[symbol(SEQUENCE_TOTAL)], element);
        let shapes = Type::tensor(&[symbol(SEQUENCE_COUNT), rank], Type::i64());
        let elements = self.part(block, format!("{name}.elements"), elements, parts);
        let shapes = self.part(block, format!("{name}.shapes"), shapes, parts);
        Ok(Datum::Sequence(Sequence::Packed(Packed { elements, shapes, extents, is_mixed: false })))
    }

    fn part(&mut self, block: Block, name: String, ty: Type, parts: &mut Parts) -> super::state::Tracked {
        let value = self.module.add_argument(block, ty);
        parts.push((name, value));
        self.track_value(value)
    }

    /// The values that a function returns, whose names become the parts'; `None` if one failed.
    pub fn convert_results(&mut self, function: Op, terminator: Op) -> Option<Vec<Value>> {
        let names = self.names(function, "res_names");
        let operands = self.module.operands(terminator).to_vec();
        let mut parts = Parts::new();
        let mut is_whole = true;
        for (index, &operand) in operands.iter().enumerate() {
            let name = names.get(index).cloned().unwrap_or_else(|| format!("output{index}"));
            is_whole &= match self.find(operand) {
                Converted::Datum(datum) => match self.result_parts(&name, &datum, &mut parts) {
                    Ok(()) => true,
                    Err(reason) => self.refuse_output(terminator, reason),
                },
                Converted::Absent => self.refuse_output(terminator, "an output is an input that is left out".into()),
                Converted::Failed => false,
            };
        }
        if !is_whole {
            return None;
        }
        let (part_names, values): (Vec<String>, Vec<Value>) = parts.into_iter().unzip();
        if part_names != names && (!names.is_empty() || part_names.len() != operands.len()) {
            let strings: Vec<Attribute> = part_names.iter().map(|name| Attribute::string(name)).collect();
            self.module.set_attribute(function, "res_names", strings);
        }
        Some(values)
    }

    fn refuse_output(&mut self, terminator: Op, reason: String) -> bool {
        let place = self.module.location(terminator).place("output");
        self.report(vec![Diagnostic::error(place, reason)]);
        false
    }

    fn result_parts(&mut self, name: &str, datum: &Datum, parts: &mut Parts) -> Result<(), String> {
        match datum {
            Datum::Tensor(tensor) => parts.push((name.to_owned(), self.value(*tensor))),
            Datum::Sequence(Sequence::List(list)) => {
                for (index, &item) in list.items.iter().enumerate() {
                    parts.push((format!("{name}.{index}"), self.value(item)));
                }
            }
            Datum::Sequence(Sequence::Packed(packed)) => {
                parts.push((format!("{name}.elements"), self.value(packed.elements)));
                parts.push((format!("{name}.shapes"), self.value(packed.shapes)));
            }
            Datum::Sequence(Sequence::Growing(..)) => return Err(only_appended()),
            Datum::Optional(optional) => {
                let flag = match optional.presence {
                    Presence::Data(flag) => flag,
                    Presence::Known(flag) => {
                        let flag = kiln_tensor::Tensor::from_bools(&[], &[flag]);
                        let flag = self.module.tensor_attribute(flag);
                        self.track_constant(flag).ok_or("a flag is a constant")?
                    }
                };
                parts.push((format!("{name}.present"), self.value(flag)));
                if let Some(value) = &optional.value {
                    self.result_parts(name, value, parts)?;
                }
            }
        }
        Ok(())
    }
}

/// What the symbols of an input begin with: its name as an identifier.
fn symbol_of(name: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '.') { c } else { '_' };
    let symbol: String = name.chars().map(keep).collect();
    match symbol.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        true => symbol,
        false => format!("_{symbol}"),
    }
}
