#include "sim/profile.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "content/yaml.h"
#include "sim/fault.h"
#include "sim/population.h"
#include "sim/profile_read.h"

enum { PROFILE_BYTES_MAX = 1 << 20 };

static const char *const powers[] = {"on", "off", NULL};
static const char *const reports[] = {"delivered", "failed", "never", NULL};

static const struct option_row profile_rows[] = {
    {.key = "seed",
        .type = OPTION_INT,
        .offset = offsetof(struct profile, seed),
        .fallback = "1",
        .help = "Every draw follows from it: the same seed gives the same run."},
    {.key = "username",
        .type = OPTION_TEXT,
        .offset = offsetof(struct profile, username),
        .help = "The sendsms-user; without it any name is good."},
    {.key = "password",
        .type = OPTION_TEXT,
        .offset = offsetof(struct profile, password),
        .help = "The sendsms-user's password."},
    {.key = "inbound",
        .type = OPTION_URL,
        .offset = offsetof(struct profile, inbound),
        .help = "Where what people write goes: http://127.0.0.1:8480/hooks/NAME/SECRET/"
                "inbound."},
    {.key = "number",
        .type = OPTION_TEXT,
        .offset = offsetof(struct profile, number),
        .fallback = "21512",
        .help = "The number that people write to."},
    {.key = "latency",
        .type = OPTION_DURATION,
        .offset = offsetof(struct profile, latency_ms),
        .fallback = "0ms",
        .max = 600000,
        .help = "How long the gateway thinks before it answers, in real time."},
    {.key = "callbacks",
        .type = OPTION_INT,
        .offset = offsetof(struct profile, callbacks),
        .fallback = "0",
        .min = 0,
        .max = 256,
        .help = "How many callbacks are made at once; 0: one with a clock that jumps, "
                "else 32."},
    {.key = "report_after",
        .type = OPTION_DURATION,
        .offset = offsetof(struct profile, report_after_ms),
        .fallback = "4s",
        .help = "How long a message is under way, by the simulator's clock."},
    {.key = "report_spread",
        .type = OPTION_DURATION,
        .offset = offsetof(struct profile, report_spread_ms),
        .fallback = "3s",
        .help = "Up to so much longer, whole seconds, by a draw for each message."},
    {.key = "default",
        .type = OPTION_TEXT,
        .offset = offsetof(struct profile, fallback_name),
        .help = "The behaviour of whoever is in no range; without it: on, and silent."},
};

static const struct option_row behaviour_rows[] = {
    {.key = "power",
        .type = OPTION_CHOICE,
        .offset = offsetof(struct behaviour, power),
        .fallback = "on",
        .choices = powers,
        .help = "on or off. A phone that is off reports `queued` (type 4)."},
    {.key = "on_after",
        .type = OPTION_DURATION,
        .offset = offsetof(struct behaviour, on_after_ms),
        .help = "A phone that is off comes on so long after its first message."},
    {.key = "expires",
        .type = OPTION_BOOL,
        .offset = offsetof(struct behaviour, expires),
        .fallback = "false",
        .help =
            "A message that finds the phone off until its validity ends is reported "
            "as failed then."},
    {.key = "report",
        .type = OPTION_CHOICE,
        .offset = offsetof(struct behaviour, report),
        .fallback = "delivered",
        .choices = reports,
        .help =
            "delivered; failed (nothing arrives); or never (it arrives, unreported)."},
    {.key = "report_after",
        .type = OPTION_DURATION,
        .offset = offsetof(struct behaviour, report_after_ms),
        .help = "How long a message is under way, instead of the profile's."},
    {.key = "whatsapp",
        .type = OPTION_BOOL,
        .offset = offsetof(struct behaviour, whatsapp),
        .fallback = "true",
        .help = "Has WhatsApp; a message there fails with 131026 otherwise."},
    {.key = "reads",
        .type = OPTION_SHARE,
        .offset = offsetof(struct behaviour, reads),
        .fallback = "0",
        .help = "How many WhatsApp messages are reported as read."},
    {.key = "taps",
        .type = OPTION_SHARE,
        .offset = offsetof(struct behaviour, taps),
        .fallback = "0",
        .help = "How often it taps where a button says what it would write."},
    {.key = "stops_after",
        .type = OPTION_INT,
        .offset = offsetof(struct behaviour, stops_after),
        .fallback = "0",
        .max = 100000,
        .help = "Says STOP to the message of this number, and nothing afterwards."},
};

