/* What is unfinished: names that nobody can plant, what the dead leave, what a signal
 * removes. And directories that are held. */
#include "files/temporary.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/signals.h"
#include "files/file.h"

#include "../scratch.h"
#include "../shown.h"

static struct directory directory;
static const char *const target = "model.h5";

static int begin(void **state)
{
    (void)state;
    return directory_open(scratch, &directory);
}

/* Every test leaves the folder empty. */
static int count(void)
{
    DIR *opened = opendir(scratch);
    int n = -2; /* "." and ".." */
    assert_non_null(opened);
    while (readdir(opened))
        n++;
    closedir(opened);
    return n;
}

static int end(void **state)
{
    (void)state;
    directory_close(&directory);
    return count();
}

static void test_names(void **state)
{
    (void)state;
    struct temporary one, two;
    assert_int_equal(temporary_create(&directory, target, &one), 0);
    assert_int_equal(temporary_create(&directory, target, &two), 0);
    assert_int_equal(strncmp(one.name, "model.h5.tmp.", 13), 0);
    assert_int_equal(strlen(one.name), 13 + 16);
    assert_string_not_equal(one.name, two.name);
    assert_int_equal(temporary_rename(&one, target), 0);
    temporary_end(&one);
    temporary_end(&two);
    assert_true(directory_has(&directory, target));
    assert_int_equal(directory_remove(&directory, target), OK);
    assert_int_equal(directory_remove(&directory, target), OK);
}

/* A name as long as a file system allows. */
static void test_long_name(void **state)
{
    (void)state;
    char name[256];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(directory_replace(&directory, name, "x", 1, false), OK);
    assert_true(directory_has(&directory, name));
    assert_int_equal(directory_remove(&directory, name), OK);
}

/* Runs `leave` in a process that then is killed by the signal; 0: it ends by _exit. */
static void in_child(void (*leave)(void), int number)
{
    pid_t child = fork();
    if (child == 0) {
        leave();
        if (number)
            raise(number);
        _exit(0);
    }

    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WIFSIGNALED(status) ? WTERMSIG(status) : 0, number);
}

static void leave_file(void)
{
    struct temporary temporary;
    if (temporary_create(&directory, target, &temporary))
        _exit(1);
}

static void leave_folder(void)
{
    struct temporary temporary;
    if (temporary_make_folder(&directory, target, &temporary) ||
        openat(temporary.fd, "inside", O_WRONLY | O_CREAT, 0666) < 0)
        _exit(1);
}

static void leave_guarded(void)
{
    signals_note();
    signals_tidy_by(temporary_remove_all);
    signals_end_process();
    leave_file();
    leave_folder();
}

/* What a killed one left goes; what lives, and what has another name, stays. */
static void test_sweep(void **state)
{
    (void)state;
    static const char *const others[] = {"model.h5.tmp.1", "model.h5.tmp.backup",
                                         "other.h5.tmp.0123456789abcdef"};
    struct temporary living;
    assert_int_equal(temporary_create(&directory, target, &living), 0);
    for (size_t i = 0; i < COUNT_OF(others); i++)
        scratch_write_text(others[i], "");

    in_child(leave_file, SIGKILL);
    in_child(leave_folder, SIGKILL);
    assert_int_equal(count(), 6);
    temporary_sweep(&directory, &target, 1);
    assert_int_equal(count(), 4);
    assert_true(directory_has(&directory, living.name));

    temporary_end(&living);
    for (size_t i = 0; i < COUNT_OF(others); i++)
        assert_int_equal(directory_remove(&directory, others[i]), OK);
}

/* The number of a process that is no more. */
static pid_t dead_process(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    return child;
}

/* Older versions numbered their files by processes: those of dead ones go, no other file,
 * and nothing that they did not make. */
static void test_sweep_old(void **state)
{
    (void)state;
    long dead = dead_process(), alive = getpid();
    char stay[6][64], gone[64];
    snprintf(gone, sizeof gone, "model.h5.tmp.%ld", dead);
    snprintf(stay[0], sizeof stay[0], "model.h5.tmp.%ld", alive);
    snprintf(stay[1], sizeof stay[1], "model.h5.tmp.0%ld", dead);
    snprintf(stay[2], sizeof stay[2], "model.h5.tmp.%ldx", dead);
    snprintf(stay[3], sizeof stay[3], "other.h5.tmp.%ld", dead);
    snprintf(stay[4], sizeof stay[4], "model.h5.old.%ld", dead);
    snprintf(stay[5], sizeof stay[5], "model.h5.tmp.");

    scratch_write_text(gone, "");
    for (size_t i = 0; i < COUNT_OF(stay); i++)
        scratch_write_text(stay[i], "");
    temporary_sweep(&directory, &target, 1);
    assert_false(directory_has(&directory, gone));
    assert_int_equal(count(), COUNT_OF(stay));
    for (size_t i = 0; i < COUNT_OF(stay); i++)
        assert_int_equal(directory_remove(&directory, stay[i]), OK);

    assert_int_equal(mkdirat(directory.fd, gone, 0700), 0);
    temporary_sweep(&directory, &target, 1);
    assert_int_equal(unlinkat(directory.fd, gone, AT_REMOVEDIR), 0);
    assert_int_equal(symlinkat(scratch, directory.fd, gone), 0);
    temporary_sweep(&directory, &target, 1);
    assert_int_equal(directory_remove(&directory, gone), OK);
    assert_int_equal(count(), 0);
}

