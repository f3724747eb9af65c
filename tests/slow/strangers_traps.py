"""Models whose files say what is easily read otherwise."""
from strangers_models import Case, Shop


def callings(shop):
    """What a layer is called with, and which of its outputs are the model's."""
    L, K, E = shop.layers, shop.keras, shop.embedding
    out = lambda: L.Dense(1, activation="sigmoid")

    def several_outputs(x):
        hidden = L.Dense(5, activation="relu")(L.LSTM(6)(E()(x)))
        return [out()(hidden), hidden]

    def several_heads(x):
        hidden = L.LSTM(6)(E()(x))
        return [L.Dense(1, activation="sigmoid", name="spam")(hidden),
                L.Dense(3, activation="softmax", name="topic")(hidden)]

    def states(x):
        steps, h, c = L.LSTM(6, return_state=True, return_sequences=True)(E()(x))
        return out()(h)

    def cells(x):
        _, _, c = L.LSTM(6, return_state=True, return_sequences=True)(E()(x))
        return out()(c)

    def started(x):
        steps, h, c = L.LSTM(6, return_state=True, return_sequences=True)(E()(x))
        return out()(L.LSTM(6)(steps, initial_state=[h, c]))

    def shared(x):
        layer = L.Dense(6, activation="relu")
        return out()(layer(layer(L.LSTM(6)(E()(x)))))

    def last_of_slice(x):
        return out()(L.LSTM(6, return_sequences=True)(E()(x))[:, -1, :])

    def state_model():
        source = shop.input(name="ids")
        _, h, _ = L.LSTM(6, return_state=True)(E()(source))
        inner = K.Model(source, h, name="encoder")
        ids = shop.input()
        return shop.compiled(K.Model(ids, out()(inner(ids))))

    def inner_outputs():
        source = shop.input(name="ids")
        steps = L.LSTM(6, return_sequences=True)(E()(source))
        inner = K.Model(source, [steps, L.GlobalMaxPooling1D()(steps)], name="encoder")
        ids = shop.input()
        return shop.compiled(K.Model(ids, out()(inner(ids)[1])))

    yield Case("outputs one of two", lambda: shop.functional(several_outputs, loss=None),
               ["2 outputs"])
    yield Case("outputs two heads", lambda: shop.functional(several_heads, loss=None),
               ["2 outputs"])
    yield Case("states h", lambda: shop.functional(states), ["return_state"])
    yield Case("states c", lambda: shop.functional(cells), ["return_state"])
    yield Case("states start", lambda: shop.functional(started), ["return_state"])
    yield Case("nested state", state_model, ["return_state"])
    yield Case("nested outputs", inner_outputs, ["2 outputs"])
    yield Case("shared layer", lambda: shop.functional(shared), ["other inputs"])
    yield Case("sliced", lambda: shop.functional(last_of_slice), ["is not supported"])
    yield Case("dropout at work", lambda: shop.functional(lambda x: out()(
        L.Dropout(0.5)(L.LSTM(6)(E()(x)), training=True))), ["training=True"])
    yield Case("batch norm at work", lambda: shop.functional(lambda x: out()(
        L.BatchNormalization()(L.LSTM(6)(E()(x)), training=True))), ["training=True"])
    yield Case("training false", lambda: shop.functional(lambda x: out()(
        L.BatchNormalization()(L.Dropout(0.5)(L.LSTM(6)(E()(x)), training=False),
                               training=False))))
    yield Case("lstm at work", lambda: shop.functional(lambda x: out()(
        L.LSTM(6, dropout=0.3)(E()(x), training=True))), ["training=True"])


