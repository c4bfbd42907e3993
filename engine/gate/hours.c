#include "gate/hours.h"

#include "base/must.h"
#include "base/zone.h"
#include "content/hours.h"

enum { MINUTES_A_DAY = 24 * 60 };

int64_t hours_next_open(
    const struct hours *hours, const struct zone *zone, bool minor, int64_t at_ms)
{
    /* Windows may touch each other; a week of steps means that nothing is ever open. */
    for (int steps = 0; steps < 8 * CLOSED_WINDOWS_MAX; steps++) {
        int32_t day = zone_day(zone, at_ms);
        int minute = zone_minute(zone, at_ms);
        const struct closed_window *window =
            hours_closed(hours, day_weekday(day), minute, minor);
        int end;

        if (window == NULL) {
            return at_ms;
        }
        end = window->to;
        if (window->from > window->to && minute >= window->from) {
            end += MINUTES_A_DAY; /* closed over midnight: it ends tomorrow */
        }
        at_ms = zone_at(zone, day + end / MINUTES_A_DAY, end % MINUTES_A_DAY);
    }
    must(0, "hours that never open");
}
