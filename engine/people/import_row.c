#include "people/import_row.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "base/buf.h"
#include "base/option.h"
#include "base/zone.h"
#include "content/campaign.h"
#include "people/catalogue.h"

enum {
    NAME_CHARACTERS_MAX = 60,
    DISTRICTS_BYTES_MAX = 160,
};

/* A row on its way: its cells by column, "" where there is none. */
struct reading {
    const struct import_rules *rules;
    const char *cell[IMPORT_COLUMNS];
    struct import_row *row;
    struct import_notes *notes;
    const struct zone *zone;      /* of the district; NULL when it is unknown */
    bool formula[IMPORT_COLUMNS]; /* refused already, and read as empty */
};

#define REFUSE(reading, column, ...)                                                   \
    do {                                                                               \
        if (!(reading)->formula[column]) {                                             \
            import_note_add(                                                           \
                (reading)->notes, true, column, (reading)->cell[column], __VA_ARGS__); \
        }                                                                              \
    } while (0)
#define WARN(reading, column, ...)                                                     \
    import_note_add(                                                                   \
        (reading)->notes, false, column, (reading)->cell[column], __VA_ARGS__)

static bool is_blank(UChar32 c)
{
    return c == 0xA0 || u_isUWhiteSpace(c) || u_iscntrl(c);
}

/* Trims, and makes one blank of each run of white space and control characters, in place:
 * what is written is never longer than what was read. */
static void tidy(char *cell)
{
    int32_t length = (int32_t)strlen(cell), at = 0;
    size_t n = 0;

    while (at < length) {
        int32_t from = at;
        UChar32 c;

        U8_NEXT(cell, at, length, c);
        if (!is_blank(c)) {
            memmove(cell + n, cell + from, (size_t)(at - from));
            n += (size_t)(at - from);
        } else if (n > 0 && cell[n - 1] != ' ') {
            cell[n++] = ' ';
        }
    }
    while (n > 0 && cell[n - 1] == ' ') {
        n--;
    }
    cell[n] = '\0';
}

static void lower(char *text)
{
    for (; *text != '\0'; text++) {
        *text = (char)tolower((unsigned char)*text);
    }
}

/* Copies a cell that may hold `most` bytes; one that holds more is refused. */
static void take(
    struct reading *reading, enum import_column column, char *to, size_t most)
{
    const char *cell = reading->cell[column];

    if (strlen(cell) > most) {
        REFUSE(reading, column, "it is too long; %zu characters are the most", most);
        return;
    }
    memcpy(to, cell, strlen(cell) + 1);
}

/* Reads one number; an empty cell is none. True when there is one. */
static bool read_number(
    struct reading *reading, enum import_column column, char e164[PHONE_SIZE])
{
    struct err err;

    if (reading->cell[column][0] == '\0') {
        return false;
    }
    if (phone_clean(reading->cell[column], e164, &err) != 0) {
        REFUSE(reading, column, "%s", err.text);
        return false;
    }
    if (phone_is_odd_length(e164)) {
        WARN(reading, column,
            "the number's length is unusual; compare it with the list it came from");
    }
    return true;
}

/* Two capital letters, a point, letters and digits: what WhatsApp gives for somebody who
 * hides the number. It is kept apart from numbers, and is never made one. */
static void read_whatsapp_id(struct reading *reading)
{
    const char *cell = reading->cell[IMPORT_WHATSAPP_ID];
    size_t length = strlen(cell);
    bool right = length > 4 && length < sizeof reading->row->whatsapp_id &&
                 isupper((unsigned char)cell[0]) && isupper((unsigned char)cell[1]) &&
                 cell[2] == '.';

    for (size_t i = 3; right && i < length; i++) {
        right = isalnum((unsigned char)cell[i]) != 0;
    }
    if (length == 0) {
        return;
    }
    if (!right) {
        REFUSE(reading, IMPORT_WHATSAPP_ID,
            "it is no WhatsApp id, such as ID.2035081234; a phone number stands in the "
            "column phone");
        return;
    }
    memcpy(reading->row->whatsapp_id, cell, length + 1);
}