def masks(shop):
    L, K, E = shop.layers, shop.keras, shop.embedding
    out = lambda: L.Dense(1, activation="sigmoid")
    masked = lambda: E(8, mask_zero=True)
    steps = lambda: L.LSTM(6, return_sequences=True)
    yield Case("mask mean", lambda: shop.chain(masked(), L.GlobalAveragePooling1D(), out()))
    yield Case("mask dense mean", lambda: shop.chain(
        masked(), steps(), L.TimeDistributed(L.Dense(5, activation="tanh")), L.Dropout(0.3),
        L.GlobalAveragePooling1D(), out()))
    yield Case("mask norm mean", lambda: shop.chain(
        masked(), L.SpatialDropout1D(0.2), L.LayerNormalization(), steps(),
        L.BatchNormalization(), L.Activation("tanh"), L.GaussianNoise(0.1),
        L.GlobalAveragePooling1D(), out()))
    yield Case("mask slopes", lambda: shop.chain(
        masked(), L.Dense(6), L.LeakyReLU(), L.ELU(), L.ReLU(), L.GRU(5), out()))
    yield Case("mask both ways", lambda: shop.chain(
        masked(), L.Bidirectional(L.GRU(6, return_sequences=True), merge_mode="sum"),
        L.Bidirectional(L.LSTM(5), merge_mode="mul"), out()))
    yield Case("mask last backwards", lambda: shop.chain(
        masked(), L.LSTM(6, go_backwards=True), out()))
    if shop.is_3:  # others have no mask to skip, and say so when they are made
        yield Case("mask flatten", lambda: shop.chain(masked(), steps(), L.Flatten(), out()))
        yield Case("mask conv mean", lambda: shop.chain(
            masked(), L.Conv1D(5, 3, padding="same"), L.GlobalAveragePooling1D(), out()))
        yield Case("mask conv lstm", lambda: shop.chain(
            masked(), steps(), L.Conv1D(5, 3, activation="relu"), L.GRU(4), out()))
        yield Case("mask max", lambda: shop.chain(masked(), L.GlobalMaxPooling1D(), out()))
        yield Case("mask window mean", lambda: shop.chain(
            masked(), L.MaxPooling1D(2), L.LSTM(4, return_sequences=True),
            L.GlobalAveragePooling1D(), out()))
        yield Case("mask functional conv", lambda: shop.functional(lambda x: out()(
            L.GlobalAveragePooling1D()(L.Conv1D(5, 3)(masked()(x))))))

    def nested(outside):
        inner = K.Sequential([shop.input(), masked()], name="words")
        if outside == "sequential":
            return shop.compiled(K.Sequential([shop.input(), inner, L.LSTM(5), out()]))
        return shop.functional(lambda x: out()(L.LSTM(5)(inner(x))))

    def nested_functional():
        source = shop.input()
        inner = K.Model(source, L.Dropout(0.1)(masked()(source)))
        return shop.functional(lambda x: out()(L.GlobalAveragePooling1D()(inner(x))))

    def nested_behind():
        inner = K.Sequential([K.Input((shop.maxlen, 8)), steps(), L.GlobalAveragePooling1D()])
        return shop.functional(lambda x: out()(inner(masked()(x))))

    yield Case("mask nested sequential", lambda: nested("sequential"))
    yield Case("mask nested in functional", lambda: nested("functional"))
    yield Case("mask nested functional", nested_functional)
    yield Case("mask nested behind", nested_behind)
    yield Case("masking layer", lambda: shop.chain(E(), L.Masking(0.0), L.LSTM(5), out()),
               ["(Masking"])
    yield Case("mask given", lambda: shop.functional(lambda x: out()(
        L.LSTM(5)(E()(x), mask=masked().compute_mask(x)))),
        ["mask" if shop.is_3 else "TFOpLambda"])
    if not shop.is_3:
        yield Case("ragged", lambda: shop.functional(
            lambda x: out()(L.LSTM(5)(E()(x))), length=None, ragged=True), ["is ragged"])


