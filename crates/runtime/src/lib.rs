//! Loads and runs compiled models; the C side that goes into each of them.
