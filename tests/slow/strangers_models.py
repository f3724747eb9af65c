"""Models of the kinds that strangers publish, at least two of each, in the styles of notebooks."""
from typing import NamedTuple


def same(found):
    return found


class Case(NamedTuple):
    """`refused`: None, or what the message must name. `says`: what notes must."""
    name: str
    build: object
    refused: object = None
    options: tuple = ()
    endings: tuple = ()
    says: tuple = ()
    judged: object = same
    is_random: bool = True
    shows: bool = True


class Shop:
    """What models are made of, in either Keras."""

    def __init__(self, keras, is_3, words, maxlen):
        self.keras, self.layers, self.is_3 = keras, keras.layers, is_3
        self.words, self.maxlen = words, maxlen

    def input(self, length=True, **more):
        return self.keras.Input((self.maxlen if length is True else length,), **more)

    def embedding(self, width=8, **more):
        return self.layers.Embedding(self.words, width, **more)

    def chain(self, *parts, loss="binary_crossentropy", optimizer="adam", length=True, **more):
        """A Sequential whose first part is the Embedding."""
        model = self.keras.Sequential(**more)
        model.add(self.input(length, dtype="int32"))
        for part in parts:
            model.add(part)
        return self.compiled(model, loss, optimizer)

    def compiled(self, model, loss="binary_crossentropy", optimizer="adam"):
        if loss:
            model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
        return model

    def functional(self, call, length=True, loss="binary_crossentropy", optimizer="adam", **more):
        """`call` makes the output of the ids."""
        source = self.input(length, **more)
        return self.compiled(self.keras.Model(source, call(source)), loss, optimizer)


def recurrent(shop):
    L, K, E = shop.layers, shop.keras, shop.embedding
    out = lambda: L.Dense(1, activation="sigmoid")
    yield Case("simple plain", lambda: shop.chain(
        E(32), L.SimpleRNN(32), out(), optimizer="rmsprop", loss="binary_crossentropy"))
    yield Case("simple stack", lambda: shop.chain(
        E(16), L.SimpleRNN(16, return_sequences=True), L.SimpleRNN(16, return_sequences=True),
        L.SimpleRNN(16), L.Dense(6, activation="softmax"), loss="categorical_crossentropy",
        optimizer=K.optimizers.Adagrad(0.1)))
    yield Case("simple relu masked", lambda: shop.chain(
        E(8, mask_zero=True), L.SimpleRNN(9, activation="relu", unroll=True),
        L.Dropout(0.5), out(), optimizer="nadam"))
    yield Case("simple both ways", lambda: shop.functional(lambda x: out()(
        L.Bidirectional(L.SimpleRNN(5, use_bias=False, dropout=0.1, recurrent_dropout=0.1))(
            L.SpatialDropout1D(0.3)(E(7)(x)))), optimizer="sgd"))
    for activation in ("relu", "sigmoid", "linear"):
        yield Case(f"cell {activation}", lambda activation=activation: shop.chain(
            E(), L.LSTM(12, activation=activation), out()))
        yield Case(f"cell gru {activation}", lambda activation=activation: shop.chain(
            E(), L.GRU(12, activation=activation, reset_after=False), out()))
    for activation in ("softsign", "elu", "hard_sigmoid", "softplus"):
        yield Case(f"cell other {activation}", lambda activation=activation: shop.chain(
            E(), L.LSTM(12, activation=activation), out()),
            [f"has the activation {activation}"])
    yield Case("gates hard", lambda: shop.chain(
        E(), L.LSTM(10, recurrent_activation="hard_sigmoid"), out()),
        says=("hard_sigmoid",) if shop.is_3 else ())
    yield Case("gates hard both", lambda: shop.chain(
        E(), L.Bidirectional(L.GRU(6, recurrent_activation="hard_sigmoid", reset_after=False,
                                   return_sequences=True)),
        L.GRU(5, recurrent_activation="hard_sigmoid"), out()))
    for activation in ("tanh", "relu", "linear"):
        yield Case(f"gates {activation}", lambda activation=activation: shop.chain(
            E(), L.GRU(10, recurrent_activation=activation), out()),
            [f"has the recurrent activation {activation}"])
    yield Case("mixed", lambda: shop.chain(
        E(16), L.Bidirectional(L.LSTM(8, return_sequences=True)), L.Dropout(0.2),
        L.Bidirectional(L.GRU(8)), L.Dense(16, activation="relu"), out()))
    yield Case("mixed deep", lambda: shop.functional(lambda x: L.Dense(5, activation="softmax")(
        L.GlobalMaxPooling1D()(L.SimpleRNN(4, return_sequences=True)(
            L.GRU(6, return_sequences=True)(L.LSTM(7, return_sequences=True)(E()(x)))))),
        loss="sparse_categorical_crossentropy"))