static void read_phones(struct reading *reading)
{
    struct import_row *row = reading->row;

    read_whatsapp_id(reading);
    if (!read_number(reading, IMPORT_PHONE, row->phone) &&
        reading->cell[IMPORT_PHONE][0] == '\0' &&
        reading->cell[IMPORT_WHATSAPP_ID][0] == '\0') {
        REFUSE(reading, IMPORT_PHONE, "there is no phone number");
    }
    if (read_number(reading, IMPORT_PHONE2, row->phone2)) {
        if (strcmp(row->phone2, row->phone) == 0) {
            row->phone2[0] = '\0';
        } else if (reading->cell[IMPORT_PHONE][0] == '\0') {
            REFUSE(reading, IMPORT_PHONE2,
                "there is a second number and no first; write it in the column phone");
        }
    }
    if (read_number(reading, IMPORT_GUARDIAN_PHONE, row->guardian_phone) &&
        (strcmp(row->guardian_phone, row->phone) == 0 ||
            strcmp(row->guardian_phone, row->phone2) == 0)) {
        REFUSE(reading, IMPORT_GUARDIAN_PHONE,
            "it is the child's own number, from which no guardian's consent counts; "
            "leave it empty and get the consent on paper or by voice");
    }
}

static enum import_word read_yes_no(struct reading *reading, enum import_column column)
{
    static const char *const yes[] = {"ya", "y", "iya", "yes", "true", "1"};
    static const char *const no[] = {"tidak", "tdk", "t", "no", "n", "false", "0"};
    const char *cell = reading->cell[column];

    if (cell[0] == '\0') {
        return IMPORT_UNSAID;
    }
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
        if (strcasecmp(cell, yes[i]) == 0) {
            return IMPORT_YES;
        }
    }
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        if (strcasecmp(cell, no[i]) == 0) {
            return IMPORT_NO;
        }
    }
    REFUSE(reading, column, "write yes (ya) or no (tidak), or leave it empty");
    return IMPORT_UNSAID;
}

static void read_name(struct reading *reading)
{
    const char *cell = reading->cell[IMPORT_NAME];
    size_t characters = 0;

    for (const char *at = cell; *at != '\0'; at++) {
        characters += ((unsigned char)*at & 0xC0) != 0x80;
    }
    if (characters > NAME_CHARACTERS_MAX ||
        strlen(cell) >= sizeof reading->row->person.name) {
        REFUSE(reading, IMPORT_NAME, "the name is too long; %d characters are the most",
            NAME_CHARACTERS_MAX);
    } else {
        memcpy(reading->row->person.name, cell, strlen(cell) + 1);
    }
}

/* A role one letter away from one that a series is for is most likely that one, and the
 * person would wait for messages that never come. */
static void read_role(struct reading *reading)
{
    char *role = reading->row->person.role;
    const char *near = NULL;
    const struct catalogue_series *series;

    take(reading, IMPORT_ROLE, role, sizeof reading->row->person.role - 1);
    lower(role);
    for (size_t i = 0;
         (series = catalogue_series_at(reading->rules->catalogue, i)) != NULL; i++) {
        const char *known = series->compiled->role;
        int distance = known == NULL ? 99 : word_distance(role, known);

        if (distance == 0) {
            return;
        }
        near = distance <= 2 ? known : near;
    }
    if (near != NULL && role[0] != '\0') {
        WARN(reading, IMPORT_ROLE, "no loaded series is for \"%s\"; is %s meant?", role,
            near);
    }
}

/* Behind "Kabupaten ", "Kab. " or "Kota ", which the districts' names do without. */
static const char *behind_kind(const char *word)
{
    static const char *const kinds[] = {"kabupaten ", "kab. ", "kab ", "kota "};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strncasecmp(word, kinds[i], strlen(kinds[i])) == 0) {
            return word + strlen(kinds[i]);
        }
    }
    return word;
}

