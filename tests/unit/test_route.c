/*
 * By which gateway a message goes, and as what.
 */
#include "two_routes.h"

static const char BOTH[] = GATEWAY_WA GATEWAY_SMS;

static int end(void **state)
{
    house_end(*state);
    return 0;
}

static int begin(void **state)
{
    *state = house_begin(BOTH, "");
    return 0;
}

static int begin_sms_first(void **state)
{
    *state = house_begin(GATEWAY_SMS GATEWAY_WA, "");
    return 0;
}

static int begin_sms_only(void **state)
{
    *state = house_begin(GATEWAY_SMS, "");
    return 0;
}

static int begin_wa_only(void **state)
{
    *state = house_begin(GATEWAY_WA, "");
    return 0;
}

static int begin_campaign_sms_first(void **state)
{
    *state = house_begin(BOTH, "channels: [sms, whatsapp]\n");
    return 0;
}

static int begin_campaign_sms_only(void **state)
{
    *state = house_begin(BOTH, "channels: sms\n");
    return 0;
}

/* The question of a step's message. */
static struct route_question step(struct house *house)
{
    return (struct route_question){
        .kind = KIND_STEP,
        .campaign_id = house->campaign,
        .address_id = house->address,
        .form = &house->form,
    };
}

static void goes_by(
    struct house *house, const struct route_question *question, const char *gateway)
{
    struct route_answer answer;

    route_find(&house->gate, question, house_now(house), &answer);
    assert_non_null(answer.gateway);
    assert_string_equal(answer.gateway->name, gateway);
}

static struct route_answer goes_nowhere(struct house *house,
    const struct route_question *question, enum gate_verdict verdict,
    const char *reason)
{
    struct route_answer answer;

    route_find(&house->gate, question, house_now(house), &answer);
    assert_null(answer.gateway);
    assert_string_equal(answer.reason, reason);
    assert_int_equal(answer.verdict, verdict);
    return answer;
}

static void the_configs_order_counts(void **state)
{
    struct house *house = *state;
    struct route_question question = step(house);

    goes_by(house, &question, "sms");
}

static void a_campaign_orders_the_routes_anew(void **state)
{
    struct house *house = *state;
    struct route_question question = step(house);

    goes_by(house, &question, "sms");
    question.campaign_id = 0; /* another's messages keep the config's order */
    goes_by(house, &question, "wa");
}

static void a_channel_that_a_campaign_leaves_out_carries_none_of_it(void **state)
{
    struct house *house = *state;
    struct route_question question = step(house);

    question.wants = true;
    question.wanted = CHANNEL_WHATSAPP;
    goes_by(house, &question, "sms");
    question.first = "wa"; /* but a reply goes back where it came from */
    goes_by(house, &question, "wa");
}

static void what_the_person_wants_goes_first(void **state)
{
    struct house *house = *state;
    struct route_question question = step(house);

    goes_by(house, &question, "wa");
    question.wants = true;
    question.wanted = CHANNEL_SMS;
    goes_by(house, &question, "sms");
}

static void invitations_go_by_sms_only(void **state)
{
    struct house *house = *state;
    struct route_question question = step(house);

    question.kind = KIND_INVITATION;
    goes_by(house, &question, "sms");
}

static void no_invitation_leaves_without_sms(void **state)
{
    struct house *house = *state;
    struct route_question question = step(house);

    question.kind = KIND_INVITATION;
    goes_nowhere(house, &question, GATE_DENY, "no_route");
}

static void an_id_of_whatsapps_is_no_number_for_sms(void **state)
{
    struct house *house = *state;
    struct route_question question = step(house);

    question.address_id = address_ensure(
        house->rows->db, ADDRESS_BUSINESS_USER_ID, "ID.1", house_now(house));
    goes_nowhere(house, &question, GATE_DENY, "no_route");
}

static void what_names_a_gateway_goes_by_no_other(void **state)
{
    struct house *house = *state;
    struct route_question question = step(house);

    question.first = "wa";
    question.only = true;
    goes_by(house, &question, "wa");
    question.form = NULL;
    goes_nowhere(house, &question, GATE_DENY, "window_closed");
    question.first = "gone";
    goes_nowhere(house, &question, GATE_DENY, "no_route");
}

