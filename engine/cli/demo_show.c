#include "cli/demo_show.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/zone.h"
#include "cli/context.h"
#include "cli/recount.h"
#include "content/config.h"
#include "store/db.h"
#include "store/message.h"
#include "store/view.h"

enum { WEEKS = 9, BAR = 24, ANSWERS_MAX = 200 };
static const int64_t MS_WEEK = 7LL * 24 * 60 * 60 * 1000;

static void print_bar(int64_t week)
{
    int filled = (int)(week * BAR / WEEKS);

    putchar('[');
    for (int i = 0; i < BAR; i++) {
        putchar(i < filled ? '#' : '-');
    }
    putchar(']');
}

void demo_show_progress(
    const struct config *config, const char *start, int64_t now, bool last)
{
    static int64_t shown = -1; /* the week that was printed last, when no terminal */
    const struct zone *zone = zone_find(config->timezone);
    struct db *db = NULL;
    struct err err;
    int64_t began = 0, week;
    bool in_place = isatty(STDOUT_FILENO);
    char local[32];

    time_parse(start, &began);
    week = (now - began) / MS_WEEK;
    week = week > WEEKS || last ? WEEKS : week;
    if ((!in_place && week == shown && !last) ||
        (db = cli_reader(config, &err)) == NULL) {
        return;
    }
    shown = week;
    time_format_local(zone, now, local);
    printf("%s", in_place ? "\r" : "");
    print_bar(week);
    printf(" %s  %lld delivered, %lld sent, %lld failed, %lld queued", local,
        (long long)message_count_state(db, MESSAGE_DELIVERED),
        (long long)message_count_state(db, MESSAGE_SENT),
        (long long)message_count_state(db, MESSAGE_FAILED),
        (long long)message_count_state(db, MESSAGE_QUEUED));
    printf("%s", in_place ? "   " : "\n");
    if (in_place && last) {
        putchar('\n');
    }
    fflush(stdout);
    db_close(db);
}

int demo_show_recount(const struct recount *recount, struct err *err)
{
    printf(
        "\nThe ledger of the simulator: %lld requests, %lld accepted. Compared message "
        "for\n"
        "message: %lld messages, %lld of them known to the ledger, %lld differences.\n",
        (long long)recount->requests, (long long)recount->accepted,
        (long long)recount->messages, (long long)recount->known,
        (long long)recount->differences);
    if (recount->differences != 0) {
        return err_set(err, ERR_UNABLE, "report and ledger differ: %s", recount->first);
    }
    if (recount->states[MESSAGE_QUEUED] != 0 || recount->states[MESSAGE_SENDING] != 0) {
        return err_set(err, ERR_UNABLE, "messages are still on their way at the end");
    }
    printf("Every message is in exactly one state; none is queued or sending. They "
           "agree.\n");
    return 0;
}

static void print_answers(struct db *db)
{
    struct view_answer list[ANSWERS_MAX];
    int n = view_answers(db, list, ANSWERS_MAX);
    const char *step = "";

    printf("\nAnswers:\n");
    for (int i = 0; i < n; i++) {
        if (strcmp(step, list[i].step) != 0) {
            printf("%s  %-4s", i > 0 ? "\n" : "", list[i].step);
            step = list[i].step;
        }
        printf("  %s x%lld%s", list[i].value, (long long)list[i].n,
            list[i].is_right == 1 ? " (right)" : "");
    }
    putchar('\n');
}

int demo_show_end(const struct config *config, const char *config_path, int64_t took_ms,
    struct err *err)
{
    struct db *db = cli_reader(config, err);

    if (db == NULL) {
        return -1;
    }
    print_answers(db);
    db_close(db);
    printf("\nEight weeks in %lld.%lld s. Try next:\n", (long long)(took_ms / 1000),
        (long long)(took_ms % 1000 / 100));
    printf("  ./cegah report delivery --by day -c %s\n", config_path);
    printf("  ./cegah messages --state failed -c %s\n", config_path);
    printf("  ./cegah contacts show 0812-0000-0150 --consent -c %s\n", config_path);
    printf("  ./cegah help\n");
    return 0;
}
