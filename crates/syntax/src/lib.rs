//! IR text: a logos lexer, a lalrpop grammar of attributes and types, a parser of ops, a printer.

#![forbid(unsafe_code)]

mod print;

pub use print::{PrintOptions, print, print_to};
