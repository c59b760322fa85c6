//! Values as the tensors they are made of: what branches and rounds pass on.

use super::datum::{Datum, List, Optional, Packed, Presence, Sequence};
use super::node::Node;
use super::packed::{common, only_appended};
use super::state::Tracked;
use kiln_ir::{Dim, TensorType, Type};
use kiln_tensor::{ElementType, Tensor};

/// How a value is made of tensors.
#[derive(Clone, Debug)]
pub(crate) enum Form {
    /// It is one; a type that it may have.
    Tensor(&'static TensorType),
    /// A list of as many tensors, with types that they may have.
    List(Type, Vec<&'static TensorType>),
    /// Elements and shapes.
    Packed { element: Type, extents: Option<Vec<Dim>>, is_mixed: bool },
    /// What is appended to a sequence that a loop carries.
    Growing(u32, Box<Form>),
    /// Whether it is there, unless that is known, and the value.
    Optional(Option<bool>, Option<Box<Form>>),
}

impl Node<'_, '_> {
    /// How a value is made of tensors.
    pub fn form_of(&self, datum: &Datum) -> Result<Form, String> {
        Ok(match datum {
            Datum::Tensor(tensor) => Form::Tensor(self.ty(*tensor)),
            Datum::Sequence(sequence) => self.form_of_sequence(sequence)?,
            Datum::Optional(optional) => {
                let value = optional.value.as_ref().map(|value| self.form_of(value)).transpose()?;
                let presence = match optional.presence {
                    Presence::Known(presence) => Some(presence),
                    Presence::Data(_) => None,
                };
                Form::Optional(presence, value.map(Box::new))
            }
        })
    }

    fn form_of_sequence(&self, sequence: &Sequence) -> Result<Form, String> {
        Ok(match sequence {
            Sequence::List(list) => Form::List(list.element, list.items.iter().map(|&item| self.ty(item)).collect()),
            Sequence::Packed(packed) => self.packed_form(sequence, packed.extents.clone(), packed.is_mixed),
            Sequence::Growing(number, appended) => Form::Growing(*number, Box::new(self.form_of_sequence(appended)?)),
        })
    }

    /// Extents that data gives may be known to one branch, or in one round, only.
    fn packed_form(&self, sequence: &Sequence, extents: Option<Vec<Dim>>, is_mixed: bool) -> Form {
        let keep = |dim: Dim| if is_of_data(dim) { Dim::Unknown } else { dim };
        let extents = extents.map(|extents| extents.into_iter().map(keep).collect());
        Form::Packed { element: self.element_of(sequence), extents, is_mixed }
    }

    /// How a value is made that is either of two.
    pub fn unify(&self, left: &Datum, right: &Datum) -> Result<Form, String> {
        match (left, right) {
            (Datum::Tensor(left), Datum::Tensor(_)) => Ok(Form::Tensor(self.ty(*left))),
            (Datum::Sequence(left), Datum::Sequence(right)) => self.unify_sequences(left, right),
            (Datum::Optional(left), Datum::Optional(right)) => {
                let presence = match (left.presence, right.presence) {
                    (Presence::Known(left), Presence::Known(right)) if left == right => Some(left),
                    _ => None,
                };
                let value = match (&left.value, &right.value) {
                    (Some(left), Some(right)) => Some(self.unify(left, right)?),
                    (Some(value), None) | (None, Some(value)) => Some(self.form_of(value)?),
                    (None, None) => None,
                };
                Ok(Form::Optional(presence, value.map(Box::new)))
            }
            (Datum::Optional(_), other) => self.unify(left, &present(other)),
            (other, Datum::Optional(_)) => self.unify(&present(other), right),
            _ => Err(format!("one branch gives {}, the other {}", left.describe(), right.describe())),
        }
    }

    fn unify_sequences(&self, left: &Sequence, right: &Sequence) -> Result<Form, String> {
        let (element, other) = (self.element_of(left), self.element_of(right));
        if element != other {
            return Err(format!("the branches give sequences of {element} and {other}"));
        }
        match (left, right) {
            (Sequence::List(first), Sequence::List(second)) => {
                let ranks = |list: &List| list.items.iter().map(|&item| self.rank(item)).collect::<Vec<_>>();
                if ranks(first) == ranks(second) {
                    return self.form_of_sequence(left);
                }
            }
            (Sequence::Growing(number, first), Sequence::Growing(other, second)) if number == other => {
                return Ok(Form::Growing(*number, Box::new(self.unify_sequences(first, second)?)));
            }
            (Sequence::Growing(..), _) | (_, Sequence::Growing(..)) => return Err(only_appended()),
            _ => {}
        }
        let (extents, is_mixed) = match (self.outline(left), self.outline(right)) {
            (Some((Some(left), mixed)), Some((Some(right), also_mixed))) => {
                (Some(common(&left, &right)), mixed || also_mixed || left.len() != right.len())
            }
            (Some((known @ Some(_), mixed)), _) | (_, Some((known @ Some(_), mixed))) => (known, mixed),
            (Some(_), _) | (_, Some(_)) => (None, false),
            (None, None) => (Some(Vec::new()), false),
        };
        Ok(self.packed_form(left, extents, is_mixed))
    }

    /// The extents that the elements of a sequence have in common, if the rank is known, and whether ranks differ; `None`
    /// if there is no element.
    fn outline(&self, sequence: &Sequence) -> Option<(Option<Vec<Dim>>, bool)> {
        match sequence {
            Sequence::Packed(packed) => Some((packed.extents.clone(), packed.is_mixed)),
            Sequence::List(list) => {
                let mut shapes = list.items.iter().map(|&item| self.shape(item));
                let first = shapes.next()?.to_vec();
                let is_mixed = shapes.clone().any(|shape| shape.len() != first.len());
                Some((Some(shapes.fold(first, |all, shape| common(&all, shape))), is_mixed))
            }
            Sequence::Growing(..) => None,
        }
    }

    /// The tensors that a value is made of in a form.
    pub fn flatten(&mut self, datum: &Datum, form: &Form) -> Result<Vec<Tracked>, String> {
        match (datum, form) {
            (Datum::Tensor(tensor), Form::Tensor(_)) => Ok(vec![*tensor]),
            (Datum::Sequence(sequence), form) => self.flatten_sequence(sequence, form),
            (Datum::Optional(optional), Form::Optional(presence, value)) => {
                let mut tensors = Vec::new();
                if presence.is_none() {
                    tensors.push(self.flag_of(optional.presence)?);
                }
                match (value, &optional.value) {
                    (Some(form), Some(value)) => tensors.extend(self.flatten(value, form)?),
                    (Some(form), None) => tensors.extend(self.placeholder(form)?),
                    (None, _) => {}
                }
                Ok(tensors)
            }
            (other, Form::Optional(..)) => self.flatten(&present(other), form),
            (other, _) => Err(format!("{} comes where something else is wanted", other.describe())),
        }
    }

    fn flatten_sequence(&mut self, sequence: &Sequence, form: &Form) -> Result<Vec<Tracked>, String> {
        match (sequence, form) {
            (Sequence::List(list), Form::List(_, types)) if list.items.len() == types.len() => Ok(list.items.clone()),
            (Sequence::Growing(number, appended), Form::Growing(other, form)) if number == other => {
                self.flatten_sequence(appended, form)
            }
            (_, Form::Packed { extents, .. }) => {
                let rank = extents.as_ref().map(Vec::len);
                let packed = self.pack(sequence, rank.unwrap_or(0))?;
                let own = packed.extents.as_ref().map(Vec::len).or(rank);
                let shapes = match (own, rank) {
                    (Some(own), Some(rank)) => self.rows_of(&packed, own, rank)?,
                    _ => packed.shapes,
                };
                Ok(vec![packed.elements, shapes])
            }
            (_, Form::Optional(..)) => self.flatten(&present(&Datum::Sequence(sequence.clone())), form),
            _ => Err("a sequence of another length comes where one is wanted".into()),
        }
    }

    /// Something of a form, where no value is there.
    fn placeholder(&mut self, form: &Form) -> Result<Vec<Tracked>, String> {
        match form {
            Form::Tensor(ty) => Ok(vec![self.zeros(ty)?]),
            Form::List(_, types) => types.iter().map(|ty| self.zeros(ty)).collect(),
            Form::Packed { element, .. } => {
                let empty = Sequence::List(List { element: *element, items: Vec::new() });
                self.flatten_sequence(&empty, form)
            }
            Form::Growing(..) | Form::Optional(..) => Err("a value that is missing has no such type".into()),
        }
    }

    /// Zeros, none along axes whose extent data gives.
    fn zeros(&mut self, ty: &TensorType) -> Result<Tracked, String> {
        let extent = |&dim: &Dim| if is_of_data(dim) { Dim::Static(0) } else { dim };
        let shape: Vec<Dim> = ty.shape.iter().map(extent).collect();
        self.filled(ty.element, &shape)
    }

    /// A tensor of zeros, or of empty strings.
    pub fn filled(&mut self, element: Type, shape: &[Dim]) -> Result<Tracked, String> {
        let zero = match element.to_element() {
            Some(ElementType::String) => {
                let text = Tensor::from_strings(&[], vec![Vec::new()]).map_err(|error| error.to_string())?;
                self.tensor(text)?
            }
            Some(element) => self.scalar(element, 0.0)?,
            None => return Err("the element type of a value is not known".into()),
        };
        self.broadcast(zero, shape)
    }
}

impl Form {
    /// How many tensors it takes.
    pub fn count(&self) -> usize {
        match self {
            Form::Tensor(_) => 1,
            Form::List(_, types) => types.len(),
            Form::Packed { .. } => 2,
            Form::Growing(_, form) => form.count(),
            Form::Optional(presence, value) => {
                usize::from(presence.is_none()) + value.as_ref().map_or(0, |value| value.count())
            }
        }
    }

    /// The value that is made of tensors, as many as it takes.
    pub fn build(&self, tensors: &[Tracked]) -> Datum {
        match self {
            Form::Tensor(_) => Datum::Tensor(tensors[0]),
            Form::Optional(presence, value) => {
                let (presence, tensors) = match presence {
                    Some(presence) => (Presence::Known(*presence), tensors),
                    None => (Presence::Data(tensors[0]), &tensors[1..]),
                };
                let value = value.as_ref().map(|form| form.build(tensors));
                Datum::Optional(Box::new(Optional { presence, value }))
            }
            form => Datum::Sequence(form.build_sequence(tensors)),
        }
    }

    fn build_sequence(&self, tensors: &[Tracked]) -> Sequence {
        match self {
            Form::List(element, _) => Sequence::List(List { element: *element, items: tensors.to_vec() }),
            Form::Packed { extents, is_mixed, .. } => Sequence::Packed(Packed {
                elements: tensors[0],
                shapes: tensors[1],
                extents: extents.clone(),
                is_mixed: *is_mixed,
            }),
            Form::Growing(number, form) => Sequence::Growing(*number, Box::new(form.build_sequence(tensors))),
            Form::Tensor(_) | Form::Optional(..) => unreachable!("these are no forms of sequences"),
        }
    }
}

/// The values that are made of tensors in some forms, one after the other.
pub(crate) fn build_all(forms: &[Form], mut tensors: &[Tracked]) -> Vec<Datum> {
    let mut build = |form: &Form| {
        let (own, rest) = tensors.split_at(form.count());
        tensors = rest;
        form.build(own)
    };
    forms.iter().map(&mut build).collect()
}

/// Whether data gives an extent.
fn is_of_data(dim: Dim) -> bool {
    let symbols = dim.expr().map(|expr| expr.symbols()).unwrap_or_default();
    symbols.iter().any(|symbol| symbol.as_str().starts_with(kiln_graph::DATA_SYMBOL))
}

/// A value that is there, as an optional.
fn present(value: &Datum) -> Datum {
    Datum::Optional(Box::new(Optional { presence: Presence::Known(true), value: Some(value.clone()) }))
}
