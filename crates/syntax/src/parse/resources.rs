//! The section `{-# dialect_resources: { builtin: { key: "0x..." } } #-}`.
//!
//! Resources of other dialects and external resources are kept as they are written.

use crate::parse::context::Problem;
use crate::parse::cursor::{Cursor, Span};
use crate::parse::elements::{hexadecimal, static_shape};
use crate::parse::lexer::Token;
use crate::parse::literal;
use kiln_ir::{Module, Name, Resource, Type};
use kiln_tensor::{ElementType, Tensor};
use rustc_hash::FxHashMap;

/// Bytes of alignment before the data of a blob.
const HEADER: usize = 4;

/// Blobs as they are written, by key.
pub(super) type Blobs<'s> = FxHashMap<String, (&'s str, Span)>;

/// Reads the section that begins at the token at hand.
pub(super) fn parse<'s>(
    cursor: &mut Cursor<'s>,
    blobs: &mut Blobs<'s>,
    resources: &mut Vec<Resource>,
) -> Result<(), Problem> {
    cursor.advance();
    let mut path = Vec::new();
    loop {
        match cursor.token {
            Some(Token::MetadataEnd) if path.is_empty() => {
                cursor.advance();
                return Ok(());
            }
            Some(Token::RightBrace) if !path.is_empty() => {
                cursor.advance();
                path.pop();
                cursor.eat(Token::Comma);
            }
            _ => entry(cursor, &mut path, blobs, resources)?,
        }
    }
}

/// Reads `key: value`, or `key: {` and goes inside.
fn entry<'s>(
    cursor: &mut Cursor<'s>,
    path: &mut Vec<String>,
    blobs: &mut Blobs<'s>,
    resources: &mut Vec<Resource>,
) -> Result<(), Problem> {
    let key = match cursor.token {
        Some(Token::Word(word)) => word.to_owned(),
        Some(Token::String(text)) => {
            literal::string(text).map_err(|reason| Problem::at(cursor.span.start, cursor.span.end, reason))?
        }
        _ => return Err(cursor.unexpected("a key, '}' or '#-}'")),
    };
    cursor.advance();
    if !cursor.eat(Token::Colon) {
        return Err(cursor.unexpected("':'"));
    }
    match cursor.token {
        Some(Token::LeftBrace) => {
            cursor.advance();
            path.push(key);
            return Ok(());
        }
        Some(Token::String(text)) if path.iter().map(String::as_str).eq(["dialect_resources", "builtin"]) => {
            blobs.insert(key, (text, cursor.span));
        }
        Some(Token::String(_) | Token::Integer(_) | Token::True | Token::False) => {
            let path = path.iter().chain([&key]).map(|part| Name::new(part)).collect();
            let value = Name::new(&cursor.text[cursor.span.start..cursor.span.end]);
            resources.push(Resource { path, value });
        }
        _ => return Err(cursor.unexpected("a string, a truth value or '{'")),
    }
    cursor.advance();
    cursor.eat(Token::Comma);
    Ok(())
}

/// Puts the blobs that `uses` mention into the module; gives what is wrong with them.
pub(super) fn attach(module: &Module, uses: &[(Name, Type)], blobs: &Blobs<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut attached: FxHashMap<Name, Type> = FxHashMap::default();
    for &(key, ty) in uses {
        let Some(&(text, span)) = blobs.get(key.as_str()) else { continue };
        let mut fail = |message: String| problems.push(Problem::at(span.start, span.end, message));
        match attached.insert(key, ty) {
            Some(other) if other != ty => {
                fail(format!("resource '{key}' is of type {other} in one place, of type {ty} in another"));
            }
            Some(_) => {}
            None => match tensor(text, ty) {
                Ok((alignment, tensor)) => {
                    module.blobs.insert_as(key.as_str(), tensor);
                    module.blobs.set_alignment(key.as_str(), alignment);
                }
                Err(reason) => fail(format!("resource '{key}': {reason}")),
            },
        }
    }
    problems
}

/// The alignment of a blob, and its elements; the bytes alone where they are of a type that no tensor has.
fn tensor(text: &str, ty: Type) -> Result<(u32, Tensor), String> {
    let bytes = hexadecimal(text)?;
    let (header, data) = bytes.split_first_chunk::<HEADER>().ok_or("a blob begins with four bytes of alignment")?;
    let tensor = match ty.element() {
        Some(element) => Tensor::from_bytes(element, &static_shape(ty)?, data),
        None => Tensor::from_bytes(ElementType::U8, &[data.len()], data),
    };
    Ok((u32::from_le_bytes(*header), tensor.map_err(|reason| reason.to_string())?))
}
