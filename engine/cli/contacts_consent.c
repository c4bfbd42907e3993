#include "cli/contacts_consent.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/buf.h"
#include "cli/command.h"
#include "cli/context.h"
#include "cli/door.h"
#include "cli/reading.h"
#include "content/config.h"

enum { OUTPUT_BYTES_MAX = 1 << 16 };

/* Each option that has a value is named as the operation's argument. */
static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"name", required_argument, NULL, 'v'},
    {"method", required_argument, NULL, 'v'},
    {"date", required_argument, NULL, 'v'},
    {"wording", required_argument, NULL, 'v'},
    {"evidence", required_argument, NULL, 'v'},
    {"reason", required_argument, NULL, 'v'},
    {"own", no_argument, NULL, 'o'},
    {"guardian", no_argument, NULL, 'g'},
    {"refused", no_argument, NULL, 'r'},
    {"json", no_argument, NULL, 'j'},
    {NULL, 0, NULL, 0},
};

static const struct form {
    const char *word;
    const char *operands[2]; /* arguments by place */
    struct command command;
} forms[] = {
    {"consent", {"contact", NULL},
        {.name = "contacts",
            .usage =
                "consent PHONE|ID --own|--guardian --method paper|voice|… --date D "
                "--wording W [--name N] [--evidence REF] [--refused] [--json] "
                "[-c CONFIG]"}},
    {"guardian", {"contact", "guardian_phone"},
        {.name = "contacts",
            .usage = "guardian PHONE|ID GUARDIAN_PHONE --date D --wording W [--name N] "
                     "[--evidence REF] [--json] [-c CONFIG]"}},
    {"withdraw", {"contact", NULL},
        {.name = "contacts",
            .usage =
                "withdraw PHONE|ID --own|--guardian --reason R [--name N] [--json] "
                "[-c CONFIG]"}},
};

static const struct form *form_find(const char *word)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (strcmp(forms[i].word, word) == 0) {
            return &forms[i];
        }
    }
    return NULL;
}

bool contacts_consent_knows(const char *word)
{
    return form_find(word) != NULL;
}

struct arguments {
    const char *config;
    bool json;
};

static const char *read_option(
    struct arguments *arguments, json_t *packed, int option, int at)
{
    switch (option) {
    case 'c':
        arguments->config = optarg;
        return NULL;
    case 'v':
        return json_object_set_new(packed, options[at].name, json_string(optarg)) == 0
                   ? NULL
                   : "values must be UTF-8 text";
    case 'o':
    case 'g':
        if (json_object_get(packed, "whose") != NULL) {
            return "say --own or --guardian, once";
        }
        json_object_set_new(
            packed, "whose", json_string(option == 'o' ? "own" : "guardian"));
        return NULL;
    case 'r':
        json_object_set_new(packed, "refused", json_true());
        return NULL;
    case 'j':
        arguments->json = true;
        return NULL;
    default:
        return "unknown option, or one without its value";
    }
}

static const char *read_arguments(const struct form *form, struct arguments *arguments,
    json_t *packed, int argc, char **argv)
{
    int option, at = 0, n = form->operands[1] == NULL ? 1 : 2;

    *arguments = (struct arguments){0};
    optind = 1;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:", options, &at)) != -1) {
        const char *wrong = read_option(arguments, packed, option, at);

        if (wrong != NULL) {
            return wrong;
        }
    }
    if (argc - optind != n) {
        return n == 1 ? "one phone number or contact's id is needed"
                      : "the contact and the guardian's number are needed";
    }
    for (int i = 0; i < n; i++) {
        if (json_object_set_new(
                packed, form->operands[i], json_string(argv[optind + i])) != 0) {
            return "numbers must be UTF-8 text";
        }
    }
    return NULL;
}

static const char *word(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text == NULL ? "" : text;
}

/* How she stands after it: both consents, and each series. */
static void print_person(const json_t *person)
{
    const json_t *consent = json_object_get(person, "consent");
    json_t *series;
    struct buf out;
    size_t i;

    buf_init(&out, OUTPUT_BYTES_MAX);
    buf_add_format(&out, "%s %s: own consent %s, guardian's %s\n", word(person, "name"),
        word(person, "contact"), word(consent, "own"), word(consent, "guardian"));
    json_array_foreach(json_object_get(person, "series"), i, series)
    {
        buf_add_format(&out, "  %s/%s: %s", word(series, "campaign"),
            word(series, "series"), word(series, "state"));
        if (word(series, "reason")[0] != '\0') {
            buf_add_format(&out, " (%s)", word(series, "reason"));
        }
        buf_add_char(&out, '\n');
    }
    if (json_is_true(json_object_get(person, "suppressed"))) {
        buf_add_text(&out, "  the number has said STOP: nothing is sent to it\n");
    }
    reading_print(&out);
    buf_fini(&out);
}

int contacts_consent(int argc, char **argv)
{
    const struct form *form = form_find(argv[0]);
    struct arguments arguments;
    json_t *packed = json_object(), *result = NULL;
    const char *wrong = read_arguments(form, &arguments, packed, argc, argv);
    struct config *config;
    struct err err = {0};
    int called;

    if (wrong != NULL) {
        json_decref(packed);
        return cli_usage(&form->command, wrong);
    }
    config = cli_config(arguments.config, &err);
    if (config == NULL) {
        json_decref(packed);
        return cli_fail(&err);
    }
    called = door_call(config, form->word, packed, &result, &err);
    config_free(config);
    if (called != 0) {
        return cli_fail(&err);
    }
    if (arguments.json) {
        reading_print_json(result);
    } else {
        print_person(json_object_get(result, "person"));
        json_decref(result);
    }
    return reading_finish();
}