static void a_reply_whose_gateway_is_gone_goes_by_the_routes(void **state)
{
    struct house *house = *state;
    struct route_question question = step(house);

    question.kind = KIND_REPLY;
    question.first = "gone";
    goes_by(house, &question, "wa");
}

static const char *form(struct house *house)
{
    struct route_question question = step(house);
    struct route_answer answer;

    return route_form(&house->gate, config_gateway_find(house->config, "wa"), &question,
        house_now(house), &answer);
}

static void outside_the_window_only_a_template_goes(void **state)
{
    struct house *house = *state;
    struct route_question question = step(house);

    assert_string_equal(form(house), "template");
    house->form = (struct message_form){.media_url = "http://x/a.jpg"};
    assert_null(form(house));
    goes_by(house, &question, "sms");
}

static void inside_the_window_everything_goes_and_no_template(void **state)
{
    struct house *house = *state;

    house_heard(house, "wa");
    assert_string_equal(form(house), "text");
    house->form.media_url = "http://x/a.jpg";
    assert_string_equal(form(house), "media");
    house->form.choices_n = 1;
    assert_string_equal(form(house), "interactive");
}

static void a_window_is_over_a_minute_before_a_day_has_passed(void **state)
{
    struct house *house = *state;

    house->form.template_name = NULL;
    house_heard(house, "wa");
    house_pass(house, 24LL * HOUR - MINUTE - 1);
    assert_string_equal(form(house), "text");
    house_pass(house, 1);
    assert_null(form(house));
}

static void what_came_over_another_gateway_opens_no_window(void **state)
{
    struct house *house = *state;

    house_heard(house, "sms");
    assert_string_equal(form(house), "template");
}

static void a_closed_window_without_a_template_says_so(void **state)
{
    struct house *house = *state;
    struct route_question question = step(house);

    question.form = NULL;
    goes_nowhere(house, &question, GATE_DENY, "window_closed");
}

static void refuse_template(struct house *house, const char *word)
{
    struct template_refused refused = {.since = house_now(house)};

    snprintf(refused.word, sizeof refused.word, "%s", word);
    template_refused_set(house->rows->db, "wa", "pesan", "id", &refused);
}

static void a_paused_template_is_looked_at_again_after_an_hour(void **state)
{
    struct house *house = *state;
    struct route_question question = step(house);
    struct route_answer answer;

    refuse_template(house, "paused");
    answer = goes_nowhere(house, &question, GATE_WAIT, "template_paused");
    assert_int_equal(answer.until, house_now(house) + HOUR);
    house_pass(house, HOUR);
    goes_by(house, &question, "wa");
}

static void another_route_carries_what_a_paused_template_does_not(void **state)
{
    struct house *house = *state;
    struct route_question question = step(house);

    refuse_template(house, "paused");
    goes_by(house, &question, "sms");
    template_refused_clear(house->rows->db, "wa", "pesan", "");
    goes_by(house, &question, "wa");
}

static void a_template_refused_in_one_language_goes_in_another(void **state)
{
    struct house *house = *state;
    struct route_question question = step(house);

    refuse_template(house, "paused");
    house->form.template_language = "bug";
    goes_by(house, &question, "wa");
}

static void close_for(struct house *house, int64_t until, const char *reason)
{
    address_gateway_close(house->rows->db, house->address, "wa", until, reason);
}

static void an_address_that_is_not_reached_is_closed_until_it_writes(void **state)
{
    struct house *house = *state;
    struct route_question question = step(house);

    close_for(house, CLOSED_FOR_EVER, "invalid_number");
    goes_nowhere(house, &question, GATE_DENY, "not_reachable");
    house_heard(house, "wa");
    goes_by(house, &question, "wa");
}

static void a_recipients_cap_waits_until_it_is_over(void **state)
{
    struct house *house = *state;
    struct route_question question = step(house);
    int64_t until = house_now(house) + 24LL * HOUR;

    close_for(house, until, "recipient_cap");
    assert_int_equal(
        goes_nowhere(house, &question, GATE_WAIT, "recipient_cap").until, until);
    house_heard(house, "wa"); /* what answers her is no marketing */
    goes_by(house, &question, "wa");
}

