/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a plan Sendoso can do. What it can't is a step for a person, in words that can be followed
 * in Sendoso's own pages; it is gone from the plan when a later read shows it done.
 */
#include <inttypes.h>
#include <string.h>

#include "adapter/sendoso/target_private.h"
#include "base/time.h"

struct fitting {
    const struct sendoso *s;
    struct mu_arena *arena;
    struct mu_op *op;
    const struct sendoso_person *person; /* NULL: nobody yet */
    bool *trouble;
};

static const struct sendoso_person *person_of(const struct sendoso *s, struct mu_arena *arena,
                                              const struct mu_op *op)
{
    const struct sendoso_people *p = s->target->people;
    const char *key = sendoso_key(arena, op->name);
    const struct sendoso_person *found =
        op->native ? mu_map_get(p->by_id, op->native, strlen(op->native)) : NULL;
    return found ? found : mu_map_get(p->by_key, key, strlen(key));
}

static const char *day(const struct fitting *f, int64_t when)
{
    char text[MU_TIME_TEXT];
    return when ? mu_strndup(f->arena, mu_time_text(when, text), strlen("2026-11-21"))
                : "an unknown day";
}

static void add_note(struct fitting *f, const char *note)
{
    f->op->note =
        f->op->note ? mu_printf(f->arena, "%s; %s", f->op->note, note) : mu_strdup(f->arena, note);
}

/* Not the engine's note, which knows nothing of invitations. */
static void by_hand(struct fitting *f, const char *words)
{
    f->op->verb = MU_OP_MANUAL;
    f->op->note = words;
}

static const char *leave(const struct fitting *f, bool trouble, const char *why)
{
    *f->trouble = trouble;
    return why;
}

static void note_budget(struct fitting *f, const char *group_id)
{
    const struct sendoso_group *group = sendoso_group_by_id(f->s->target->groups, group_id);
    if (group && group->unfunded)
        add_note(f, mu_printf(f->arena, "%s has a budget of 0, and can't send anything",
                              sendoso_group_text(f->s->target->groups, f->arena, group_id)));
}

/* ---- who joins ---- */

static const char *lacking(const struct mu_op *op)
{
    static const char *const needed[] = {"first_name", "last_name", "role", "team_group"};
    for (size_t i = 0; i < MU_LEN(needed); i++)
        if (!sendoso_given(op, needed[i]))
            return needed[i];
    return NULL;
}

/* The invitation before this one. */
static const char *after_another(struct fitting *f, const struct mu_invitation *last)
{
    int64_t most = 1 + f->s->settings->reinvite;
    bool counts = last->state == MU_INVITED_REFUSED ||
                  ((last->state == MU_INVITED_EXPIRED || last->state == MU_INVITED_ACCEPTED) &&
                   last->sent + SENDOSO_FORGET_S > mu_now());
    if (counts && last->tries >= most)
        return leave(f, true,
                     mu_printf(f->arena,
                               "was invited %" PRId64 " times (the last on %s: %s), and reinvite "
                               "allows no more; muster invitations settle %s --again allows one",
                               last->tries, day(f, last->sent), mu_invited_name(last->state),
                               last->email));
    if (last->state == MU_INVITED_EXPIRED)
        add_note(f, mu_printf(f->arena, "invited again: the invitation of %s expired on %s",
                              day(f, last->sent), day(f, last->expires)));
    if (last->state == MU_INVITED_ACCEPTED)
        add_note(f, "had accepted an invitation before, and isn't active in Sendoso any more");
    return NULL;
}

static const char *fit_join(struct fitting *f)
{
    const struct sendoso *s = f->s;
    const char *group = sendoso_given(f->op, "team_group"), *lacks = lacking(f->op);
    const char *key = sendoso_key(f->arena, f->op->name);
    const struct mu_invitation *last = mu_map_get(s->target->people->invitations, key, strlen(key));
    bool scim = s->settings->join == SENDOSO_JOIN_SCIM;
    if (lacks && mu_streq(lacks, "team_group"))
        return leave(f, true, "nothing says which team group they belong in");
    if (lacks)
        return leave(f, true,
                     mu_printf(f->arena, "%s is missing, and Sendoso takes nobody without", lacks));
    if (!scim && mu_streq(sendoso_given(f->op, "role"), "admin"))
        return leave(f, true,
                     "nobody can be invited as admin: let a rule say manager, and make them "
                     "an admin in Sendoso's pages");
    f->op->note = mu_printf(f->arena, "%s %s", scim ? "created in" : "invited by e-mail into",
                            sendoso_group_text(s->target->groups, f->arena, group));
    const char *why = last ? after_another(f, last) : NULL;
    note_budget(f, group);
    f->op->one_way = true;
    return why;
}

/* ---- who is there, or invited ---- */

static void add_words(struct fitting *f, const struct mu_opchange *c, struct mu_buf *to)
{
    const char *given = c->add_count ? c->add[0].bytes : "";
    const char *shown = mu_strieq(c->attr, "team_group")
                            ? sendoso_group_text(f->s->target->groups, f->arena, given)
                            : mu_printable(f->arena, given, strlen(given), SENDOSO_SHOWN);
    mu_buf_printf(to, "%s%s to %s", to->len ? ", " : "", c->attr, shown);
}

static const char *words_of(struct fitting *f)
{
    MU_AUTO(buf) struct mu_buf words = MU_BUF_INIT(MU_BUF_MAX);
    for (size_t i = 0; i < f->op->change_count; i++)
        add_words(f, &f->op->changes[i], &words);
    return mu_strndup(f->arena, words.data, words.len);
}

