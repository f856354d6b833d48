/// What the Terminal module needs of ncursesw, and what cannot be written safely in Swift: signal
/// handlers that leave the terminal usable whatever ends the process.
///
/// All functions but rm_screen_rescue belong to the one thread that opened the screen. The curses
/// headers stay inside the implementation, so no macro or global of theirs reaches Swift.
#ifndef RINGMASTER_CNCURSES_H
#define RINGMASTER_CNCURSES_H

#include <stdint.h>

/// Bits of rm_cell.attributes.
enum {
    rm_attribute_bold = 1,
    rm_attribute_dim = 2,
    rm_attribute_underline = 4,
    rm_attribute_reverse = 8,
    rm_attribute_blink = 16,
};

/// One character cell: a Unicode scalar with its look. A wide character is one rm_cell.
typedef struct {
    uint32_t scalar;
    uint32_t attributes;
    /// Colour numbers as the terminal description takes them; -1 is the terminal's own.
    int32_t foreground;
    int32_t background;
} rm_cell;

/// What was found at opening.
typedef struct {
    /// Each byte that can be read here is the number of a signal that arrived.
    int32_t notice_descriptor;
    /// How many colours the terminal has; 0 is none.
    int32_t colors;
    /// 1 when text is UTF-8.
    int32_t is_utf8;
} rm_screen_facts;

/// Sets the character type from the environment.
/// Returns 1 when text is UTF-8.
int32_t rm_locale_is_utf8(void);

/// Takes over the terminal: raw mode, alternate screen, pasted text bracketed, standard error kept
/// in memory, signal handlers in place.
///
/// `terminal` is a name of terminfo, or NULL for what TERM says. Returns 0; -1 when the terminal
/// description is unknown; -2 when the system refused, with errno set; -3 when the terminal cannot
/// place its cursor.
int32_t rm_screen_open(const char *terminal, rm_screen_facts *facts);

/// Gives the terminal back and restores standard error and the signal handlers; harmless when no
/// screen is open.
void rm_screen_close(void);

/// Gives the terminal back from a signal handler or at exit; async-signal-safe.
void rm_screen_rescue(void);

/// Gives the terminal back, stops this process as ^Z does, and takes the terminal again once it is
/// continued.
void rm_screen_suspend(void);

/// Reads the size from the terminal, makes curses follow it, and forgets what is on the screen.
/// Returns 0, or -1 when the terminal does not tell a size.
int32_t rm_screen_follow_size(int32_t *columns, int32_t *rows);

/// Puts cells from a position on, clipped at the right edge.
void rm_screen_put(int32_t column, int32_t row, const rm_cell *cells, int32_t count);

/// Shows the cursor there, or hides it when `column` is negative.
void rm_screen_cursor(int32_t column, int32_t row);

/// Writes what changed as one synchronised update.
void rm_screen_update(void);

/// Makes the next update repaint everything.
void rm_screen_forget(void);

/// Switches reporting of clicks and the wheel on or off.
void rm_screen_mouse(int32_t is_on);

/// Reads what was written to standard error while the screen was open, from an offset on.
/// Returns the number of bytes, 0 at the end.
int64_t rm_screen_read_errors(int64_t offset, uint8_t *bytes, int64_t capacity);

/// A descriptor that becomes readable once something was written to it; eight bytes at a time.
/// Returns -1 with errno set when there are none left.
int32_t rm_waker_open(void);

/// The columns that the C library gives a scalar: 0 to 2, or -1 when it is not printable.
int32_t rm_scalar_width(uint32_t scalar);

#endif