def numbers(shop):
    """Other types of numbers, and formulas with numbers of their own."""
    L, K, E = shop.layers, shop.keras, shop.embedding
    out = lambda **more: L.Dense(1, activation="sigmoid", **more)

    def of_policy(name):
        policy = K.mixed_precision if not shop.is_3 else K.dtype_policies
        old = "float32"
        K.mixed_precision.set_global_policy(name) if not shop.is_3 else \
            K.config.set_dtype_policy(name)
        try:
            return shop.chain(E(), L.LSTM(6), L.Dense(5, activation="relu"), out(dtype="float32"))
        finally:
            K.mixed_precision.set_global_policy(old) if not shop.is_3 else \
                K.config.set_dtype_policy(old)

    def quantized(mode):
        model = shop.chain(E(), L.LSTM(6), L.Dense(8, activation="relu"), out())
        model.quantize(mode)
        return model

    for name in ("mixed_float16", "mixed_bfloat16", "float16"):
        yield Case(f"numbers of {name}", lambda name=name: of_policy(name),
                   says=(f"computes in {name}",))
    yield Case("numbers of float64", lambda: of_policy("float64"))
    if shop.is_3:
        for mode in ("int8", "int4", "float8"):
            yield Case(f"quantized {mode}", lambda mode=mode: quantized(mode), ["quantized"],
                       is_random=False, endings=(".keras",))
    yield Case("leaky", lambda: shop.chain(
        E(), L.LSTM(6), L.Dense(6), L.LeakyReLU(0.05), L.Dense(6, activation=L.LeakyReLU()),
        L.Dense(6, activation=L.ELU(0.3)), out()))
    yield Case("leaky conv", lambda: shop.chain(
        E(), L.Conv1D(6, 3, activation=L.ELU(0.3)), L.Conv1D(5, 3, activation=L.LeakyReLU(0.1)),
        L.GlobalMaxPooling1D(), L.Dense(4, activation=L.ReLU(name="tanh")),
        L.Dense(3, activation=L.Softmax())), endings=(".keras",) if not shop.is_3 else ())
    yield Case("leaky lstm", lambda: shop.chain(
        E(), L.LSTM(6, activation=L.LeakyReLU(0.1)), out()), ["has the activation"],
        endings=(".keras",) if not shop.is_3 else ())
    yield Case("relu six", lambda: shop.chain(
        E(), L.LSTM(6), L.Dense(6), L.ReLU(max_value=6.0), out()), ["limit"])
    yield Case("relu sloped", lambda: shop.chain(
        E(), L.LSTM(6), L.Dense(6), L.ReLU(negative_slope=0.1), out()))
    yield Case("prelu", lambda: shop.chain(
        E(), L.LSTM(6), L.Dense(6), L.PReLU(), out()), ["(PReLU"])
    if not shop.is_3:
        yield Case("thresholded", lambda: shop.chain(
            E(), L.LSTM(6), L.Dense(6), L.ThresholdedReLU(), out()), ["ThresholdedReLU"])
    yield Case("softmax steps", lambda: shop.chain(
        E(), L.LSTM(6, return_sequences=True), L.Softmax(axis=1), L.Flatten(), out()),
        ["softmax"])
    yield Case("softmax end", lambda: shop.chain(
        E(), L.LSTM(6), L.Dense(4), L.Softmax(), loss="categorical_crossentropy"))
    yield Case("softmax rows", lambda: shop.chain(
        E(), L.LSTM(6), L.Dense(4), L.Softmax(axis=0), loss="categorical_crossentropy"),
        ["softmax over another axis"])
    yield Case("layer norm", lambda: shop.chain(
        E(), L.LayerNormalization(axis=2, scale=False), L.LSTM(6), L.LayerNormalization(
            epsilon=0.1, center=False), L.Dense(6), L.LayerNormalization(axis=[-1]), out()))
    yield Case("layer norm plane", lambda: shop.chain(
        E(), L.LayerNormalization(axis=[1, 2]), L.LSTM(6), out()), ["normalizes another axis"])
    yield Case("unit norm", lambda: shop.chain(E(), L.UnitNormalization(), L.LSTM(6), out()),
               ["UnitNormalization"])


