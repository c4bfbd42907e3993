/* A campaign folder: compiled, or refused at the right place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/zone.h"
#include "content/campaign.h"

#define HEAD                                                                           \
    "campaign: c\n"                                                                    \
    "title: T\n"                                                                       \
    "organisation: Mitra\n"                                                            \
    "wording: \"1\"\n"
#define DISTRICTS "districts: {maros: {name: Maros, zone: Asia/Makassar}}\n"
#define SERIES    "series: s\ntitle: T\n"
#define AT        "at: {week: 1, day: wed, time: \"16:15\"}"
#define STEPS     SERIES "steps:\n- {id: A, " AT ", say: halo}\n"
#define ASK       SERIES "steps:\n- id: A\n  " AT "\n  ask:\n    kind: quiz\n    text: apa?\n"

/* One compilation with its problems; fini() ends it. */
struct compiled {
    struct campaign *campaign;
    struct problems problems;
};

/* words may be NULL: no words.yaml. */
static struct compiled compile(
    const char *campaign, const char *words, const char *series)
{
    struct content_file list[3];
    struct content_files files = {.list = list};
    struct compiled compiled;

    problems_init(&compiled.problems);
    list[files.n++] =
        (struct content_file){"campaign.yaml", (char *)campaign, strlen(campaign)};
    if (series != NULL) {
        list[files.n++] =
            (struct content_file){"s.yaml", (char *)series, strlen(series)};
    }
    if (words != NULL) {
        list[files.n++] =
            (struct content_file){"words.yaml", (char *)words, strlen(words)};
    }
    compiled.campaign = campaign_compile(&files, "x/", &compiled.problems);
    return compiled;
}

static void fini(struct compiled *compiled)
{
    campaign_free(compiled->campaign);
    problems_fini(&compiled->problems);
}

static void dump(const struct problems *problems)
{
    struct buf out;

    buf_init(&out, 100000);
    problems_print(problems, &out);
    print_error("%s", buf_text(&out));
    buf_fini(&out);
}

/* True when a problem stands at "file:line:col" and its text or advice holds the words. */
static bool has_problem(
    const struct problems *problems, bool warning, const char *place, const char *words)
{
    bool found = false;

    for (size_t i = 0; i < problems->n; i++) {
        const struct problem *problem = &problems->list[i];
        char *at =
            mem_format("%s:%d:%d", problem->path, problem->line, problem->column);

        found = found || (problem->warning == warning && strcmp(at + 2, place) == 0 &&
                             (strstr(problem->text, words) != NULL ||
                                 (problem->advice != NULL &&
                                     strstr(problem->advice, words) != NULL)));
        free(at);
    }
    if (!found) {
        print_error("no \"%s\" at %s in:\n", words, place);
        dump(problems);
    }
    return found;
}

static void assert_refused(
    const char *campaign, const char *series, const char *place, const char *words)
{
    struct compiled compiled = compile(campaign, NULL, series);

    assert_null(compiled.campaign);
    assert_true(has_problem(&compiled.problems, false, place, words));
    fini(&compiled);
}

/* A series that is refused for this one reason. */
static void assert_series_refused(
    const char *series, const char *place, const char *words)
{
    struct compiled compiled = compile(HEAD DISTRICTS, NULL, series);

    assert_null(compiled.campaign);
    assert_true(has_problem(&compiled.problems, false, place, words));
    if (compiled.problems.errors != 1) {
        dump(&compiled.problems);
    }
    assert_int_equal(compiled.problems.errors, 1);
    fini(&compiled);
}

static struct compiled taken(
    const char *campaign, const char *words, const char *series)
{
    struct compiled compiled = compile(campaign, words, series);

    if (compiled.campaign == NULL) {
        dump(&compiled.problems);
    }
    assert_non_null(compiled.campaign);
    return compiled;
}

static void a_small_campaign_has_its_defaults(void **state)
{
    struct compiled compiled = taken(HEAD DISTRICTS, NULL, STEPS);
    const struct campaign *campaign = compiled.campaign;
    const struct step *step = &campaign->series[0].steps[0];

    (void)state;
    assert_int_equal(compiled.problems.n, 0);
    assert_string_equal(campaign->id, "c");
    assert_string_equal(campaign->language, "id");
    assert_int_equal(campaign->cap_day, 1);
    assert_int_equal(campaign->cap_week, 3);
    assert_int_equal(campaign->districts[0].hours.n, 5);
    assert_null(campaign->districts[0].phone);
    assert_null(campaign->replies[REPLY_OPT_OUT].plain);
    assert_null(campaign->series[0].invitation_id);
    assert_null(campaign->series[0].role);
    assert_int_equal(step->kind, STEP_SAY);
    assert_int_equal(step->when.week, 1);
    assert_int_equal(step->when.weekday, 3);
    assert_int_equal(step->when.minute, 16 * 60 + 15);
    assert_int_equal(step->late_ms, 24 * 3600000);
    assert_int_equal(step->line, 4);
    assert_int_equal(step->column, 3);
    fini(&compiled);
}

