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

enum { WEEKS = 9, BAR = 24 };
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
    printf(" %s  %lld arrived, %lld sent, %lld failed, %lld queued", local,
        (long long)(message_count_state(db, MESSAGE_DELIVERED) +
                    message_count_state(db, MESSAGE_READ)),
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

void demo_show_end(const char *config_path, int64_t took_ms)
{
    printf("\nEight weeks in %lld.%lld s. Try next:\n", (long long)(took_ms / 1000),
        (long long)(took_ms % 1000 / 100));
    printf("  ./cegah report delivery --by gateway -c %s\n", config_path);
    printf("  ./cegah report responses --by district -c %s\n", config_path);
    printf("  ./cegah messages --state failed -c %s\n", config_path);
    printf("  ./cegah contacts show 0812-0000-0150 --consent -c %s\n", config_path);
    printf("  ./cegah preview campaigns/cegah-kawin-anak/champions\n");
    printf("  ./cegah help\n");
}
