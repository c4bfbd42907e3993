/*
 * series.c: one series file, from its keys to struct series. What a step asks is read in
 * question.c; the series as a whole is looked at in series_check.c.
 */
#include "content/compile.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

enum { STEPS_MAX = 200, JOIN_CHARACTERS_MAX = 12 };

static const int64_t HOUR_MS = 3600000;

struct invitation_nodes {
    const struct yaml_node *id, *text, *closes;
};

static const struct key_row INVITATION_KEYS[] = {
    {"id", KEY_ID, offsetof(struct invitation_nodes, id), true, "Give it an id: id: C0",
        .doc = "unique in the series"},
    {"text", KEY_VARIANTS, offsetof(struct invitation_nodes, text), true,
        "Write what the invitation says: text: \"…\"", .table = &TEXT_TABLE,
        .doc = "what it says"},
    {"closes", KEY_DURATION, offsetof(struct invitation_nodes, closes), false, NULL,
        .fallback = "`14d`", .doc = "after which a YA is no answer to it"},
};
static const struct key_table INVITATION_TABLE =
    KEY_TABLE("an invitation", INVITATION_KEYS);

struct wait_nodes {
    const struct yaml_node *answer, *up_to, *days;
};

static const struct key_row WAIT_KEYS[] = {
    {"answer", KEY_ID, offsetof(struct wait_nodes, answer), false,
        "Name the question: answer: C4", .fallback = "none",
        .doc = "until this step is answered; needs `up_to`"},
    {"up_to", KEY_DURATION, offsetof(struct wait_nodes, up_to), false,
        "Write up_to: 48h", .doc = "and no longer than this after the step before"},
    {"days", KEY_INT, offsetof(struct wait_nodes, days), false, "Write days: 3", NULL,
        1, 366, .doc = "so many days after the step before"},
};
static const struct key_table WAIT_TABLE = KEY_TABLE("\"wait\"", WAIT_KEYS);

struct invite_nodes {
    const struct yaml_node *series, *text;
};

static const struct key_row INVITE_KEYS[] = {
    {"series", KEY_ID, offsetof(struct invite_nodes, series), true,
        "Name the series that friends are invited to: series: champions",
        .doc = "id of the series that friends join"},
    {"text", KEY_VARIANTS, offsetof(struct invite_nodes, text), true,
        "Write what it says: text: \"…\"", .table = &TEXT_TABLE,
        .doc = "what it says; the friend writes in by herself"},
};
static const struct key_table INVITE_TABLE = KEY_TABLE("\"invite\"", INVITE_KEYS);

struct refer_nodes {
    const struct yaml_node *service, *text;
};

static const struct key_row REFER_KEYS[] = {
    {"service", KEY_LABEL, offsetof(struct refer_nodes, service), true,
        "Name an entry of the directory: service: puspaga",
        .doc = "key of `directory`"},
    {"text", KEY_VARIANTS, offsetof(struct refer_nodes, text), true,
        "Write what it says: text: \"…\"", .table = &TEXT_TABLE,
        .doc = "what it says; `{layanan}` and `{telp}` are the service's"},
};
static const struct key_table REFER_TABLE = KEY_TABLE("\"refer\"", REFER_KEYS);

struct confirm_nodes {
    const struct yaml_node *what, *by, *on;
};

static const struct key_row CONFIRM_KEYS[] = {
    {"what", KEY_TEXT, offsetof(struct confirm_nodes, what), true,
        "Write what somebody must confirm: what: \"…\"", .doc = "the fact"},
    {"by", KEY_TEXT, offsetof(struct confirm_nodes, by), false, NULL,
        .fallback = "nobody yet", .doc = "who confirmed it"},
    {"on", KEY_DATE, offsetof(struct confirm_nodes, on), false, NULL,
        .doc = "the day it was confirmed; needed with `by`"},
};
static const struct key_table CONFIRM_TABLE = KEY_TABLE("\"confirm\"", CONFIRM_KEYS);

