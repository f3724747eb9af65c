/* Ensembles in files: written of checkpoints and read again; and what is refused of them,
 * by name, when they are written and when they are read. */
#include "saved/ensemble.h"

#include <math.h>

#include "files/file.h"
#include "files/h5.h"
#include "model/options.h"
#include "saved/record.h"

#include "../scratch.h"
#include "../shown.h"

enum { LENGTH = 3, WORDS = 10, N_NGRAMS = 3, N = 3 };

#define NETWORK "{\"dense\":0,\"embedding\":2,\"head\":\"last\",\"units\":3}"
#define OTHER_NETWORK                                                                    \
    "{\"dense\":4,\"embedding\":2,\"head\":\"max\",\"model\":\"gru\","                   \
    "\"units\":3}"
#define LINEAR "{\"model\":\"linear\"}"

static char ngram_words[] = "a\0b";
static int32_t ngram_parents[] = {-1, -1, 0}, ngram_lasts[] = {0, 1, 1};
static int32_t ngram_documents[] = {4, 3, 2}, other_lasts[] = {0, 1, 0};

/* What a member is made of; the texts are its own. */
struct member {
    char config[200], tokenizer[200];
    struct facts facts;
    struct ngrams ngrams;
    int n_slots;
};

static struct member member_of(const char *config)
{
    static char neg[] = "neg", pos[] = "pos";
    static char *labels[] = {neg, pos};
    struct member member = {.tokenizer = "{\"config\":{\"num_words\":10,\"word_index\":"
                                         "\"{\\\"a\\\":1,\\\"b\\\":2}\"}}",
                            .facts = {.num_words = WORDS,
                                      .maxlen = LENGTH,
                                      .n_labels = 2,
                                      .labels = labels,
                                      .pad_pre = true,
                                      .has_ngrams = !strcmp(config, LINEAR)},
                            .ngrams = {2, 0, false, 2, N_NGRAMS, sizeof ngram_words,
                                       ngram_words, ngram_parents, ngram_lasts,
                                       ngram_documents},
                            .n_slots = !strcmp(config, LINEAR) ? 0 : 2};

    snprintf(member.config, sizeof member.config, "%s", config);
    member.facts.n_ngrams = member.facts.has_ngrams ? N_NGRAMS : 0;
    return member;
}

static void chain_of(const struct member *member, struct chain_config *chain)
{
    const struct record_source source = {"member", "{}"};
    struct record record;
    assert_int_equal(record_read(member->config, &source, &record), OK);
    assert_int_equal(model_options_chain(&record.model, &member->facts, chain), OK);
}

static float *some_weights(size_t n)
{
    float *weights = xcalloc(n, sizeof *weights);
    for (size_t i = 0; i < n; i++)
        weights[i] = (float)(i % 7) / 8 - 0.25F;
    return weights;
}

/* A checkpoint's bytes; `others`: of an ensemble that nobody checked. */
static struct checkpoint_bytes image_of(struct member *member,
                                        const struct ensemble_config *config,
                                        const struct checkpoint_bytes *others)
{
    static char state[] = "{\"step\":7}", provenance[] = "{}";
    struct chain_config chain;
    struct params params = {0};
    struct checkpoint_bytes image = {NULL, 0};
    chain_of(member, &chain);
    model_tensors(&chain, &params);
    float *weights = some_weights(params.size);
    const float *slots[] = {weights, weights};

    const struct checkpoint info = {
        .config = member->config,
        .state = state,
        .provenance = provenance,
        .tokenizer = *member->tokenizer ? member->tokenizer : NULL,
        .facts = member->facts,
        .n_slots = member->n_slots,
        .ensemble = config ? *config : (struct ensemble_config){.n = 0}};
    const struct checkpoint_model model = {.chain = &chain,
                                           .optimizer = "{\"class_name\":\"Adam\"}",
                                           .params = &params,
                                           .weights = weights,
                                           .slots = slots,
                                           .ngrams = &member->ngrams,
                                           .members = others};
    assert_int_equal(checkpoint_image(&info, &model, &image.bytes, &image.n), OK);
    params_release(&params);
    free(weights);
    return image;
}

