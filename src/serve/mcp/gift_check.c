/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a gift can be sent: its campaign, the dates, the country, the budget of the caller's team. */
#include "serve/mcp/gift.h"

#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "model/number.h"

enum { PAGES_MAX = 20, MILLIONTHS = 1000000 };

/* ---- money ---- */

bool gift_amount(const char *text, int64_t *ret)
{
    int64_t whole = 0, part = 0, unit = MILLIONTHS;
    const char *p = text;
    if (!text || !mu_number_ok(text) || *text == '-' || strcspn(text, ".") > 12)
        return false;
    for (; *p && *p != '.'; p++)
        whole = whole * 10 + (*p - '0');
    for (p += *p == '.'; *p && unit > 1; p++)
        part += (*p - '0') * (unit /= 10);
    *ret = whole * MILLIONTHS + part;
    return true;
}

void gift_write_money(struct gift *g, struct mu_jw *w)
{
    const struct {
        const char *name, *value;
    } parts[] = {{"team_group", g->money.group},
                 {"budget", g->money.budget},
                 {"monthly_budget", g->money.monthly},
                 {"one_time_budget", g->money.one_time},
                 {"own_balance", g->money.balance},
                 {"price_from", g->money.price},
                 {"currency", mu_doc_str(g->touch, "currency")}};
    mu_jw_object(w);
    if (!g->money.group) {
        mu_jw_put_str(
            w, "note",
            "the caller's team group isn't known, so no budget was checked; a read of the "
            "account (muster pull) would tell");
    }
    for (size_t i = 0; i < MU_LEN(parts); i++) {
        if (!parts[i].value)
            continue;
        mu_jw_key(w, parts[i].name);
        mu_jw_str(w, parts[i].value);
    }
    mu_jw_end(w, '}');
}

static void take_group(struct gift *g, const struct mu_doc *group)
{
    g->money.group = mu_doc_str(group, "name");
    g->money.budget = mu_doc_text(mu_doc_member(group, "budget"));
    g->money.monthly = mu_doc_text(mu_doc_member(group, "monthly_budget"));
    g->money.one_time = mu_doc_text(mu_doc_member(group, "one_time_budget"));
}

/* One among all of a list, since there is no way to ask for one. *ret NULL: not there, as far as we look. */
static int find_row(struct gift *g, const char *path, const char *list, const char *id,
                    const struct mu_doc **ret, struct mu_err *err)
{
    *ret = NULL;
    for (int page = 1; page <= PAGES_MAX; page++) {
        const char *query = mu_printf(g->c->arena, "page=%d&per_page=100", page);
        const struct mu_doc *doc = NULL;
        if (api_get(&g->api, path, query, &doc, err) < 0)
            return -1;
        const struct mu_doc *rows = mu_doc_member(doc, list);
        for (const struct mu_doc *row = rows ? rows->first : NULL; row; row = row->next) {
            if (mu_streq(mu_doc_text(mu_doc_member(row, "id")), id)) {
                *ret = row;
                return 0;
            }
        }
        if (!rows || rows->len < 100)
            return 0;
    }
    return 0;
}

static int find_group(struct gift *g, const char *id, struct mu_err *err)
{
    const struct mu_doc *row;
    int rc = find_row(g, "/api/v3/groups", "groups", id, &row, err);
    if (rc == 0 && row)
        take_group(g, row);
    return rc;
}

/* As the last read knows it. */
static const char *known_group(struct gift *g, const char *user)
{
    struct mu_snapshot snap;
    struct mu_entry entry;
    const struct mu_doc *doc = NULL;
    struct mu_err err = MU_ERR_INIT;
    struct mu_store *store = g->c->peer->store;
    if (!user || !store ||
        mu_snapshot_get(store, g->c->arena, g->api.def->name, 0, &snap, &err) != 1 ||
        mu_entry_get(store, g->c->arena, snap.account, snap.id, MU_USER, user, &entry, &err) != 1 ||
        mu_entry_doc(&entry, g->c->arena, &doc, &err) < 0)
        return NULL;
    return mu_doc_text(mu_doc_at(doc, "/groups/0/id"));
}

/* Which group a user is in isn't said by Sendoso of one user alone. *ret NULL: nobody says. */
static int group_of(struct gift *g, const char *user, const char **ret, struct mu_err *err)
{
    const struct mu_doc *row;
    *ret = known_group(g, user);
    if (*ret || !user)
        return 0;
    if (find_row(g, "/api/v3/users", "users", user, &row, err) < 0)
        return -1;
    *ret = mu_doc_text(mu_doc_member(row, "team_group_id"));
    return 0;
}

static int learn_money(struct gift *g, struct mu_err *err)
{
    const struct mu_doc *me = NULL;
    if (api_get(&g->api, "/api/v3/me", NULL, &me, err) < 0)
        return -1;
    g->money.balance = mu_doc_text(mu_doc_member(me, "balance"));
    const char *group = mu_doc_text(mu_doc_member(me, "team_group_id"));
    if (!group && group_of(g, mu_doc_text(mu_doc_member(me, "id")), &group, err) < 0)
        return -1;
    return group ? find_group(g, group, err) : 0;
}