struct step_nodes {
    const struct yaml_node *id, *at, *say, *ask, *wait, *invite, *refer;
    const struct yaml_node *audience, *branch, *late, *parts, *whatsapp, *media,
        *confirm;
};

static const struct key_row STEP_KEYS[] = {
    {"id", KEY_ID, offsetof(struct step_nodes, id), true, "Give the step an id: id: C1",
        .doc = "unique in the series, and kept for ever"},
    {"at", KEY_MAPPING, offsetof(struct step_nodes, at), false,
        "Say when: at: {week: 1, day: wed, time: \"16:15\"}", .table = &AT_TABLE,
        .doc = "when it falls due; needed but for `wait`"},
    {"say", KEY_VARIANTS, offsetof(struct step_nodes, say), false, "Write say: \"…\"",
        .table = &TEXT_TABLE,
        .doc = "what the step says; a step has one of these five"},
    {"ask", KEY_MAPPING, offsetof(struct step_nodes, ask), false,
        "Write ask: {kind: quiz, text: \"…\", answers: […]}", .table = &ASK_TABLE,
        .doc = "what it asks"},
    {"wait", KEY_MAPPING, offsetof(struct step_nodes, wait), false,
        "Write wait: {days: 3}, or wait: {answer: C4, up_to: 48h}",
        .table = &WAIT_TABLE, .doc = "sends nothing: holds the next step back"},
    {"invite", KEY_MAPPING, offsetof(struct step_nodes, invite), false,
        "Write invite: {series: champions, text: \"…\"}", .table = &INVITE_TABLE,
        .doc = "asks to bring friends, who write in by themselves"},
    {"refer", KEY_MAPPING, offsetof(struct step_nodes, refer), false,
        "Write refer: {service: puspaga, text: \"…\"}", .table = &REFER_TABLE,
        .doc = "names a service of the directory"},
    {"for", KEY_MAPPING, offsetof(struct step_nodes, audience), false,
        "Say who gets it: for: {age: minor}", .table = &AUDIENCE_TABLE,
        .fallback = "who gets the series", .doc = "others pass it by"},
    {"branch", KEY_SEQUENCE, offsetof(struct step_nodes, branch), false,
        "Write branch: [{if: {answer: {C4: [A]}}, go: C9}]", .table = &BRANCH_TABLE,
        .fallback = "the next step",
        .doc = "where it goes on; the first that holds counts"},
    {"late", KEY_DURATION, offsetof(struct step_nodes, late), false, NULL,
        .fallback = "`24h`", .doc = "overdue for longer than this, it is not sent"},
    {"parts", KEY_INT, offsetof(struct step_nodes, parts), false, NULL, NULL, 1, 3,
        .fallback = "`1`", .doc = "SMS parts that are meant: no warning up to these"},
    {"whatsapp", KEY_MAPPING, offsetof(struct step_nodes, whatsapp), false,
        "Write whatsapp: {template: kuis_minggu, parameters: [\"{nama}\"]}",
        .table = &WHATSAPP_TABLE, .fallback = "none",
        .doc = "the approved template outside the session window"},
    {"media", KEY_MAPPING, offsetof(struct step_nodes, media), false,
        "Write media: {url: \"https://…\", type: image/jpeg}", .table = &MEDIA_TABLE,
        .fallback = "none",
        .doc = "a picture, voice or film beside the text, where the channel shows it "
               "and the reader is not discreet"},
    {"confirm", KEY_EITHER, offsetof(struct step_nodes, confirm), false,
        "Write confirm: \"…\", and once it is sure {what: …, by: …, on: …}",
        .table = &CONFIRM_TABLE, .fallback = "none",
        .doc = "a fact that local staff must confirm; until somebody signs, nothing "
               "starts"},
};
static const struct key_table STEP_TABLE = KEY_TABLE("a step", STEP_KEYS);

static const char *const COMPLETENESS[] = {"fallback", "complete", NULL};
static const char *const WORDINGS[] = {"neutral", "open", NULL};

struct series_nodes {
    const struct yaml_node *series, *title, *audience, *languages, *join, *twice;
    const struct yaml_node *wording, *invitation, *steps;
};

