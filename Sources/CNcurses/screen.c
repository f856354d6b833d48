#define _GNU_SOURCE
#define _XOPEN_SOURCE_EXTENDED 1
#define NCURSES_WIDECHAR 1

#include "CNcurses.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

/// Signals that end or change the session in good order: the handler only writes their number.
static const int notice_signals[] = {SIGTERM, SIGHUP, SIGINT, SIGTSTP, SIGWINCH};
/// Signals after which nothing of the program may be trusted: give the terminal back, then die.
static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGQUIT};

enum {
    notice_count = sizeof notice_signals / sizeof notice_signals[0],
    fatal_count = sizeof fatal_signals / sizeof fatal_signals[0],
};

static struct sigaction notice_before[notice_count];
static struct sigaction fatal_before[fatal_count];
static struct termios modes_before;
static int notice_pipe[2] = {-1, -1};
static int errors_saved = -1;
static int errors_kept = -1;
static SCREEN *screen;
static int mouse_is_on;
static atomic_int is_open;
static atomic_int notices_of_end;

/// What undoes all that this file or curses may have switched on; order matters: the main screen
/// comes back last, then the cursor.
static const char restore_text[] =
    "\033[?2026l\033[?1000l\033[?1002l\033[?1006l\033[?2004l\033[0m\033[?1049l\033[?25h";

static void write_text(const char *text, size_t length) {
    while (length > 0) {
        ssize_t written = write(STDOUT_FILENO, text, length);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        text += written;
        length -= (size_t)written;
    }
}

void rm_screen_rescue(void) {
    if (!atomic_exchange(&is_open, 0)) return;
    // A terminal that has stopped reading must not keep a dying process.
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    if (poll(&out, 1, 0) == 1 && (out.revents & POLLOUT)) {
        write_text(restore_text, sizeof restore_text - 1);
    }
    tcsetattr(STDIN_FILENO, TCSANOW, &modes_before);
    if (errors_saved >= 0) dup2(errors_saved, STDERR_FILENO);
}

static void on_notice(int signal_number) {
    int error_before = errno;
    int ends = signal_number == SIGTERM || signal_number == SIGHUP || signal_number == SIGINT;
    if (ends && atomic_fetch_add(&notices_of_end, 1) > 0) {
        // The first one was not acted upon: the screen's thread is stuck in a write.
        rm_screen_rescue();
        signal(signal_number, SIG_DFL);
        raise(signal_number);
        return;
    }
    unsigned char byte = (unsigned char)signal_number;
    // A full pipe already wakes the reader.
    ssize_t ignored = write(notice_pipe[1], &byte, 1);
    (void)ignored;
    errno = error_before;
}

static void on_fatal(int signal_number, siginfo_t *information, void *context) {
    (void)information;
    (void)context;
    rm_screen_rescue();
    for (int index = 0; index < fatal_count; index++) {
        if (fatal_signals[index] == signal_number) {
            sigaction(signal_number, &fatal_before[index], NULL);
        }
    }
    // Blocked while we are in its handler: delivered to the one before on return.
    raise(signal_number);
}

static void install_handlers(void) {
    struct sigaction notice = {.sa_handler = on_notice, .sa_flags = SA_RESTART};
    sigemptyset(&notice.sa_mask);
    for (int index = 0; index < notice_count; index++) {
        sigaction(notice_signals[index], &notice, &notice_before[index]);
    }
    struct sigaction fatal = {.sa_sigaction = on_fatal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&fatal.sa_mask);
    for (int index = 0; index < fatal_count; index++) {
        sigaction(fatal_signals[index], &fatal, &fatal_before[index]);
    }
}

static void remove_handlers(void) {
    for (int index = 0; index < notice_count; index++) {
        sigaction(notice_signals[index], &notice_before[index], NULL);
    }
    for (int index = 0; index < fatal_count; index++) {
        sigaction(fatal_signals[index], &fatal_before[index], NULL);
    }
}

static void keep_errors(void) {
    errors_kept = memfd_create("standard-error", MFD_CLOEXEC);
    if (errors_kept < 0) return;
    errors_saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (errors_saved < 0) return;
    dup2(errors_kept, STDERR_FILENO);
}

static void switch_on(void) {
    static const char paste_on[] = "\033[?2004h";
    static const char mouse_on[] = "\033[?1000h\033[?1006h";
    write_text(paste_on, sizeof paste_on - 1);
    if (mouse_is_on) write_text(mouse_on, sizeof mouse_on - 1);
}

static void switch_off(void) {
    static const char off[] = "\033[?1000l\033[?1006l\033[?2004l";
    write_text(off, sizeof off - 1);
}