/* Writes it; the path is the caller's to free. */
static char *write_bytes(const char *name, const struct checkpoint_bytes *image)
{
    char *path = scratch_path(name);
    assert_int_equal(file_replace(path, image->bytes, image->n, false), OK);
    return path;
}

static char *write_member(const char *name, struct member *member)
{
    struct checkpoint_bytes image = image_of(member, NULL, NULL);
    char *path = write_bytes(name, &image);
    free(image.bytes);
    return path;
}

/* Two networks and a linear model by their paths. */
static void write_members(char **paths)
{
    struct member network = member_of(NETWORK), other = member_of(OTHER_NETWORK);
    struct member linear = member_of(LINEAR);
    paths[0] = write_member("network.h5", &network);
    paths[1] = write_member("other.h5", &other);
    paths[2] = write_member("linear.h5", &linear);
}

static void free_paths(char **paths, int n)
{
    for (int i = 0; i < n; i++)
        free(paths[i]);
}

/* An ensemble of them; the path is the caller's to free. */
static char *write_ensemble(const char *name, struct ensemble_config *config)
{
    static double weights[] = {0.5, 0.25, 0.1}, bias[] = {-0.3};
    char *paths[N];
    struct checkpoint_bytes image = {NULL, 0};
    *config = (struct ensemble_config){
        .n = N, .rule = ENSEMBLE_SUM, .weights = weights, .bias = bias};

    write_members(paths);
    assert_int_equal(
        ensemble_image(config, (const char *const *)paths, &image.bytes, &image.n), OK);
    char *path = write_bytes(name, &image);
    free(image.bytes);
    free_paths(paths, N);
    return path;
}

static void check_ensemble(const struct checkpoint *info,
                           const struct ensemble_config *config)
{
    size_t n_weights = N * sizeof(double);

    assert_int_equal(info->ensemble.n, N);
    assert_int_equal(info->ensemble.rule, config->rule);
    assert_memory_equal(info->ensemble.weights, config->weights, n_weights);
    assert_memory_equal(info->ensemble.bias, config->bias, sizeof(double));
    assert_string_equal(info->members[0].config, OTHER_NETWORK);
    assert_string_equal(info->members[1].config, LINEAR);
    assert_true(info->members[1].facts.has_ngrams && !info->facts.has_ngrams);
    assert_int_equal(info->n_slots + info->members[0].n_slots, 0);
    assert_non_null(strstr(info->config, "\"needs\":[\"ensemble\"]"));
}

static void test_all_of_it(void **state)
{
    (void)state;
    struct ensemble_config config;
    struct checkpoint info = {0};
    struct chain_config chain;
    struct params params = {0};
    struct member other = member_of(OTHER_NETWORK);
    char *path = write_ensemble("ensemble.h5", &config);
    chain_of(&other, &chain);
    model_tensors(&chain, &params);
    float *expected = some_weights(params.size), *found = some_weights(1);
    found = xrealloc(found, params.size, sizeof *found);

    assert_int_equal(checkpoint_open(path, &info), OK);
    check_ensemble(&info, &config);
    assert_int_equal(checkpoint_load(&info.members[0], &params, found, NULL), OK);
    assert_memory_equal(found, expected, params.size * sizeof *found);
    assert_int_equal(ensemble_refuse(&info, "--init-from"), ERR_USAGE);
    assert_non_null(strstr(fail_message(), "an ensemble of 3 models, and --init-from"));
    assert_int_equal(ensemble_refuse(&info.members[0], "--init-from"), OK);

    checkpoint_release(&info);
    params_release(&params);
    free(expected);
    free(found);
    free(path);
}

/* What another program opened for writing is read with care and sealed with its
 * members. */