static void the_sample_campaign_is_right(void **state)
{
    static const char *const ids[] = {"C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8",
        "C9", "C10", "C12", "C11", "C13", "C14", "C15", "C16", "C17", "C18", "C19",
        NULL};
    struct content_files files;
    struct problems problems;
    struct campaign *campaign;
    const struct series *champions;
    struct err err;

    (void)state;
    problems_init(&problems);
    assert_int_equal(content_files_read("campaigns/cegah-kawin-anak", &files, &err), 0);
    campaign = campaign_compile(&files, "", &problems);
    dump(&problems);
    assert_int_equal(problems.n, 0);
    champions = campaign_series(campaign, "champions");
    for (size_t i = 0; ids[i] != NULL; i++) {
        assert_string_equal(champions->steps[i].id, ids[i]);
    }
    assert_string_equal(champions->invitation_id, "C0");
    assert_string_equal(step_answer(series_step(champions, "C4"), "C. 19")->value, "C");
    assert_true(step_answer(series_step(champions, "C4"), "sembilan belas")->right);
    assert_false(step_answer(series_step(champions, "C6"), "slh kak")->right);
    assert_null(step_answer(series_step(champions, "C6"), "b"));
    assert_string_equal(step_answer(series_step(champions, "C8"), "5")->value, "5");
    assert_string_equal(
        step_answer(series_step(champions, "C15"), "JANJI!")->value, "janji");
    campaign_free(campaign);
    content_files_fini(&files);
    problems_fini(&problems);
}

static void unknown_keys_get_the_nearest(void **state)
{
    (void)state;
    assert_refused(HEAD "organisatoin: x\n" DISTRICTS, STEPS, "campaign.yaml:5:1",
        "Did you mean \"organisation\"?");
    assert_series_refused(SERIES "setps: []\n"
                                 "steps:\n- {id: A, " AT ", say: h}\n",
        "s.yaml:3:1", "Did you mean \"steps\"?");
    assert_series_refused(SERIES "steps:\n- {id: A, " AT ", say: h, alte: 1h}\n",
        "s.yaml:4:59", "Did you mean \"late\"?");
    assert_series_refused(SERIES "steps:\n- {id: A, at: {weeek: 1, week: 1, day: wed, "
                                 "time: \"16:15\"}, say: h}\n",
        "s.yaml:4:16", "Did you mean \"week\"?");
}

static void missing_keys_are_named(void **state)
{
    (void)state;
    assert_refused("title: T\n", STEPS, "campaign.yaml:1:1", "\"campaign\" is missing");
    assert_refused(HEAD, STEPS, "campaign.yaml:1:1", "\"districts\" is missing");
    assert_series_refused("title: T\nsteps:\n- {id: A, " AT ", say: h}\n", "s.yaml:1:1",
        "\"series\" is missing");
    assert_series_refused(
        SERIES "steps:\n- {id: A, say: h}\n", "s.yaml:4:3", "\"at\" is missing");
    assert_series_refused(
        SERIES "steps:\n- {" AT ", say: h}\n", "s.yaml:4:3", "\"id\" is missing");
}

static void wrong_types_are_named(void **state)
{
    (void)state;
    assert_refused("- a\n", STEPS, "campaign.yaml:1:1", "must be a mapping");
    assert_refused(HEAD DISTRICTS "caps: 3\n", STEPS, "campaign.yaml:6:7", "a mapping");
    assert_refused(HEAD DISTRICTS "caps: {day: \"1\"}\n", STEPS, "campaign.yaml:6:13",
        "whole number");
    assert_series_refused("series: s\ntitle: 19\nsteps:\n- {id: A, " AT ", say: h}\n",
        "s.yaml:2:8", "19 is a number");
    assert_series_refused("series: s\ntitle: true\nsteps:\n- {id: A, " AT ", say: h}\n",
        "s.yaml:2:8", "true or false");
    assert_series_refused(
        SERIES "steps:\n- {id: A, " AT ", say: }\n", "s.yaml:4:51", "not empty");
    assert_series_refused(SERIES "steps:\n- {id: a b, " AT ", say: h}\n", "s.yaml:4:8",
        "letters, digits");
    assert_series_refused(SERIES "steps: x\n", "s.yaml:3:8", "a list");
    assert_series_refused(SERIES "steps: []\n", "s.yaml:3:8", "without steps");
    assert_series_refused(SERIES "steps:\n- {id: A, " AT ", say: h, late: 5}\n",
        "s.yaml:4:65", "15m, 24h");
    assert_series_refused(SERIES "steps:\n- {id: A, " AT ", say: !env X}\n",
        "s.yaml:4:61", "has no place here");
}