int32_t rm_locale_is_utf8(void) {
    if (setlocale(LC_CTYPE, "") == NULL) return 0;
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

int32_t rm_screen_open(const char *terminal, rm_screen_facts *facts) {
    static int is_registered;
    if (tcgetattr(STDIN_FILENO, &modes_before) != 0) return -2;
    if (notice_pipe[0] < 0 && pipe2(notice_pipe, O_CLOEXEC | O_NONBLOCK) != 0) return -2;
    facts->is_utf8 = rm_locale_is_utf8();
    screen = newterm(terminal, stdout, stdin);
    if (screen == NULL) return -1;
    set_term(screen);
    const char *move = tigetstr("cup");
    if (move == NULL || move == (const char *)-1) {
        // Nothing can be drawn where the cursor cannot be placed.
        endwin();
        delscreen(screen);
        screen = NULL;
        return -3;
    }
    raw();
    noecho();
    nonl();
    // Input is read past curses, so curses must not look at it while it writes.
    typeahead(-1);
    leaveok(stdscr, FALSE);
    curs_set(0);
    if (has_colors() && start_color() == OK) {
        use_default_colors();
        facts->colors = COLORS;
    } else {
        facts->colors = 0;
    }
    facts->notice_descriptor = notice_pipe[0];
    atomic_store(&notices_of_end, 0);
    keep_errors();
    install_handlers();
    if (!is_registered) is_registered = atexit(rm_screen_rescue) == 0;
    atomic_store(&is_open, 1);
    // curses enters the alternate screen at the first refresh; our modes belong inside.
    erase();
    refresh();
    switch_on();
    return 0;
}

void rm_screen_close(void) {
    if (screen == NULL) return;
    switch_off();
    curs_set(1);
    endwin();
    delscreen(screen);
    screen = NULL;
    rm_screen_rescue();
    remove_handlers();
    if (errors_saved >= 0) close(errors_saved);
    errors_saved = -1;
}

void rm_screen_suspend(void) {
    switch_off();
    curs_set(1);
    endwin();
    if (errors_saved >= 0) dup2(errors_saved, STDERR_FILENO);
    struct sigaction stop = {.sa_handler = SIG_DFL};
    struct sigaction ours;
    sigemptyset(&stop.sa_mask);
    sigaction(SIGTSTP, &stop, &ours);
    // Threads made by a dispatch queue's thread inherit a mask that blocks nearly everything.
    sigset_t only_stop;
    sigset_t mask_before;
    sigemptyset(&only_stop);
    sigaddset(&only_stop, SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &only_stop, &mask_before);
    // Only this process: a signal to the group would stop the nodes that it started.
    raise(SIGTSTP);
    pthread_sigmask(SIG_SETMASK, &mask_before, NULL);
    sigaction(SIGTSTP, &ours, NULL);
    if (errors_kept >= 0) dup2(errors_kept, STDERR_FILENO);
    curs_set(0);
    clearok(curscr, TRUE);
    refresh();
    switch_on();
}

int32_t rm_screen_follow_size(int32_t *columns, int32_t *rows) {
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) {
        return -1;
    }
    *columns = size.ws_col;
    *rows = size.ws_row;
    if (size.ws_col != COLS || size.ws_row != LINES) {
        resizeterm(size.ws_row, size.ws_col);
        erase();
        clearok(curscr, TRUE);
    }
    return 0;
}

static attr_t curses_attributes(uint32_t attributes) {
    attr_t result = WA_NORMAL;
    if (attributes & rm_attribute_bold) result |= WA_BOLD;
    if (attributes & rm_attribute_dim) result |= WA_DIM;
    if (attributes & rm_attribute_underline) result |= WA_UNDERLINE;
    if (attributes & rm_attribute_reverse) result |= WA_REVERSE;
    if (attributes & rm_attribute_blink) result |= WA_BLINK;
    return result;
}

void rm_screen_put(int32_t column, int32_t row, const rm_cell *cells, int32_t count) {
    enum { chunk_max = 512 };
    cchar_t line[chunk_max + 1];
    int filled = 0;
    int has_color = has_colors();
    for (int32_t index = 0; index < count && filled < chunk_max; index++) {
        wchar_t text[2] = {(wchar_t)cells[index].scalar, 0};
        int pair = 0;
        int32_t foreground = cells[index].foreground;
        int32_t background = cells[index].background;
        if (has_color && (foreground >= 0 || background >= 0)) {
            // Above 255 a pair's number only travels through the options argument.
            pair = alloc_pair(foreground, background);
            if (pair < 0) pair = 0;
        }
        setcchar(&line[filled], text, curses_attributes(cells[index].attributes), 0, &pair);
        filled++;
    }
    mvwadd_wchnstr(stdscr, row, column, line, filled);
}

void rm_screen_cursor(int32_t column, int32_t row) {
    if (column < 0) {
        curs_set(0);
        return;
    }
    wmove(stdscr, row, column);
    curs_set(1);
}

void rm_screen_update(void) {
    static const char begin[] = "\033[?2026h";
    static const char end[] = "\033[?2026l";
    write_text(begin, sizeof begin - 1);
    wnoutrefresh(stdscr);
    doupdate();
    write_text(end, sizeof end - 1);
}

void rm_screen_forget(void) {
    clearok(curscr, TRUE);
}

void rm_screen_mouse(int32_t is_on) {
    static const char on[] = "\033[?1000h\033[?1006h";
    static const char off[] = "\033[?1000l\033[?1006l";
    mouse_is_on = is_on;
    if (is_on) {
        write_text(on, sizeof on - 1);
    } else {
        write_text(off, sizeof off - 1);
    }
}

int64_t rm_screen_read_errors(int64_t offset, uint8_t *bytes, int64_t capacity) {
    if (errors_kept < 0) return 0;
    ssize_t count = pread(errors_kept, bytes, (size_t)capacity, (off_t)offset);
    return count > 0 ? count : 0;
}

int32_t rm_scalar_width(uint32_t scalar) {
    return wcwidth((wchar_t)scalar);
}

int32_t rm_waker_open(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}