static void an_sms_asks_the_store_for_nothing_but_its_address(void **state)
{
    struct house *house = *state;
    struct route_question question = step(house);

    address_gateway_close(
        house->rows->db, house->address, "sms", CLOSED_FOR_EVER, "invalid_number");
    question.form = NULL;
    goes_by(house, &question, "sms");
}

static void more_is_said_only_where_another_could_carry_it(void **state)
{
    struct house *house = *state;
    struct route_question question = step(house);
    struct route_answer answer;

    route_find(&house->gate, &question, house_now(house), &answer);
    assert_true(answer.more);
    assert_int_equal(
        route_give_up_at(&answer, monday, monday + 3LL * HOUR), monday + GIVE_UP);
    assert_int_equal(route_give_up_at(&answer, monday, monday + GIVE_UP), 0);
    question.first = "wa";
    question.only = true;
    route_find(&house->gate, &question, house_now(house), &answer);
    assert_false(answer.more);
    assert_int_equal(route_give_up_at(&answer, monday, monday + 3LL * HOUR), 0);
}

static void a_step_is_queued_where_its_route_leads_and_says_on_which_channel(
    void **state)
{
    struct house *house = *state;
    struct gate_answer answer;
    struct message message = house_message(house, house_queue(house, &answer));

    assert_string_equal(message.gateway, "wa");
    assert_int_equal(message.channel, CHANNEL_WHATSAPP);
    assert_int_equal(answer.channel, CHANNEL_WHATSAPP);
    assert_int_equal(message.give_up_at, house_now(house) + GIVE_UP);
    house->form.template_name = NULL;
    message = house_message(house, house_queue(house, &answer));
    assert_string_equal(message.gateway, "sms");
    assert_int_equal(answer.channel, CHANNEL_SMS);
    assert_int_equal(message.give_up_at, 0); /* there is none behind it */
}

static void a_step_that_no_route_fits_now_waits_or_is_denied(void **state)
{
    struct house *house = *state;
    struct gate_answer answer;

    refuse_template(house, "paused");
    assert_int_equal(house_queue(house, &answer), 0);
    assert_int_equal(answer.verdict, GATE_WAIT);
    assert_string_equal(answer.reason, "template_paused");
    house->form.template_name = NULL;
    assert_int_equal(house_queue(house, &answer), 0);
    assert_int_equal(answer.verdict, GATE_DENY);
    assert_string_equal(answer.reason, "window_closed");
}

int main(void)
{
#define TEST(name)        cmocka_unit_test_setup_teardown(name, begin, end)
#define WITH(name, first) cmocka_unit_test_setup_teardown(name, first, end)
    const struct CMUnitTest tests[] = {
        WITH(the_configs_order_counts, begin_sms_first),
        WITH(a_campaign_orders_the_routes_anew, begin_campaign_sms_first),
        WITH(a_channel_that_a_campaign_leaves_out_carries_none_of_it,
            begin_campaign_sms_only),
        TEST(what_the_person_wants_goes_first),
        TEST(invitations_go_by_sms_only),
        WITH(no_invitation_leaves_without_sms, begin_wa_only),
        WITH(an_id_of_whatsapps_is_no_number_for_sms, begin_sms_only),
        TEST(what_names_a_gateway_goes_by_no_other),
        TEST(a_reply_whose_gateway_is_gone_goes_by_the_routes),
        TEST(outside_the_window_only_a_template_goes),
        TEST(inside_the_window_everything_goes_and_no_template),
        TEST(a_window_is_over_a_minute_before_a_day_has_passed),
        TEST(what_came_over_another_gateway_opens_no_window),
        WITH(a_closed_window_without_a_template_says_so, begin_wa_only),
        WITH(a_paused_template_is_looked_at_again_after_an_hour, begin_wa_only),
        TEST(another_route_carries_what_a_paused_template_does_not),
        TEST(a_template_refused_in_one_language_goes_in_another),
        WITH(an_address_that_is_not_reached_is_closed_until_it_writes, begin_wa_only),
        WITH(a_recipients_cap_waits_until_it_is_over, begin_wa_only),
        WITH(an_sms_asks_the_store_for_nothing_but_its_address, begin_sms_only),
        TEST(more_is_said_only_where_another_could_carry_it),
        TEST(a_step_is_queued_where_its_route_leads_and_says_on_which_channel),
        WITH(a_step_that_no_route_fits_now_waits_or_is_denied, begin_wa_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