static const struct option_row reply_rows[] = {
    {.key = "when",
        .type = OPTION_TEXT,
        .offset = offsetof(struct reply_rule, when),
        .fallback = "",
        .help = "A piece of the message, compared without case; none: any message."},
    {.key = "say",
        .type = OPTION_LIST,
        .offset = offsetof(struct reply_rule, say),
        .required = 1,
        .help = "What is said; of a list, one by a draw."},
    {.key = "after",
        .type = OPTION_DURATION,
        .offset = offsetof(struct reply_rule, after_ms),
        .fallback = "1m",
        .help = "How long after the message, by the simulator's clock."},
    {.key = "share",
        .type = OPTION_SHARE,
        .offset = offsetof(struct reply_rule, share),
        .fallback = "1",
        .help = "How much of the time: 0.5 answers every other message, by a draw."},
    {.key = "times",
        .type = OPTION_INT,
        .offset = offsetof(struct reply_rule, times),
        .fallback = "0",
        .max = 100000,
        .help = "How often at most; 0: always. Then the next that fits answers."},
    {.key = "then",
        .type = OPTION_LIST,
        .offset = offsetof(struct reply_rule, then),
        .help = "A change of mind: said afterwards, of a list one by a draw."},
    {.key = "then_after",
        .type = OPTION_DURATION,
        .offset = offsetof(struct reply_rule, then_after_ms),
        .fallback = "10m",
        .help = "How long after what was said first."},
    {.key = "then_share",
        .type = OPTION_SHARE,
        .offset = offsetof(struct reply_rule, then_share),
        .fallback = "1",
        .help = "How much of the time, by a draw."},
};

static const char *const channels[] = {"sms", "whatsapp", NULL};

static const struct option_row saying_rows[] = {
    {.key = "say",
        .type = OPTION_LIST,
        .offset = offsetof(struct saying, say),
        .required = 1,
        .help = "What is said; of a list, one by a draw."},
    {.key = "after",
        .type = OPTION_DURATION,
        .offset = offsetof(struct saying, after_ms),
        .fallback = "1d",
        .help = "How long after the first message that it got."},
    {.key = "share",
        .type = OPTION_SHARE,
        .offset = offsetof(struct saying, share),
        .fallback = "1",
        .help = "How many of the handsets say it, by a draw."},
    {.key = "by",
        .type = OPTION_CHOICE,
        .offset = offsetof(struct saying, by),
        .fallback = "sms",
        .choices = channels,
        .help = "sms, or whatsapp where it has it."},
};

static const struct option_row range_rows[] = {
    {.key = "phone",
        .type = OPTION_TEXT,
        .offset = offsetof(struct handset_range, phone),
        .help = "One number; or instead:"},
    {.key = "from",
        .type = OPTION_TEXT,
        .offset = offsetof(struct handset_range, from),
        .help = "the first number of a range,"},
    {.key = "to",
        .type = OPTION_TEXT,
        .offset = offsetof(struct handset_range, to),
        .help = "and the last."},
    {.key = "every",
        .type = OPTION_INT,
        .offset = offsetof(struct handset_range, every),
        .fallback = "1",
        .min = 1,
        .max = 1000000,
        .help = "Only every so many-th of the range, beginning with the first."},
    {.key = "is",
        .type = OPTION_TEXT,
        .offset = offsetof(struct handset_range, is),
        .required = 1,
        .help = "The name of a behaviour."},
};

enum {
    PROFILE_ROWS = sizeof profile_rows / sizeof profile_rows[0],
    BEHAVIOUR_ROWS = sizeof behaviour_rows / sizeof behaviour_rows[0],
    REPLY_ROWS = sizeof reply_rows / sizeof reply_rows[0],
    SAYING_ROWS = sizeof saying_rows / sizeof saying_rows[0],
    RANGE_ROWS = sizeof range_rows / sizeof range_rows[0],
};

static void read_replies(const struct source *source, const struct yaml_node *mapping,
    struct behaviour *behaviour)
{
    const struct yaml_node *list =
        profile_find_inner(source, mapping, "replies", YAML_SEQUENCE, REPLY_RULES_MAX);

