#include "cli/play_person.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "content/campaign.h"

enum { MINOR_AGE = 16, ADULT_AGE = 34, AGE_MAX = 120, LISTED_BYTES_MAX = 2048 };

/* One thing to be set, while it is read. Lives on play_person_set()'s stack. */
struct setting {
    struct play_person *who;
    const struct campaign *campaign;
    int year;
    const char *key, *value;
    struct err *err;
};

/* Somebody who says a round age may still be the younger one by the calendar: the gate
 * counts that way, so that the one of `age=18` is an adult. */
static int year_of_age(int year, int age)
{
    return year - age - 1;
}

static void use_district(struct person *person, const struct district *district)
{
    snprintf(person->district, sizeof person->district, "%s", district->key);
    snprintf(person->zone, sizeof person->zone, "%s", district->zone);
}

void play_person_default(struct play_person *who, const struct campaign *campaign,
    const struct series *series, int year)
{
    const struct audience *audience = &series->audience;
    struct person *person = &who->person;
    const struct district *district = NULL;

    *who = (struct play_person){.channel = CHANNEL_SMS};
    snprintf(person->name, sizeof person->name, "Ani");
    snprintf(person->role, sizeof person->role, "%s",
        series->role != NULL    ? series->role
        : audience->roles_n > 0 ? audience->roles[0]
                                : "contact");
    snprintf(person->sex, sizeof person->sex, "%s",
        audience->sexes_n > 0 ? audience->sexes[0] : "female");
    snprintf(person->language, sizeof person->language, "%s",
        audience->languages_n > 0 ? audience->languages[0] : campaign->language);
    person->birth_year =
        year_of_age(year, audience_has_minors(audience) ? MINOR_AGE : ADULT_AGE);
    if (audience->districts_n > 0) {
        district = campaign_district(campaign, audience->districts[0]);
    } else if (campaign->districts_n > 0) {
        district = &campaign->districts[0];
    }
    if (district != NULL) {
        use_district(person, district);
    }
}

static int set_text(const struct setting *setting, char *to, size_t size)
{
    if (strlen(setting->value) >= size) {
        return err_set(setting->err, ERR_REFUSED, "%s is longer than %zu bytes",
            setting->key, size - 1);
    }
    snprintf(to, size, "%s", setting->value);
    return 0;
}

static int set_name(const struct setting *setting)
{
    return set_text(
        setting, setting->who->person.name, sizeof setting->who->person.name);
}

static int set_role(const struct setting *setting)
{
    return set_text(
        setting, setting->who->person.role, sizeof setting->who->person.role);
}

static int set_code(const struct setting *setting)
{
    return set_text(
        setting, setting->who->person.code, sizeof setting->who->person.code);
}

static int set_district(const struct setting *setting)
{
    const struct campaign *campaign = setting->campaign;
    struct buf known;

    buf_init(&known, LISTED_BYTES_MAX);
    for (size_t i = 0; i < campaign->districts_n; i++) {
        const struct district *district = &campaign->districts[i];

        if (strcasecmp(district->key, setting->value) == 0 ||
            strcasecmp(district->name, setting->value) == 0) {
            use_district(&setting->who->person, district);
            buf_fini(&known);
            return 0;
        }
        buf_add_format(&known, "%s%s", i == 0 ? "" : ", ", district->key);
    }
    err_set(setting->err, ERR_REFUSED, "the campaign has no district \"%s\"; it has %s",
        setting->value, buf_text(&known));
    buf_fini(&known);
    return -1;
}

static int set_number(const struct setting *setting, int least, int most, int *number)
{
    size_t digits = strspn(setting->value, "0123456789");
    long value = digits == 0 || digits > 4 ? -1 : strtol(setting->value, NULL, 10);

    if (setting->value[digits] != '\0' || value < least || value > most) {
        return err_set(setting->err, ERR_REFUSED,
            "%s is a number from %d to %d, or nothing when it is not known",
            setting->key, least, most);
    }
    *number = (int)value;
    return 0;
}

static int set_birth_year(const struct setting *setting)
{
    if (setting->value[0] == '\0') {
        setting->who->person.birth_year = 0;
        return 0;
    }
    return set_number(setting, 1900, setting->year, &setting->who->person.birth_year);
}

static int set_age(const struct setting *setting)
{
    int age;

    if (setting->value[0] == '\0') {
        setting->who->person.birth_year = 0;
        return 0;
    }
    if (set_number(setting, 1, AGE_MAX, &age) != 0) {
        return -1;
    }
    setting->who->person.birth_year = year_of_age(setting->year, age);
    return 0;
}

static int set_language(const struct setting *setting)
{
    const struct campaign *campaign = setting->campaign;
    struct buf known;

    buf_init(&known, LISTED_BYTES_MAX);
    for (size_t i = 0; i < campaign->languages_n; i++) {
        if (strcmp(campaign->languages[i], setting->value) == 0) {
            buf_fini(&known);
            return set_text(setting, setting->who->person.language,
                sizeof setting->who->person.language);
        }
        buf_add_format(&known, "%s%s", i == 0 ? "" : ", ", campaign->languages[i]);
    }
    err_set(setting->err, ERR_REFUSED, "the campaign has no language \"%s\"; it has %s",
        setting->value, buf_text(&known));
    buf_fini(&known);
    return -1;
}