static void test_unsealed(void **state)
{
    (void)state;
    struct ensemble_config config;
    struct checkpoint info = {0};
    struct checkpoint_bytes sealed = {NULL, 0}, again = {NULL, 0};
    enum checkpoint_sealed how;
    char *path = write_ensemble("sealed.h5", &config), *unsealed = NULL;

    assert_int_equal(file_read(path, &sealed.bytes, &sealed.n), OK);
    struct checkpoint_bytes cut = {sealed.bytes, sealed.n - FILE_TRAILER_BYTES};
    unsealed = write_bytes("unsealed.h5", &cut);
    if (checkpoint_import(unsealed, NULL, &info))
        fail_msg("%s", fail_message());
    assert_true(info.is_unsealed);
    check_ensemble(&info, &config);

    assert_int_equal(checkpoint_seal(&info, unsealed, &how), OK);
    assert_int_equal(file_read(unsealed, &again.bytes, &again.n), OK);
    assert_int_equal(again.n, sealed.n);
    assert_memory_equal(again.bytes, sealed.bytes, sealed.n);

    checkpoint_release(&info);
    free(sealed.bytes);
    free(again.bytes);
    free(unsealed);
    free(path);
}

/* One thing of the second member is of another data set. */
static void change_ids(struct member *member)
{
    member->facts.num_words = 12;
}

static void change_length(struct member *member)
{
    member->facts.maxlen = 4;
}

static void change_side(struct member *member)
{
    member->facts.pad_pre = false;
}

static void change_end(struct member *member)
{
    member->facts.truncate_pre = true;
}

static void change_labels(struct member *member)
{
    static char bad[] = "bad", good[] = "good";
    static char *labels[] = {bad, good};
    member->facts.labels = labels;
}

static void change_classes(struct member *member)
{
    static char a[] = "neg", b[] = "pos", c[] = "so";
    static char *labels[] = {a, b, c};
    member->facts.labels = labels;
    member->facts.n_labels = 3;
}

static void change_several(struct member *member)
{
    member->facts.multi_label = true;
}

static void change_tokenizer(struct member *member)
{
    strcpy(strstr(member->tokenizer, "b\\\""), "c\\\":2}\"}}");
}

static void take_tokenizer(struct member *member)
{
    *member->tokenizer = '\0';
}

static void change_outputs(struct member *member)
{
    snprintf(member->config, sizeof member->config,
             "{\"stack\":\"embedding:2, max, output:sigmoid\",\"needs\":[\"stack\"]}");
}

static void change_ngrams(struct member *member)
{
    *member = member_of(LINEAR);
    member->ngrams.last = other_lasts;
}

static const struct {
    void (*change)(struct member *member);
    const char *says;
} changes[] = {
    {change_ids, "the first has 10 ids, the second 12 ids: members are"},
    {change_length, "the first has 3 positions, the second 4 positions"},
    {change_side, "the first has padding pre, the second padding post"},
    {change_end, "the first has truncating post, the second truncating pre"},
    {change_labels, "the first has the classes neg, pos, class 0 being neg, the second "
                    "bad, good, it being bad"},
    {change_classes, "the first has 2 classes, the second 3 classes"},
    {change_several, "the first has one a text, the second several labels a text"},
    {change_tokenizer, "the first has a tokenizer of its own, the second another: words"},
    {take_tokenizer, "the first has a tokenizer, the second none"},
    {change_outputs, "are sigmoids, each of a class"},
    {change_ngrams, "their n-grams are others"},
};

/* A linear model beside whose n-grams others would stand, or a network. */
static struct member first_for(size_t i)
{
    return member_of(changes[i].change == change_ngrams ? LINEAR : NETWORK);
}

static void test_other_data_written(void **state)
{
    (void)state;
    const struct ensemble_config config = {.n = 2};

    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        struct member first = first_for(i), other = member_of(OTHER_NETWORK);
        struct checkpoint_bytes image = {NULL, 0};
        char *paths[2];
        changes[i].change(&other);
        paths[0] = write_member("first.h5", &first);
        paths[1] = write_member("second.h5", &other);

        assert_int_equal(
            ensemble_image(&config, (const char *const *)paths, &image.bytes, &image.n),
            ERR_FORMAT);
        assert_non_null(strstr(fail_message(), changes[i].says));
        assert_non_null(strstr(fail_message(), paths[0]));
        assert_non_null(strstr(fail_message(), paths[1]));
        free_paths(paths, 2);
    }
}

