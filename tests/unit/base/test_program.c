/* A program's commands: which one runs with which arguments, help, hints, exit codes. */
#include "base/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct settings {
    int64_t units;
};

static const struct option list[] = {
    {"units", OPTION_INT, offsetof(struct settings, units), "32", 1, 100, NULL, "units",
     "Model", false},
};

static const struct option_table teach_table = {
    .options = list,
    .n_options = (int)COUNT_OF(list),
    .program = "prog teach",
    .synopsis = "[FILE]",
    .environment = "PROGTEST_",
    .max_operands = 1,
};

static const struct option_table judge_table = {
    .program = "prog judge",
    .synopsis = "FILE",
    .min_operands = 1,
    .max_operands = 1,
};

/* What ran last, with which settings and operand. */
static const char *ran;
static int64_t units;
static char operand[100];
static bool is_other;

static int note(const void *given, const char *const *operands, int n)
{
    const struct settings *settings = given;
    units = settings ? settings->units : 0;
    snprintf(operand, sizeof operand, "%s", n ? operands[0] : "");
    return OK;
}

static int teach(int argc, char **argv)
{
    struct settings settings = {0};
    ran = "teach";
    return program_run(&teach_table, &settings, argc, argv, note);
}

static int judge(int argc, char **argv)
{
    ran = "judge";
    return program_run(&judge_table, NULL, argc, argv, note);
}

static const struct command commands[] = {
    {"teach", "Training", "teaches", true, &teach_table, teach},
    {"judge", "Serving", "judges", false, &judge_table, judge},
};

static bool speaks_another(void)
{
    return is_other;
}

static const struct program program = {
    .name = "prog",
    .about = "A program.\n",
    .example = "  prog x.h5\n",
    .commands = commands,
    .n_commands = 2,
    .is_other = speaks_another,
};

/* main with these words behind the program's name; what it printed is in `said`. */
static char said[4000];

static int call(const char *const *words)
{
    char *argv[10] = {(char[]){"prog"}};
    int argc = 1, kept_out = dup(STDOUT_FILENO), kept_err = dup(STDERR_FILENO);
    FILE *file = tmpfile();
    for (; words[argc - 1]; argc++)
        argv[argc] = (char *)(uintptr_t)words[argc - 1];

    ran = "nothing";
    fflush(stdout);
    dup2(fileno(file), STDOUT_FILENO);
    dup2(fileno(file), STDERR_FILENO);
    int rc = program_main(&program, argc, argv);
    fflush(stdout);
    dup2(kept_out, STDOUT_FILENO);
    dup2(kept_err, STDERR_FILENO);
    close(kept_out);
    close(kept_err);

    rewind(file);
    said[fread(said, 1, sizeof said - 1, file)] = '\0';

    fclose(file);
    return rc;
}

#define CALL(...) call((const char *const[]){__VA_ARGS__, NULL})

static void test_commands_run(void **state)
{
    (void)state;
    assert_int_equal(CALL("judge", "x.h5"), OK);
    assert_string_equal(ran, "judge");
    assert_string_equal(operand, "x.h5");
    assert_int_equal(CALL("teach", "--units", "7"), OK);
    assert_string_equal(ran, "teach");
    assert_int_equal(units, 7);
    assert_string_equal(operand, "");
}

/* Without a command's name the first one runs: on paths and options. */
static void test_first_command(void **state)
{
    (void)state;
    static const char *const paths[] = {"data.h5", "folder/data", "-", ".", "/dev/null"};
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        assert_int_equal(CALL(paths[i], "--units=3"), OK);
        assert_string_equal(ran, "teach");
        assert_string_equal(operand, paths[i]);
        assert_int_equal(units, 3);
    }

    assert_int_equal(call((const char *const[]){NULL}), OK);
    assert_string_equal(ran, "teach");
    assert_int_equal(units, 32);

    setenv("PROGTEST_UNITS", "5", 1);
    assert_int_equal(CALL("--", "judge"), OK);
    assert_string_equal(ran, "teach");
    assert_string_equal(operand, "judge");
    assert_int_equal(units, 5);
    unsetenv("PROGTEST_UNITS");
}

