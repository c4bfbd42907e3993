#include "cli/inbox_read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/mem.h"
#include "care/seal.h"
#include "care/wrap.h"
#include "cli/door.h"
#include "cli/passphrase.h"
#include "cli/reading.h"
#include "store/inbox.h"
#include "store/text.h"
#include "store/user.h"

/* Every look and every try has its row, and a text is shown only when its row is stored. */
static int note(const struct reading *reading, const struct inbox_read *what,
    const char *outcome, struct err *err)
{
    json_t *result = NULL;
    int done = door_call(reading->config, "inbox_open",
        json_pack("{s:I, s:s, s:s, s:s}", "id", (json_int_t)what->id, "name", what->as,
            "outcome", outcome, "reason", what->reason),
        &result, err);

    json_decref(result);
    return done;
}

/* Notes a refusal, and keeps its sentence unless the note itself failed. */
static int refuse(const struct reading *reading, const struct inbox_read *what,
    const char *outcome, const struct err *why, struct err *err)
{
    if (note(reading, what, outcome, err) == 0) {
        *err = *why;
    }
    return -1;
}

static int check_user(const struct reading *reading, const struct inbox_read *what,
    struct user *user, struct err *err)
{
    struct err why;

    if (!user_find(reading->db, what->as, user)) {
        return err_set(err, ERR_REFUSED,
            "there is no user \"%s\": `cegah user list` shows them", what->as);
    }
    if (user->role != USER_FOCAL) {
        err_set(&why, ERR_REFUSED,
            "%s is %s: only a focal person opens what people write", user->name,
            user_role_name(user->role));
        return refuse(reading, what, "not_focal", &why, err);
    }
    if (user->disabled_at != 0) {
        err_set(&why, ERR_REFUSED, "%s is disabled and opens nothing", user->name);
        return refuse(reading, what, "disabled", &why, err);
    }
    return 0;
}

static int unwrap(const struct reading *reading, const struct inbox_read *what,
    const struct user *user, unsigned char secret[SEAL_KEY_BYTES], struct err *err)
{
    struct passphrases from;
    struct passphrase passphrase;
    char *prompt = mem_format("Passphrase of %s", user->name);
    struct err why;
    int result = passphrases_open(&from, what->passphrases, err);

    if (result == 0) {
        result = passphrase_ask(&from, prompt, false, &passphrase, err);
        passphrases_close(&from);
    }
    free(prompt);
    if (result != 0) {
        return -1;
    }
    result = wrap_open(user->wrapped, user->wrapped_length, user->public_key,
        passphrase.text, secret, &why);
    passphrase_wipe(&passphrase);
    if (result != 0 && why.code == ERR_REFUSED) {
        result = refuse(reading, what, "wrong_passphrase", &why, err);
        passphrase_was_wrong();
    } else if (result != 0) {
        *err = why;
    }
    return result;
}

/* What a stranger wrote must not steer the terminal: control characters become blanks. */
static void tame(char *text)
{
    for (unsigned char *at = (unsigned char *)text; *at != '\0'; at++) {
        if ((*at < ' ' && *at != '\n') || *at == 0x7f) {
            *at = ' ';
        } else if (*at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0) {
            at[0] = at[1] = ' ';
        }
    }
}

/* Past stdio, whose buffers would keep the words. */
static int print(const char *text, struct err *err)
{
    size_t length = strlen(text);

    fflush(stdout);
    for (size_t at = 0; at <= length;) {
        const char *from = at < length ? text + at : "\n";
        ssize_t n = write(STDOUT_FILENO, from, at < length ? length - at : 1);

        if (n < 0 && errno != EINTR) {
            return err_set(
                err, ERR_UNABLE, "the text could not be written: %s", strerror(errno));
        }
        at += n < 0 ? 0 : (size_t)n;
    }
    return 0;
}

static int open_text(const struct reading *reading, const struct inbox_read *what,
    const unsigned char *sealed, size_t length, const struct user *user,
    struct err *err)
{
    unsigned char secret[SEAL_KEY_BYTES];
    struct err why;
    char *text;
    int result;

    if (!seal_is_for(sealed, length, user->public_key)) {
        err_set(&why, ERR_REFUSED,
            "in-%lld was not sealed to the key of %s, who was no focal person yet when "
            "it came, or disabled: nobody can change that; it is opened by one of "
            "those whose keys were in use then",
            (long long)what->id, user->name);
        return refuse(reading, what, "other_keys", &why, err);
    }
    seal_lock(secret, sizeof secret);
    if (unwrap(reading, what, user, secret, err) != 0) {
        seal_wipe(secret, sizeof secret);
        return -1;
    }
    text = seal_open(secret, sealed, length, &why);
    seal_wipe(secret, sizeof secret);
    if (text == NULL) {
        return refuse(reading, what, "damaged", &why, err);
    }
    result = note(reading, what, "opened", err);
    if (result == 0) {
        tame(text);
        result = print(text, err);
    }
    seal_wipe(text, strlen(text));
    free(text);
    return result;
}

int inbox_read(
    const struct reading *reading, const struct inbox_read *what, struct err *err)
{
    struct inbox_item item;
    struct user user;
    unsigned char *sealed;
    size_t length = 0;
    int result;

    if (!inbox_find(reading->db, what->id, &item)) {
        return err_set(
            err, ERR_REFUSED, "nothing came in as in-%lld", (long long)what->id);
    }
    if (check_user(reading, what, &user, err) != 0) {
        return -1;
    }
    if (item.text_id == 0) {
        return err_set(err, ERR_REFUSED, "in-%lld has no text: it is of the type %s",
            (long long)what->id, item.type);
    }
    sealed = text_find_sealed(reading->db, item.text_id, &length);
    if (sealed == NULL) {
        return err_set(err, ERR_REFUSED,
            "in-%lld is not sealed, or gone: `cegah message in-%lld` shows it",
            (long long)what->id, (long long)what->id);
    }
    result = open_text(reading, what, sealed, length, &user, err);
    free(sealed);
    return result;
}