    if (list == NULL) {
        return;
    }
    behaviour->replies = mem_zero(list->n, sizeof *behaviour->replies);
    for (const struct yaml_node *node = list->children; node != NULL;
         node = node->next) {
        profile_read_mapping(source, node, reply_rows, REPLY_ROWS, NULL,
            &behaviour->replies[behaviour->replies_n++]);
    }
}

static void read_sayings(const struct source *source, const struct yaml_node *mapping,
    struct behaviour *behaviour)
{
    const struct yaml_node *list =
        profile_find_inner(source, mapping, "says", YAML_SEQUENCE, SAYINGS_MAX);

    if (list == NULL) {
        return;
    }
    behaviour->sayings = mem_zero(list->n, sizeof *behaviour->sayings);
    for (const struct yaml_node *node = list->children; node != NULL;
         node = node->next) {
        profile_read_mapping(source, node, saying_rows, SAYING_ROWS, NULL,
            &behaviour->sayings[behaviour->sayings_n++]);
    }
}

static void read_behaviour(const struct source *source, const struct yaml_node *node,
    struct behaviour *behaviour)
{
    static const char *const inner[] = {"replies", "says", NULL};

    behaviour->name = mem_copy(node->key);
    profile_read_mapping(
        source, node, behaviour_rows, BEHAVIOUR_ROWS, inner, behaviour);
    if (node->kind == YAML_MAPPING) {
        read_replies(source, node, behaviour);
        read_sayings(source, node, behaviour);
    }
}

const struct behaviour *profile_behaviour_named(
    const struct profile *profile, const char *name)
{
    /* From the last: a file's own "silent" goes before the one that is built in. */
    for (size_t i = profile->behaviours_n; i > 0; i--) {
        if (strcmp(profile->behaviours[i - 1].name, name) == 0) {
            return &profile->behaviours[i - 1];
        }
    }
    return NULL;
}

int64_t profile_digits(const char *phone)
{
    const char *digits = phone + (*phone == '+');
    size_t length = strlen(digits);

    if (length < 7 || length > 15 || strspn(digits, "0123456789") != length) {
        return -1;
    }
    return strtoll(digits, NULL, 10);
}

static const char RANGE_ADVICE[] =
    "Write {phone: \"+62…\", is: NAME} or {from: \"+62…\", to: \"+62…\", is: NAME}.";

static void read_range(const struct source *source, const struct yaml_node *node,
    const struct profile *profile, struct handset_range *range)
{
    profile_read_mapping(source, node, range_rows, RANGE_ROWS, NULL, range);
    if (node->kind != YAML_MAPPING) {
        return;
    }
    range->low = profile_digits(range->phone != NULL  ? range->phone
                                : range->from != NULL ? range->from
                                                      : "");
    range->high = profile_digits(range->phone != NULL ? range->phone
                                 : range->to != NULL  ? range->to
                                                      : "");
    if ((range->phone == NULL) == (range->from == NULL) ||
        (range->from == NULL) != (range->to == NULL)) {
        yaml_error(source->document, node, source->problems, RANGE_ADVICE,
            "a handset must have a phone, or from and to");
    } else if (range->low < 0 || range->high < 0) {
        yaml_error(source->document, node, source->problems, RANGE_ADVICE,
            "a handset's number must be a + and 7 to 15 digits");
    } else if (range->high < range->low) {
        yaml_error(source->document, node, source->problems, RANGE_ADVICE,
            "a handset's last number must not stand before its first");
    }
    range->behaviour =
        range->is == NULL ? NULL : profile_behaviour_named(profile, range->is);
    if (range->is != NULL && range->behaviour == NULL) {
        yaml_error(source->document, node, source->problems, NULL,
            "no behaviour is called \"%s\"", range->is);
    }
}

static void read_fault(
    const struct source *source, const struct yaml_node *node, struct fault_rule *rule)
{
    size_t rows_n;
    const struct option_row *rows = fault_rows(&rows_n);
    size_t before = source->problems->errors;
    struct err err;

    profile_read_mapping(source, node, rows, rows_n, NULL, rule);
    if (source->problems->errors == before && fault_rule_check(rule, &err) != 0) {
        yaml_error(source->document, node, source->problems, NULL, "%s", err.text);
    }
}

