/*
 * Content files as anybody might write them: the input is a series of a small campaign, or,
 * when it begins with "campaign:", the campaign.yaml beside a small series.
 *
 * Beside what the sanitizers see, it checks that no campaign comes without an error being
 * told, that each problem has its place in the file, and that a campaign that compiles can
 * be asked for its texts, times and costs.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "content/campaign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char campaign_text[] =
    "campaign: uji\ntitle: Uji\norganisation: Uji\nwording: \"1\"\n"
    "languages: [id, bug]\n"
    "districts:\n  maros: {name: Maros, zone: Asia/Makassar, phone: \"129\"}\n"
    "directory:\n"
    "  sapa: {name: SAPA, phone: 129, hours: 24 jam, owner: T, verified: 2026-11-01}\n";
static char series_text[] =
    "series: s\ntitle: S\nfor: {role: champion}\n"
    "steps:\n  - {id: C1, at: {week: 1, day: wed, time: \"16:15\"}, say: \"Halo!\"}\n";

enum { TODAY = 20782 };

static void check_places(const struct problems *problems)
{
    for (size_t i = 0; i < problems->n; i++) {
        const struct problem *problem = &problems->list[i];

        must(problem->text != NULL && problem->path != NULL, "a problem of nothing");
        must((problem->line > 0) == (problem->column > 0), "half a place");
    }
}

static void ask(const struct campaign *campaign)
{
    for (size_t i = 0; i < campaign->series_n; i++) {
        const struct series *series = &campaign->series[i];

        must(series_cost(campaign, series).parts > 0 || series->steps_n > 0,
            "a series of nothing");
        for (size_t k = 0; k < series->steps_n; k++) {
            const struct step *step = &series->steps[k];

            must(step_due_at(step, "Asia/Makassar", 1795000000000, 0) > 0, "no time");
            must(step->kind == STEP_WAIT || step->text.plain != NULL, "no text");
            text_choose(&step->text, "bug", true);
            step_answer(step, "C. 19 kak");
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool head = size > 9 && memcmp(data, "campaign:", 9) == 0;
    char *text = malloc(size + 1);
    struct content_file list[] = {{(char *)"campaign.yaml", head ? text : campaign_text,
                                      head ? size : sizeof campaign_text - 1},
        {(char *)"s.yaml", head ? series_text : text,
            head ? sizeof series_text - 1 : size}};
    struct content_files files = {list, 2};
    struct problems problems;
    struct campaign *campaign;
    struct buf out;

    must(text != NULL, "no memory");
    if (size > 0) {
        memcpy(text, data, size);
    }
    text[size] = '\0';
    problems_init(&problems);
    campaign = campaign_compile_at(&files, "x/", TODAY, &problems);
    must((campaign == NULL) == (problems.errors > 0), "%zu errors", problems.errors);
    check_places(&problems);
    buf_init(&out, 1 << 20);
    problems_print(&problems, &out);
    if (campaign != NULL) {
        ask(campaign);
    }
    buf_fini(&out);
    campaign_free(campaign);
    problems_fini(&problems);
    free(text);
    return 0;
}
