/*
 * init_files.c: cegah.yaml from the tables that it is read by, so that what is written
 * and what is understood cannot drift apart.
 */
#include "cli/init_files.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/option.h"
#include "care/seal.h"
#include "cli/adapters.h"
#include "content/config.h"

enum { FILE_BYTES_MAX = 64 << 10, SECRET_LENGTH = 32, WIDTH = 80 };

static const char adapter_word[] = "kannel";

/* What stands for a key without a fallback; is_set: as a value, else as an example. */
struct sample {
    const char *key, *value;
    bool is_set;
};

static const struct sample samples[] = {
    {"database", "cegah.db", true},
    {"listen", "127.0.0.1:8480", true},
    {"timezone", "Asia/Makassar", true},
    {"public_url", "https://cegah.example.org", false},
    {"routes", "[maros-sms]", false},
    {"test_phones", "[\"+6281200000001\"]", false},
    {"adapter", adapter_word, true},
    {"base_url", "\"http://127.0.0.1:13013\"", true},
    {"rate", "10/s", true},
    {"username", "cegah", true},
    {"password", "!file kannel.password", true},
    {"from", "\"MITRA\"", false},
    {"smsc", "maros", false},
};

static const char starter_campaign[] =
    "# Contoh: the smallest campaign that can run. Copy the folder, rename it, and go "
    "on\n"
    "# from there; `cegah check campaigns/contoh` says what is wrong, and where.\n"
    "campaign: contoh\n"
    "title: Contoh\n"
    "language: id\n"
    "organisation: Lembaga Anda   # texts name it by {lembaga}; at most 12 characters\n"
    "wording: \"1\"                 # which consent wording is in use\n"
    "\n"
    "caps: {day: 1, week: 3}      # what is started, a phone number\n"
    "\n"
    "# The key is what the contact list's column \"district\" holds; the zone decides "
    "what\n"
    "# time it is for the people there.\n"
    "districts:\n"
    "  maros: {name: Maros, zone: Asia/Makassar}\n"
    "  surabaya: {name: Surabaya, zone: Asia/Jakarta}\n"
    "  ambon: {name: Ambon, zone: Asia/Jayapura}\n"
    "\n"
    "# What people get who say YA, or STOP, or YA while a guardian's consent is "
    "missing.\n"
    "replies:\n"
    "  opt_in: Siap, sudah kami catat. Terima kasih.\n"
    "  opt_out: Baik, pesan kami hentikan. Terima kasih sudah ikut.\n"
    "  waiting_guardian: Terima kasih! Kakak tim minta izin orang tua atau wali "
    "dulu.\n";

static const char starter_series[] =
    "# One series: who it is for, what invites to it, and its steps.\n"
    "series: perkenalan\n"
    "title: Perkenalan, 1 minggu\n"
    "for: {role: contact}         # the role that contacts have in their list\n"
    "\n"
    "invitation:\n"
    "  id: U0\n"
    "  text: >-\n"
    "    Halo, ini {lembaga}. Mau ikut info dan kuis selama satu minggu? Balas YA "
    "atau\n"
    "    TIDAK. Berhenti kapan saja: STOP.\n"
    "\n"
    "# Week 1 is the first Monday-to-Sunday week after joining.\n"
    "steps:\n"
    "  - id: P1\n"
    "    at: {week: 1, day: wed, time: \"16:15\"}\n"
    "    say: Selamat datang di {kab}! Sabtu nanti ada satu kuis. Sampai jumpa.\n"
    "\n"
    "  - id: P2\n"
    "    at: {week: 1, day: sat, time: \"16:15\"}\n"
    "    ask:\n"
    "      kind: quiz\n"
    "      text: Kuis! Ibu kota Indonesia pada tahun 1950? A) Jakarta B) Makassar. "
    "Balas A "
    "atau B.\n"
    "      answers:\n"
    "        - {value: A, spellings: [jakarta], right: true}\n"
    "        - {value: B, spellings: [makassar]}\n"
    "      # Who shares her phone reads discreetly, and learns no score by it.\n"
    "      right: {text: \"Betul, Jakarta!\", discreet: Jawabannya A. Terima kasih!}\n"
    "      wrong: {text: Belum tepat. Jawabannya A., discreet: Jawabannya A. Terima "
    "kasih!}\n";

/* Adds the words as comments, broken before WIDTH. */
static void add_comment(struct buf *out, const char *indent, const char *text)
{
    size_t column = 0;

    while (*text != '\0') {
        size_t length = strcspn(text, " ");

        if (column == 0 || column + 1 + length > WIDTH) {
            buf_add_format(out, "%s%s#", column == 0 ? "" : "\n", indent);
            column = strlen(indent) + 1;
        }
        buf_add_format(out, " %.*s", (int)length, text);
        column += 1 + length;
        text += length;
        text += strspn(text, " ");
    }
    buf_add_char(out, '\n');
}

