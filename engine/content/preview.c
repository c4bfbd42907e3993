/*
 * preview.c: words that a glance at somebody's phone must not show (R10, R11).
 *
 * A word counts by what stands anywhere in it: "nikah" is in dinikahkan and pernikahan.
 * The lists are the rules'; a campaign adds to them and can take nothing away.
 */
#include "content/compile.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const char *const OPEN_WORDS[] = {
    "kawin", "nikah", "mengawin", "hamil", "kekerasan", "lapor", NULL};
static const char *const DISCREET_WORDS[] = {
    "mempelai", "pengantin", "haid", "melahirkan", "bersalin", "jodoh", "lamar", NULL};

static bool is_letter(char byte)
{
    return isalnum((unsigned char)byte) || ((unsigned char)byte & 0x80) != 0;
}

static bool holds_one(const char *word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n && list[i] != NULL; i++) {
        if (strcasestr(word, list[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static bool is_blocked(const struct campaign *campaign, const char *word, bool discreet)
{
    return holds_one(word, OPEN_WORDS, SIZE_MAX) ||
           holds_one(
               word, (const char *const *)campaign->blocked, campaign->blocked_n) ||
           (discreet &&
               (holds_one(word, DISCREET_WORDS, SIZE_MAX) ||
                   holds_one(word, (const char *const *)campaign->discreet_blocked,
                       campaign->discreet_blocked_n)));
}

char *blocked_word(
    const struct campaign *campaign, const char *text, bool discreet, size_t within)
{
    size_t place = 0;

    while (*text != '\0' && place < within) {
        size_t length = 0;
        char *word;

        while (is_letter(text[length])) {
            length++;
        }
        word = mem_copy_n(text, length);
        if (length > 0 && is_blocked(campaign, word, discreet)) {
            return word;
        }
        place += length > 0 ? text_characters(word) : 1;
        text += length > 0 ? length : 1;
        free(word);
    }
    return NULL;
}

char *blocked_in_preview(const struct campaign *campaign, const char *template_text)
{
    char *filled = text_fill(template_text, &(struct fill){0});
    char *word = blocked_word(campaign, filled, false, PREVIEW_CHARACTERS);

    free(filled);
    if (word == NULL) {
        filled = text_fill_longest(template_text);
        word = blocked_word(campaign, filled, false, PREVIEW_CHARACTERS);
        free(filled);
    }
    return word;
}

/* wa.me/…, www.…, https://…, cegah.id; "sekolah.Lalu" is two words without a blank. */
static bool is_link(const char *token)
{
    if (strstr(token, "://") != NULL || strncasecmp(token, "www.", 4) == 0) {
        return true;
    }
    for (const char *dot = strchr(token, '.'); dot != NULL;
         dot = strchr(dot + 1, '.')) {
        size_t tail = strspn(dot + 1, "abcdefghijklmnopqrstuvwxyz");

        if (dot > token && tail >= 2 && tail <= 4 && !is_letter(dot[1 + tail])) {
            return true;
        }
    }
    return false;
}

char *blocked_link(const struct campaign *campaign, const char *text)
{
    while (*(text += strspn(text, " \t\n")) != '\0') {
        size_t length = strcspn(text, " \t\n");
        char *token = mem_copy_n(text, length);

        if (is_link(token) && is_blocked(campaign, token, false)) {
            return token;
        }
        free(token);
        text += length;
    }
    return NULL;
}

void value_check_blocked(
    struct compiler *compiler, const struct yaml_node *node, const char *name)
{
    char *word;

    if (node == NULL) {
        return;
    }
    word = blocked_word(compiler->campaign, node->text, false, strlen(node->text) + 1);
    if (word != NULL) {
        yaml_error(compiler->source.document, node, compiler->source.problems,
            "Texts and senders show it, so it must give nothing away (R10).",
            "\"%s\" holds the word \"%.60s\"", name, word);
    }
    free(word);
}