static void times_must_exist(void **state)
{
    (void)state;
    assert_series_refused(SERIES
        "steps:\n- {id: A, at: {week: 1, day: wednesday, time: \"16:15\"}, say: h}\n",
        "s.yaml:4:30", "mon, tue");
    assert_series_refused(SERIES
        "steps:\n- {id: A, at: {week: 1, day: Wed, time: \"16:15\"}, say: h}\n",
        "s.yaml:4:30", "Did you mean \"wed\"?");
    assert_series_refused(SERIES
        "steps:\n- {id: A, at: {week: 1, day: wed, time: \"25:15\"}, say: h}\n",
        "s.yaml:4:41", "\"time\" must be a time");
    assert_series_refused(SERIES
        "steps:\n- {id: A, at: {week: 0, day: wed, time: \"16:15\"}, say: h}\n",
        "s.yaml:4:22", "from 1 to 104");
}

static void a_step_says_or_asks(void **state)
{
    (void)state;
    assert_series_refused(
        SERIES "steps:\n- {id: A, " AT "}\n", "s.yaml:4:3", "none of say, ask");
    assert_series_refused(SERIES "steps:\n- {id: A, " AT
                                 ", say: h, ask: {kind: open, text: h}}\n",
        "s.yaml:4:3", "both say and ask");
}

static void ids_stand_once(void **state)
{
    (void)state;
    assert_series_refused(SERIES
        "steps:\n- {id: A, " AT ", say: h}\n"
        "- {id: A, at: {week: 2, day: wed, time: \"16:15\"}, say: h}\n",
        "s.yaml:5:8", "\"A\" stands twice");
    assert_series_refused(SERIES "invitation: {id: A, text: h}\nsteps:\n- {id: A, " AT
                                 ", say: h}\n",
        "s.yaml:5:8", "\"A\" stands twice");
}

static void a_series_id_stands_once(void **state)
{
    struct content_file list[] = {
        {"campaign.yaml", HEAD DISTRICTS, strlen(HEAD DISTRICTS)},
        {"one.yaml", STEPS, strlen(STEPS)},
        {"two.yaml", STEPS, strlen(STEPS)},
    };
    struct content_files files = {list, 3};
    struct problems problems;

    (void)state;
    problems_init(&problems);
    assert_null(campaign_compile(&files, "x/", &problems));
    assert_int_equal(problems.errors, 1);
    assert_true(has_problem(&problems, false, "two.yaml:1:9", "another file"));
    problems_fini(&problems);
}

static void steps_stand_in_the_order_of_their_time(void **state)
{
    (void)state;
    assert_series_refused(SERIES
        "steps:\n- {id: A, at: {week: 2, day: mon, time: \"16:15\"}, say: h}\n"
        "- {id: B, " AT ", say: h}\n",
        "s.yaml:5:15", "before \"A\"");
    assert_refused(HEAD DISTRICTS "caps: {day: 2}\n",
        SERIES "steps:\n- {id: A, " AT ", say: h}\n- {id: B, " AT ", say: h}\n",
        "s.yaml:5:15", "at the same time as \"A\"");
}

static void caps_hold_for_a_day_and_a_week(void **state)
{
    static const char day[] =
        SERIES "steps:\n- {id: A, " AT ", say: h}\n"
               "- {id: B, at: {week: 1, day: wed, time: \"17:00\"}, say: h}\n";
    static const char week[] =
        SERIES "steps:\n- {id: A, at: {week: 1, day: mon, time: \"16:15\"}, say: h}\n"
               "- {id: B, at: {week: 1, day: tue, time: \"16:15\"}, say: h}\n"
               "- {id: C, at: {week: 1, day: wed, time: \"16:15\"}, say: h}\n"
               "- {id: D, at: {week: 1, day: sun, time: \"16:15\"}, say: h}\n";
    struct compiled compiled;

    (void)state;
    assert_series_refused(day, "s.yaml:5:15", "message 2 of one day");
    assert_series_refused(week, "s.yaml:7:15", "message 4 of week 1");
    compiled = taken(HEAD DISTRICTS "caps: {day: 2, week: 4}\n", NULL, week);
    fini(&compiled);
    compiled = taken(HEAD DISTRICTS "caps: {day: 2, week: 4}\n", NULL, day);
    fini(&compiled);
}