def heads(shop):
    L, K, E = shop.layers, shop.keras, shop.embedding
    out = lambda: L.Dense(1, activation="sigmoid")
    yield Case("dense two", lambda: shop.chain(
        E(32), L.LSTM(20), L.Dense(64, activation="relu"), L.Dropout(0.5),
        L.Dense(32, activation="relu"), L.Dropout(0.5), out()))
    yield Case("dense four", lambda: shop.chain(
        E(16), L.GlobalAveragePooling1D(), L.Dense(24, activation="relu"), L.Dense(12, "tanh"),
        L.Dense(8, "sigmoid"), L.Dense(4), L.Dense(5, activation="softmax"),
        loss="sparse_categorical_crossentropy", optimizer=K.optimizers.RMSprop(1e-4)))
    for activation in ("relu", "tanh", "sigmoid", "elu", "selu", "softplus", "softsign", "gelu",
                       "swish", "linear", "leaky_relu", "exponential"):
        yield Case(f"hidden {activation}", lambda activation=activation: shop.chain(
            E(), L.GRU(10), L.Dense(7, activation=activation), out()))
        yield Case(f"hidden layer {activation}", lambda activation=activation: shop.functional(
            lambda x: out()(L.Activation(activation)(L.Dense(7)(L.GRU(10)(E()(x)))))))
    for activation in ("hard_sigmoid", "softmax"):
        yield Case(f"hidden other {activation}", lambda activation=activation: shop.chain(
            E(), L.GRU(10), L.Dense(7, activation=activation), out()),
            [f"is hidden and has the activation {activation}"])
    yield Case("labels six", lambda: shop.chain(
        E(16), L.Bidirectional(L.LSTM(10, return_sequences=True)), L.GlobalMaxPool1D(),
        L.Dropout(0.1), L.Dense(50, activation="relu"), L.Dropout(0.1),
        L.Dense(6, activation="sigmoid")))
    yield Case("labels two", lambda: shop.functional(lambda x: L.Dense(2, activation="sigmoid")(
        L.LSTM(6)(E()(x))), loss=K.losses.BinaryCrossentropy()))
    yield Case("labels open", lambda: shop.chain(
        E(), L.LSTM(6), L.Dense(5, activation="sigmoid"), loss=None), ["--outputs labels"])
    yield Case("labels said", lambda: shop.chain(
        E(), L.LSTM(6), L.Dense(5, activation="sigmoid"), loss=None),
        options=("--outputs", "labels"))
    yield Case("pair categorical", lambda: shop.chain(
        E(), L.LSTM(6), L.Dense(2, activation="softmax"), loss="categorical_crossentropy"))
    yield Case("pair sigmoid", lambda: shop.chain(
        E(), L.LSTM(6), L.Dense(2, activation="sigmoid"), loss="categorical_crossentropy"))
    for activation in ("relu", "softmax", "tanh"):
        for units in (1,) if activation == "softmax" else (1, 3):
            yield Case(f"output {activation} {units}", lambda activation=activation, units=units:
                       shop.chain(E(), L.LSTM(6), L.Dense(units, activation=activation)),
                       [activation, f"{'one' if activation == 'softmax' else units} unit"])
    for loss in ("mse", "mae", "hinge", K.losses.Huber(), "squared_hinge"):
        yield Case(f"regression {loss if isinstance(loss, str) else 'huber'}",
                   lambda loss=loss: shop.chain(E(), L.LSTM(6), L.Dense(1), loss=loss),
                   ["is linear and was trained with the loss"])
    yield Case("regression open", lambda: shop.chain(E(), L.LSTM(6), L.Dense(1), loss=None),
               ["--logits"])
    sigmoid = lambda z: 1 / (1 + 2.718281828459045 ** -z.astype("float64"))
    yield Case("taken for probabilities", lambda: shop.chain(E(), L.LSTM(6), L.Dense(1)),
               judged=sigmoid)
    yield Case("logits", lambda: shop.chain(
        E(), L.LSTM(6), L.Dense(1), loss=K.losses.BinaryCrossentropy(from_logits=True)),
        judged=sigmoid)
    yield Case("logits labels", lambda: shop.chain(
        E(), L.LSTM(6), L.Dense(4), loss=K.losses.BinaryCrossentropy(from_logits=True)),
        judged=sigmoid)
    yield Case("tagging", lambda: shop.chain(
        E(), L.Bidirectional(L.LSTM(5, return_sequences=True)),
        L.TimeDistributed(L.Dense(9, activation="softmax")), loss="categorical_crossentropy"),
        ["stands on all steps"])
    yield Case("tagging plain", lambda: shop.chain(
        E(mask_zero=True), L.LSTM(5, return_sequences=True), L.Dense(3, activation="softmax"),
        loss="sparse_categorical_crossentropy"), ["stands on all steps"])