static void read_gateways(
    const struct source *source, const struct yaml_node *root, struct profile *profile)
{
    const struct yaml_node *node = yaml_find(root, "whatsapp");

    if (node != NULL) {
        wa_profile_read(source, node, &profile->whatsapp);
    }
    node = profile_find_inner(source, root, "faults", YAML_SEQUENCE, FAULT_RULES_MAX);
    if (node != NULL) {
        profile->faults = mem_zero(node->n, sizeof *profile->faults);
        for (node = node->children; node != NULL; node = node->next) {
            read_fault(source, node, &profile->faults[profile->faults_n++]);
        }
    }
}

static void read_lists(
    const struct source *source, const struct yaml_node *root, struct profile *profile)
{
    const struct yaml_node *list, *node;

    list =
        profile_find_inner(source, root, "behaviours", YAML_MAPPING, PROFILE_ITEMS_MAX);
    if (list != NULL) {
        profile->behaviours =
            mem_resize(profile->behaviours, list->n + 1, sizeof *profile->behaviours);
        for (node = list->children; node != NULL; node = node->next) {
            struct behaviour *behaviour = &profile->behaviours[profile->behaviours_n++];

            *behaviour = (struct behaviour){0};
            read_behaviour(source, node, behaviour);
        }
    }
    list =
        profile_find_inner(source, root, "handsets", YAML_SEQUENCE, PROFILE_ITEMS_MAX);
    if (list != NULL) {
        profile->ranges = mem_zero(list->n, sizeof *profile->ranges);
        for (node = list->children; node != NULL; node = node->next) {
            read_range(source, node, profile, &profile->ranges[profile->ranges_n++]);
        }
    }
    list = profile_find_inner(
        source, root, "population", YAML_SEQUENCE, PROFILE_ITEMS_MAX);
    if (list != NULL) {
        profile->population = population_read(source, list, profile);
    }
    read_gateways(source, root, profile);
    profile->fallback = &profile->behaviours[0];
    if (profile->fallback_name != NULL) {
        profile->fallback = profile_behaviour_named(profile, profile->fallback_name);
        if (profile->fallback == NULL) {
            yaml_error(source->document, yaml_find(root, "default"), source->problems,
                NULL, "no behaviour is called \"%s\"", profile->fallback_name);
        }
    }
}

/* A profile with nothing but the one behaviour that needs no name. */
static struct profile *profile_new(void)
{
    struct profile *profile = mem_zero(1, sizeof *profile);

    option_defaults(profile_rows, PROFILE_ROWS, profile);
    wa_profile_defaults(&profile->whatsapp);
    profile->behaviours = mem_zero(1, sizeof *profile->behaviours);
    profile->behaviours_n = 1;
    profile->behaviours[0].name = mem_copy("silent");
    option_defaults(behaviour_rows, BEHAVIOUR_ROWS, &profile->behaviours[0]);
    profile->fallback = &profile->behaviours[0];
    return profile;
}

struct profile *profile_parse(
    const char *path, const char *text, size_t length, struct problems *problems)
{
    static const char *const inner[] = {
        "behaviours", "handsets", "population", "whatsapp", "faults", NULL};
    struct profile *profile = NULL;
    struct yaml_document *document = yaml_parse(path, text, length, problems);
    struct source source = {document, problems};
    size_t before = problems->errors;

    if (document == NULL) {
        return NULL;
    }
    profile = profile_new();
    if (yaml_root(document) != NULL) {
        profile_read_mapping(
            &source, yaml_root(document), profile_rows, PROFILE_ROWS, inner, profile);
        if (yaml_root(document)->kind == YAML_MAPPING) {
            read_lists(&source, yaml_root(document), profile);
        }
    }
    yaml_free(document);
    if (problems->errors > before) {
        profile_free(profile);
        return NULL;
    }
    return profile;
}

static int read_file(const char *path, struct buf *text, struct err *err)
{
    FILE *file = fopen(path, "rb");
    char piece[8192];
    size_t n;
    int result = 0;

    if (file == NULL) {
        return err_set(err, ERR_REFUSED, "%s: %s", path, strerror(errno));
    }
    while ((n = fread(piece, 1, sizeof piece, file)) > 0 && result == 0) {
        result = buf_add(text, piece, n);
    }
    if (ferror(file)) {
        result = err_set(err, ERR_UNABLE, "%s: cannot be read", path);
    } else if (result != 0) {
        err_set(err, ERR_REFUSED, "%s: a profile is at most 1 MiB", path);
    }
    fclose(file);
    return result;
}

