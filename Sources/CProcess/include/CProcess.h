/// Starting and signalling processes by ways that Swift's Glibc module does not offer.
///
/// Each function returns 0 (or a descriptor) when it is done and a positive errno value negated
/// when it is not, so that no caller has to read errno.
#ifndef CPROCESS_H
#define CPROCESS_H

#include <sys/types.h>

/// Starts a program that is to outlive its parent.
///
/// It gets a session of its own (no terminal's ^C or hang-up reaches it), `/dev/null` as stdin,
/// the log file, appended to, as stdout and stderr, no other descriptor of ours, an empty signal
/// mask and default signal handling.
///
/// @param path      the program, not looked up in PATH
/// @param arguments argument vector, ended by NULL; the first is the program's name
/// @param log       the log file; created with mode 0600 when it does not exist
/// @param child     gets the process id
int cprocess_spawn(
    const char *path, char *const arguments[], const char *log, pid_t *child);

/// Opens a descriptor that names a process for as long as it is open, even after the process has
/// ended and its id was given to another.
int cprocess_pidfd_open(pid_t pid);

/// Sends a signal to the process that the descriptor names, and to no other.
int cprocess_pidfd_signal(int descriptor, int signal);

#endif