/* A series with one step at that day and time. */
static char *at(const char *audience, const char *day, const char *time)
{
    return mem_format(SERIES
        "%ssteps:\n- {id: A, at: {week: 1, day: %s, time: \"%s\"}, say: h}\n",
        audience, day, time);
}

static void assert_closed(
    const char *audience, const char *day, const char *time, const char *window)
{
    char *series = at(audience, day, time);

    assert_series_refused(series, *audience ? "s.yaml:5:15" : "s.yaml:4:15", window);
    free(series);
}

static void assert_open(
    const char *campaign, const char *audience, const char *day, const char *time)
{
    char *series = at(audience, day, time);
    struct compiled compiled = taken(campaign, NULL, series);

    fini(&compiled);
    free(series);
}

static void a_step_leaves_in_an_open_hour(void **state)
{
    static const char champions[] = "for: {role: champion}\n";
    static const char parents[] = "for: {role: parent}\n";

    (void)state;
    assert_closed(champions, "wed", "20:00", "\"night\"");
    assert_closed(champions, "wed", "07:59", "\"night\"");
    assert_closed(champions, "sat", "14:59", "\"school\" (07:00-15:00, minors)");
    assert_closed("", "sat", "14:59", "\"school\"");
    assert_closed(parents, "fri", "11:30", "\"friday\"");
    assert_closed(parents, "sun", "11:59", "\"sunday\"");
    assert_closed(parents, "mon", "17:30", "of district maros");
    assert_open(HEAD DISTRICTS, champions, "sat", "15:00");
    assert_open(HEAD DISTRICTS, champions, "sun", "12:00");
    assert_open(HEAD DISTRICTS, parents, "mon", "08:00");
    assert_open(HEAD DISTRICTS, parents, "fri", "13:30");
    assert_open(HEAD DISTRICTS, parents, "mon", "18:45");
}

static void hours_may_be_changed_by_campaign_and_district(void **state)
{
    static const char later[] = HEAD "districts:\n"
                                     "  a: {name: A, zone: Asia/Makassar}\n"
                                     "  b: {name: B, zone: Asia/Jayapura, hours: "
                                     "{dusk: {closed: \"17:30-19:15\"}}}\n";
    static const char none[] = HEAD DISTRICTS "hours: {sunday: {closed: none}}\n";
    char *series = at("", "mon", "19:00");

    (void)state;
    assert_refused(later, series, "s.yaml:4:15", "of district b");
    assert_open(none, "", "sun", "09:00");
    assert_open(HEAD DISTRICTS "hours: {dusk: {closed: \"18:00-18:30\"}}\n", "", "mon",
        "17:45");
    assert_refused(HEAD DISTRICTS "hours: {exam: {days: \"mon,wed-thu\", closed: "
                                  "\"15:00-17:00\"}}\n",
        STEPS, "s.yaml:4:15", "\"exam\"");
    assert_refused(HEAD DISTRICTS "hours: {night: {closed: none}}\n", STEPS,
        "campaign.yaml:6:25", "cannot be left out");
    assert_refused(HEAD DISTRICTS "hours: {exam: {days: mon}}\n", STEPS,
        "campaign.yaml:6:9", "needs both days and closed");
    assert_refused(HEAD DISTRICTS
        "hours: {night: {days: mo, closed: \"20:00-08:00\"}}\n",
        STEPS, "campaign.yaml:6:23", "names no days");
    assert_refused(HEAD DISTRICTS "hours: {night: {closed: \"20:00\"}}\n", STEPS,
        "campaign.yaml:6:25", "no span of the day");
    free(series);
}