def windows(shop):
    L, E = shop.layers, shop.embedding
    out = lambda: L.Dense(1, activation="sigmoid")
    yield Case("conv lstm", lambda: shop.chain(
        E(32), L.Conv1D(filters=16, kernel_size=3, padding="same", activation="relu"),
        L.MaxPooling1D(pool_size=2), L.LSTM(20), out()))
    yield Case("conv kaggle", lambda: shop.chain(
        E(16), L.Dropout(0.2), L.Conv1D(20, 5, padding="valid", activation="relu", strides=1),
        L.GlobalMaxPooling1D(), L.Dense(25), L.Dropout(0.2), L.Activation("relu"), L.Dense(1),
        L.Activation("sigmoid")))
    yield Case("conv strided", lambda: shop.chain(
        E(), L.Conv1D(6, 4, strides=3, padding="same", use_bias=False), L.BatchNormalization(),
        L.ReLU(), L.AveragePooling1D(3, padding="same"), L.Flatten(), out()))
    yield Case("conv causal", lambda: shop.functional(lambda x: out()(L.GRU(5)(
        L.AveragePooling1D(4, strides=2, padding="same")(
            L.Conv1D(6, 3, padding="causal", activation="elu")(E()(x)))))))
    yield Case("conv dilated", lambda: shop.chain(
        E(), L.Conv1D(6, 3, dilation_rate=2), L.GlobalMaxPooling1D(), out()), ["dilation_rate"])
    yield Case("conv groups", lambda: shop.chain(
        E(8), L.Conv1D(6, 3, groups=2), L.GlobalMaxPooling1D(), out()), ["groups"])
    yield Case("conv separable", lambda: shop.chain(
        E(8), L.SeparableConv1D(6, 3), L.GlobalMaxPooling1D(), out()), ["SeparableConv1D"])
    yield Case("batch norm", lambda: shop.chain(
        E(), L.LSTM(9), L.BatchNormalization(), L.Dense(6, activation="relu"),
        L.BatchNormalization(scale=False, epsilon=1e-2), L.Dropout(0.4), out()))
    yield Case("batch norm bare", lambda: shop.chain(
        E(), L.BatchNormalization(center=False, axis=2), L.LSTM(9, return_sequences=True),
        L.BatchNormalization(center=False, scale=False), L.GlobalAveragePooling1D(), out()))
    yield Case("batch norm axis", lambda: shop.chain(
        E(), L.LSTM(9, return_sequences=True), L.BatchNormalization(axis=1), L.Flatten(), out()),
        ["normalizes another axis"])
    yield Case("batch norm output", lambda: shop.chain(
        E(), L.LSTM(9), L.Dense(1), L.BatchNormalization(), L.Activation("sigmoid")),
        ["BatchNormalization"])


