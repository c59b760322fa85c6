"""Cases of layers of Keras over steps: recurrent ones, their cells and wrappers, and masks."""

import keras
import numpy as np
from keras import layers as L
from keras_model import case


@case(formats=[".h5"])
def recurrent():
    x, h = L.Input((4, 3)), L.Input((2,))
    made = []
    for kind in [L.LSTM, L.GRU, L.SimpleRNN]:
        made += [kind(2)(x), kind(2, return_sequences=True)(x), kind(2, go_backwards=True, return_sequences=True)(x)]
        made += list(kind(2, return_state=True, use_bias=False)(x))
        made.append(kind(2, activation="relu", unroll=True)(x))
    made.append(L.LSTM(2, recurrent_activation="hard_sigmoid")(x, initial_state=[h, h]))
    made += [L.GRU(2, reset_after=False)(x, initial_state=h), L.GRU(2, activation="gelu", reset_after=False)(x), L.LSTM(2, activation="gelu")(x)]
    return [x, h], made


@case
def recurrent_open():
    x = L.Input((None, 3))
    made = [L.LSTM(2, return_sequences=True)(x), L.GRU(2)(x), L.Bidirectional(L.LSTM(2, return_sequences=True))(x)]
    return [x], made


@case(formats=[".h5"])
def bidirectional():
    x = L.Input((4, 3))
    made = [L.Bidirectional(L.LSTM(2), merge_mode=mode)(x) for mode in ["concat", "sum", "mul", "ave"]]
    made += list(L.Bidirectional(L.GRU(2, return_sequences=True), merge_mode=None)(x))
    made += list(L.Bidirectional(L.LSTM(2, return_sequences=True, return_state=True))(x))
    made.append(L.Bidirectional(L.LSTM(2), backward_layer=L.LSTM(3, go_backwards=True))(x))
    return [x], made


@case
def cells():
    x = L.Input((4, 3))
    made = [L.RNN(L.LSTMCell(2))(x), L.RNN(L.GRUCell(2), return_sequences=True)(x), L.RNN(L.SimpleRNNCell(2), go_backwards=True)(x)]
    made.append(L.RNN([L.LSTMCell(2), L.GRUCell(3), L.SimpleRNNCell(2)], return_sequences=True)(x))
    return [x], made


@case(formats=[".h5"])
def masks():
    ids = L.Input((5,), dtype="int32")
    x = L.Embedding(6, 3, mask_zero=True)(ids)
    made = [L.LSTM(2)(x), L.GRU(2, return_sequences=True)(x), L.LSTM(2, return_sequences=True, zero_output_for_mask=True)(x)]
    made += [L.Bidirectional(L.LSTM(2))(x), L.Bidirectional(L.GRU(2, return_sequences=True))(x), L.GlobalAveragePooling1D()(x)]
    made += list(L.LSTM(2, go_backwards=True, return_state=True)(x))
    made.append(L.SimpleRNN(2)(L.Dense(2)(L.Dropout(0.5)(x))))
    made.append(L.LSTM(2)(L.Concatenate()([x, L.LSTM(2, return_sequences=True)(x)])))
    made.append(L.LSTM(2)(L.Add()([x, x])))
    made.append(L.LSTM(2)(L.TimeDistributed(L.Dense(2))(x)))
    y = L.Input((5, 2))
    made.append(L.GRU(2)(L.Masking(mask_value=0.0)(y)))
    array = np.array([[1, 2, 0, 3, 0], [0, 0, 4, 5, 1]], "int32")
    other = np.random.default_rng(1).normal(size=(2, 5, 2)).astype("float32")
    other[0, 3:] = 0
    other[1, 1] = 0
    return [ids, y], made, [array, other]


@case(formats=[".h5"])
def time_distributed():
    x = L.Input((3, 4, 4, 2))
    y = L.TimeDistributed(L.Conv2D(2, 3))(x)
    inner = keras.Sequential([L.Flatten(), L.Dense(3, activation="relu"), L.BatchNormalization()])
    return [x], [y, L.TimeDistributed(inner)(y)]


@case
def conv_lstm():
    x, y = L.Input((3, 5, 2)), L.Input((3, 4, 5, 2))
    made = [L.ConvLSTM1D(2, 3, return_sequences=True)(x), L.ConvLSTM2D(2, 3, padding="same")(y), L.ConvLSTM2D(3, 2, strides=2, go_backwards=True)(y)]
    return [x, y], made


@case(formats=[".h5"], steps=3)
def stateful():
    x = L.Input(batch_shape=(2, 3, 4))
    y = L.LSTM(3, stateful=True, return_sequences=True)(x)
    made = [y, L.GRU(2, stateful=True)(y), L.SimpleRNN(2, stateful=True, go_backwards=True)(x)]
    made += list(L.LSTM(2, stateful=True, return_state=True)(x))
    made.append(L.Bidirectional(L.GRU(2, stateful=True, return_sequences=True))(x))
    made.append(L.RNN([L.LSTMCell(2), L.GRUCell(3)], stateful=True)(x))
    return [x], made


