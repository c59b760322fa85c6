"""The architectures of bench/rows.toml in PyTorch, with random weights. A module of this package is a row's `family`, and
its `build` takes the rest of the row's `architecture` table."""