def branches(shop):
    L, K, E = shop.layers, shop.keras, shop.embedding
    out = lambda: L.Dense(1, activation="sigmoid")

    def pools(x):
        steps = L.Bidirectional(L.GRU(6, return_sequences=True))(L.SpatialDropout1D(0.2)(E()(x)))
        return out()(L.concatenate([L.GlobalAveragePooling1D()(steps),
                                    L.GlobalMaxPooling1D()(steps)]))

    def pools_and_state(x):
        steps, state = L.GRU(6, return_sequences=True, return_state=True)(E()(x))
        return L.Dense(6, activation="sigmoid")(L.concatenate(
            [L.GlobalAveragePooling1D()(steps), L.GlobalMaxPooling1D()(steps), state]))

    def kernels(x):
        embedded = E()(x)
        return out()(L.Dropout(0.5)(L.concatenate(
            [L.GlobalMaxPooling1D()(L.Conv1D(5, n, activation="relu")(embedded))
             for n in (2, 3, 4)])))

    def residual(x):
        steps = L.LSTM(8, return_sequences=True)(E(8)(x))
        return out()(L.LSTM(8)(L.add([steps, L.LSTM(8, return_sequences=True)(steps)])))

    def two_inputs():
        a, b = shop.input(name="title"), shop.input(name="body")
        shared = E()
        both = L.concatenate([L.LSTM(4)(shared(a)), L.LSTM(4)(shared(b))])
        return shop.compiled(K.Model([a, b], out()(both)))

    def with_numbers():
        a, b = shop.input(name="text"), K.Input((3,), name="meta")
        return shop.compiled(K.Model([a, b], out()(L.concatenate([L.LSTM(4)(E()(a)), b]))))

    yield Case("branches pools", lambda: shop.functional(pools))
    yield Case("branches state", lambda: shop.functional(pools_and_state))
    yield Case("branches kernels", lambda: shop.functional(kernels), ["conv1d_1", "joins branches"])
    yield Case("branches residual", lambda: shop.functional(residual), ["(Add"])
    yield Case("inputs two", two_inputs, ["body", "second input"], is_random=False)
    yield Case("inputs numbers", with_numbers, ["meta", "second input"])


def attention(shop):
    L, E = shop.layers, shop.embedding
    out = lambda: L.Dense(1, activation="sigmoid")

    def of_layers(x):
        steps = L.Bidirectional(L.LSTM(5, return_sequences=True))(E()(x))
        weights = L.Softmax(axis=1)(L.Dense(1, activation="tanh")(steps))
        return out()(L.Flatten()(L.Dot(axes=1)([weights, steps])))

    def of_keras(x):
        steps = L.LSTM(5, return_sequences=True)(E()(x))
        return out()(L.GlobalAveragePooling1D()(L.Attention()([steps, steps])))

    def of_notebooks(x):
        steps = L.LSTM(5, return_sequences=True)(E()(x))
        weights = L.Activation("softmax")(L.Flatten()(L.Dense(1, activation="tanh")(steps)))
        weights = L.Permute((2, 1))(L.RepeatVector(5)(weights))
        return out()(L.GlobalAveragePooling1D()(L.multiply([steps, weights])))

    yield Case("attention keras", lambda: shop.functional(of_keras), ["(Attention"])
    yield Case("attention repeated", lambda: shop.functional(of_notebooks),
               ["(Permute", "(RepeatVector", "(Multiply"])
    yield Case("attention dot", lambda: shop.functional(of_layers))


def without_embedding(shop):
    L, K = shop.layers, shop.keras

    def numbers(*parts, shape=(7, 3)):
        return shop.compiled(K.Sequential([K.Input(shape), *parts]), "mse")

    yield Case("numbers lstm", lambda: numbers(L.LSTM(4), L.Dense(1)),
               ["without an Embedding", "regression"])
    yield Case("numbers stack", lambda: numbers(
        L.LSTM(4, return_sequences=True), L.Dropout(0.2), L.GRU(4),
        L.Dense(2, activation="softmax")), ["without an Embedding"])
    yield Case("numbers dense", lambda: numbers(
        L.Dense(4, activation="relu"), L.Dense(1, activation="sigmoid"), shape=(9,)),
        ["without an Embedding"])
    yield Case("numbers conv", lambda: numbers(
        L.Conv1D(4, 2), L.SimpleRNN(4), L.Dense(1, activation="sigmoid")),
        ["without an Embedding"])
    yield Case("numbers masked", lambda: numbers(
        L.Masking(0.0), L.Bidirectional(L.LSTM(4)), L.Dense(1, activation="sigmoid")),
        ["without an Embedding", "(Masking"])


def cases(keras, is_3, words, maxlen):
    shop = Shop(keras, is_3, words, maxlen)
    return [case for part in (recurrent, heads, windows, branches, attention, without_embedding)
            for case in part(shop)]