static int distance_without_case(const char *one, const char *other)
{
    char folded[2][64];

    snprintf(folded[0], sizeof folded[0], "%s", one);
    snprintf(folded[1], sizeof folded[1], "%s", other);
    lower(folded[0]);
    lower(folded[1]);
    return word_distance(folded[0], folded[1]);
}

/* Returns the nearest district's key, or NULL; known gets the keys of all. */
static const char *nearest_district(
    const struct catalogue *catalogue, const char *word, struct buf *known)
{
    const struct catalogue_campaign *campaign;
    const char *near = NULL;
    int least = 3;

    word = behind_kind(word);
    for (size_t i = 0; (campaign = catalogue_campaign_at(catalogue, i)) != NULL; i++) {
        for (size_t k = 0; k < campaign->compiled->districts_n; k++) {
            const struct district *district = &campaign->compiled->districts[k];
            int by_key = distance_without_case(word, district->key);
            int by_name = distance_without_case(word, district->name);
            int distance = by_key < by_name ? by_key : by_name;

            buf_add_format(
                known, "%s%s", known->length == 0 ? "" : ", ", district->key);
            if (distance < least) {
                least = distance;
                near = district->key;
            }
        }
    }
    return near;
}

static void refuse_district(struct reading *reading)
{
    struct buf known;
    const char *near;

    buf_init(&known, DISTRICTS_BYTES_MAX);
    near = nearest_district(
        reading->rules->catalogue, reading->cell[IMPORT_DISTRICT], &known);
    if (reading->cell[IMPORT_DISTRICT][0] == '\0') {
        REFUSE(reading, IMPORT_DISTRICT,
            "there is no district, and so no time zone; known are %s",
            buf_text(&known));
    } else if (near != NULL) {
        REFUSE(reading, IMPORT_DISTRICT,
            "no loaded campaign has that district; is %s meant?", near);
    } else {
        REFUSE(reading, IMPORT_DISTRICT,
            "no loaded campaign has that district; known are %s", buf_text(&known));
    }
    buf_fini(&known);
}

static void read_district(struct reading *reading)
{
    const struct district *district =
        catalogue_district(reading->rules->catalogue, reading->cell[IMPORT_DISTRICT]);
    struct person *person = &reading->row->person;

    if (district == NULL) {
        refuse_district(reading);
        return;
    }
    reading->zone = zone_find(district->zone);
    snprintf(person->district, sizeof person->district, "%s", district->key);
    snprintf(person->zone, sizeof person->zone, "%s", district->zone);
}

static void read_birth_year(struct reading *reading)
{
    const char *cell = reading->cell[IMPORT_BIRTH_YEAR];
    int this_year, year = 0;

    if (cell[0] == '\0') {
        return;
    }
    this_year = zone_civil(
        reading->zone != NULL ? reading->zone : zone_find("UTC"), reading->rules->now)
                    .year;
    if (strlen(cell) == 4 && strspn(cell, "0123456789") == 4) {
        sscanf(cell, "%4d", &year);
    }
    if (year < 1900 || year > this_year) {
        REFUSE(reading, IMPORT_BIRTH_YEAR,
            "it is no year from 1900 to %d; write the year alone, such as 2009, or "
            "leave it "
            "empty when it is not known",
            this_year);
        return;
    }
    reading->row->person.birth_year = year;
}

static void read_sex(struct reading *reading)
{
    static const char *const words[][2] = {{"female", "female"},
        {"perempuan", "female"}, {"p", "female"}, {"f", "female"}, {"male", "male"},
        {"laki-laki", "male"}, {"laki laki", "male"}, {"l", "male"}, {"m", "male"}};
    const char *cell = reading->cell[IMPORT_SEX];

    if (cell[0] == '\0') {
        return;
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(words[i][0], cell) == 0) {
            snprintf(reading->row->person.sex, sizeof reading->row->person.sex, "%s",
                words[i][1]);
            return;
        }
    }
    REFUSE(reading, IMPORT_SEX,
        "write female (perempuan, p) or male (laki-laki, l), or leave it empty");
}

