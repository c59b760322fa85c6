"""Strings, and tables in which something is looked up."""

import tempfile
from pathlib import Path

import numpy as np
import tensorflow as tf

from tf_model import case, first_version, graph, raw, saved, without_second_version

WORDS = np.array(["red", "Blue sky", "", "grün", "a,b,,c", "12", "Ä", "blue"], object)


@case
def text():
    def build(x, numbers):
        return [tf.strings.lower(x, "utf-8"), tf.strings.upper(x, "utf-8"), tf.strings.join([x, x, "!"], "-"), tf.strings.join([x]), x + "?", tf.strings.regex_full_match(x, "[a-z ]+"),
                raw("RegexFullMatch", input=x, pattern="b.*|1\\d"), tf.equal(x, "red"), tf.not_equal(x, x[::-1]), tf.strings.as_string(numbers), tf.strings.as_string(numbers > 2),
                tf.strings.reduce_join(tf.reshape(x, [2, 4]), 1, separator=","), tf.strings.reduce_join(tf.reshape(x, [2, 4])), tf.strings.reduce_join(tf.reshape(x, [2, 2, 2]), [2, 0], True), tf.strings.to_number(tf.strings.as_string(numbers), tf.int64), tf.where(numbers > 1, x[:5], "no"), *tf.unique(x[:3])[:1]]
    graph("text", build, [WORDS, np.array([0, 1, 2, 30, -4], np.int32)])


@case
def text_numbers():
    def build(x):
        return [tf.strings.to_number(x), tf.strings.to_number(x, tf.float64), tf.strings.to_number(x[:2], tf.int32), tf.strings.to_number(x[:2], tf.int64)]
    graph("text_numbers", build, [np.array(["12", "-3", "1.5", "2e-3", "inf"], object)])


@case
def text_pieces():
    def build(x):
        results = []
        for given in ({"sep": ","}, {"sep": ""}, {"sep": ", ", "maxsplit": 1}, {"sep": " ", "maxsplit": 2}):
            results += raw("StringSplitV2", input=x, **given)
        for skips in (True, False):
            results += raw("StringSplit", input=x, delimiter=",", skip_empty=skips)
        return results
    graph("text_pieces", build, [np.array(["a,b,,c", "", "one two  three", ",x, y", " lead"], object)], shapes=[(None,)], more=[[np.array(["", "z"], object)]])


class Tables(tf.Module):
    """Tables filled from constants and from a file."""

    def __init__(self, folder):
        super().__init__()
        path = Path(folder) / "words.txt"
        path.write_text("red\ngreen\r\nblue\n")
        columns = Path(folder) / "columns.txt"
        columns.write_text("7 seven 0.5\n9 nine 2.25\n")
        index, lookup = tf.lookup.TextFileIndex, tf.lookup
        def of_file(file, key, value, default, **more):
            return lookup.StaticHashTable(lookup.TextFileInitializer(str(file), *key, *value, **more), default)
        self.numbers = of_file(path, (tf.string, index.WHOLE_LINE), (tf.int64, index.LINE_NUMBER), -1)
        self.words = of_file(path, (tf.int64, index.LINE_NUMBER), (tf.string, index.WHOLE_LINE), "none", vocab_size=2)
        self.names = of_file(columns, (tf.int64, 0), (tf.string, 1), "?", delimiter=" ")
        self.sizes = of_file(columns, (tf.string, 1), (tf.float32, 2), 0.0, delimiter=" ")
        self.given = lookup.StaticHashTable(lookup.KeyValueTensorInitializer(tf.constant([5, 1, 9], tf.int64), ["five", "one", "nine"]), "other")
        self.scores = lookup.StaticHashTable(lookup.KeyValueTensorInitializer(["red", "blue"], [0.5, 1.5]), -1.0)

    def call(self, x0, x1):
        return {"numbers": self.numbers.lookup(x0), "words": self.words.lookup(x1), "names": self.names.lookup(x1), "given": self.given.lookup(x1), "scores": self.scores.lookup(x0),
                "sizes": self.sizes.lookup(self.names.lookup(x1)), "count": self.numbers.size(), "back": self.words.lookup(self.numbers.lookup(x0))}


@case
def tables():
    with tempfile.TemporaryDirectory() as folder:
        given = [np.array([["red", "blue"], ["pink", "green"]], object), np.array([0, 1, 2, 5, 7, 9], np.int64)]
        saved("tables", Tables(folder), given, shapes=[(None, 2), (None,)])


@case
def tables_first():
    """Of TensorFlow 1, in a graph alone."""

    def build(x):
        table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(tf.constant(["a", "b", "c"]), tf.constant([3, 1, 2], tf.int32)), -7)
        return [table.lookup(x), table.size()]

    without_second_version(lambda: first_version("tables_first", build, [np.array(["b", "x", "a"], object)], shapes=[(None,)], keeps_tables=True))
