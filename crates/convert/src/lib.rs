//! Conversions between dialects, <a>_to_<b>/<op>.rs.

#![forbid(unsafe_code)]
