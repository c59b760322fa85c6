//! IR text: a logos lexer, a lalrpop grammar of attributes and types, a parser of ops, a printer.

#![forbid(unsafe_code)]

mod parse;
mod print;

pub use parse::{parse, parse_attribute, parse_type};
pub use print::{PrintOptions, print, print_to};
