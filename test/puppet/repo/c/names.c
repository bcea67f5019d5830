#include "ffi_gates_suite.h"
#include "puppet.h"

/* Names that are hard to carry from a list to a command line, a log, a terminal and three kinds of markup. */
static int passes(void) { return puppet_sum(1, 1) == 2 ? 0 : 1; }
static int fails(void) { return 1; }

const suite_test suite_tests[] = {
    {"two words", passes},
    {"it's \"quoted\" \\ and $HOME `id`", passes},
    {"# start x pid=1", passes},
    {"a::b # c::", passes},
    {"naïve 名前 🦀", passes},
    {"--list", passes},
    {"two\nlines", passes},
    {"<script>alert(1)</script>]]>&amp;", fails},
    {"::error file=x.c::owned", fails},
    {"\033]0;owned\007\033[31mred\r\x7f\xef\xbf\xbf", fails},
    {NULL, NULL},
};