static const struct key_row SERIES_KEYS[] = {
    {"series", KEY_ID, offsetof(struct series_nodes, series), true,
        "Name the series: series: champions", .doc = "unique in the campaign"},
    {"title", KEY_TEXT, offsetof(struct series_nodes, title), true,
        "Say what it is, for reports: title: Champion, 8 minggu",
        .doc = "for reports; people never see it"},
    {"for", KEY_MAPPING, offsetof(struct series_nodes, audience), false,
        "Say who gets it: for: {role: champion}", .table = &AUDIENCE_TABLE,
        .fallback = "everybody", .doc = "who gets it"},
    {"languages", KEY_CHOICE, offsetof(struct series_nodes, languages), false, NULL,
        COMPLETENESS, .fallback = "`fallback`",
        .doc = "`complete`: a text without a variant in one of the campaign's "
               "languages is an error; `fallback`: the first language is used"},
    {"join", KEY_LABEL, offsetof(struct series_nodes, join), false,
        "Write the word behind DAFTAR: join: MAROS", .fallback = "none",
        .doc = "`DAFTAR MAROS` joins this series"},
    {"double", KEY_BOOL, offsetof(struct series_nodes, twice), false, NULL,
        .fallback = "`false`",
        .doc = "`true`: who joins by the word is asked YA first"},
    {"wording", KEY_CHOICE, offsetof(struct series_nodes, wording), false, NULL,
        WORDINGS, .fallback = "`neutral`",
        .doc = "`open`: adults who said YA to an open invitation; the preview rule "
               "does not hold behind it"},
    {"invitation", KEY_MAPPING, offsetof(struct series_nodes, invitation), false,
        "Write invitation: {id: C0, text: \"…\"}", .table = &INVITATION_TABLE,
        .fallback = "none", .doc = "the one text before somebody has said YA"},
    {"steps", KEY_SEQUENCE, offsetof(struct series_nodes, steps), true,
        "List the messages: steps: and below it - id: C1 …", .table = &STEP_TABLE,
        .doc = "in the order of their time"},
};
const struct key_table SERIES_TABLE = KEY_TABLE("a series", SERIES_KEYS);

static struct text_use use_of(
    const struct compiler *compiler, const struct step *step, const char *name)
{
    const struct series *series = compiler->series;

    return (struct text_use){
        .name = name,
        .audience = &step->audience,
        .open_wording = series->open_wording && !audience_has_minors(&step->audience),
        .event = step->when.event,
        .parts = step->parts,
    };
}

static void read_wait(
    struct compiler *compiler, const struct yaml_node *node, struct step *step)
{
    struct wait_nodes nodes = {0};
    bool answer = yaml_find(node, "answer") != NULL;

    keys_read(&compiler->source, node, &WAIT_TABLE, &nodes);
    step->kind = STEP_WAIT;
    step->wait_step = key_text(nodes.answer);
    step->wait_ms = nodes.days != NULL ? key_int(nodes.days, 0) * 24 * HOUR_MS
                                       : key_duration(nodes.up_to, 0);
    step->when = (struct when){.kind = WHEN_AFTER, .after_ms = step->wait_ms};
    if (answer != (yaml_find(node, "up_to") != NULL) ||
        answer == (yaml_find(node, "days") != NULL)) {
        yaml_key_error(compiler->source.document, node, compiler->source.problems,
            "Write wait: {days: 3}, or wait: {answer: C4, up_to: 48h}",
            "\"wait\" has either days, or answer and up_to");
    }
}

static void read_invite(
    struct compiler *compiler, const struct yaml_node *node, struct step *step)
{
    struct text_use use = use_of(compiler, step, "text");
    struct invite_nodes nodes = {0};

    keys_read(&compiler->source, node, &INVITE_TABLE, &nodes);
    step->kind = STEP_INVITE;
    step->invite = key_text(nodes.series);
    text_read(compiler, nodes.text, &use, &step->text);
    if (nodes.series != NULL) {
        compiler->invites = mem_resize(
            compiler->invites, compiler->invites_n + 1, sizeof *compiler->invites);
        compiler->invites[compiler->invites_n++] =
            (struct pending_invite){compiler->source, nodes.series};
    }
}

