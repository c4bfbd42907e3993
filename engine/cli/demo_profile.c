#include "cli/demo_profile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/id.h"
#include "base/mem.h"
#include "content/campaign.h"

enum { TEMPLATE_BYTES_MAX = 16384 };

void demo_secrets_make(struct demo_secrets *secrets)
{
    id_random(secrets->hook, DEMO_SECRET_LETTERS);
    id_random(secrets->password, DEMO_SECRET_LETTERS);
    id_random(secrets->token, DEMO_SECRET_LETTERS);
    id_random(secrets->app, DEMO_SECRET_LETTERS);
    id_random(secrets->verify, DEMO_SECRET_LETTERS);
}

/* A text as YAML writes it whatever it holds: as JSON does. */
static void add_quoted(struct buf *out, const char *text)
{
    json_t *value = json_string(text);
    char *quoted = json_dumps(value, JSON_ENCODE_ANY);

    buf_add_text(out, quoted == NULL ? "\"\"" : quoted);
    free(quoted);
    json_decref(value);
}

/* The template's body, as it would be handed in to Meta: the step's text, with {{n}} for
 * what its n-th parameter fills. */
static void add_body(
    struct buf *out, const char *text, const struct template_use *template)
{
    struct buf body;

    buf_init(&body, TEMPLATE_BYTES_MAX);
    while (*text != '\0') {
        size_t i = 0;

        while (
            i < template->parameters_n && strncmp(text, template->parameters[i],
                                              strlen(template->parameters[i])) != 0) {
            i++;
        }
        if (i < template->parameters_n) {
            buf_add_format(&body, "{{%zu}}", i + 1);
            text += strlen(template->parameters[i]);
        } else {
            buf_add_char(&body, *text++);
        }
    }
    add_quoted(out, buf_text(&body));
    buf_fini(&body);
}

static void add_template(
    struct buf *out, const struct step *step, const struct template_use *template)
{
    const char *text =
        text_choose(&step->text, template->for_language, template->discreet);

    buf_add_format(out,
        "    - {name: %s, language: %s, parameters: %zu, category: marketing, body: ",
        template->name, template->language, template->parameters_n);
    add_body(out, text == NULL ? "" : text, template);
    if (template->buttons_n > 0) {
        buf_add_text(out, ", buttons: [");
        for (size_t i = 0; i < template->buttons_n; i++) {
            buf_add_text(out, i > 0 ? ", " : "");
            add_quoted(out, template->buttons[i]);
        }
        buf_add_char(out, ']');
    }
    buf_add_text(out, "}\n");
}

static int add_templates(const char *folder, struct buf *out, struct err *err)
{
    struct content_files files;
    struct problems problems;
    struct campaign *campaign = NULL;

    if (content_files_read(folder, &files, err) != 0) {
        return -1;
    }
    problems_init(&problems);
    campaign = campaign_compile(&files, "", &problems);
    buf_add_text(out, "  templates:\n");
    for (size_t i = 0; campaign != NULL && i < campaign->series_n; i++) {
        for (size_t k = 0; k < campaign->series[i].steps_n; k++) {
            const struct step *step = &campaign->series[i].steps[k];

            for (size_t n = 0; n < step->templates_n; n++) {
                add_template(out, step, &step->templates[n]);
            }
        }
    }
    if (campaign == NULL) {
        err_set(err, ERR_REFUSED, "%s: the campaign has errors; `cegah check` tells",
            folder);
    }
    content_files_fini(&files);
    problems_fini(&problems);
    campaign_free(campaign);
    return campaign == NULL ? -1 : 0;
}

/* The sample's lines; with a seed of one's own, without the sample's. */
static int add_sample(
    const char *folder, int64_t seed, struct buf *out, struct err *err)
{
    char *path = mem_format("%s/sample/handsets.yaml", folder), line[4096];
    FILE *file = fopen(path, "re");

    if (file == NULL) {
        err_set(err, ERR_UNABLE,
            "%s: %s; run the demo from the folder that holds campaigns/", path,
            strerror(errno));
        free(path);
        return -1;
    }
    free(path);
    if (seed != 0) {
        buf_add_format(out, "seed: %" PRId64 "\n", seed);
    }
    while (fgets(line, sizeof line, file) != NULL) {
        if (seed == 0 || strncmp(line, "seed:", 5) != 0) {
            buf_add_text(out, line);
        }
    }
    fclose(file);
    return 0;
}

int demo_profile(const char *folder, int port, const struct demo_secrets *secrets,
    int64_t seed, struct buf *out, struct err *err)
{
    buf_add_format(out,
        "username: cegah\npassword: %s\n"
        "inbound: http://127.0.0.1:%d/hooks/maros-sms/%s/inbound\n"
        "whatsapp:\n"
        "  phone_number_id: \"" DEMO_PHONE_NUMBER_ID "\"\n"
        "  token: %s\n"
        "  app_secret: %s\n"
        "  hook: http://127.0.0.1:%d/hooks/whatsapp\n",
        secrets->password, port, secrets->hook, secrets->token, secrets->app, port);
    if (add_templates(folder, out, err) != 0 ||
        add_sample(folder, seed, out, err) != 0) {
        return -1;
    }
    return out->overflowed ? err_set(err, ERR_UNABLE, "the profile is too large") : 0;
}
