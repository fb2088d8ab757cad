/* What Swift's Glibc import cannot reach: functions hidden without _GNU_SOURCE, macros with arguments, and the
 * code that runs between fork and exec, where only async-signal-safe functions are allowed and the Swift runtime
 * is not one. Everything else is called from Swift. */
#ifndef CSYSCALLS_H
#define CSYSCALLS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/types.h>

/* Accepts a connection, non-blocking and close-on-exec, in one system call. C because accept4 wants _GNU_SOURCE. */
int CSyscalls_accept(int listener, void *address, uint32_t *length);
/* Who is at the other end of a unix socket. C because struct ucred wants _GNU_SOURCE. */
int CSyscalls_peer_credentials(int socket, int32_t *process, uint32_t *user, uint32_t *group);

/* A counter that wakes another process; non-blocking, close-on-exec. C because sys/eventfd.h is not imported. */
int CSyscalls_eventfd(void);
/* Raises one that other processes have too, whatever flags they have given it: one that is full is emptied first. */
void CSyscalls_ring(int eventfd);
/* Takes one that other processes have too back to zero, without waiting, where the kernel can (5.8). */
void CSyscalls_take(int eventfd);

/* A descriptor that reads the signals 1…64 whose bits are set; they are blocked from then on, and no others. C for
 * sys/signalfd.h. */
int CSyscalls_signalfd(uint64_t signals);
/* The number of the next signal, 0 when none waits, -1 on error. */
int CSyscalls_signalfd_read(int descriptor);
/* Gives every signal its default action, except SIGPIPE, which is ignored. What is blocked stays so: a signal that comes
 * before the process is ready for it must wait. */
void CSyscalls_reset_signals(void);

/* Calls `body` on SIGABRT and ends with code 1. C because sigaction's handler is a macro into a union. */
void CSyscalls_handle_abort(void (*body)(void));

/* A pipe, close-on-exec at both ends. C because pipe2 wants _GNU_SOURCE. */
int CSyscalls_pipe(int ends[2], bool reads_without_blocking);

/* Writes what a pipe takes at once, whatever the flags of the descriptor and whoever else writes: from a pipe of its own by
 * splice(2), which is told not to wait with each call. -1 with EAGAIN where nothing is taken. C because splice wants
 * _GNU_SOURCE. */
ssize_t CSyscalls_write_pipe(int pipe, const void *bytes, size_t count);

/* Both ends of a line for messages, non-blocking, close-on-exec. C for SOCK_NONBLOCK and what follows. */
int CSyscalls_message_pair(int ends[2]);
/* Sends a number, and a descriptor where that is not negative, or fails at once. C because of CMSG_DATA. */
int CSyscalls_send_descriptor(int line, int32_t number, int descriptor);
/* The next message: its bytes, 0 at the end, -1 with EAGAIN where none waits. */
int CSyscalls_receive_descriptor(int line, int32_t *number, int *descriptor, bool *is_truncated);
/* Gives an open file the number of another one, close-on-exec. C because dup3 wants _GNU_SOURCE. */
int CSyscalls_replace(int descriptor, int number);
/* Takes flags, owner and time-outs away from a socket. C because fcntl is variadic. */
void CSyscalls_clear_flags(int descriptor);
/* Lets accept(2) wait for a moment at the most, where somebody has made the listener wait. */
int CSyscalls_bound_accept(int listener);

/* An anonymous file in memory, close-on-exec, whose content can be sealed. C because memfd_create wants _GNU_SOURCE. */
int CSyscalls_memfd(const char *name);
/* Nobody can change what is in it any more. C because fcntl is variadic. */
int CSyscalls_seal(int memfd);

/* An unnamed file in a folder (O_TMPFILE, or mkostemp and unlink). C because O_TMPFILE wants _GNU_SOURCE. */
int CSyscalls_temporary_file(const char *folder);

/* A descriptor that names a file below a folder without opening it (O_PATH): a program may be run without being read.
 * Links are followed where they stay within (openat2, RESOLVE_BENEATH). C because Glibc has no wrapper. */
int CSyscalls_find_beneath(int folder, const char *path);

/* Opens a path below a folder for reading, or finds it (O_PATH). A link on the way is ELOOP (RESOLVE_NO_SYMLINKS). */
int CSyscalls_look_beneath(int folder, const char *path, bool opens);

/* The same with all links but magic ones followed, wherever they lead. */
int CSyscalls_look_through(int folder, const char *path, bool opens);

/* Opens what a descriptor of O_PATH names for reading, by /proc/self/fd. */
int CSyscalls_reopen(int number);

/* A descriptor that names a file without opening it (O_PATH). C because O_PATH wants _GNU_SOURCE. */
int CSyscalls_open_path(const char *path);

/* The same for a name in a folder. */
int CSyscalls_open_place(int folder, const char *name);

/* The bytes of a unix stream socket that its peer has not read yet, or -1. C because ioctl is variadic. */
int CSyscalls_unread_by_peer(int descriptor);

/* The bytes that wait in a pipe, or -1. C because ioctl is variadic. */
int CSyscalls_unread(int descriptor);

/* Dies with `signal` when the parent dies; false when the parent is not `parent` any more. C for sys/prctl.h. */
bool CSyscalls_die_with_parent(pid_t parent, int signal);

