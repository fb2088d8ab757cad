/* A process gives up what it was: user, groups and capabilities, and proves that there is no way back. Everything here
 * also runs between fork and exec, so it allocates nothing and asks no name service. */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CSyscalls.h"

bool CSyscalls_die_with_parent(pid_t parent, int signal) {
    /* The parent may have died before prctl was called: then nothing would ever arrive. */
    return prctl(PR_SET_PDEATHSIG, signal) == 0 && getppid() == parent;
}

static bool is(const struct CSyscalls_identity *identity) {
    uid_t users[3];
    gid_t groups[3];
    if (getresuid(&users[0], &users[1], &users[2]) == -1) return false;
    if (getresgid(&groups[0], &groups[1], &groups[2]) == -1) return false;
    for (int index = 0; index < 3; index++)
        if (users[index] != identity->user || groups[index] != identity->group) return false;
    return true;
}

static int clear_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    /* Kernels before 4.3 have no ambient set, and say EINVAL. */
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == -1 && errno != EINVAL) return -1;
    return (int)syscall(SYS_capset, &header, none);
}

static bool has_no_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
    if (syscall(SYS_capget, &header, sets) == -1) return false;
    for (int index = 0; index < _LINUX_CAPABILITY_U32S_3; index++)
        if (sets[index].effective | sets[index].permitted | sets[index].inheritable) return false;
    return true;
}

/* The kernel keeps the list in ascending order, as the caller gave it. */
static bool has_groups(const struct CSyscalls_identity *identity) {
    gid_t groups[CSYSCALLS_MOST_GROUPS];
    int count = getgroups(CSYSCALLS_MOST_GROUPS, groups);
    if (count != identity->group_count) return false;
    for (int index = 0; index < count; index++)
        if (groups[index] != identity->groups[index]) return false;
    return true;
}

int CSyscalls_become(const struct CSyscalls_identity *identity) {
    /* Who is no root has no say in its groups, and need not have one to stay what it is. */
    bool stays = geteuid() != 0 && is(identity);
    if (identity->group_count > CSYSCALLS_MOST_GROUPS) {
        errno = EINVAL;
        return -1;
    }
    if (!stays) {
        /* The groups first: without the user's rights nobody may change them any more. */
        if (setgroups((size_t)identity->group_count, identity->groups) == -1) return -1;
        if (setresgid(identity->group, identity->group, identity->group) == -1) return -1;
        if (setresuid(identity->user, identity->user, identity->user) == -1) return -1;
    }
    bool is_root = identity->user == 0;
    if (!is_root && clear_capabilities() == -1) return -1;

    /* Each call said that it worked. Programs have run as root all the same, so nothing is believed. */
    bool holds = is(identity) && (stays || has_groups(identity));
    if (!is_root) {
        holds = holds && has_no_capabilities() && setuid(0) == -1;
        if (identity->group != 0) holds = holds && setgid(0) == -1;
    }
    if (holds) return 0;
    errno = EPERM;
    return -1;
}
