#include "report/query.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/zone.h"
#include "store/campaign.h"

static const char *const words[REPORT_BYS] = {
    [REPORT_BY_ALL] = NULL,
    [REPORT_BY_SERIES] = "series",
    [REPORT_BY_STEP] = "step",
    [REPORT_BY_CHANNEL] = "channel",
    [REPORT_BY_GATEWAY] = "gateway",
    [REPORT_BY_DAY] = "day",
    [REPORT_BY_DISTRICT] = "district",
    [REPORT_BY_REASON] = "reason",
};

int report_by_parse(const char *word, enum report_by *by)
{
    for (int i = 1; i < REPORT_BYS; i++) {
        if (strcmp(words[i], word) == 0) {
            *by = (enum report_by)i;
            return 0;
        }
    }
    return -1;
}

const char *report_by_word(enum report_by by)
{
    return words[by];
}

bool report_has_day(const struct report_query *query, int32_t day)
{
    return day >= query->from_day && day <= query->to_day;
}

static void list_name(void *context, const struct campaign_row *row)
{
    struct err *err = context;
    size_t used = strlen(err->text);

    snprintf(err->text + used, sizeof err->text - used, " %s", row->name);
}

int report_find_campaign(
    struct db *db, const struct report_query *query, int64_t *id, struct err *err)
{
    const char *name = query->campaign;

    *id = name == NULL ? 0 : campaign_row_find(db, name, NULL);
    if (name == NULL || *id != 0) {
        return 0;
    }
    err_set(err, ERR_REFUSED, "no campaign \"%s\" is loaded; loaded are:", name);
    campaign_row_each(db, list_name, err);
    return -1;
}

json_t *report_day_json(int32_t day)
{
    char text[16];

    if (day == INT32_MIN || day == INT32_MAX) {
        return json_null();
    }
    day_format(day, text);
    return json_string(text);
}

void report_print_days(const struct report_query *query, struct buf *out)
{
    char day[16];

    if (query->from_day != INT32_MIN) {
        day_format(query->from_day, day);
        buf_add_format(out, " from %s", day);
    }
    if (query->to_day != INT32_MAX) {
        day_format(query->to_day, day);
        buf_add_format(out, " to %s", day);
    }
}