/* A role nobody sees can't be compared. False: nothing else is left. */
static bool drop_unseen_role(struct fitting *f)
{
    struct mu_opchange *kept = mu_alloc_array(f->arena, f->op->change_count + 1, sizeof(*kept));
    size_t count = 0;
    for (size_t i = 0; i < f->op->change_count; i++)
        if (!mu_strieq(f->op->changes[i].attr, "role") || f->person->role)
            kept[count++] = f->op->changes[i];
    f->op->changes = kept;
    f->op->change_count = count;
    return count > 0;
}

static const char *fit_invited(struct fitting *f)
{
    const struct mu_invitation *i = f->person->invitation;
    return leave(f, false,
                 mu_printf(f->arena,
                           "invited on %s as %s into %s, until %s; should change %s: done when "
                           "they have come, or withdraw the invitation in Sendoso and say muster "
                           "invitations settle %s --withdrawn",
                           day(f, i->sent), i->role ? i->role : "?",
                           sendoso_group_text(f->s->target->groups, f->arena, i->team_group),
                           day(f, i->expires), words_of(f), i->email));
}

/* Not even one by one. */
static bool is_last_admin(struct fitting *f)
{
    const char *role = sendoso_given(f->op, "role");
    if (!role || !f->person->active || !mu_streq(f->person->role, "admin"))
        return false;
    if (f->s->target->people->admins <= 1)
        return true;
    f->s->target->people->admins--;
    return false;
}

static const char *fit_change(struct fitting *f)
{
    const char *group = sendoso_given(f->op, "team_group");
    if (!drop_unseen_role(f))
        return "";
    if (is_last_admin(f))
        return leave(f, true,
                     mu_printf(f->arena,
                               "is the last admin of Sendoso: make somebody else one before %s "
                               "becomes %s",
                               f->person->name, sendoso_given(f->op, "role")));
    if (!f->person->id)
        return fit_invited(f);
    if (!f->s->scim) {
        by_hand(f,
                mu_printf(f->arena, "in Sendoso, under Users, Active Users, find %s and change %s",
                          f->person->name, words_of(f)));
        return NULL;
    }
    if (group)
        add_note(f, mu_printf(f->arena, "from %s to %s",
                              sendoso_group_text(f->s->target->groups, f->arena, f->person->group),
                              sendoso_group_text(f->s->target->groups, f->arena, group)));
    if (group)
        note_budget(f, group);
    return NULL;
}

static const char *withdraw(struct fitting *f)
{
    by_hand(f,
            mu_printf(f->arena,
                      "in Sendoso, under Users, Pending Invites, withdraw the invitation of %s, "
                      "then say muster invitations settle %s --withdrawn; by itself it ends on %s",
                      f->person->name, f->person->name, day(f, f->person->invitation->expires)));
    return NULL;
}

static bool is_me(const struct fitting *f)
{
    const struct sendoso_who *me = &f->s->target->me;
    return me->email && mu_streq(sendoso_key(f->arena, me->email), f->person->key);
}

static const char *fit_leave(struct fitting *f)
{
    const char *name = f->person->name;
    if (!f->person->id)
        return withdraw(f);
    if (is_me(f))
        by_hand(f, mu_printf(f->arena,
                             "%s is whom our own token belongs to: authorise muster as somebody "
                             "else first",
                             name));
    else if (mu_streq(f->person->role, "admin"))
        by_hand(f, mu_printf(f->arena,
                             "Sendoso deletes no admin: under Users, Active Users, make %s a "
                             "Sender first, then the next plan sets them aside",
                             name));
    else if (!f->s->scim)
        by_hand(f, mu_printf(f->arena,
                             "in Sendoso, under Users, Active Users, find %s and delete the user "
                             "(orders in processing have to end first; what is left of their "
                             "balance goes to a funding source)",
                             name));
    return NULL;
}

static const char *fit_rename(struct fitting *f)
{
    const struct mu_op *op = f->op;
    if (!f->person->id)
        return leave(f, true,
                     mu_printf(f->arena,
                               "was invited as %s, and the address is %s now: withdraw that "
                               "invitation in Sendoso, under Users, Pending Invites, then say "
                               "muster invitations settle %s --withdrawn",
                               f->person->name, op->new_name, f->person->name));
    by_hand(f, mu_printf(f->arena,
                         "in Sendoso, under Users, Active Users, find %s (user %s) and change the "
                         "e-mail address to %s; where the page doesn't offer it, Sendoso's support "
                         "does it",
                         f->person->name, f->person->id, op->new_name));
    return NULL;
}

const char *sendoso_fit(struct mu_account *a, struct mu_arena *arena, struct mu_op *op,
                        bool *ret_trouble)
{
    const struct sendoso *s = sendoso_of(a);
    if (!s->target->people)
        return NULL; /* nothing was read: somebody only looks what a plan would be */
    struct fitting f = {.s = s,
                        .arena = arena,
                        .op = op,
                        .person = person_of(s, arena, op),
                        .trouble = ret_trouble};
    if (op->verb == MU_OP_CREATE)
        return fit_join(&f);
    /* Whoever is invited under the address they had: what is said of that goes for all of them. */
    if (!f.person && !op->native && op->verb == MU_OP_MODIFY)
        return "";
    if (!f.person || op->verb > MU_OP_DELETE)
        return NULL;
    if (op->verb == MU_OP_RENAME)
        return fit_rename(&f);
    if (op->verb == MU_OP_MODIFY && op->why != MU_WHY_DISABLE)
        return fit_change(&f);
    const char *why = fit_leave(&f);
    if (op->verb == MU_OP_DELETE)
        by_hand(&f, mu_printf(arena,
                              "Sendoso keeps its users: under Users, Active Users, find %s and "
                              "delete the user, or say `gone: disable`",
                              f.person->name));
    return why;
}
