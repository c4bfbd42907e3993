/*
 * template.c: is this text fit to be sent? Parts are counted with every placeholder at
 * its longest, since nobody looks at the filled text before it leaves.
 */
#include "content/compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/utf8.h>

#include "base/mem.h"
#include "content/sms.h"

enum { PARTS_MAX = 3, GSM_ALONE = 160, UCS2_ALONE = 70 };

static void encode(uint32_t character, char out[8])
{
    int32_t n = 0;

    U8_APPEND_UNSAFE(out, n, character);
    out[n] = '\0';
}

/* Names the first character that makes the text UCS-2, and what to write instead. */
static void warn_wide(const struct source *source, const struct yaml_node *node,
    const char *name, const struct sms_size *size)
{
    const char *plain = sms_plain_form(size->first_wide);
    struct yaml_node place;
    char character[8], advice[160];

    encode(size->first_wide, character);
    place = yaml_place(source->document, node, character);
    if (plain == NULL || *plain == '\0') {
        snprintf(advice, sizeof advice,
            "Leave it out: with it an SMS part holds 70 characters instead of 160.");
    } else {
        snprintf(advice, sizeof advice,
            "Write \"%s\" instead: with it an SMS part holds 70 characters instead of "
            "160.",
            plain);
    }
    yaml_warning(source->document, &place, source->problems, advice,
        "\"%s\" has the character \"%s\" (U+%04X) at place %zu, which makes it UCS-2",
        name, size->first_wide < 0x20 ? "control" : character,
        (unsigned)size->first_wide, size->first_wide_at + 1);
}

static void check_parts(const struct source *source, const struct yaml_node *node,
    const char *name, const struct sms_size *size, int meant)
{
    int alone = size->unicode ? UCS2_ALONE : GSM_ALONE;
    char advice[200];

    snprintf(advice, sizeof advice,
        "Shorten it by %d character%s to make it one part; every part is paid for.",
        size->units - alone, size->units - alone == 1 ? "" : "s");
    if (size->parts > PARTS_MAX) {
        yaml_error(source->document, node, source->problems, advice,
            "\"%s\" takes %d SMS parts (%d of %d characters, placeholders at their "
            "longest); at most %d are sent",
            name, size->parts, size->units, alone, PARTS_MAX);
    } else if (size->parts > meant) {
        yaml_warning(source->document, node, source->problems, advice,
            "\"%s\" takes %d SMS parts (%d of %d characters, placeholders at their "
            "longest)",
            name, size->parts, size->units, alone);
    }
}

static void refuse_placeholder(const struct source *source,
    const struct yaml_node *node, const char *at, size_t length)
{
    char *written = mem_copy_n(at, length > 40 ? 40 : length);
    char *name = mem_copy_n(at + 1, length > 2 ? length - 2 : 0);
    struct yaml_node place = yaml_place(source->document, node, written);
    const char *nearest = placeholder_nearest(name);
    char advice[160] =
        "The placeholders are {nama}, {lembaga}, {kab}, {telp}, {kode} and {layanan}, "
        "and around an event {judul}, {hari}, {tgl}, {jam}, {zona} and {link}.";

    if (nearest != NULL) {
        snprintf(advice, sizeof advice, "Did you mean %s?", nearest);
    }
    yaml_error(source->document, &place, source->problems, advice,
        "unknown placeholder %s", written);
    free(name);
    free(written);
}

void template_check_placeholders(
    const struct source *source, const struct yaml_node *node, const char *text)
{
    while (*(text += strcspn(text, "{}")) != '\0') {
        size_t inside = *text == '{' ? strcspn(text + 1, "{}") : 0;

        if (*text == '}' || text[1 + inside] != '}') {
            char brace[2] = {*text, '\0'};
            struct yaml_node place = yaml_place(source->document, node, brace);

            yaml_error(source->document, &place, source->problems,
                "A placeholder is written {nama}; take the brace out otherwise.",
                "a brace without its partner");
            return;
        }
        if (placeholder_limit(text + 1, inside) == 0) {
            refuse_placeholder(source, node, text, inside + 2);
        }
        text += inside + 2;
    }
}

void template_check(const struct source *source, const struct yaml_node *node,
    const char *name, int parts)
{
    char *text = key_text(node), *longest;
    struct sms_size size;

    if (text == NULL) {
        return;
    }
    template_check_placeholders(source, node, text);
    size = sms_measure(text);
    if (size.unicode) {
        warn_wide(source, node, name, &size);
    }
    longest = text_fill_longest(text);
    size = sms_measure(longest);
    check_parts(source, node, name, &size, parts);
    free(longest);
    free(text);
}

void value_check(
    const struct source *source, const struct yaml_node *node, const char *name)
{
    struct sms_size size;

    if (node == NULL) {
        return;
    }
    size = sms_measure(node->text);
    if (size.unicode) {
        warn_wide(source, node, name, &size);
    }
}

void value_check_length(const struct source *source, const struct yaml_node *node,
    const char *name, const char *placeholder)
{
    size_t limit = placeholder_limit(placeholder, strlen(placeholder));
    char *text = key_text(node);

    if (text != NULL && text_characters(text) > limit) {
        yaml_error(source->document, node, source->problems,
            "Texts are counted with this many; find a shorter form.",
            "\"%s\" has %zu characters, and {%s} takes at most %zu", name,
            text_characters(text), placeholder, limit);
    }
    value_check(source, node, name);
    free(text);
}
