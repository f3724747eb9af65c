/* What a recurrent cell makes of its candidate, and an LSTM of its state: the constant,
 * and Keras's name. The first is what Keras does where nothing is said. A slope follows
 * from its value. */
#ifndef RNNTRAIN_KERNELS_CELL_H
#define RNNTRAIN_KERNELS_CELL_H

#define CELL_ACTIVATION_LIST(ACTIVATION)                                                 \
    ACTIVATION(TANH, tanh)                                                               \
    ACTIVATION(RELU, relu)                                                               \
    ACTIVATION(SIGMOID, sigmoid)                                                         \
    ACTIVATION(LINEAR, linear)

#define CELL_CONSTANT(NAME, stem) CELL_##NAME,
enum cell_activation { CELL_ACTIVATION_LIST(CELL_CONSTANT) CELL_ACTIVATIONS };
#undef CELL_CONSTANT

/* For lists of names, each with its comma. */
#define CELL_ACTIVATION_NAME(NAME, stem) [CELL_##NAME] = #stem,

#endif