static const struct sample *sample_of(const char *key)
{
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        if (strcmp(samples[i].key, key) == 0) {
            return &samples[i];
        }
    }
    return NULL;
}

/* A key's help, and the key with its value: in force, or as a comment that shows what
 * holds without it. */
static void add_row(struct buf *out, const char *indent, const struct option_row *row,
    const char *secret)
{
    const struct sample *sample = sample_of(row->key);
    const char *value = secret != NULL   ? secret
                        : sample != NULL ? sample->value
                                         : row->fallback;
    bool is_set = secret != NULL || (sample != NULL && sample->is_set);

    add_comment(out, indent, row->help);
    buf_add_format(out, "%s%s%s: %s\n", indent, is_set ? "" : "# ", row->key,
        value == NULL ? "" : value);
}

static const struct config_adapter *find_adapter(void)
{
    size_t n;
    const struct config_adapter *adapters = cli_adapters(&n);

    for (size_t i = 0; i < n; i++) {
        if (strcmp(adapters[i].name, adapter_word) == 0) {
            return &adapters[i];
        }
    }
    return NULL;
}

static void add_gateway(struct buf *out)
{
    static const char indent[] = "    ";
    const struct config_adapter *adapter = find_adapter();
    size_t n;
    const struct option_row *rows = config_gateway_rows(&n);
    char word[SECRET_LENGTH + 1], secret[SECRET_LENGTH + 3];

    id_random(word, SECRET_LENGTH);
    snprintf(secret, sizeof secret, "\"%s\"", word);
    buf_add_text(out,
        "\n# The gateways that carry messages, each by a name of your own. Secrets "
        "come "
        "by\n"
        "# !file PATH or by !env NAME (password: !env KANNEL_PASSWORD) and are never "
        "printed.\n"
        "gateways:\n"
        "  maros-sms:\n");
    for (size_t i = 0; i < n; i++) {
        bool is_secret = strcmp(rows[i].key, "hook_secret") == 0;

        add_row(out, indent, &rows[i], is_secret ? secret : NULL);
    }
    for (size_t i = 0; adapter != NULL && i < adapter->options_n; i++) {
        add_row(out, indent, &adapter->options[i], NULL);
    }
    seal_wipe(word, sizeof word);
    seal_wipe(secret, sizeof secret);
}

static void make_config(struct buf *out, const char *public_key)
{
    size_t n;
    const struct option_row *rows = config_rows(&n);
    struct buf keys;

    buf_init(&keys, SEAL_KEY_TEXT + 8);
    buf_add_format(&keys, "[\"%s\"]", public_key);
    buf_add_text(out,
        "# cegah.yaml: the configuration of cegah. Lines that begin with # are "
        "comments: "
        "help,\n"
        "# or a key with the value that holds without it. `cegah check` tells what is "
        "wrong.\n");
    for (size_t i = 0; i < n; i++) {
        bool is_keys = strcmp(rows[i].key, "focal_keys") == 0;

        buf_add_char(out, '\n');
        add_row(out, "", &rows[i], is_keys ? buf_text(&keys) : NULL);
    }
    add_gateway(out);
    buf_fini(&keys);
}

void init_files_make(struct init_file files[INIT_FILES])
{
    static const struct {
        const char *path;
        mode_t mode;
    } kinds[INIT_FILES] = {
        {"cegah.yaml", 0640},
        {"focal.key", 0600},
        {"kannel.password", 0600},
        {"campaigns/contoh/campaign.yaml", 0644},
        {"campaigns/contoh/perkenalan.yaml", 0644},
    };
    char public_key[SEAL_KEY_TEXT], secret_key[SEAL_KEY_TEXT];
    char password[SECRET_LENGTH + 1];

    for (int i = 0; i < INIT_FILES; i++) {
        files[i].path = kinds[i].path;
        files[i].mode = kinds[i].mode;
        buf_init(&files[i].text, FILE_BYTES_MAX);
    }
    seal_pair(public_key, secret_key);
    id_random(password, SECRET_LENGTH);
    make_config(&files[0].text, public_key);
    buf_add_format(&files[1].text, "%s\n", secret_key);
    buf_add_format(&files[2].text, "%s\n", password);
    buf_add_text(&files[3].text, starter_campaign);
    buf_add_text(&files[4].text, starter_series);
    seal_wipe(secret_key, sizeof secret_key);
    seal_wipe(password, sizeof password);
}

void init_files_fini(struct init_file files[INIT_FILES])
{
    for (int i = 0; i < INIT_FILES; i++) {
        if (files[i].text.data != NULL) {
            seal_wipe(files[i].text.data, files[i].text.length);
        }
        buf_fini(&files[i].text);
    }
}
