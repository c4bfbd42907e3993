/*
 * must.h: the one way a bug ends the process.
 *
 * must() is for what can only be false when cegah itself is wrong; what a peer, a file
 * or a person did wrong is an error (err.h). The store is durable, so an abort loses
 * nothing that was acknowledged.
 */
#ifndef CEGAH_BASE_MUST_H
#define CEGAH_BASE_MUST_H

/* Prints file, line, the condition and the formatted state to stderr; aborts. */
_Noreturn void must_fail(const char *file, int line, const char *condition,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* must(condition, format, …): aborts with the state named by the format when false. */
#define must(condition, ...)                                                           \
    ((condition) ? (void)0 : must_fail(__FILE__, __LINE__, #condition, __VA_ARGS__))

#endif