/* Reads one of words (NULL-terminated) into *which. */
static int set_choice(
    const struct setting *setting, const char *const *words, int *which)
{
    struct buf known;

    buf_init(&known, LISTED_BYTES_MAX);
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], setting->value) == 0) {
            *which = i;
            buf_fini(&known);
            return 0;
        }
        buf_add_format(&known, "%s%s", i == 0 ? "" : " or ", words[i]);
    }
    err_set(setting->err, ERR_REFUSED, "%s is %s", setting->key, buf_text(&known));
    buf_fini(&known);
    return -1;
}

static int set_sex(const struct setting *setting)
{
    static const char *const WORDS[] = {"female", "male", NULL};
    int which;

    if (set_choice(setting, WORDS, &which) != 0) {
        return -1;
    }
    return set_text(setting, setting->who->person.sex, sizeof setting->who->person.sex);
}

static int set_yes(const struct setting *setting, int *is_yes)
{
    static const char *const WORDS[] = {"off", "on", "no", "yes", NULL};

    if (set_choice(setting, WORDS, is_yes) != 0) {
        return -1;
    }
    *is_yes %= 2;
    return 0;
}

static int set_flag(const struct setting *setting, unsigned flag)
{
    struct person *person = &setting->who->person;
    int is_yes;

    if (set_yes(setting, &is_yes) != 0) {
        return -1;
    }
    person->flags = is_yes ? person->flags | flag : person->flags & ~flag;
    return 0;
}

static int set_discreet(const struct setting *setting)
{
    return set_flag(setting, PERSON_DISCREET);
}

static int set_shared(const struct setting *setting)
{
    return set_flag(setting, PERSON_SHARED_PHONE);
}

static int set_channel(const struct setting *setting)
{
    static const char *const WORDS[] = {"sms", "whatsapp", NULL};
    static const enum channel CHANNELS_OF[] = {CHANNEL_SMS, CHANNEL_WHATSAPP};
    int which;

    if (set_choice(setting, WORDS, &which) != 0) {
        return -1;
    }
    setting->who->channel = CHANNELS_OF[which];
    return 0;
}

static int set_consent(const struct setting *setting)
{
    int is_yes;

    if (set_yes(setting, &is_yes) != 0) {
        return -1;
    }
    setting->who->consented = is_yes;
    return 0;
}

static int set_guardian(const struct setting *setting)
{
    static const char *const WORDS[] = {"paper", "phone", "none", NULL};
    int which;

    if (set_choice(setting, WORDS, &which) != 0) {
        return -1;
    }
    setting->who->guardian = (enum play_guardian)which;
    return 0;
}

static const struct {
    const char *key;
    int (*set)(const struct setting *setting);
    bool before; /* only before the series begins */
} KEYS[] = {
    {"name", set_name, false},
    {"role", set_role, false},
    {"district", set_district, false},
    {"birth_year", set_birth_year, false},
    {"age", set_age, false},
    {"sex", set_sex, false},
    {"language", set_language, false},
    {"discreet", set_discreet, false},
    {"shared_phone", set_shared, false},
    {"channel", set_channel, false},
    {"code", set_code, false},
    {"consent", set_consent, true},
    {"guardian", set_guardian, true},
};

enum { KEYS_N = sizeof KEYS / sizeof KEYS[0] };

static int unknown_key(const char *key, struct err *err)
{
    struct buf known;

    buf_init(&known, LISTED_BYTES_MAX);
    for (int i = 0; i < KEYS_N; i++) {
        buf_add_format(&known, "%s%s", i == 0 ? "" : ", ", KEYS[i].key);
    }
    err_set(err, ERR_REFUSED, "a person has no \"%s\"; write one of %s", key,
        buf_text(&known));
    buf_fini(&known);
    return -1;
}

int play_person_set(struct play_person *who, const struct campaign *campaign, int year,
    bool started, const char *pair, struct err *err)
{
    const char *equals = strchr(pair, '=');
    char *key;
    int result = -1, i = 0;

    if (equals == NULL) {
        return err_set(err, ERR_REFUSED,
            "\"%s\" says nothing of a person; write KEY=VALUE, such as district=maros",
            pair);
    }
    key = mem_copy_n(pair, (size_t)(equals - pair));
    while (i < KEYS_N && strcmp(KEYS[i].key, key) != 0) {
        i++;
    }
    if (i == KEYS_N) {
        unknown_key(key, err);
    } else if (started && KEYS[i].before) {
        err_set(err, ERR_REFUSED,
            "%s is settled when the series begins; begin again with --as %s", key,
            pair);
    } else {
        struct setting setting = {who, campaign, year, key, equals + 1, err};

        result = KEYS[i].set(&setting);
    }
    free(key);
    return result;
}

int play_person_set_all(struct play_person *who, const struct campaign *campaign,
    int year, const char *pairs, struct err *err)
{
    int result = 0;

    while (*pairs != '\0' && result == 0) {
        size_t length = strcspn(pairs, ",");
        char *pair = mem_copy_n(pairs, length);

        if (length > 0) {
            result = play_person_set(who, campaign, year, false, pair, err);
        }
        free(pair);
        pairs += length + (pairs[length] == ',');
    }
    return result;
}
