/* SPDX-License-Identifier: Apache-2.0 */
/* Plans about some people or groups only: --only and --except. */
#include <string.h>

#include "base/str.h"
#include "engine/planner.h"

static bool fits_email(const char *glob, const struct mu_doc *doc)
{
    const struct mu_doc *emails = mu_doc_member(doc, "emails");
    for (const struct mu_doc *e = emails ? emails->first : NULL; e; e = e->next) {
        const char *email = mu_doc_str(e, "email");
        if (email && mu_glob(glob, email, true))
            return true;
    }
    return false;
}

static bool fits(const char *glob, const struct who *w, const struct mu_doc *doc)
{
    const char *username = mu_doc_str(doc, "username");
    return mu_streq(glob, w->id) || (w->label && mu_glob(glob, w->label, true)) ||
           (username && mu_glob(glob, username, true)) || fits_email(glob, doc) ||
           (w->owned && mu_glob(glob, w->owned->name, true));
}

static bool one_fits(const char *const *globs, const struct who *w, const struct mu_doc *doc)
{
    for (; globs && *globs; globs++)
        if (fits(*globs, w, doc))
            return true;
    return false;
}

void plan_select(struct planner *p, struct who *w, const struct mu_doc *doc)
{
    w->excepted = one_fits(p->selection->except, w, doc);
    w->selected = !w->excepted && (!p->selection->only || one_fits(p->selection->only, w, doc));
}
