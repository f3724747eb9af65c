#include "commands/stopping.h"

#include <stdlib.h>
#include <string.h>

#define AT(field) offsetof(struct config, trainer.field)

enum { USUAL_PATIENCE = 5, NOT_GIVEN = -1 };
static const enum monitor none_given = MONITORS;

static const struct option options[] = {
    {"monitor", OPTION_CHOICE, AT(monitor), "auto", 0, 0, monitor_names,
     "what early stopping and best.h5 watch. auto, unless --patience or --notebook is "
     "given: val_acc, or val_loss for a model that is not the recipe's, and epochs that "
     "take all validation rows for one class do not count against patience. val_f1, "
     "val_precision, val_recall: the mean over classes; where texts have several labels "
     "f1 and val_f1 are micro-averages, val_macro_f1 is the mean; val_auc: ROC AUC; "
     "val_mcc: Matthews",
     "Validation", false},
    {"patience", OPTION_COUNT, AT(patience), "5", 0, 1000000, NULL,
     "epochs without improvement before training stops; 0: it never does", "Validation",
     false},
    {"min-delta", OPTION_DOUBLE, AT(min_delta), "0", 0, 1000, NULL,
     "an improvement must be greater than this", "Validation", false},
    {"calibrate", OPTION_CHOICE, AT(calibrate), "none", 0, 0, calibrate_names,
     "what validation rows choose for the result at the end, stored in its file and used "
     "wherever it judges: a temperature by which logits are divided, for the least log "
     "loss; of two classes the probability from which on the second one is given, of "
     "several labels each one's; or both",
     "Validation", true},
    {"threshold-metric", OPTION_CHOICE, AT(threshold_metric), "f1", 0, 0,
     decision_metric_names,
     "what thresholds of --calibrate are the best by: F1 of the second class or of each "
     "label, accuracy or balanced accuracy",
     "Validation", true},
};

const struct option_table stopping_options_table = {.options = options,
                                                    .n_options = (int)COUNT_OF(options)};

void stopping_leave_open(struct config *config)
{
    config->trainer.monitor = none_given;
    config->trainer.patience = NOT_GIVEN;
}

static bool are_equal(const struct model_options *a, const struct model_options *b)
{
    char *left = options_to_json(&model_options_table, a);
    char *right = options_to_json(&model_options_table, b);
    bool equal = !strcmp(left, right);
    free(left);
    free(right);
    return equal;
}

/* Recipes were tried with val_acc; other models are watched as Keras watches them. */
static enum monitor usual_monitor(const struct trainer_config *trainer, bool is_recipes)
{
    if (trainer->sampler.rule == VALIDATION_NONE)
        return MONITOR_LOSS;
    return is_recipes ? MONITOR_VAL_ACC : MONITOR_VAL_LOSS;
}

/* Who chooses monitor or patience, or the notebook to the letter, gets what it says. */
void stopping_settle(struct config *config, const struct model_options *recipe)
{
    struct trainer_config *trainer = &config->trainer;
    bool is_auto = trainer->monitor == MONITOR_AUTO;
    bool to_the_letter = trainer->result_is_last || trainer->patience != NOT_GIVEN;
    bool is_recipes = recipe && are_equal(recipe, &trainer->model);

    trainer->monitor_given = trainer->monitor != none_given && !is_auto;
    if (!trainer->monitor_given) {
        bool chooses = is_auto || !to_the_letter;
        trainer->monitor = usual_monitor(trainer, is_recipes || !chooses);
        trainer->spares_one_class = chooses && trainer->sampler.rule != VALIDATION_NONE;
    }
    if (trainer->patience == NOT_GIVEN)
        trainer->patience = USUAL_PATIENCE;
}

void stopping_of_old_record(struct config *config)
{
    config->trainer.monitor = MONITOR_VAL_ACC;
}