static int check_money(struct gift *g, struct mu_err *err)
{
    int64_t price, budget;
    g->money.price = mu_doc_text(mu_doc_member(g->touch, "starting_egift_price"));
    if (learn_money(g, err) < 0)
        return -1;
    bool priced = gift_amount(g->money.price, &price);
    g->money.needed = priced ? price * (int64_t)g->email_count : -1;
    if (!g->money.budget || !mu_number_ok(g->money.budget))
        return 0;
    bool left = gift_amount(g->money.budget, &budget) && budget > 0;
    if (left && g->money.needed <= budget)
        return 0;
    return mu_fail(err, MU_E_REFUSED,
                   "the budget of team group %s is %s; this needs %s%s for each of %zu. A manager "
                   "has to raise the budget first; nothing was sent",
                   g->money.group ? g->money.group : "of the caller", g->money.budget,
                   priced ? "at least " : "more", priced ? g->money.price : "", g->email_count);
}

/* ---- the campaign ---- */

static int check_dates(struct gift *g, struct mu_err *err)
{
    const char *start = mu_doc_str(g->touch, "start_date"), *end = mu_doc_str(g->touch, "end_date");
    char text[MU_TIME_TEXT];
    int64_t at;
    if (start && mu_time_parse(start, text, &at) && at > mu_now())
        return mu_fail(err, MU_E_REFUSED, "campaign %lld begins %s: nothing can be sent before",
                       (long long)g->touch_id, text);
    if (end && mu_time_parse(end, text, &at) && at < mu_now())
        return mu_fail(err, MU_E_REFUSED,
                       "campaign %lld ended %s: choose another one (list_all_sendoso_campaigns)",
                       (long long)g->touch_id, text);
    return 0;
}

static int check_state(struct gift *g, struct mu_err *err)
{
    const char *status = mu_doc_str(g->touch, "status");
    const char *type = mu_doc_str(g->touch, "delivery_type");
    if (status && !mu_strieq(status, "active"))
        return mu_fail(err, MU_E_REFUSED, "campaign %lld is not active (%s)",
                       (long long)g->touch_id,
                       mu_printable(g->c->arena, status, strlen(status), 40));
    if (type && !mu_streq(type, g->tool->record->delivery))
        return mu_fail(err, MU_E_USAGE,
                       "campaign %lld has delivery_type %s: %s is for campaigns of "
                       "delivery_type %s",
                       (long long)g->touch_id, mu_printable(g->c->arena, type, strlen(type), 40),
                       g->tool->name, g->tool->record->delivery);
    return check_dates(g, err);
}

static bool is_us(const char *country)
{
    return mu_strieq(country, "US") || mu_strieq(country, "USA");
}

/* Campaigns list two-letter codes; a code of another length can't be compared. */
static int check_country(struct gift *g, struct mu_err *err)
{
    const char *country = mu_json_str(g->args, "country");
    const struct mu_doc *list = mu_doc_member(g->touch, "ship_to_countries");
    const char *code = country && is_us(country) ? "US" : country, *known = "";
    if (!country)
        return 0;
    if (!is_us(country) && !json_object_object_get(g->args, "mobile_no"))
        return mu_fail(err, MU_E_USAGE,
                       "mobile_no: is needed for addresses outside the US; without it the gift "
                       "fails silently");
    if (!mu_doc_is(list, MU_DOC_LIST) || !list->first || strlen(code) != 2)
        return 0;
    for (const struct mu_doc *c = list->first; c; c = c->next) {
        const char *text = mu_doc_text(c);
        if (text && mu_strieq(text, code))
            return 0;
        known = mu_printf(g->c->arena, "%s%s%s", known, *known ? ", " : "", text ? text : "?");
    }
    return mu_fail(err, MU_E_REFUSED, "campaign %lld doesn't ship to %s; it ships to: %s",
                   (long long)g->touch_id, mu_printable(g->c->arena, code, strlen(code), 10),
                   mu_printable(g->c->arena, known, strlen(known), 300));
}

int gift_check(struct gift *g, struct mu_err *err)
{
    const char *path = mu_printf(g->c->arena, "/api/v3/touches/%lld", (long long)g->touch_id);
    const struct mu_doc *doc = NULL;
    if (api_get(&g->api, path, NULL, &doc, err) < 0) {
        if (err->code == MU_E_MISSING)
            return mu_fail(err, MU_E_MISSING,
                           "touch_id: there is no campaign %lld; see list_all_sendoso_campaigns",
                           (long long)g->touch_id);
        return -1;
    }
    g->touch = mu_doc_member(doc, "touch") ? mu_doc_member(doc, "touch") : doc;
    return check_state(g, err) < 0 || check_country(g, err) < 0 ? -1 : check_money(g, err);
}