static void test_signals(void **state)
{
    (void)state;
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        in_child(leave_guarded, numbers[i]);
        assert_int_equal(count(), 0);
    }
}

/* Those that are ignored stay so, as under nohup. */
static void ignore(void)
{
    signal(SIGHUP, SIG_IGN);
    leave_guarded();
    raise(SIGHUP);
    raise(SIGTERM);
}

static void test_ignored(void **state)
{
    (void)state;
    in_child(ignore, SIGTERM);
    assert_int_equal(count(), 0);
}

/* A link is replaced, not followed; what it leads to stays. */
static void test_links(void **state)
{
    (void)state;
    char *outside = scratch_path("outside"), *link = scratch_path(target);
    char *previous = scratch_path("model.prev.h5"), *bytes = NULL;
    size_t n = 0;
    scratch_write_text("outside", "mine");
    assert_int_equal(symlink(outside, link), 0);
    assert_int_equal(symlink(outside, previous), 0);
    assert_int_equal(directory_read(&directory, target, &bytes, &n), ERR_NO_INPUT);

    for (int i = 0; i < 2; i++)
        assert_int_equal(file_replace(link, i ? "two" : "one", 3, true), OK);
    assert_int_equal(directory_read(&directory, target, &bytes, &n), OK);
    assert_string_equal(bytes, "two");
    free(bytes);
    assert_int_equal(directory_read(&directory, "model.prev.h5", &bytes, &n), OK);
    assert_string_equal(bytes, "one");
    free(bytes);
    assert_int_equal(file_read(outside, &bytes, &n), OK);
    assert_string_equal(bytes, "mine");
    free(bytes);

    int fd = -1;
    assert_int_equal(file_create(link, false, &fd), ERR_EXISTS);
    assert_int_equal(file_create(link, true, &fd), OK);
    close(fd);
    free(outside);
    free(link);
    free(previous);
    assert_int_equal(directory_remove(&directory, "outside"), OK);
    assert_int_equal(directory_remove(&directory, target), OK);
    assert_int_equal(directory_remove(&directory, "model.prev.h5"), OK);
}

/* What is written into a directory that was moved comes into that one. */
static void test_moved(void **state)
{
    (void)state;
    struct directory made, other;
    char *path = scratch_path("run"), *moved = scratch_path("run.old");
    assert_int_equal(directory_make(&directory, "run", &made), OK);
    assert_int_equal(directory_make(&directory, "run", &made), ERR_EXISTS);
    assert_true(directory_is_in_place(&made));
    assert_int_equal(rename(path, moved), 0);
    assert_false(directory_is_in_place(&made));
    assert_int_equal(directory_make(&directory, "run", &other), OK);
    assert_false(directory_is_in_place(&made));

    assert_int_equal(directory_replace(&made, "x", "x", 1, true), OK);
    assert_false(directory_has(&other, "x"));
    char *place = directory_place(&made);
    assert_string_equal(place, moved);
    free(place);

    assert_int_equal(directory_remove(&made, "x"), OK);
    assert_int_equal(rmdir(moved), 0);
    assert_null(directory_place(&made));
    assert_int_equal(rmdir(path), 0);
    directory_close(&made);
    directory_close(&other);
    free(path);
    free(moved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_names, begin, end),
        cmocka_unit_test_setup_teardown(test_long_name, begin, end),
        cmocka_unit_test_setup_teardown(test_sweep, begin, end),
        cmocka_unit_test_setup_teardown(test_sweep_old, begin, end),
        cmocka_unit_test_setup_teardown(test_signals, begin, end),
        cmocka_unit_test_setup_teardown(test_ignored, begin, end),
        cmocka_unit_test_setup_teardown(test_links, begin, end),
        cmocka_unit_test_setup_teardown(test_moved, begin, end),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
