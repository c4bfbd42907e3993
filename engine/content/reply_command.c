/*
 * reply_command.c: BANTU, TUNDA, LANJUT, SENYAP and HAPUS.
 *
 * Commands take no typing slips: each has listed spellings, and a message is one only as a
 * whole. "bahaya" is danger and not BAHASA, "bunda" a mother and not TUNDA, "bantal" a
 * pillow and not BANTU; and "saya mau bantu" offers help, so words around a command are
 * listed with it too.
 */
#include "content/reply_internal.h"

#include <string.h>

static const char *const HELP[] = {"bantu", "bntu", "bantuan", "bantuin", "bantuka",
    "tolong", "tlg", "tlong", "tolongka", "help", "minta tolong", "minta bantuan",
    "butuh bantuan", "perlu bantuan", "sy butuh bantuan", "saya butuh bantuan",
    "tolong bantu", "tolong sy", "tolong saya", "tolong aku", "bantu sy", "bantu saya",
    "bantu aku", NULL};
static const char *const PAUSE[] = {"tunda", "tnda", "tundami", "tunda dulu",
    "tunda dl", "tunda pesan", "tolong tunda", "sy tunda", "saya tunda", "mau tunda",
    "sy mau tunda", "saya mau tunda", "ya tunda", "ok tunda", "jeda", "jeda dulu",
    "istirahat", "istirahat dulu", "istirahat dl", "rehat", "rehat dulu", NULL};
static const char *const CONTINUE[] = {"lanjut", "lnjut", "lanjt", "lanjutt",
    "lanjutmi", "lanjutkan", "lanjut lagi", "tetap lanjut", "tetap ikut", "mau lanjut",
    "sy lanjut", "saya lanjut", "sy mau lanjut", "saya mau lanjut", "ya lanjut",
    "iya lanjut", "ok lanjut", "oke lanjut", NULL};
static const char *const DISCREET[] = {"senyap", "snyap", "senyapp", "senyapmi",
    "senyapkan", "mode senyap", "pakai senyap", "ya senyap", "ok senyap", NULL};
static const char *const ERASE[] = {"hapus", "hps", "apus", "hapuss", "hapusmi",
    "ya hapus", "tolong hapus", "mohon hapus", "hapus semua", NULL};

struct command {
    enum keyword keyword;
    const char *const *spellings;
};

static const struct command COMMANDS[] = {
    {KEYWORD_HELP, HELP},
    {KEYWORD_PAUSE, PAUSE},
    {KEYWORD_CONTINUE, CONTINUE},
    {KEYWORD_DISCREET, DISCREET},
    {KEYWORD_ERASE, ERASE},
};

enum keyword command_keyword(const char *message, const struct words *words)
{
    for (size_t i = 0; i < sizeof COMMANDS / sizeof COMMANDS[0]; i++) {
        for (const char *const *at = COMMANDS[i].spellings; *at != NULL; at++) {
            if (strcmp(*at, message) == 0) {
                return COMMANDS[i].keyword;
            }
        }
    }
    for (enum keyword keyword = KEYWORD_NONE; keyword < KEYWORDS; keyword++) {
        const struct word_list *added = &words->added[keyword];

        for (size_t i = 0; i < added->n; i++) {
            if (strcmp(added->list[i], message) == 0) {
                return keyword;
            }
        }
    }
    return KEYWORD_NONE;
}
