#include "model/optim_options.h"

static const char *const optimizers[] = {UPDATE_LIST(OPTIMIZER_NAME) NULL};
_Static_assert(COUNT_OF(optimizers) == OPTIM_KINDS + 1, "an optimizer has no name");

static const char *const decays[] = {DECAY_NAMES, NULL};
_Static_assert(COUNT_OF(decays) == DECAY_KINDS + 1, "a decay has no name");

#define AT(field) offsetof(struct optim_config, field)
#define GROUP "Optimizer"

static const struct option optim_table[] = {
    {"optimizer", OPTION_CHOICE, AT(kind), "adam", 0, 0, optimizers,
     "adam and rmsprop in Keras's form", GROUP, false},
    {"learning-rate", OPTION_DOUBLE, AT(learning_rate), "0.001", 1e-12, 1000, NULL,
     "learning rate after warm-up", GROUP, false},
    {"beta-1", OPTION_DOUBLE, AT(beta1), "0.9", 0, 0.999999, NULL,
     "Adam: decay of the first moment", GROUP, false},
    {"beta-2", OPTION_DOUBLE, AT(beta2), "0.999", 0, 0.9999999, NULL,
     "Adam: decay of the second moment", GROUP, false},
    {"rho", OPTION_DOUBLE, AT(rho), "0.9", 0, 0.999999, NULL,
     "RMSprop: decay of the mean", GROUP, false},
    {"momentum", OPTION_DOUBLE, AT(momentum), "0", 0, 0.999999, NULL, "SGD: momentum",
     GROUP, false},
    {"epsilon", OPTION_DOUBLE, AT(epsilon), "1e-7", 1e-30, 1, NULL,
     "Adam and RMSprop: added to the root", GROUP, false},
    {"clip-norm", OPTION_DOUBLE, AT(clip_norm), "0", 0, 1e30, NULL,
     "largest global norm of the gradient; 0: any", GROUP, false},
    {"ema", OPTION_DOUBLE, AT(ema), "0", 0, 0.999999, NULL,
     "momentum of an exponential moving average of the weights, taken at each step, "
     "which "
     "is what is validated and saved as the model; Keras's ema_momentum; 0: none",
     GROUP, false},
    {"lr-decay", OPTION_CHOICE, AT(decay), "none", 0, 0, decays,
     "linear or cosine to 0 at the last epoch, or lr / (1 + rate * step)", GROUP, false},
    {"lr-decay-rate", OPTION_DOUBLE, AT(decay_rate), "0", 0, 1000, NULL,
     "rate of the inverse decay", GROUP, false},
};

const struct option_table optim_options_table = {.options = optim_table,
                                                 .n_options = (int)COUNT_OF(optim_table)};

int optim_options_check(const struct optim_config *optim)
{
    if (optim->momentum > 0 && optim->kind != OPTIM_SGD)
        return fail(ERR_USAGE, "--momentum is for --optimizer sgd");
    if ((optim->decay == DECAY_INVERSE) != (optim->decay_rate > 0))
        return fail(ERR_USAGE, "--lr-decay inverse and --lr-decay-rate go together");
    return OK;
}