def shapes(shop):
    L, K, E = shop.layers, shop.keras, shop.embedding
    out = lambda: L.Dense(1, activation="sigmoid")
    steps = lambda **more: L.LSTM(6, return_sequences=True, **more)
    yield Case("flatten last", lambda: shop.chain(E(), L.LSTM(6), L.Flatten(), out(),
                                                  L.Flatten()))
    yield Case("pool kept", lambda: shop.chain(
        E(), steps(), L.GlobalMaxPooling1D(keepdims=True), L.Flatten(), out()), ["keepdims"])
    yield Case("pool channels", lambda: shop.chain(
        E(), steps(), L.GlobalMaxPooling1D(data_format="channels_first"), out()),
        ["channels_first"])
    yield Case("repeat", lambda: shop.chain(
        E(), L.LSTM(6), L.RepeatVector(3), L.LSTM(6), out()), ["(RepeatVector"])
    yield Case("permute", lambda: shop.chain(
        E(), L.Permute((2, 1)), L.LSTM(6), out()), ["(Permute"])
    yield Case("reshape", lambda: shop.chain(
        E(), L.Reshape((shop.maxlen // 2, 16)), L.LSTM(6), out()), ["(Reshape"])
    yield Case("lambda", lambda: shop.chain(
        E(), steps(), L.Lambda(lambda x: x[:, -1], output_shape=(6,)), out()), ["(Lambda"])
    yield Case("distributed", lambda: shop.chain(
        E(), L.TimeDistributed(L.Dense(5, activation="relu", use_bias=False)), steps(),
        L.TimeDistributed(L.Dense(4)), L.Activation("tanh"), L.Flatten(), out()))
    yield Case("distributed other", lambda: shop.chain(
        E(), L.TimeDistributed(L.LayerNormalization()), L.LSTM(6), out()),
        ["is one of LayerNormalization"])
    yield Case("faults of one layer", lambda: shop.chain(
        E(), L.LSTM(6, activation="elu", recurrent_activation="tanh", return_sequences=True),
        L.Conv1D(4, 3, dilation_rate=2), L.Dense(3, activation="softmax")),
        ["activation elu", "recurrent activation tanh", "dilation_rate", "stands on all steps"])
    yield Case("stateful", lambda: shop.compiled(K.Sequential([
        K.Input(batch_shape=(100, shop.maxlen)), E(), L.LSTM(6, stateful=True), out()])),
        ["stateful"])
    if not shop.is_3:
        yield Case("time major", lambda: shop.chain(E(), L.LSTM(6, time_major=True), out()),
                   ["time_major"])
    yield Case("cell in rnn", lambda: shop.chain(E(), L.RNN(L.LSTMCell(6)), out()), ["(RNN"])
    yield Case("cells in rnn", lambda: shop.chain(
        E(), L.RNN([L.LSTMCell(6), L.GRUCell(5)]), out()), ["(RNN"])
    yield Case("conv lstm", lambda: shop.chain(
        E(), L.Reshape((shop.maxlen, 8, 1)), L.ConvLSTM1D(2, 3), L.Flatten(), out()),
        ["(Reshape", "(ConvLSTM1D"])
    for mode in ("sum", "ave", "mul", "concat"):
        yield Case(f"merge {mode}", lambda mode=mode: shop.chain(
            E(), L.Bidirectional(L.GRU(6), merge_mode=mode), out()))
    yield Case("merge none", lambda: shop.functional(lambda x: out()(L.concatenate(
        L.Bidirectional(L.GRU(6), merge_mode=None)(E()(x))))), ["merge mode none"])
    yield Case("backward own", lambda: shop.chain(
        E(), L.Bidirectional(L.LSTM(6), backward_layer=L.LSTM(6, go_backwards=True)), out()))
    yield Case("backward other", lambda: shop.chain(E(), L.Bidirectional(
        L.LSTM(6), backward_layer=L.GRU(6, go_backwards=True)), out()),
        ["LSTM forward and a GRU backward"])
    yield Case("backward activation", lambda: shop.chain(E(), L.Bidirectional(
        L.LSTM(6), backward_layer=L.LSTM(6, activation="relu", go_backwards=True)), out()),
        ["whose activation differ"])
    yield Case("backward units", lambda: shop.chain(E(), L.Bidirectional(
        L.LSTM(6), backward_layer=L.LSTM(4, go_backwards=True)), out()),
        ["whose units differ"])
    yield Case("backward forward", lambda: shop.chain(E(), L.Bidirectional(
        L.LSTM(6, go_backwards=True), backward_layer=L.LSTM(6)), out()))


def dressings(shop):
    """What stands in files and changes nothing."""
    L, K, E = shop.layers, shop.keras, shop.embedding
    out = lambda: L.Dense(1, activation="sigmoid")
    yield Case("everything harmless", lambda: shop.chain(
        E(8, embeddings_initializer="glorot_normal", embeddings_regularizer=K.regularizers.L2(0.1),
          embeddings_constraint=K.constraints.UnitNorm()),
        L.GaussianDropout(0.1), L.LSTM(
            6, kernel_regularizer="l2", recurrent_constraint=K.constraints.MaxNorm(2.0),
            bias_initializer="ones", unroll=True, dropout=0.3, return_sequences=True,
            activity_regularizer=K.regularizers.L1(0.01), unit_forget_bias=False),
        L.GRU(5, use_bias=False, recurrent_dropout=0.2), L.ActivityRegularization(l2=0.1),
        L.AlphaDropout(0.2), L.Dense(6, kernel_initializer="he_normal", activation="relu"), out(),
        L.Dropout(0.2), optimizer="adadelta"))
    if not shop.is_3:
        yield Case("implementation", lambda: shop.chain(
            E(8, input_length=shop.maxlen), L.GRU(6, implementation=1, return_sequences=True),
            L.LSTM(5, implementation=1), out()))
    yield Case("frozen words", lambda: shop.chain(
        L.Embedding(shop.words, 8, trainable=False), L.LSTM(6), out()))
    yield Case("odd names", lambda: shop.functional(lambda x: L.Dense(
        1, activation="sigmoid", name="Final-Output.v2")(L.Dense(5, name="bidirectional_7")(
            L.LSTM(6, name="dense_1")(E(name="lstm")(x)))), name="comment_text"))
    for optimizer in ("adamax", "ftrl", "adagrad", "nadam"):
        yield Case(f"optimizer {optimizer}", lambda optimizer=optimizer: shop.chain(
            E(), L.LSTM(4), out(), optimizer=optimizer))
    schedule = lambda: K.optimizers.schedules.ExponentialDecay(1e-3, 100, 0.9)
    yield Case("optimizer schedule", lambda: shop.chain(
        E(), L.LSTM(4), out(), optimizer=K.optimizers.Adam(schedule(), clipnorm=1.0)))
    yield Case("optimizer decay", lambda: shop.chain(
        E(), L.LSTM(4), out(), optimizer=K.optimizers.AdamW(1e-3, weight_decay=0.01)))
    yield Case("any length", lambda: shop.chain(
        E(), L.LSTM(4), out(), length=None), options=("--maxlen", str(shop.maxlen)))
    yield Case("weights", lambda: shop.chain(
        E(), L.Bidirectional(L.LSTM(4, return_sequences=True)), L.GRU(3), L.Dense(5, "relu"),
        out()), endings=(".weights.h5",) + (() if shop.is_3 else ("_weights.h5",)))
    yield Case("weights conv", lambda: shop.functional(lambda x: out()(L.LSTM(3)(
        L.MaxPooling1D()(L.BatchNormalization()(L.Conv1D(4, 3)(E()(x))))))),
        endings=(".weights.h5",) + (() if shop.is_3 else ("_weights.h5",)))

    def nested_norm():
        inner = K.Sequential([shop.input(), E(), L.LSTM(6), L.BatchNormalization(),
                              L.Dense(5, activation="relu"), L.BatchNormalization()])
        inner.layers[-2].trainable = False
        return shop.compiled(K.Sequential([shop.input(), inner, L.Dropout(0.1), out()]))

    yield Case("nested norm", nested_norm)


def cases(keras, is_3, words, maxlen):
    shop = Shop(keras, is_3, words, maxlen)
    return [case for part in (callings, masks, numbers, shapes, dressings) for case in part(shop)]