/* By which channel the person wants to be written to first. */
static void read_channel(struct reading *reading)
{
    static const char *const words[][2] = {
        {"sms", "sms"}, {"whatsapp", "whatsapp"}, {"wa", "whatsapp"}};
    const char *cell = reading->cell[IMPORT_CHANNEL];
    struct person *person = &reading->row->person;

    if (cell[0] == '\0') {
        return;
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(words[i][0], cell) == 0) {
            snprintf(person->channel, sizeof person->channel, "%s", words[i][1]);
            return;
        }
    }
    REFUSE(reading, IMPORT_CHANNEL,
        "write sms or whatsapp, which the person wants first, or leave it empty");
}

/* Language and code: words of letters and digits, - and _ between. */
static void read_word(
    struct reading *reading, enum import_column column, char *to, size_t size)
{
    const char *cell = reading->cell[column];

    for (const char *at = cell; *at != '\0'; at++) {
        if (!isalnum((unsigned char)*at) && *at != '-' && *at != '_') {
            REFUSE(reading, column, "it may hold letters, digits, - and _ only");
            return;
        }
    }
    take(reading, column, to, size - 1);
}

/* True when the cell is a day that is not in the future there. */
static bool read_date(
    struct reading *reading, enum import_column column, char dated[16], int32_t *day)
{
    const char *cell = reading->cell[column];
    const struct zone *zone =
        reading->zone != NULL ? reading->zone : zone_find("Asia/Jayapura");

    if (day_parse(cell, day) != 0) {
        REFUSE(reading, column, "it is no date; write YYYY-MM-DD, such as 2026-03-09");
        return false;
    }
    if (*day > zone_day(zone, reading->rules->now)) {
        REFUSE(reading, column, "that day has not come yet; look for a slip in it");
        return false;
    }
    day_format(*day, dated);
    return true;
}

static void read_basis(struct reading *reading)
{
    struct import_row *row = reading->row;
    int32_t day;

    if (reading->cell[IMPORT_BASIS][0] == '\0') {
        reading->cell[IMPORT_BASIS] =
            reading->rules->basis == NULL ? "" : reading->rules->basis;
    }
    if (reading->cell[IMPORT_BASIS][0] == '\0') {
        REFUSE(reading, IMPORT_BASIS,
            "there is no basis: say how the number was collected, in the column basis "
            "or, for the whole file, with --basis");
    } else {
        take(reading, IMPORT_BASIS, row->basis, sizeof row->basis - 1);
    }
    if (reading->cell[IMPORT_BASIS_DATE][0] != '\0') {
        read_date(reading, IMPORT_BASIS_DATE, row->basis_date, &day);
    }
}

/* Three columns, all filled or all empty: how, when, and which wording was agreed to. */
static void read_consent(struct reading *reading, enum import_column method,
    const char *whose, struct import_consent *consent)
{
    enum import_column date = method + 1, wording = method + 2, empty;
    bool filled[3];

    for (int i = 0; i < 3; i++) {
        filled[i] = reading->cell[method + i][0] != '\0';
    }
    if (!filled[0] && !filled[1] && !filled[2]) {
        return;
    }
    if (!filled[0] && method == IMPORT_GUARDIAN_METHOD &&
        reading->cell[IMPORT_GUARDIAN_PHONE][0] != '\0') {
        return; /* the form that the number stands on: see read_form() */
    }
    if (!filled[0] || !filled[1] || !filled[2]) {
        empty = method + (!filled[0] ? 0 : !filled[1] ? 1 : 2);
        REFUSE(reading, empty, "%s is half filled: fill %s, %s and %s, or none of them",
            whose, import_column_name(method), import_column_name(date),
            import_column_name(wording));
        return;
    }
    take(reading, method, consent->method, sizeof consent->method - 1);
    lower(consent->method);
    read_date(reading, date, consent->dated, &consent->day);
    take(reading, wording, consent->wording, sizeof consent->wording - 1);
    consent->given = true;
}

/* A guardian is written to only at a number that stands on a signed form: so the form's
 * day is part of the number. */
