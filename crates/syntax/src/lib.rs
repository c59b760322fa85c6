//! IR text: logos lexer, lalrpop grammar, printer.

#![forbid(unsafe_code)]
