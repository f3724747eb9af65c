/* What is unfinished when a signal comes. All of it is async-signal-safe. */
#define _GNU_SOURCE /* SYS_getdents64 */
#include "files/temporary_private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SLOTS = 16 };

/* A handler can reach nothing else. */
static struct {
    volatile sig_atomic_t is_used;
    int directory;
    char name[TEMPORARY_NAME_BYTES];
} slots[SLOTS];
static volatile pid_t group, owner;

int temporary_note(int directory, const char *name)
{
    int slot = 0;
    while (slot < SLOTS && slots[slot].is_used)
        slot++;
    if (slot == SLOTS)
        return -1;

    owner = getpid();
    slots[slot].directory = directory;
    snprintf(slots[slot].name, sizeof slots[slot].name, "%s", name);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    slots[slot].is_used = 1;
    return slot;
}

void temporary_forget(int slot)
{
    if (slot >= 0)
        slots[slot].is_used = 0;
}

void temporary_set_group(pid_t of)
{
    owner = getpid();
    group = of;
}

/* As the system calls it: opendir takes memory. */
struct entry {
    uint64_t inode;
    int64_t next;
    unsigned short size;
    unsigned char type;
    char name[];
};

/* Removes the files of one reading; how many. */
static int remove_files(int folder)
{
    _Alignas(struct entry) char entries[2048];
    int n_removed = 0;
    long n = 0;

    lseek(folder, 0, SEEK_SET);
    while ((n = syscall(SYS_getdents64, folder, entries, sizeof entries)) > 0)
        for (long at = 0; at < n;) {
            const struct entry *entry = (const struct entry *)(void *)(entries + at);
            n_removed += unlinkat(folder, entry->name, 0) == 0;
            at += entry->size;
        }
    return n_removed;
}

void temporary_remove(int directory, const char *name)
{
    if (unlinkat(directory, name, 0) == 0 || (errno != EISDIR && errno != EPERM))
        return;

    int folder = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return;
    while (remove_files(folder) > 0)
        ;
    close(folder);
    unlinkat(directory, name, AT_REMOVEDIR);
}

void temporary_remove_all(void)
{
    if (getpid() != owner)
        return;

    if (group > 0)
        kill(-group, SIGKILL);
    for (int i = 0; i < SLOTS; i++)
        if (slots[i].is_used)
            temporary_remove(slots[i].directory, slots[i].name);
}