/* Writes what nobody checked, and expects what is said of it. */
static void expect_refused(struct member *first, const struct ensemble_config *config,
                           const struct checkpoint_bytes *others, const char *says)
{
    struct checkpoint info = {0};
    struct checkpoint_bytes image = image_of(first, config, others);
    char *path = write_bytes("refused.h5", &image);

    assert_int_equal(checkpoint_open(path, &info), ERR_FORMAT);
    if (!strstr(fail_message(), says))
        fail_msg("\"%s\" does not say \"%s\"", fail_message(), says);
    assert_non_null(strstr(fail_message(), path));
    free(image.bytes);
    free(path);
}

static struct member marked(struct member member, int n)
{
    size_t length = strlen(member.config) - 1;
    snprintf(member.config + length, sizeof member.config - length,
             ",\"ensemble\":%d,\"needs\":[\"ensemble\"]}", n);
    return member;
}

static void test_other_data_read(void **state)
{
    (void)state;
    const struct ensemble_config config = {.n = 2};

    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        struct member first = marked(first_for(i), 2), other = member_of(OTHER_NETWORK);
        changes[i].change(&other);
        struct checkpoint_bytes member = image_of(&other, NULL, NULL);

        expect_refused(&first, &config, &member, changes[i].says);
        free(member.bytes);
    }
}

static void test_spoilt(void **state)
{
    (void)state;
    double weights[] = {1, NAN}, bias[] = {0};
    const struct ensemble_config mean = {.n = 2};
    const struct ensemble_config sum = {
        .n = 2, .rule = ENSEMBLE_SUM, .weights = weights, .bias = bias};
    struct member first = marked(member_of(NETWORK), 2), other = member_of(OTHER_NETWORK);
    struct member unmarked = member_of(NETWORK), many = marked(member_of(NETWORK), 4);
    struct checkpoint_bytes member = image_of(&other, NULL, NULL);

    expect_refused(&unmarked, &mean, &member, "do not agree on how many members");
    expect_refused(&many, &mean, &member, "do not agree on how many members");
    expect_refused(&first, NULL, NULL, "do not agree on how many members");
    expect_refused(&first, &sum, &member, "weights");

    struct checkpoint_bytes inner = image_of(&first, &mean, &member);
    expect_refused(&first, &mean, &inner, "member 2: an ensemble within an ensemble");
    member.bytes[member.n / 2] ^= 1;
    expect_refused(&first, &mean, &member, "member 2: damaged: the SHA-256");
    member.n -= FILE_TRAILER_BYTES;
    expect_refused(&first, &mean, &member, "member 2: its seal is missing");
    member.n = 0;
    expect_refused(&first, &mean, &member, "member 2: its seal is missing");
    free(member.bytes);
    free(inner.bytes);
}

static void test_no_ensembles(void **state)
{
    (void)state;
    struct ensemble_config config;
    char *ensemble = write_ensemble("inner.h5", &config), *paths[N];
    char *bytes = NULL;
    size_t n = 0;

    write_members(paths);
    const char *nested[] = {paths[0], ensemble}, *begun[] = {ensemble, paths[0]};
    config = (struct ensemble_config){.n = 2};
    assert_int_equal(ensemble_image(&config, nested, &bytes, &n), ERR_USAGE);
    assert_non_null(strstr(fail_message(), "inner.h5 is an ensemble of 3 models"));
    assert_int_equal(ensemble_image(&config, begun, &bytes, &n), ERR_USAGE);
    config.n = 1;
    assert_int_equal(ensemble_image(&config, nested, &bytes, &n), ERR_USAGE);
    assert_non_null(strstr(fail_message(), "2 to 1024 members, not 1"));
    free(ensemble);
    free_paths(paths, N);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_of_it),
        cmocka_unit_test(test_unsealed),
        cmocka_unit_test(test_other_data_written),
        cmocka_unit_test(test_other_data_read),
        cmocka_unit_test(test_spoilt),
        cmocka_unit_test(test_no_ensembles),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