static void a_window_over_midnight_belongs_to_its_first_day(void **state)
{
    struct hours hours = {
        .windows = {{"late", 1U << 5, 22 * 60, 6 * 60, false}}, .n = 1};

    (void)state;
    assert_non_null(hours_closed(&hours, 5, 22 * 60, false));
    assert_null(hours_closed(&hours, 5, 5 * 60, false));
    assert_non_null(hours_closed(&hours, 6, 6 * 60 - 1, false));
    assert_null(hours_closed(&hours, 6, 6 * 60, false));
    hours.windows[0].days = 1U << 7;
    assert_non_null(hours_closed(&hours, 1, 0, false));
}

static void districts_are_checked(void **state)
{
    (void)state;
    assert_refused(HEAD "districts: {maros: {name: Maros, zone: Asia/Makasar}}\n",
        STEPS, "campaign.yaml:5:40", "unknown time zone");
    assert_refused(HEAD "districts: {m: {name: Panakkukang, zone: Asia/Makassar}}\n",
        STEPS, "campaign.yaml:5:23", "at most 10");
    assert_refused(HEAD "districts: {m: {name: M, zone: Asia/Makassar, phone: "
                        "\"0812-0000-0001-2\"}}\n",
        STEPS, "campaign.yaml:5:54", "at most 14");
    assert_refused(HEAD
        "districts: {m: {name: M, zone: Asia/Makassar}, M: {name: M, zone: "
        "Asia/Makassar}}\n",
        STEPS, "campaign.yaml:5:48", "stands twice");
    assert_refused(
        HEAD "districts: {}\n", STEPS, "campaign.yaml:5:1", "without districts");
}

static void an_organisation_fits_its_placeholder(void **state)
{
    (void)state;
    assert_refused("campaign: c\ntitle: T\norganisation: Mitra Remajaa\nwording: "
                   "\"1\"\n" DISTRICTS,
        STEPS, "campaign.yaml:3:15", "13 characters, and {lembaga} takes at most 12");
}

static void a_question_has_accepted_answers(void **state)
{
    struct compiled compiled;

    (void)state;
    assert_series_refused(ASK, "s.yaml:6:3", "without accepted answers");
    assert_series_refused(
        ASK "    answers: []\n", "s.yaml:6:3", "without accepted answers");
    assert_series_refused(
        ASK "    answers: [{value: A}]\n", "s.yaml:9:14", "no answer is right");
    compiled = taken(HEAD DISTRICTS, NULL,
        SERIES "steps:\n- {id: A, " AT ", ask: {kind: open, text: h}}\n");
    assert_int_equal(compiled.campaign->series[0].steps[0].closes_ms, 48 * 3600000);
    fini(&compiled);
}

static void a_spelling_belongs_to_one_answer(void **state)
{
    (void)state;
    assert_series_refused(ASK
        "    answers:\n"
        "    - {value: A, spellings: [enam, \"19\"], right: true}\n"
        "    - {value: B, spellings: [ENAM kak]}\n",
        "s.yaml:11:30", "a spelling of the answer \"A\" already");
    assert_series_refused(ASK "    answers: [{value: A, right: true}, {value: a.}]\n",
        "s.yaml:9:48", "already");
}

static void a_stop_keyword_is_no_answer(void **state)
{
    struct compiled compiled;

    (void)state;
    assert_series_refused(ASK
        "    answers: [{value: A, spellings: [Brenti!], right: true}]\n",
        "s.yaml:9:38", "means STOP");
    compiled = compile(HEAD DISTRICTS, "stop: [cukup]\n",
        ASK "    answers: [{value: cukup, right: true}]\n");
    assert_null(compiled.campaign);
    assert_true(has_problem(&compiled.problems, false, "s.yaml:9:23", "means STOP"));
    fini(&compiled);
}

static void true_or_false_takes_no_bare_letter(void **state)
{
    (void)state;
    assert_series_refused(ASK
        "    answers: [{value: benar, spellings: [b], right: true}]\n",
        "s.yaml:9:42", "BENAR or SALAH");
    assert_series_refused(ASK
        "    answers: [{value: BENAR, right: true}, {value: Salah, "
        "spellings: [S]}]\n",
        "s.yaml:9:71", "BENAR or SALAH");
}

static void an_answer_of_nothing_is_refused(void **state)
{
    (void)state;
    assert_series_refused(ASK
        "    answers: [{value: A, spellings: [\"!\"], right: true}]\n",
        "s.yaml:9:38", "holds nothing");
}

static void only_a_quiz_is_right_or_wrong(void **state)
{
    (void)state;
    assert_series_refused(SERIES "steps:\n- {id: A, " AT ", ask: {kind: poll, text: h, "
                                 "answers: [{value: A, right: true}]}}\n",
        "s.yaml:4:99", "only a quiz has right answers");
    assert_series_refused(SERIES "steps:\n- {id: A, " AT ", ask: {kind: poll, text: h, "
                                 "answers: [{value: A}], right: Ya}}\n",
        "s.yaml:4:101", "only a quiz has \"right\"");
}

