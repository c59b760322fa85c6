//! The commands, one file each: its options, its help, what it does.

pub mod bench;
pub mod check;
pub mod compile;
pub mod completion;
pub mod header;
pub mod import;
pub mod inspect;
pub mod reduce;
pub mod run;