@case(steps=2)
def stateful_conv_lstm():
    x = L.Input(batch_shape=(1, 2, 4, 4, 1))
    return [x], [L.ConvLSTM2D(2, 3, padding="same", stateful=True)(x)]


@case
def cells_alone():
    x, h, c = L.Input((3,)), L.Input((2,)), L.Input((2,))
    made = [*keras.tree.flatten(L.LSTMCell(2)(x, [h, c])), *keras.tree.flatten(L.GRUCell(2)(x, [h])), *keras.tree.flatten(L.SimpleRNNCell(2)(x, [h]))]
    made += keras.tree.flatten(L.GRUCell(2, reset_after=False, use_bias=False, activation="relu")(x, [h]))
    made += keras.tree.flatten(L.StackedRNNCells([L.LSTMCell(2), L.GRUCell(2)])(x, [[h, c], [h]]))
    return [x, h, c], made


@case(formats=[".h5", "weights"])
def cells_options():
    x, h = L.Input((4, 3)), L.Input((2,))
    made = [L.RNN(L.GRUCell(2, reset_after=False), return_sequences=True)(x), L.RNN(L.LSTMCell(2, recurrent_activation="hard_sigmoid"))(x, initial_state=[h, h])]
    made += list(L.RNN(L.LSTMCell(2), return_state=True, return_sequences=True)(x))
    made.append(L.RNN(L.SimpleRNNCell(2, activation="relu", use_bias=False))(L.Masking()(x)))
    made.append(L.Bidirectional(L.RNN(L.GRUCell(2)), merge_mode="sum")(x))
    return [x, h], made


@case(formats=[".h5"])
def conv_lstm_options():
    x, y, z = L.Input((2, 6, 2)), L.Input((2, 4, 5, 2)), L.Input((2, 3, 4, 3, 1))
    made = list(L.ConvLSTM1D(2, 2, padding="same", dilation_rate=2, return_state=True)(x))
    made.append(L.ConvLSTM2D(2, (2, 3), use_bias=False, recurrent_activation="hard_sigmoid")(y))
    made.append(L.ConvLSTM3D(1, 2, padding="same", activation="relu", return_sequences=True)(z))
    made.append(L.ConvLSTM1D(2, 3, strides=2, return_sequences=True, go_backwards=True)(x))
    made.append(L.Bidirectional(L.ConvLSTM1D(2, 3, padding="same"))(x))
    return [x, y, z], made


@case(formats=[".h5"])
def bidirectional_states():
    x, h = L.Input((4, 3)), L.Input((2,))
    made = list(L.Bidirectional(L.GRU(2, return_state=True), merge_mode="ave")(x, initial_state=[h, h]))
    made += list(L.Bidirectional(L.LSTM(2, return_state=True, return_sequences=True), merge_mode="mul")(x, initial_state=[h, h, h, h]))
    made.append(L.Bidirectional(L.SimpleRNN(2, return_sequences=True), merge_mode="sum")(L.Masking()(x)))
    return [x, h], made


@case(formats=[".h5", "weights"])
def time_distributed_layers():
    x, y = L.Input((3, 4)), L.Input((2, 5, 4))
    made = [L.TimeDistributed(L.LayerNormalization())(x)]
    made += [L.TimeDistributed(L.LSTM(2))(y), L.TimeDistributed(L.Bidirectional(L.GRU(2)))(y), L.TimeDistributed(L.Softmax())(x)]
    made += [L.TimeDistributed(L.TimeDistributed(L.Dense(2)))(y), L.TimeDistributed(L.Reshape((2, 2)))(x), L.TimeDistributed(L.Dropout(0.5))(x)]
    inner_x = L.Input((5, 4))
    inner = keras.Model(inner_x, L.GlobalMaxPooling1D()(L.Conv1D(3, 2)(inner_x)))
    made.append(L.TimeDistributed(inner)(y))
    return [x, y], made


@case
def masks_more():
    ids = L.Input((5,), dtype="int32")
    x = L.Embedding(6, 3, mask_zero=True)(ids)
    given = L.Input((5,), dtype="bool")
    made = list(L.GRU(2, return_state=True, return_sequences=True, zero_output_for_mask=True)(x))
    made += [L.LSTM(2)(x, mask=given), L.SimpleRNN(2, go_backwards=True)(x), L.RNN(L.LSTMCell(2), return_sequences=True)(x)]
    made += [L.LSTM(2)(L.Multiply()([x, x])), L.LSTM(2)(L.Average()([x, x])), L.Attention()([x, x]), L.AdditiveAttention()([x, x])]
    made += [L.GRU(2)(L.Activation("tanh")(L.BatchNormalization()(x))), L.GRU(2)(L.LayerNormalization()(x)), L.LSTM(2)(L.SpatialDropout1D(0.2)(x))]
    made += [L.Bidirectional(L.LSTM(2, return_sequences=True), merge_mode=None)(x)[1]]
    arrays = [np.array([[1, 2, 0, 3, 0], [0, 0, 4, 5, 1]], "int32"), np.array([[1, 0, 1, 1, 0], [0, 1, 1, 0, 1]], bool)]
    return [ids, given], made, arrays