/* The macros of wait(2), which Swift does not import. */
bool CSyscalls_exited(int status);
int CSyscalls_exit_code(int status);
int CSyscalls_term_signal(int status);

/* Lifts the soft limit of open descriptors to `wanted` or the hard limit, and returns it. Application processes get the
 * one that was inherited: select(2) and loops over all descriptors depend on it. C because the limit has to be put back
 * between fork and exec. */
int CSyscalls_raise_descriptor_limit(int wanted);

/* Who a process is to be. The groups are in ascending order. */
#define CSYSCALLS_MOST_GROUPS 4096
struct CSyscalls_identity {
    uint32_t user;
    uint32_t group;
    const uint32_t *groups;
    int group_count;
};

/* Takes the identity on, without capabilities unless it is root's, and checks that there is no way back. Forgets what
 * CSyscalls_die_with_parent asked for. Returns -1 with errno of the step that failed; the process must end then.
 * Async-signal-safe. C because setresuid wants _GNU_SOURCE and capset has no wrapper. */
int CSyscalls_become(const struct CSyscalls_identity *identity);

/* A limit for setrlimit(2). UINT64_MAX is none. */
struct CSyscalls_limit {
    int resource;
    uint64_t soft;
    uint64_t hard;
};

/* How a program is started. */
struct CSyscalls_program {
    const char *path;
    char *const *arguments;
    char *const *environment; /* NULL: that of this process, octet by octet. */
    const char *root; /* Becomes / before the identity is taken on; NULL: stay. */
    const char *directory; /* NULL: stay. */
    const int *descriptors; /* become 0, 1, … in the new process. */
    int descriptor_count;
    const int *kept; /* stay open under their numbers, which are above those; all others are closed. */
    int kept_count;
    const struct CSyscalls_identity *identity; /* NULL: stay. */
    const struct CSyscalls_limit *limits;
    int limit_count;
    int umask; /* -1: stay. */
    bool leads_group;
    bool leads_session; /* And with it a group. */
    bool dies_with_parent;
    bool is_trial; /* Do everything but run the program: ask whether it may be run, and end with 0. */
};

/* The steps of a start that can fail, each for reasons of its own. */
enum CSyscalls_step {
    CSYSCALLS_FORK,
    CSYSCALLS_ROOT,
    CSYSCALLS_IDENTITY,
    CSYSCALLS_PREPARE,
    CSYSCALLS_DIRECTORY,
    CSYSCALLS_EXEC,
    CSYSCALLS_WORD, /* No failure: what CSyscalls_say was called with. */
};

/* Why a program was not run. */
struct CSyscalls_failure {
    int32_t code; /* errno */
    int32_t step; /* enum CSyscalls_step */
    int32_t reach; /* So many bytes of the path lead to a folder that the process may not enter; 0: no folder is to blame. */
    bool names_interpreter; /* The file itself may be run: what its first line names may not. */
};

/* fork and, in the new process, exec; it has default signals and exactly the descriptors given. Returns its pid without
 * waiting for the exec, or -1 with errno. `report` is a descriptor of the caller's, non-blocking, that ends when the program
 * runs or the process has ended. */
pid_t CSyscalls_begin(const struct CSyscalls_program *program, int *report);

/* The same for a program that the new process itself has to find, where a file system may hold it. Returns 0 in there, with
 * the end of the report to write to; of the request only the path, the arguments, the environment and the working folder
 * have not been used by then. It has no descriptors but those of the request, `held` (-1: none) and the report. The caller
 * has one thread. */
pid_t CSyscalls_begin_undecided(const struct CSyscalls_program *program, int held, int *report);
/* In the new process: tells something before it goes on. */
void CSyscalls_say(int report, int code, int reach);
/* In the new process: enters the working folder and runs the program, or tells why not and ends. */
_Noreturn void CSyscalls_finish(const struct CSyscalls_program *program, int report);

/* What a report says: 1 that a step has failed (the process ends then) or a word, 0 that it is over, -1 nothing yet. */
int CSyscalls_read_report(int report, struct CSyscalls_failure *failure);

/* A descriptor that stands for a process, and becomes readable when it has ended has ended. C because Glibc's import has no pidfd_open. */
int CSyscalls_pidfd(pid_t pid);
/* Sends KILL to the process that it stands for. */
int CSyscalls_pidfd_kill(int pidfd);

/* The arguments that this process was started with, as long as it lives. C because only a constructor sees them. */
int CSyscalls_argument_count(void);
const char *CSyscalls_argument(int index);

/* Shows `title` in ps, cut to the room that the arguments and the environment had. For a process of one thread: it moves
 * environ at the first call. */
void CSyscalls_set_title(const char *title);

/* Blocks INT, TERM, QUIT and HUP, or lets them through. */
void CSyscalls_block_interrupts(bool blocks);

/* Closes all descriptors from 3 on but one. */
void CSyscalls_close_all_but(int kept);

/* Counts the processors that this process may run on; -1 where that cannot be known. */
int CSyscalls_affine_processors(void);

/* Opens a folder, links followed, to enter it: it need not be readable. C because Glibc's import has no O_PATH. */
int CSyscalls_open_folder(const char *path);

#endif
