//! What every importer shares: the import context, limits, weights into the blob store.

#![forbid(unsafe_code)]
