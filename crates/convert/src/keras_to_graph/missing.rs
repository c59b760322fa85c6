//! Layers and operations without a conversion, and why there is none.

/// Names, without the dialect, and the reason, which ends a sentence.
pub(crate) const MISSING: &[(&[&str], &str)] = &[
    (
        &["Hashing", "HashedCrossing"],
        "it needs the hash of a text, which Kiln does not compute: do it before, and begin the model with the numbers",
    ),
    (
        &["TextVectorization"],
        "text is not cut into words in a model: do it before, and begin the model with StringLookup or with the numbers",
    ),
    (
        &[
            "ops.AssociativeScan",
            "ops.Cond",
            "ops.ForiLoop",
            "ops.JVP",
            "ops.Map",
            "ops.Scan",
            "ops.Switch",
            "ops.VectorizedMap",
            "ops.WhileLoop",
        ],
        "it is called with functions of Python, which a file does not say",
    ),
    (
        &["ops.Eig", "ops.Eigh", "ops.Lstsq", "ops.MatrixRank", "ops.Pinv", "ops.SVD"],
        "eigenvalues and singular values, which it needs, are not computed",
    ),
    (
        &["ops.LuFactor", "ops.Qr"],
        "this factorization of matrices is not computed; ops.cholesky, ops.inv and ops.solve are",
    ),
    (
        &["ops.Polar", "ops.ViewAsComplex", "ops.ViewAsReal"],
        "complex numbers are not supported but as pairs of real and imaginary parts, as those of ops.fft",
    ),
    (&["ops.CTCDecode", "ops.CTCLoss"], "alignments of sequences are not computed: end the model with the scores"),
    (
        &[
            "ops.AffineTransform",
            "ops.ElasticTransform",
            "ops.MapCoordinates",
            "ops.PerspectiveTransform",
            "ops.ScaleAndTranslate",
        ],
        "images are not sampled at any coordinates; ops.image.resize and ops.image.crop_images are supported",
    ),
    (&["ops.Argpartition"], "which of the orders of a partition it gives is not said; ops.argsort gives one"),
    (&["ops.Nextafter"], "it is about the bits of floats"),
    (&["ops.Unique"], "how many results it has depends on data; ops.sort and ops.diff are supported"),
];

/// Why there is no conversion.
pub(crate) fn reason(name: &str) -> Option<&'static str> {
    MISSING.iter().find(|(names, _)| names.contains(&name)).map(|(_, reason)| *reason)
}
