//! Reads the text in a picture with the PP-OCR models: a detector finds the lines, a classifier tells which of them are
//! upside down, a recognizer reads each.
//!
//! The models are compiled by Kiln and run through [`network::Network`]; everything around them is plain Rust:
//!
//! ```text
//! picture -> detector  -> probability of text, pixel by pixel -> components -> rectangles -> upright crops
//!         -> classifier -> crops turned the right way up
//!         -> recognizer -> probability of each character, column by column -> text
//! ```
//!
//! It does not train, batch, or stream: one picture in, its lines out.

pub mod classifier;
pub mod components;
pub mod detector;
pub mod draw;
pub mod geometry;
pub mod network;
pub mod picture;
pub mod reader;
pub mod recognizer;
pub mod rectify;

pub use network::{Error, Network, Result};
pub use picture::Picture;
pub use reader::{Line, Reader};