static void a_number_is_taken_as_an_answer(void **state)
{
    struct compiled compiled = taken(HEAD DISTRICTS, NULL,
        ASK "    answers: [{value: 1, spellings: [19], right: true, feedback: "
            "{text: Ya, discreet: Oke}}]\n"
            "    right: {text: Betul, discreet: skip}\n");
    const struct step *step = &compiled.campaign->series[0].steps[0];

    (void)state;
    assert_string_equal(step->answers[0].value, "1");
    assert_int_equal(step->answers[0].spellings_n, 2);
    assert_string_equal(step->answers[0].spellings[1], "19");
    assert_string_equal(step->answers[0].feedback.plain, "Ya");
    assert_string_equal(step->right.plain, "Betul");
    fini(&compiled);
}

static void a_reply_is_an_answer_when_all_of_it_is(void **state)
{
    struct compiled compiled = taken(HEAD DISTRICTS, NULL,
        ASK "    answers:\n"
            "    - {value: B, spellings: [18]}\n"
            "    - {value: C, spellings: [19, 19 th, sembilan belas], right: true}\n");
    const struct step *step = &compiled.campaign->series[0].steps[0];
    static const char *const right[] = {"c", "C", "C.", "C. 19", "19 th",
        "c sembilan belas", "Sembilan Belas!", "c kak", "cccc", NULL};
    static const char *const none[] = {
        "b c", "c 18", "d", "", "sembilan", "belas", "c atau 19", "jawaban c", NULL};

    (void)state;
    for (int i = 0; right[i] != NULL; i++) {
        assert_non_null(step_answer(step, right[i]));
        assert_string_equal(step_answer(step, right[i])->value, "C");
    }
    for (int i = 0; none[i] != NULL; i++) {
        assert_null(step_answer(step, none[i]));
    }
    fini(&compiled);
}

static void unknown_placeholders_are_refused_where_they_stand(void **state)
{
    (void)state;
    assert_series_refused(SERIES "steps:\n- {id: A, " AT ", say: \"halo {nma}!\"}\n",
        "s.yaml:4:62", "Did you mean {nama}?");
    assert_series_refused(SERIES "steps:\n- id: A\n  " AT
                                 "\n  say: >-\n    satu\n    dua {x}\n",
        "s.yaml:8:9", "unknown placeholder {x}");
    assert_series_refused(SERIES "steps:\n- {id: A, " AT ", say: \"a { b\"}\n",
        "s.yaml:4:59", "without its partner");
    assert_series_refused(SERIES "steps:\n- {id: A, " AT ", say: \"a } b\"}\n",
        "s.yaml:4:59", "without its partner");
}

/* A series whose step says n letters and the tail. */
static char *saying(int n, const char *tail)
{
    char *letters = mem_zero((size_t)n + 1, 1), *series;

    memset(letters, 'a', (size_t)n);
    series =
        mem_format(SERIES "steps:\n- {id: A, " AT ", say: \"%s%s\"}\n", letters, tail);
    free(letters);
    return series;
}