static void read_refer(
    struct compiler *compiler, const struct yaml_node *node, struct step *step)
{
    struct text_use use = use_of(compiler, step, "text");
    struct refer_nodes nodes = {0};

    keys_read(&compiler->source, node, &REFER_TABLE, &nodes);
    step->kind = STEP_REFER;
    step->service = key_text(nodes.service);
    use.service = true;
    text_read(compiler, nodes.text, &use, &step->text);
    if (nodes.service != NULL) {
        directory_check(compiler, nodes.service, step);
    }
}

static void read_confirm(
    struct compiler *compiler, const struct yaml_node *node, struct step *step)
{
    struct confirm_nodes nodes = {0};

    if (node->kind == YAML_SCALAR) {
        nodes.what = node;
    } else {
        keys_read(&compiler->source, node, &CONFIRM_TABLE, &nodes);
    }
    step->confirm = nodes.what == NULL ? mem_copy("") : key_text(nodes.what);
    step->confirmed_by = key_text(nodes.by);
    if (node->kind == YAML_MAPPING &&
        (yaml_find(node, "by") != NULL) != (yaml_find(node, "on") != NULL)) {
        yaml_key_error(compiler->source.document, node, compiler->source.problems,
            "Write both: {what: …, by: Rina, on: 2026-12-01}",
            "a confirmation needs who gave it and on which day");
    } else if (step->confirmed_by == NULL) {
        yaml_warning(compiler->source.document, node, compiler->source.problems,
            "Have local staff confirm it, then write confirm: {what: …, by: …, on: "
            "…}; until then the series does not start.",
            "nobody has confirmed yet: %.100s", step->confirm);
    }
}

/* Exactly one of the five. */
static bool check_kind(
    struct compiler *compiler, const struct yaml_node *item, const struct step *step)
{
    static const char *const KINDS[] = {"say", "ask", "wait", "invite", "refer"};
    const char *found[2] = {NULL, NULL};
    size_t n = 0;

    for (size_t i = 0; i < KEYS_N(KINDS); i++) {
        if (yaml_find(item, KINDS[i]) != NULL) {
            found[n > 0] = KINDS[i];
            n++;
        }
    }
    if (n == 1) {
        return true;
    }
    if (n == 0) {
        yaml_error(compiler->source.document, item, compiler->source.problems,
            "Write say: \"…\", or ask: {…}.",
            "the step \"%s\" has none of say, ask, wait, invite and refer", step->id);
    } else {
        yaml_error(compiler->source.document, item, compiler->source.problems,
            "A step does one thing; make two steps of it.",
            "the step \"%s\" has both %s and %s", step->id, found[0], found[1]);
    }
    return false;
}

static void read_what(struct compiler *compiler, const struct yaml_node *item,
    const struct step_nodes *nodes, struct step *step)
{
    if (item->kind != YAML_MAPPING || !check_kind(compiler, item, step)) {
        return;
    }
    if (nodes->say != NULL) {
        struct text_use use = use_of(compiler, step, "say");

        text_read(compiler, nodes->say, &use, &step->text);
    } else if (nodes->ask != NULL) {
        question_read(compiler, nodes->ask, step);
    } else if (nodes->wait != NULL) {
        read_wait(compiler, nodes->wait, step);
    } else if (nodes->invite != NULL) {
        read_invite(compiler, nodes->invite, step);
    } else if (nodes->refer != NULL) {
        read_refer(compiler, nodes->refer, step);
    }
}

/* An event of a district: its steps are for the people of that district. */
static void keep_district(
    struct compiler *compiler, const struct yaml_node *node, struct step *step)
{
    const char *district = step->when.event->district;
    struct audience *audience = &step->audience;

