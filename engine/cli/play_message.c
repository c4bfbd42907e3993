#include "cli/play_message.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/play.h"
#include "content/campaign.h"
#include "content/config.h"
#include "content/sms.h"
#include "send/message_form.h"
#include "send/route.h"
#include "store/message.h"

enum {
    BELOW_BYTES_MAX = 2048,
    GSM_LIMIT = 160,
    GSM_PART = 153,
    WIDE = 70,
    WIDE_PART = 67
};

struct play_message {
    struct message message;
    char *text;               /* owned */
    struct message_form form; /* ended with it */
    const char *as; /* text, template, interactive, media; borrowed for ever */
    int64_t cost;   /* millionths */
};

void play_money(const struct play *play, int64_t millionths, char out[48])
{
    const char *currency = play->campaign->currency != NULL ? play->campaign->currency
                                                            : play->config->currency;
    bool whole = millionths % 1000000 == 0;

    out[0] = '\0';
    if (millionths > 0) {
        snprintf(
            out, 48, "%.*f %.16s", whole ? 0 : 2, (double)millionths / 1e6, currency);
    }
}

int64_t play_part_price(const struct play *play)
{
    const struct config *config = play->config;

    for (size_t i = 0; i < config->gateways_n; i++) {
        if (strcmp(config->gateways[i].adapter, "whatsapp") != 0 &&
            config->gateways[i].price > 0) {
            return config->gateways[i].price;
        }
    }
    return (int64_t)(play->campaign->part_price * 1e6 + 0.5);
}

static int64_t cost_of(const struct play *play, const struct play_message *shown)
{
    const struct config_gateway *gateway =
        config_gateway_find(play->config, shown->message.gateway);

    if (shown->message.channel == CHANNEL_SMS) {
        int64_t price = gateway->price > 0 ? gateway->price : play_part_price(play);

        return price * shown->message.parts;
    }
    return strcmp(shown->as, "template") == 0 ? gateway->price : gateway->price_service;
}

struct play_message *play_message_new(
    const struct play *play, const struct message *message)
{
    struct play_message *shown = mem_zero(1, sizeof *shown);
    const struct config_gateway *gateway =
        config_gateway_find(play->config, message->gateway);
    struct route_question question = {.kind = message->kind,
        .campaign_id = message->campaign_id,
        .address_id = message->address_id,
        .form = &shown->form};
    struct route_answer answer;
    char *json = NULL;

    shown->message = *message;
    shown->text = message_text(play->engine.db, message->text_id, &json);
    shown->text = shown->text == NULL ? mem_copy("") : shown->text;
    message_form_read(json, &shown->form);
    shown->as = route_form(&play->engine.gate, gateway, &question,
        clock_now(&play->engine.clock), &answer);
    shown->as = shown->as == NULL ? "text" : shown->as;
    shown->cost = cost_of(play, shown);
    free(json);
    return shown;
}

void play_message_free(struct play_message *shown)
{
    message_form_fini(&shown->form);
    free(shown->text);
    free(shown);
}

static void write_size(const struct play_message *shown, char out[96])
{
    struct sms_size size;
    int room;

    if (shown->message.channel != CHANNEL_SMS) {
        if (strcmp(shown->as, "template") == 0) {
            snprintf(out, 96, "WhatsApp, template %.60s", shown->form.template_name);
        } else {
            snprintf(out, 96, "WhatsApp, free text");
        }
        return;
    }
    size = sms_measure(shown->text);
    room = size.parts == 1 ? (size.unicode ? WIDE : GSM_LIMIT)
                           : size.parts * (size.unicode ? WIDE_PART : GSM_PART);
    snprintf(out, 96, "%d SMS, %d/%d%s", size.parts, size.units, room,
        size.unicode ? " Unicode" : "");
}

/* Of STEP=VALUE, which a tap sends, the value as people would write it. */
static void add_value(const char *id, struct buf *out)
{
    const char *equals = strchr(id, '=');

    for (const char *at = equals == NULL ? id : equals + 1; *at != '\0'; at++) {
        buf_add_char(out, (char)toupper((unsigned char)*at));
    }
}

/* Where the channel shows buttons, these; by SMS a question's answers in brackets. */
static void add_below(const struct play_message *shown, struct buf *out)
{
    const struct message_form *form = &shown->form;
    bool taps = strcmp(shown->as, "interactive") == 0;

    if (strcmp(shown->as, "template") == 0) {
        for (size_t i = 0; i < form->buttons_n; i++) {
            buf_add_text(out, i == 0 ? "[" : " [");
            add_value(form->button_payloads[i], out);
            buf_add_char(out, ']');
        }
        return;
    }
    for (size_t i = 0; i < form->choices_n; i++) {
        if (taps) {
            buf_add_format(out, "%s[%s]", i == 0 ? "" : " ", form->choices[i].title);
        } else {
            buf_add_char(out, i == 0 ? '(' : ' ');
            add_value(form->choices[i].id, out);
        }
    }
    buf_add_text(out, !taps && form->choices_n > 0 ? ")" : "");
    if (strcmp(shown->as, "media") == 0 && form->media_url != NULL) {
        buf_add_format(out, "media %s", form->media_url);
    }
}

void play_message_show(struct play *play, const struct play_message *shown)
{
    char when[40], size[96], money[48], *heading;
    struct buf below;

    play_time(play, clock_now(&play->engine.clock), when);
    write_size(shown, size);
    play_money(play, shown->cost, money);
    heading = mem_format("%s  %s %s%s  %s%s%s", when,
        message_kind_name(shown->message.kind), shown->message.step,
        shown->message.address_id == play->guardian_id && play->guardian_id != 0
            ? " to the guardian"
            : "",
        size, money[0] == '\0' ? "" : "  ", money);
    buf_init(&below, BELOW_BYTES_MAX);
    add_below(shown, &below);
    play_show_bubble(&play->show, false, heading, shown->text, buf_text(&below));
    buf_fini(&below);
    free(heading);
    play->shown++;
    play->sum.messages++;
    play->sum.parts += shown->message.channel == CHANNEL_SMS ? shown->message.parts : 0;
    play->sum.cost += shown->cost;
}