static void a_text_over_one_part_is_a_warning_and_over_three_an_error(void **state)
{
    static const struct {
        int letters;
        const char *tail;
        size_t errors, warnings;
    } cases[] = {{160, "", 0, 0}, {161, "", 0, 1}, {148, "{lembaga}", 0, 0},
        {149, "{lembaga}", 0, 1}, {459, "", 0, 1}, {460, "", 1, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *series = saying(cases[i].letters, cases[i].tail);
        struct compiled compiled = compile(HEAD DISTRICTS, NULL, series);

        assert_int_equal(compiled.problems.errors, cases[i].errors);
        assert_int_equal(compiled.problems.warnings, cases[i].warnings);
        if (compiled.problems.n > 0) {
            assert_true(has_problem(&compiled.problems, cases[i].errors == 0,
                "s.yaml:4:56", "Shorten it by"));
        }
        fini(&compiled);
        free(series);
    }
}

static void a_character_that_makes_it_ucs2_is_named(void **state)
{
    struct compiled compiled = compile(HEAD DISTRICTS "replies: {opt_out: Baik…}\n",
        NULL, SERIES "steps:\n- {id: A, " AT ", say: \"Jum’at 🙏\"}\n");

    (void)state;
    assert_int_equal(compiled.problems.errors, 0);
    assert_int_equal(compiled.problems.warnings, 2);
    assert_true(has_problem(
        &compiled.problems, true, "s.yaml:4:60", "\"’\" (U+2019) at place 4"));
    assert_true(
        has_problem(&compiled.problems, true, "s.yaml:4:60", "Write \"'\" instead"));
    assert_true(has_problem(&compiled.problems, true, "campaign.yaml:6:24", "..."));
    fini(&compiled);
}

static void words_are_normalised_and_may_not_contradict(void **state)
{
    struct compiled compiled = taken(HEAD DISTRICTS,
        "yes: [Iyek!]\nno: [de']\nstop: [CUKUP sudah]\nrisk: [uang panai]\n", STEPS);
    const struct words *words = &compiled.campaign->words;

    (void)state;
    assert_string_equal(words->added[KEYWORD_YES].list[0], "iyek");
    assert_string_equal(words->added[KEYWORD_NO].list[0], "de");
    assert_string_equal(words->added[KEYWORD_STOP].list[0], "cukup sudah");
    assert_true(reply_has_risk_cue("uang panai naik", words));
    fini(&compiled);
    compiled = compile(HEAD DISTRICTS, "yes: [stop]\n", STEPS);
    assert_true(
        has_problem(&compiled.problems, false, "words.yaml:1:7", "means stop already"));
    fini(&compiled);
    compiled = compile(HEAD DISTRICTS, "yes: [apa]\nno: [apa]\n", STEPS);
    assert_true(
        has_problem(&compiled.problems, false, "words.yaml:1:7", "means no already"));
    fini(&compiled);
    compiled = compile(HEAD DISTRICTS, "yess: [apa]\n", STEPS);
    assert_true(has_problem(&compiled.problems, false, "words.yaml:1:1", "\"yes\""));
    fini(&compiled);
}

static void a_campaign_has_a_series(void **state)
{
    struct compiled compiled = compile(HEAD DISTRICTS, NULL, NULL);

    (void)state;
    assert_null(compiled.campaign);
    assert_true(
        has_problem(&compiled.problems, false, "campaign.yaml:0:0", "has no series"));
    fini(&compiled);
}

static void one_run_tells_the_problems_of_every_file(void **state)
{
    struct compiled compiled = compile("a: [\n", "b: 1\n", "c: 1\n");

    (void)state;
    assert_null(compiled.campaign);
    assert_true(has_problem(&compiled.problems, false, "campaign.yaml:2:1", "bracket"));
    assert_true(
        has_problem(&compiled.problems, false, "words.yaml:1:1", "unknown key"));
    assert_true(has_problem(&compiled.problems, false, "s.yaml:1:1", "unknown key"));
    fini(&compiled);
}

static void steps_are_found_and_followed(void **state)
{
    struct compiled compiled = taken(HEAD DISTRICTS, NULL,
        SERIES "steps:\n- {id: A, " AT ", say: h}\n"
               "- {id: B, at: {week: 2, day: wed, time: \"16:15\"}, say: h}\n");
    const struct series *series = campaign_series(compiled.campaign, "s");

    (void)state;
    assert_string_equal(series_step_after(series, NULL)->id, "A");
    assert_string_equal(series_step_after(series, "A")->id, "B");
    assert_null(series_step_after(series, "B"));
    assert_null(series_step_after(series, "Z"));
    assert_null(campaign_series(compiled.campaign, "t"));
    assert_string_equal(campaign_district(compiled.campaign, "MAROS")->name, "Maros");
    assert_null(campaign_district(compiled.campaign, "bone"));
    fini(&compiled);
}

static int64_t utc(const char *text)
{
    int64_t at_ms = 0;

    assert_int_equal(time_parse(text, &at_ms), 0);
    return at_ms;
}

static void week_one_is_the_first_whole_week_after_joining(void **state)
{
    struct step step = {
        .when = {.kind = WHEN_WEEK, .week = 1, .weekday = 3, .minute = 16 * 60 + 15}};
    const int64_t wednesday = utc("2026-11-11T16:15:00+08:00");

    (void)state;
    /* Thursday 5, Sunday 8 and Monday 2 of November 2026, in the district's own day. */
    assert_int_equal(
        step_due_at(&step, "Asia/Makassar", utc("2026-11-05T10:00:00+08:00"), 0),
        wednesday);
    assert_int_equal(
        step_due_at(&step, "Asia/Makassar", utc("2026-11-08T23:59:59+08:00"), 0),
        wednesday);
    assert_int_equal(
        step_due_at(&step, "Asia/Makassar", utc("2026-11-02T00:00:00+08:00"), 0),
        wednesday);
    assert_int_equal(
        step_due_at(&step, "Asia/Makassar", utc("2026-11-09T00:00:00+08:00"), 0),
        wednesday + 7LL * 86400000);
    assert_int_equal(
        step_due_at(&step, "Asia/Jayapura", utc("2026-11-05T10:00:00+09:00"), 0),
        utc("2026-11-11T16:15:00+09:00"));
    step.when.week = 8;
    assert_int_equal(
        step_due_at(&step, "Asia/Makassar", utc("2026-11-05T10:00:00+08:00"), 0),
        wednesday + 49LL * 86400000);
}

static void placeholders_are_filled_and_cut_to_their_limits(void **state)
{
    struct fill fill = {
        .nama = "Andi Nurhaliza Ké", .lembaga = "Mitra", .kab = "Maros"};
    char *text =
        text_fill("Halo {nama} dari {lembaga}, {kab}{telp}{kode} {x} {", &fill);

    (void)state;
    assert_string_equal(text, "Halo Andi Nurhali dari Mitra, Maros {x} {");
    free(text);
    fill.nama = "ééééééééééééé";
    text = text_fill("{nama}", &fill);
    assert_int_equal(text_characters(text), 12);
    free(text);
    text = text_fill_longest("{nama}{lembaga}{kab}{telp}{kode}");
    assert_int_equal(strlen(text), 12 + 12 + 10 + 14 + 6);
    free(text);
}

static void a_folder_without_campaign_yaml_is_refused(void **state)
{
    char folder[] = "/tmp/cegah-campaign-XXXXXX";
    struct content_files files;
    struct err err;

    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(content_files_read(folder, &files, &err), -1);
    assert_non_null(strstr(err.text, "no campaign.yaml"));
    assert_int_equal(files.n, 0);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(content_files_read(folder, &files, &err), -1);
    assert_non_null(strstr(err.text, "No such file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_campaign_has_its_defaults),
        cmocka_unit_test(the_sample_campaign_is_right),
        cmocka_unit_test(unknown_keys_get_the_nearest),
        cmocka_unit_test(missing_keys_are_named),
        cmocka_unit_test(wrong_types_are_named),
        cmocka_unit_test(times_must_exist),
        cmocka_unit_test(a_step_says_or_asks),
        cmocka_unit_test(ids_stand_once),
        cmocka_unit_test(a_series_id_stands_once),
        cmocka_unit_test(steps_stand_in_the_order_of_their_time),
        cmocka_unit_test(caps_hold_for_a_day_and_a_week),
        cmocka_unit_test(a_step_leaves_in_an_open_hour),
        cmocka_unit_test(hours_may_be_changed_by_campaign_and_district),
        cmocka_unit_test(a_window_over_midnight_belongs_to_its_first_day),
        cmocka_unit_test(districts_are_checked),
        cmocka_unit_test(an_organisation_fits_its_placeholder),
        cmocka_unit_test(a_question_has_accepted_answers),
        cmocka_unit_test(a_spelling_belongs_to_one_answer),
        cmocka_unit_test(a_stop_keyword_is_no_answer),
        cmocka_unit_test(true_or_false_takes_no_bare_letter),
        cmocka_unit_test(an_answer_of_nothing_is_refused),
        cmocka_unit_test(only_a_quiz_is_right_or_wrong),
        cmocka_unit_test(a_number_is_taken_as_an_answer),
        cmocka_unit_test(a_reply_is_an_answer_when_all_of_it_is),
        cmocka_unit_test(unknown_placeholders_are_refused_where_they_stand),
        cmocka_unit_test(a_text_over_one_part_is_a_warning_and_over_three_an_error),
        cmocka_unit_test(a_character_that_makes_it_ucs2_is_named),
        cmocka_unit_test(words_are_normalised_and_may_not_contradict),
        cmocka_unit_test(a_campaign_has_a_series),
        cmocka_unit_test(one_run_tells_the_problems_of_every_file),
        cmocka_unit_test(steps_are_found_and_followed),
        cmocka_unit_test(week_one_is_the_first_whole_week_after_joining),
        cmocka_unit_test(placeholders_are_filled_and_cut_to_their_limits),
        cmocka_unit_test(a_folder_without_campaign_yaml_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
