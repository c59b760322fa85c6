//! Layers and operations without a row, and why.

use crate::conversion::missing::Missing;

pub(crate) const MISSING: &[Missing] = &[
    Missing::because(
        "it needs the hash of a text, which Kiln does not compute: do it before, and begin the model with the numbers",
        &["Hashing", "HashedCrossing"],
    ),
    Missing::because(
        "text is not cut into words in a model: do it before, and begin the model with StringLookup or with the numbers",
        &["TextVectorization"],
    ),
    Missing::because(
        "it is called with functions of Python, which a file does not say",
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
    ),
    Missing::because(
        "eigenvalues and singular values, which it needs, are not computed",
        &["ops.Eig", "ops.Eigh", "ops.Lstsq", "ops.MatrixRank", "ops.Pinv", "ops.SVD"],
    ),
    Missing::because(
        "this factorization of matrices is not computed; ops.cholesky, ops.inv and ops.solve are",
        &["ops.LuFactor", "ops.Qr"],
    ),
    Missing::because(
        "complex numbers are not supported but as pairs of real and imaginary parts, as those of ops.fft",
        &["ops.Polar", "ops.ViewAsComplex", "ops.ViewAsReal"],
    ),
    Missing::because(
        "alignments of sequences are not computed: end the model with the scores",
        &["ops.CTCDecode", "ops.CTCLoss"],
    ),
    Missing::because(
        "images are not sampled at any coordinates; ops.image.resize and ops.image.crop_images are supported",
        &[
            "ops.AffineTransform",
            "ops.ElasticTransform",
            "ops.MapCoordinates",
            "ops.PerspectiveTransform",
            "ops.ScaleAndTranslate",
        ],
    ),
    Missing::because(
        "which of the orders of a partition it gives is not said; ops.argsort gives one",
        &["ops.Argpartition"],
    ),
    Missing::because("it is about the bits of floats", &["ops.Nextafter"]),
    Missing::because("how many results it has depends on data; ops.sort and ops.diff are supported", &["ops.Unique"]),
];
