"""Cases of layers of Keras that prepare inputs: images, sound, categories."""

import numpy as np
from keras import layers as L
from keras_model import case


def pictures(shape, seed=1):
    return np.random.default_rng(seed).uniform(0, 255, shape).astype("float32")


@case
def random_layers():
    x = L.Input((6, 8, 3))
    made = [L.RandomBrightness(0.2)(x), L.RandomContrast(0.2)(x), L.RandomTranslation(0.2, 0.2)(x), L.RandomCrop(4, 5)(x)]
    for name in """RandomColorDegeneration RandomColorJitter RandomErasing RandomGaussianBlur RandomGrayscale RandomHue RandomInvert RandomPerspective
            RandomPosterization RandomSaturation RandomSharpness RandomShear RandomElasticTransform AugMix CutMix MixUp RandAugment""".split():
        options = {"RandomColorDegeneration": {"factor": 0.5}, "RandomHue": {"factor": 0.5}, "RandomPosterization": {"factor": 4}}
        options |= {"RandomSaturation": {"factor": 0.5}, "RandomSharpness": {"factor": 0.5}}
        made.append(getattr(L, name)(**options.get(name, {}))(x))
    return [x], made, [pictures((2, 6, 8, 3))]


@case(tolerance=1e-3)
def contrast():
    x, y = L.Input((8, 12, 3)), L.Input((9, 10, 1))
    made = [L.AutoContrast()(x), L.AutoContrast(value_range=(0, 300))(x), L.Solarization(0.5, 0.5)(x)]
    clahe = L.ContrastLimitedAdaptiveHistogramEqualization
    made += [clahe(tile_grid_size=(2, 3))(x), clahe(tile_grid_size=(4, 4), clip_limit=1.5)(y), clahe(tile_grid_size=(2, 2), clip_limit=0.0, value_range=(0, 1))(L.Rescaling(1 / 255)(y))]
    return [x, y], made, [pictures((2, 8, 12, 3)), pictures((2, 9, 10, 1), 2)]


@case(formats=[".h5"], tolerance=1e-3)
def stft_spectrogram():
    x = L.Input((40, 2))
    made = [L.STFTSpectrogram(mode=mode, frame_length=16, frame_step=8, window=None)(x) for mode in ["log", "magnitude", "psd", "real", "imag", "angle", "stft"]]
    made += [L.STFTSpectrogram(mode="magnitude", frame_length=10, frame_step=5, fft_length=16, expand_dims=True, padding="same", window=None)(x)]
    return [x], made


@case(tolerance=1e-3)
def mel_spectrogram():
    x = L.Input((300,))
    made = [L.MelSpectrogram(num_mel_bins=8, sampling_rate=1000, sequence_stride=32, fft_length=64, min_freq=20, max_freq=450)(x)]
    made += [L.MelSpectrogram(num_mel_bins=5, sampling_rate=800, sequence_stride=40, sequence_length=48, fft_length=64, power_to_db=False, mag_exp=1.0, window="hamming")(x)]
    return [x], made


@case(tolerance=1e-3)
def resizing_options():
    x = L.Input((6, 9, 3))
    made = [L.Resizing(4, 4, crop_to_aspect_ratio=True)(x), L.Resizing(5, 8, pad_to_aspect_ratio=True, fill_value=2.0)(x), L.Resizing(3, 4, antialias=True)(x)]
    made += [L.Resizing(8, 4, interpolation="lanczos3")(x), L.Resizing(3, 12, interpolation="lanczos5")(x), L.Resizing(3, 4, interpolation="bicubic", antialias=True)(x)]
    made += [L.Resizing(7, 11, data_format="channels_last", interpolation="nearest")(x)]
    return [x], made, [pictures((2, 6, 9, 3))]


@case
def categories():
    x, ids = L.Input((4,)), L.Input((3,), dtype="int64")
    weights = L.Input((3,))
    made = [L.Discretization(bin_boundaries=[-1, 0, 1], output_mode=mode)(x) for mode in ["int", "one_hot", "multi_hot", "count"]]
    made += [L.CategoryEncoding(6, output_mode="count")(ids, count_weights=weights)]
    made += [L.IntegerLookup(vocabulary=[4, 2, 5])(ids)]
    made += [L.IntegerLookup(vocabulary=[4, 2, 5], output_mode="multi_hot")(ids), L.IntegerLookup(vocabulary=[4, 2, 5], mask_token=0)(ids)]
    made += [L.IntegerLookup(vocabulary=[4, 2], num_oov_indices=3)(ids), L.IntegerLookup(vocabulary=[4, 2, 5], invert=True)(ids)]
    made += [L.IntegerLookup(vocabulary=[4, 2, 5], mask_token=0, invert=True, oov_token=9)(ids), L.IntegerLookup(vocabulary=[4, 2], output_mode="one_hot")(ids[:, :1])]
    made += [L.IntegerLookup(vocabulary=[4, 2], output_mode="count", mask_token=0)(ids)]
    made += [L.Rescaling([1.0, 2.0, 3.0, 4.0], offset=[0, 1, 2, 3])(x), L.Normalization(axis=-1, mean=[0, 1, 2, 3], variance=[1, 1, 4, 4])(x)]
    return [x, ids, weights], made