    if (!audience_has_district(audience, district) ||
        !audience_has_district(&compiler->series->audience, district)) {
        yaml_error(compiler->source.document, node, compiler->source.problems,
            "Change the for: of the step or the series, or the event's district.",
            "the event \"%.40s\" is for \"%.40s\", and the step is not",
            step->when.event->key, district);
        return;
    }
    while (audience->districts_n > 0) {
        free(audience->districts[--audience->districts_n]);
    }
    audience->districts =
        mem_resize(audience->districts, 1, sizeof *audience->districts);
    audience->districts[audience->districts_n++] = mem_copy(district);
}

static void read_time(struct compiler *compiler, const struct yaml_node *item,
    const struct step_nodes *nodes, struct step *step, struct step_place *place)
{
    bool waits = yaml_find(item, "wait") != NULL;

    if (nodes->at != NULL && waits) {
        yaml_key_error(compiler->source.document, nodes->at, compiler->source.problems,
            "Take it out: a wait begins when the step before was sent.",
            "a wait takes no \"at\"");
    } else if (nodes->at != NULL) {
        place->timed = when_read(compiler, nodes->at, &step->when);
        if (step->when.event != NULL && step->when.event->district != NULL) {
            keep_district(compiler, yaml_find(nodes->at, "event"), step);
        }
        place->timed = place->timed && (step->when.event == NULL ||
                                           when_check_event(compiler, nodes->at, step));
    } else if (!waits && item->kind == YAML_MAPPING && yaml_find(item, "at") == NULL) {
        yaml_key_error(compiler->source.document, item, compiler->source.problems,
            "Say when: at: {week: 1, day: wed, time: \"16:15\"}",
            "\"at\" is missing in a step");
    }
}

/* A step's audience lies within the series': what it leaves open is the series'. */
static void inherit(const struct audience *series, struct audience *step)
{
    if (step->roles_n == 0 && series->roles_n > 0) {
        step->roles = mem_zero(series->roles_n, sizeof *step->roles);
        while (step->roles_n < series->roles_n) {
            step->roles[step->roles_n] = mem_copy(series->roles[step->roles_n]);
            step->roles_n++;
        }
    }
    if (step->age == AGE_ANY) {
        step->age = series->age;
    }
}

static void read_step(struct compiler *compiler, const struct yaml_node *item,
    struct step *step, struct step_place *place)
{
    struct step_nodes nodes = {0};

    keys_read(&compiler->source, item, &STEP_TABLE, &nodes);
    step->line = item->line;
    step->column = item->column;
    step->id = nodes.id == NULL ? mem_copy("") : key_text(nodes.id);
    step->late_ms = key_duration(nodes.late, 24 * HOUR_MS);
    step->parts = (int)key_int(nodes.parts, 1);
    *place = (struct step_place){.item = item,
        .id = nodes.id,
        .at = nodes.at,
        .branch = nodes.branch,
        .wait = nodes.wait};
    audience_read(
        compiler, nodes.audience, &compiler->series->audience, &step->audience);
    inherit(&compiler->series->audience, &step->audience);
    read_time(compiler, item, &nodes, step, place);
    read_what(compiler, item, &nodes, step);
    if (nodes.whatsapp != NULL) {
        whatsapp_read(compiler, nodes.whatsapp, step);
    }
    if (nodes.media != NULL) {
        media_read(compiler, nodes.media, step);
    }
    if (nodes.confirm != NULL) {
        read_confirm(compiler, nodes.confirm, step);
    }
}

static const struct yaml_node *read_invitation(
    struct compiler *compiler, const struct yaml_node *mapping)
{
    struct series *series = compiler->series;
    /* It comes before any consent, so the preview rule holds whatever the wording. */
    struct text_use use = {.name = "text", .audience = &series->audience, .parts = 1};
    struct invitation_nodes nodes = {0};

    keys_read(&compiler->source, mapping, &INVITATION_TABLE, &nodes);
    series->invitation_id = key_text(nodes.id);
    series->invitation_closes_ms = key_duration(nodes.closes, 14 * 24 * HOUR_MS);
    text_read(compiler, nodes.text, &use, &series->invitation);
    return nodes.id;
}