static void test_unknown_command(void **state)
{
    (void)state;
    assert_int_equal(CALL("juge", "x"), ERR_USAGE);
    assert_string_equal(ran, "nothing");
    assert_string_equal(said,
                        "prog: there is no command juge, nor a file of that name (did "
                        "you mean judge?)\n");
    assert_int_equal(CALL("data"), ERR_USAGE);
    assert_string_equal(said, "prog: there is no command data, nor a file of that name "
                              "(prog help lists them)\n");

    assert_int_equal(CALL("help", "teech"), ERR_USAGE);
    assert_string_equal(said, "prog: there is no command teech (did you mean teach?)\n");
    assert_int_equal(CALL("help", "teach", "judge"), ERR_USAGE);
    assert_string_equal(said, "prog: judge is one operand too many; usage: prog help "
                              "[COMMAND]\n");
}

static void test_help(void **state)
{
    (void)state;
    static const char *const questions[] = {"help", "--help", "-h"};
    for (size_t i = 0; i < COUNT_OF(questions); i++) {
        assert_int_equal(CALL(questions[i]), OK);
        assert_string_equal(ran, "nothing");
        assert_non_null(strstr(said, "\nExample\n  prog x.h5\n\nA program.\n"));
        assert_non_null(strstr(said, "\nTraining\n  teach      teaches\n"));
        assert_non_null(strstr(said, "\nServing\n  judge      judges\n"));
    }

    assert_int_equal(CALL("help", "judge"), OK);
    assert_string_equal(said, "usage: prog judge FILE\n");
    assert_int_equal(CALL("judge", "--help"), OK);
    assert_string_equal(said, "usage: prog judge FILE\n");
    assert_int_equal(CALL("data.h5", "-h"), OK);
    assert_non_null(strstr(said, "usage: prog teach [FILE]\n"));
    assert_int_equal(CALL("judge", "--", "-h"), OK);
    assert_string_equal(ran, "judge");
    static const char *const versions[][2] = {{"--version", NULL},
                                              {"version", NULL},
                                              {"judge", "--version"},
                                              {"x.h5", "--version"}};
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        assert_int_equal(CALL(versions[i][0], versions[i][1]), OK);
        assert_string_equal(ran, "nothing");
        assert_string_equal(said, "prog " RNNTRAIN_VERSION "\n");
    }
}

/* Of several processes one speaks; all of them run what is parallel. */
static void test_other_processes(void **state)
{
    (void)state;
    is_other = true;
    assert_int_equal(CALL("judge", "x.h5"), OK);
    assert_string_equal(ran, "nothing");
    assert_int_equal(CALL("nonsense"), OK);
    assert_int_equal(CALL("--help"), OK);
    assert_int_equal(CALL("teach", "--help"), OK);
    assert_string_equal(said, "");
    assert_int_equal(CALL("x.h5"), OK);
    assert_string_equal(ran, "teach");
    is_other = false;
}

static void test_failures(void **state)
{
    (void)state;
    assert_int_equal(CALL("judge"), ERR_USAGE);
    assert_string_equal(said, "prog: an operand is missing; usage: prog judge FILE\n");
    assert_int_equal(CALL("judge", "x", "--unitz"), ERR_USAGE);
    assert_string_equal(said,
                        "prog: unknown option --unitz (prog judge --help lists them)\n");
}

static void test_numbers(void **state)
{
    (void)state;
    char text[32];
    program_thousands(134113, text);
    assert_string_equal(text, "134,113");
    program_thousands(-1000, text);
    assert_string_equal(text, "-1,000");
    program_thousands(999, text);
    assert_string_equal(text, "999");
    program_hex(0xabc, text);
    assert_string_equal(text, "0000000000000abc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands_run),    cmocka_unit_test(test_first_command),
        cmocka_unit_test(test_unknown_command), cmocka_unit_test(test_help),
        cmocka_unit_test(test_other_processes), cmocka_unit_test(test_failures),
        cmocka_unit_test(test_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