static void read_form(struct reading *reading)
{
    struct import_consent *form = &reading->row->guardian;

    if (reading->cell[IMPORT_GUARDIAN_PHONE][0] == '\0' || form->given) {
        return;
    }
    if (reading->cell[IMPORT_GUARDIAN_DATE][0] == '\0') {
        REFUSE(reading, IMPORT_GUARDIAN_DATE,
            "a guardian's number needs the day of the signed form that it stands on");
        return;
    }
    read_date(reading, IMPORT_GUARDIAN_DATE, form->dated, &form->day);
    take(reading, IMPORT_GUARDIAN_WORDING, form->wording, sizeof form->wording - 1);
}

/*
 * A cell that a spreadsheet would take for a formula is refused, also behind the ' that
 * keeps it a text: it would run when somebody opens what we export. A number may begin
 * with its +. Returns the cell; one that says "-" says nothing.
 */
static const char *without_formula(
    struct reading *reading, enum import_column column, const char *cell)
{
    const char *begin = cell[0] == '\'' ? cell + 1 : cell;

    if (strcmp(begin, "-") == 0) {
        return "";
    }
    if (begin[0] == '=' || begin[0] == '@' ||
        ((begin[0] == '+' || begin[0] == '-') && !import_column_is_number(column))) {
        import_note_add(reading->notes, true, column, cell,
            "it begins with %c, so a spreadsheet takes it for a formula; copy the "
            "column, paste its values only, and remove the sign",
            begin[0]);
        reading->formula[column] = true;
        return "";
    }
    return cell;
}

static bool is_whole(struct reading *reading, const struct import_header *header,
    const struct csv_record *record)
{
    size_t n = record->n;

    if (record->problem != NULL) {
        import_note_add(reading->notes, true,
            record->problem_cell < header->n ? header->column[record->problem_cell]
                                             : IMPORT_COLUMNS,
            "", "%s", record->problem);
        return false;
    }
    while (n > header->n && n <= CSV_CELLS_MAX && record->cell[n - 1][0] == '\0') {
        n--; /* of columns that have no name either */
    }
    if (n < header->n ? !reading->rules->short_rows : n > header->n) {
        import_note_add(reading->notes, true, IMPORT_COLUMNS, "",
            n < header->n ? "half a row: it has %zu cells, the header names "
                            "%zu; nothing of it is "
                            "stored"
                          : "the row has %zu cells, the header names %zu; put "
                            "a text that holds the "
                            "delimiter in quotes",
            n, header->n);
        return false;
    }
    return true;
}

bool import_row_read(const struct import_rules *rules,
    const struct import_header *header, const struct csv_record *record,
    struct import_row *row, struct import_notes *notes)
{
    struct reading reading = {.rules = rules, .row = row, .notes = notes};

    *row = (struct import_row){0};
    for (int column = 0; column < IMPORT_COLUMNS; column++) {
        reading.cell[column] = "";
    }
    if (!is_whole(&reading, header, record)) {
        return false;
    }
    for (size_t i = 0; i < header->n && i < record->n; i++) {
        if (header->column[i] != IMPORT_IGNORE) {
            tidy(record->cell[i]);
            reading.cell[header->column[i]] =
                without_formula(&reading, header->column[i], record->cell[i]);
        }
    }
    read_phones(&reading);
    read_name(&reading);
    read_role(&reading);
    read_district(&reading);
    read_birth_year(&reading);
    read_sex(&reading);
    read_word(
        &reading, IMPORT_LANGUAGE, row->person.language, sizeof row->person.language);
    read_word(&reading, IMPORT_CODE, row->person.code, sizeof row->person.code);
    lower(row->person.language);
    read_channel(&reading);
    read_basis(&reading);
    read_consent(
        &reading, IMPORT_GUARDIAN_METHOD, "the guardian's consent", &row->guardian);
    read_consent(&reading, IMPORT_ASSENT_METHOD, "the child's assent", &row->own);
    read_form(&reading);
    row->discreet = read_yes_no(&reading, IMPORT_DISCREET);
    row->shared_phone = read_yes_no(&reading, IMPORT_SHARED_PHONE);
    return !notes->refused;
}