static void read_steps(struct compiler *compiler, const struct yaml_node *list,
    const struct yaml_node *invitation_id)
{
    struct series *series = compiler->series;
    struct step_place *places;
    size_t i = 0;

    if (list->n == 0 || list->n > STEPS_MAX) {
        yaml_error(compiler->source.document, list, compiler->source.problems, NULL,
            list->n == 0 ? "a series without steps" : "more than %d steps",
            (int)STEPS_MAX);
        return;
    }
    places = mem_zero(list->n, sizeof *places);
    series->steps = mem_zero(list->n, sizeof *series->steps);
    series->steps_n = list->n;
    for (const struct yaml_node *item = list->children; item != NULL;
         item = item->next) {
        read_step(compiler, item, &series->steps[i], &places[i]);
        i++;
    }
    for (i = 0; i < list->n; i++) {
        if (places[i].branch != NULL) {
            branches_read(compiler, places[i].branch, &series->steps[i]);
        }
    }
    series_check(compiler, places, invitation_id);
    free(places);
}

static void read_join(struct compiler *compiler, const struct yaml_node *node)
{
    const struct campaign *campaign = compiler->campaign;
    const char *advice = "Use one short word of letters and digits: join: MAROS";
    size_t length = strlen(node->text);

    compiler->series->join_code = key_text(node);
    for (size_t i = 0; i < campaign->series_n; i++) {
        if (campaign->series[i].join_code != NULL &&
            strcasecmp(campaign->series[i].join_code, node->text) == 0) {
            yaml_error(compiler->source.document, node, compiler->source.problems,
                "A word joins one series; choose another.",
                "the word \"%.40s\" joins the series \"%s\" already", node->text,
                campaign->series[i].id);
        }
    }
    if (length > JOIN_CHARACTERS_MAX ||
        strspn(node->text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                           "0123456789") != length) {
        yaml_error(compiler->source.document, node, compiler->source.problems, advice,
            "\"join\" cannot be \"%.40s\"", node->text);
    } else if (reply_keyword(node->text, &campaign->words) != KEYWORD_NONE) {
        yaml_error(compiler->source.document, node, compiler->source.problems, advice,
            "\"%.40s\" is a keyword already", node->text);
    }
    value_check_blocked(compiler, node, "join");
}

static void read_head(struct compiler *compiler, const struct series_nodes *nodes)
{
    struct series *series = compiler->series;

    series->id = nodes->series == NULL ? mem_copy("") : key_text(nodes->series);
    series->title = key_text(nodes->title);
    if (nodes->series != NULL &&
        campaign_series(compiler->campaign, series->id) != NULL) {
        yaml_error(compiler->source.document, nodes->series, compiler->source.problems,
            "Rename one of the two.", "another file has a series \"%s\"", series->id);
    }
    audience_read(compiler, nodes->audience, NULL, &series->audience);
    if (series->audience.roles_n == 1) {
        series->role = mem_copy(series->audience.roles[0]);
    }
    compiler->complete = key_choice(nodes->languages, COMPLETENESS) == 1;
    series->double_opt_in = key_bool(nodes->twice);
    series->open_wording = key_choice(nodes->wording, WORDINGS) == 1;
    if (series->open_wording && audience_has_minors(&series->audience)) {
        yaml_error(compiler->source.document, nodes->wording, compiler->source.problems,
            "Write for: {age: adult}, or leave the wording neutral (R10).",
            "open wording is for adults, and this series may have minors");
    }
    if (nodes->join != NULL) {
        read_join(compiler, nodes->join);
    }
}

void series_read(struct compiler *compiler, struct series *series)
{
    struct series_nodes nodes = {0};
    const struct yaml_node *invitation_id = NULL;

    compiler->series = series;
    keys_read(
        &compiler->source, yaml_root(compiler->source.document), &SERIES_TABLE, &nodes);
    read_head(compiler, &nodes);
    if (nodes.invitation != NULL) {
        invitation_id = read_invitation(compiler, nodes.invitation);
    }
    if (nodes.steps != NULL) {
        read_steps(compiler, nodes.steps, invitation_id);
    }
    compiler->series = NULL;
    compiler->complete = false;
}
