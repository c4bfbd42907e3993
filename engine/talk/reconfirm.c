/*
 * reconfirm.c: what a number says that was asked whether it is still theirs.
 *
 * Only a yes opens it again, and then whoever waited goes on. A no means that it is
 * somebody else's by now: everybody behind it ends, and nothing more goes there.
 */
#include <string.h>

#include "content/campaign.h"
#include "store/address_health.h"
#include "talk/internal.h"

enum { LIVE_MAX = 64 };

static void go_on(struct talk_turn *turn)
{
    struct db *db = turn->talk->db;
    struct enrolment enrolment;
    int64_t ids[LIVE_MAX];
    int n = enrolment_live_of_address(db, turn->address_id, ids, LIVE_MAX);

    for (int i = 0; i < n; i++) {
        if (enrolment_find(db, ids[i], &enrolment) &&
            enrolment.state == ENROLMENT_INVITED && enrolment.invited_at == 0 &&
            enrolment.due_at != 0) {
            enrolment.due_at = turn->now; /* its invitation waited for this answer */
            enrolment_save(db, &enrolment, turn->now);
        }
    }
}

bool talk_reconfirm(struct talk_turn *turn, enum keyword keyword)
{
    struct db *db = turn->talk->db;

    if ((keyword != KEYWORD_YES && keyword != KEYWORD_NO) ||
        address_state(db, turn->address_id, turn->now) != ADDRESS_RECONFIRM_ASKED ||
        !address_reconfirm_answered(
            db, turn->address_id, keyword == KEYWORD_YES, turn->now)) {
        return false;
    }
    if (keyword == KEYWORD_YES) {
        go_on(turn);
    } else {
        talk_opt_out(turn, KEYWORD_WRONG_NUMBER, false);
    }
    return true;
}