struct profile *profile_read(const char *path, struct err *err)
{
    struct profile *profile = NULL;
    struct problems problems;
    struct buf text, printed;

    if (path == NULL) {
        return profile_new();
    }
    problems_init(&problems);
    buf_init(&text, PROFILE_BYTES_MAX);
    buf_init(&printed, sizeof err->text);
    if (read_file(path, &text, err) == 0) {
        profile = profile_parse(path, buf_text(&text), text.length, &problems);
        if (profile == NULL) {
            problems_print(&problems, &printed);
            err_set(err, ERR_REFUSED, "%s", buf_text(&printed));
        }
    }
    buf_fini(&printed);
    buf_fini(&text);
    problems_fini(&problems);
    return profile;
}

void profile_free(struct profile *profile)
{
    if (profile == NULL) {
        return;
    }
    for (size_t i = 0; i < profile->behaviours_n; i++) {
        struct behaviour *behaviour = &profile->behaviours[i];

        for (size_t k = 0; k < behaviour->replies_n; k++) {
            option_fini(reply_rows, REPLY_ROWS, &behaviour->replies[k]);
        }
        for (size_t k = 0; k < behaviour->sayings_n; k++) {
            option_fini(saying_rows, SAYING_ROWS, &behaviour->sayings[k]);
        }
        free(behaviour->replies);
        free(behaviour->sayings);
        free(behaviour->name);
    }
    for (size_t i = 0; i < profile->ranges_n; i++) {
        option_fini(range_rows, RANGE_ROWS, &profile->ranges[i]);
    }
    for (size_t i = 0; i < profile->faults_n; i++) {
        fault_rule_fini(&profile->faults[i]);
    }
    free(profile->faults);
    population_free(profile->population);
    wa_profile_fini(&profile->whatsapp);
    free(profile->behaviours);
    free(profile->ranges);
    option_fini(profile_rows, PROFILE_ROWS, profile);
    free(profile);
}

const struct behaviour *profile_behaviour(
    const struct profile *profile, const char *phone)
{
    int64_t digits = profile_digits(phone);

    for (size_t i = 0; i < profile->ranges_n; i++) {
        const struct handset_range *range = &profile->ranges[i];

        if (digits >= range->low && digits <= range->high &&
            (digits - range->low) % range->every == 0) {
            return range->behaviour;
        }
    }
    return NULL;
}

static void describe(
    struct buf *out, const char *title, const struct option_row *rows, size_t n)
{
    buf_add_format(out, "%s\n", title);
    for (size_t i = 0; i < n; i++) {
        const char *fallback = rows[i].fallback;
        bool shown = fallback != NULL && fallback[0] != '\0';

        buf_add_format(out, "  %-15s %s%s%s%s\n", rows[i].key, rows[i].help,
            shown ? " [" : "", shown ? fallback : "", shown ? "]" : "");
    }
}

void profile_describe(struct buf *out)
{
    const struct option_row *rows;
    size_t n;

    describe(out, "Keys of a profile:", profile_rows, PROFILE_ROWS);
    rows = wa_profile_rows(&n);
    describe(out, "WhatsApp, under whatsapp:", rows, n);
    rows = wa_template_rows(&n);
    describe(out, "A template, a list under whatsapp: templates:", rows, n);
    rows = fault_rows(&n);
    describe(out, "What goes wrong, a list under faults:", rows, n);
    describe(
        out, "A behaviour, under behaviours: NAME:", behaviour_rows, BEHAVIOUR_ROWS);
    describe(out, "What it answers, a list under replies:", reply_rows, REPLY_ROWS);
    describe(
        out, "What it says by itself, a list under says:", saying_rows, SAYING_ROWS);
    rows = population_rows(&n);
    describe(out, "Many by chance, a list under population:", rows, n);
    rows = population_report_rows(&n);
    describe(out, "Their reports, under population: reports:", rows, n);
    describe(out,
        "Who behaves so, a list under handsets, the first that fits:", range_rows,
        RANGE_ROWS);
}
