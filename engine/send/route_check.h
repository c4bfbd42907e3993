/*
 * route_check.h: can the config's routes carry a campaign?
 *
 * Content knows no gateway and the config no content, so what must hold between them is
 * looked at here: by `cegah check` when it is given both, and by every load.
 */
#ifndef CEGAH_SEND_ROUTE_CHECK_H
#define CEGAH_SEND_ROUTE_CHECK_H

struct campaign;
struct config;
struct content_files;
struct problems;

/*
 * Adds a problem for each step that could not leave: a route with a session window is the
 * last one that the campaign uses (or says `no_template: refuse`), and the step, or its
 * discreet text, has no template for it; also when no route carries any of the campaign's
 * channels, or none carries SMS for an invitation. files are those that the campaign was
 * compiled from, prefix stands before their names.
 */
void route_check(const struct config *config, const struct campaign *campaign,
    const struct content_files *files, const char *prefix, struct problems *problems);

#endif
