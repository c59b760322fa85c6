//! The IR core: interned types and attributes, arenas of ops, blocks, regions and values, op definitions, builder,
//! verifier.
//!
//! An IR is one [`Module`]: arenas addressed by the typed ids [`Op`], [`Block`], [`Region`] and [`Value`], edited
//! through `&mut`. [`Type`]s, [`Attribute`]s, [`Name`]s and [`Location`]s are interned, immutable, one word wide and
//! shared between threads; equal content is the same pointer.
//!
//! This crate knows no dialect: what an op means comes from the [`OpDefinition`]s of a [`Registry`], which is an
//! explicit list of [`Dialect`]s made by the caller. Text is the business of `kiln-syntax`.

#![forbid(unsafe_code)]

mod affine;
mod attribute;
mod builder;
mod clone;
mod definition;
mod dim;
mod dominance;
mod extents;
mod intern;
mod location;
mod module;
mod operation;
mod pattern;
mod registry;
mod types;
mod verify;

pub use affine::{AffineExpr, AffineMap, IntegerSet};
pub use attribute::{Attribute, AttributeKind, DictionaryEntry, DictionaryKey, IntoAttribute};
pub use builder::{Builder, InsertionPoint, OpBuilder};
pub use clone::ValueMapping;
pub use definition::{
    AttributeConstraint, AttributeDefinition, Count, EvaluateFn, EvaluateRequest, FoldFn, FoldRequest, Folded, InferFn,
    InferRequest, OpDefinition, OperandDefinition, Presence, ResultDefinition, Traits, TypeConstraint, VerifyFn,
};
pub use dim::{Dim, DimBounds, DimExpr, DimOp, DimVisitor, SymbolValues};
pub use dominance::Dominance;
pub use extents::{BoundedSymbol, bound_symbols, bounded_symbols, mentioned_symbols, own_symbols, set_bounded_symbols};
pub use intern::{Interned, Name};
pub use location::{Location, LocationKind};
pub use module::{Block, Extract, Module, Op, Region, Resource, Use, Value, ValueDefinition};
pub use operation::{Attributes, OpData, OpState};
pub use pattern::{Mismatch, NearMiss, Pattern, PatternSet, Rewrite};
pub use registry::{Dialect, Registry};
pub use types::{FloatKind, MemRefType, Signedness, TensorType, Type, TypeKind, VectorDim, VectorType};
pub use verify::verify;
