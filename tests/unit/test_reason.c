/*
 * Whatever went wrong reads as one sentence that says what to do: every failure class,
 * every code that a gateway is known to give, every word that a step is left out with.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/outcome.h"
#include "report/reason.h"
#include "report/reason_code.h"
#include "store/counter.h"

/* WhatsApp's codes by class, and a word of what the sentence must say. */
static const struct {
    enum failure_class class;
    const char *code, *says;
} codes[] = {
    {FAILURE_ACCOUNT, "0", "token"},
    {FAILURE_ACCOUNT, "190", "token"},
    {FAILURE_ACCOUNT, "3", "permission"},
    {FAILURE_ACCOUNT, "10", "permission"},
    {FAILURE_ACCOUNT, "200", "permission"},
    {FAILURE_ACCOUNT, "299", "permission"},
    {FAILURE_ACCOUNT, "131005", "permission"},
    {FAILURE_THROTTLED, "4", "`rate`"},
    {FAILURE_THROTTLED, "80007", "`rate`"},
    {FAILURE_THROTTLED, "613", "`rate`"},
    {FAILURE_THROTTLED, "130429", "`rate`"},
    {FAILURE_THROTTLED, "131048", "spam"},
    {FAILURE_TRANSIENT, "131056", "one person"},
    {FAILURE_THROTTLED, "131064", "category"},
    {FAILURE_THROTTLED, "133016", "registered too often"},
    {FAILURE_ACCOUNT, "368", "policies"},
    {FAILURE_ACCOUNT, "130497", "country"},
    {FAILURE_ACCOUNT, "131031", "locked"},
    {FAILURE_ACCOUNT, "131042", "payment"},
    {FAILURE_ACCOUNT, "133010", "not registered"},
    {FAILURE_ACCOUNT, "131045", "registration"},
    {FAILURE_ACCOUNT, "131037", "display name"},
    {FAILURE_TRANSIENT, "1", "maintenance"},
    {FAILURE_TRANSIENT, "2", "maintenance"},
    {FAILURE_TRANSIENT, "131000", "maintenance"},
    {FAILURE_TRANSIENT, "131016", "maintenance"},
    {FAILURE_TRANSIENT, "131057", "maintenance"},
    {FAILURE_TRANSIENT, "133004", "maintenance"},
    {FAILURE_CONTENT, "131053", "`media`"},
    {FAILURE_TRANSIENT, "131052", "`media`"},
    {FAILURE_CONTENT, "33", "malformed"},
    {FAILURE_CONTENT, "100", "malformed"},
    {FAILURE_CONTENT, "131008", "malformed"},
    {FAILURE_CONTENT, "131009", "malformed"},
    {FAILURE_CONTENT, "131021", "our own"},
    {FAILURE_CONTENT, "135000", "malformed"},
    {FAILURE_CONTENT, "131051", "kind of message"},
    {FAILURE_INVALID_NUMBER, "131026", "not on WhatsApp"},
    {FAILURE_BLOCKED, "130403", "blocked our number"},
    {FAILURE_WINDOW_CLOSED, "131047", "24 hours"},
    {FAILURE_RECIPIENT_CAP, "131049", "for a day"},
    {FAILURE_OPTED_OUT, "131050", "switched off our marketing"},
    {FAILURE_RECIPIENT_CAP, "130472", "experiments"},
    {FAILURE_TEMPLATE, "132000", "number of parameters"},
    {FAILURE_TEMPLATE, "132001", "no such template"},
    {FAILURE_TEMPLATE, "132005", "too long"},
    {FAILURE_TEMPLATE, "132007", "policy"},
    {FAILURE_TEMPLATE, "132012", "another form"},
    {FAILURE_TEMPLATE, "132018", "invalid"},
    {FAILURE_TEMPLATE, "132015", "paused the template"},
    {FAILURE_TEMPLATE, "132016", "disabled the template"},
    {FAILURE_CONTENT, "132068", "blocked this form"},
    {FAILURE_THROTTLED, "132069", "this form"},
    {FAILURE_TRANSIENT, "134101", "ten minutes"},
    {FAILURE_TEMPLATE, "134102", "marketing message"},
    {FAILURE_ACCOUNT, "131055", "product"},
    {FAILURE_ACCOUNT, "131063", "product"},
    {FAILURE_ACCOUNT, "134100", "product"},
    {FAILURE_TEMPLATE, "REJECTED", "not approved"},
    {FAILURE_TEMPLATE, "PAUSED", "paused the template"},
    /* SMS. */
    {FAILURE_ACCOUNT, "401", "password"},
    {FAILURE_ACCOUNT, "402", "balance"},
    {FAILURE_ACCOUNT, "404", "`base_url`"},
    {FAILURE_INVALID_NUMBER, "403", "no network"},
    {FAILURE_NONE, "EXPIRED", "three days"},
    {FAILURE_NONE, "EXPIRED/027", "three days"},
    {FAILURE_NONE, "UNDELIV/011", "no longer be in use"},
    {FAILURE_BLOCKED, "REJECTD", "rejected it"},
    {FAILURE_NONE, "DELETED", "deleted it"},
    {FAILURE_NONE, "NACK/0x0000000b", "refused to take it"},
    {FAILURE_NONE, "2", "could not deliver"},
    {FAILURE_NONE, "16", "refused to take it"},
};

/* What cegah itself says of messages and steps. */
static const char *const words[] = {"quiet_hours", "cap_day", "cap_week", "opted_out",
    "no_consent", "no_guardian_consent", "no_basis", "campaign_paused",
    "campaign_stopped", "series_paused", "not_a_test_phone", "expired", "late", "cut",
    "restart", "resend_refused", "no_answer", "removed", "declined", "shared_number",
    "guardian", "no_route", "person_paused", "window_closed", "template_paused",
    "not_reachable", "recipient_cap", "no_service", "service_stale", "discreet",
    "not_for", "branch", "waited", "reconfirm", "wrong_number", "erasure_requested",
    "still_open", "closed_unanswered", "not_sent", "no_gateway"};

/* One sentence, begun as such, that says more than its word. */
static void assert_sentence(const char *sentence)
{
    size_t length = strlen(sentence);

    assert_true(length > 30 && length < 400);
    assert_true(isupper((unsigned char)sentence[0]));
    assert_int_equal(sentence[length - 1], '.');
    assert_null(strstr(sentence, ". "));
}

static void every_code_has_a_sentence_of_its_own(void **state)
{
    char counted[COUNTER_REASON_SIZE], sentence[REASON_SENTENCE_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        counter_reason(codes[i].class, codes[i].code, "what it says", counted);
        reason_counted(counted, sentence);
        assert_sentence(sentence);
        assert_non_null(strstr(sentence, codes[i].says));
        assert_null(strstr(sentence, "the gateway says"));
    }
}

static void every_class_has_a_sentence_with_a_code_that_nobody_knows(void **state)
{
    char counted[COUNTER_REASON_SIZE], sentence[REASON_SENTENCE_SIZE];

    (void)state;
    for (int class = FAILURE_NONE + 1; class < FAILURE_CLASSES; class ++) {
        counter_reason((enum failure_class) class, "", "", counted);
        reason_counted(counted, sentence);
        assert_sentence(sentence);
        counter_reason((enum failure_class) class, "77777", "", counted);
        reason_counted(counted, sentence);
        assert_sentence(sentence);
        assert_non_null(strstr(sentence, "77777"));
    }
}

static void every_word_has_a_sentence(void **state)
{
    char counted[COUNTER_REASON_SIZE], sentence[REASON_SENTENCE_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        counter_reason(FAILURE_NONE, "", words[i], counted);
        assert_string_equal(counted, words[i]);
        reason_counted(counted, sentence);
        assert_sentence(sentence);
        assert_null(strstr(sentence, "the gateway says"));
    }
}

static void what_nobody_foresaw_says_where_to_look(void **state)
{
    char counted[COUNTER_REASON_SIZE], sentence[REASON_SENTENCE_SIZE];

    (void)state;
    counter_reason(FAILURE_NONE, "", "Words of its own!", counted);
    reason_counted(counted, sentence);
    assert_sentence(sentence);
    assert_non_null(strstr(sentence, "cegah message ID"));
    reason_counted("ODD_CODE", sentence);
    assert_string_equal(sentence, "The gateway says: ODD_CODE.");
}

static void an_sms_gateways_code_is_not_whatsapps(void **state)
{
    (void)state;
    assert_non_null(reason_code_sentence("transient", "2"));
    assert_string_not_equal(
        reason_code_sentence("transient", "2"), reason_code_sentence("", "2"));
    assert_null(reason_code_sentence("content", "190"));
    assert_null(reason_code_sentence("", ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_a_sentence_of_its_own),
        cmocka_unit_test(every_class_has_a_sentence_with_a_code_that_nobody_knows),
        cmocka_unit_test(every_word_has_a_sentence),
        cmocka_unit_test(what_nobody_foresaw_says_where_to_look),
        cmocka_unit_test(an_sms_gateways_code_is_not_whatsapps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
