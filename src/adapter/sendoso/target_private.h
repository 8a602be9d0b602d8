/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sendoso as a target; private to adapter/sendoso/.
 *
 * people.c reads users and groups and lays them beside the register, ids.c says by which id each is
 * told, person.c makes one of them of an entry, groups.c knows the groups, register.c keeps the invitations' register, target.c is the
 * table of the target, fit.c says what Sendoso can't do and in what words a person can, write.c
 * keeps the window of writes, invite.c asks people to join, scim.c changes who is there, judge.c
 * holds an operation against a person.
 */
#ifndef MU_ADAPTER_SENDOSO_TARGET_PRIVATE_H
#define MU_ADAPTER_SENDOSO_TARGET_PRIVATE_H

#include "adapter/sendoso/sendoso_private.h"
#include "base/str.h"
#include "store/invitations.h"
#include "store/twins.h"

enum {
    SENDOSO_WINDOW = 16,           /* writes in flight */
    SENDOSO_PEOPLE_FRESH_S = 60,   /* how old a read may be, by which somebody is asked to join */
    SENDOSO_GROUPS_FRESH_S = 10,   /* and groups, by whose names people are moved */
    SENDOSO_TRIES_429 = 20,        /* how often one write is told to wait */
    SENDOSO_FORGET_S = 30 * 86400, /* tries of invitations count for so long */
    SENDOSO_SHOWN = 160            /* bytes of remote text in a message */
};

enum sendoso_join { SENDOSO_JOIN_INVITE, SENDOSO_JOIN_SCIM };

/* A team group; texts live in the arena of its read. */
struct sendoso_group {
    const char *id, *name;
    bool unfunded; /* each budget that is told is 0 */
};

struct sendoso_groups {
    struct mu_arena *arena;
    struct mu_map *by_id;   /* -> struct sendoso_group */
    struct mu_map *by_name; /* -> struct sendoso_group; `several` where two are called so */
    struct sendoso_group several;
    int64_t read_us;
};

/* Somebody: a user, or who holds an invitation. Texts NULL: not told. */
struct sendoso_person {
    const char *id;   /* native; NULL: of an invitation alone */
    const char *rest; /* what each interface calls them; NULL: not seen there */
    const char *scim;
    const char *name; /* the e-mail address, else what stands for it */
    const char *key;  /* folded */
    const char *email, *first_name, *last_name;
    const char *role;     /* regular, manager, admin or what else Sendoso says; NULL: not seen */
    const char *group;    /* id */
    const char *division; /* the group's name, as SCIM has it */
    const char *emails;   /* SCIM's list as it came, JSON; NULL: not seen */
    bool active;
    const char *held;                       /* see mu_object */
    const struct mu_invitation *invitation; /* that is open, or was the last one */
    struct mu_object object;                /* the same in the words of operations */
};

struct sendoso_people {
    struct mu_arena *arena;
    struct sendoso_person **list;
    size_t count, cap;
    struct mu_map *by_key, *by_id; /* -> struct sendoso_person; by_id of their native ids */
    struct mu_map *invitations;    /* key -> struct mu_invitation */
    size_t admins;                 /* who are active, and the plan leaves so */
    int64_t read_us, took_us;      /* when its reading began (monotonic), and how long it took */
};

/* By which native id somebody is told, where SCIM numbers people in its own way; see ids.c. */
struct sendoso_ids {
    struct mu_arena *arena;
    struct mu_map *by_rest, *by_scim; /* id -> native id */
    struct mu_map *scim_of;           /* native id -> SCIM's id */
    bool own;                         /* SCIM's ids aren't those of REST, as far as is known */
};

/* What is waited for. */
enum sendoso_wait {
    SENDOSO_IDLE,
    SENDOSO_CHECK,  /* the user, read before the change */
    SENDOSO_LIST,   /* the same by the list of users, where one alone can't be read */
    SENDOSO_CHANGE, /* PUT */
    SENDOSO_LOOK,   /* the user, read because the answer to the change was lost */
    SENDOSO_INVITE, /* POST of an invitation */
    SENDOSO_CREATE  /* POST over SCIM */
};

struct sendoso_flight {
    const struct mu_op *op; /* NULL: free */
    enum sendoso_wait waits;
    struct mu_arena *arena; /* of the texts below */
    const char *key;        /* folded address */
    const char *scim;       /* what SCIM calls the user */
    const char *path, *body;
    bool listed;        /* the list has been asked */
    int throttled;      /* times told to wait */
    struct mu_err lost; /* SENDOSO_LOOK: what became of the change's answer */
};

struct sendoso_target {
    const struct mu_resource *mapping;
    const char *store_path; /* NULL: there is no register */
    struct mu_store *store; /* the register's; NULL: not open */
    struct mu_lock *lock;   /* held while we send; NULL: not yet */
    int64_t run;
    struct sendoso_people *people; /* as last read; NULL: never */
    struct sendoso_groups *groups;
    struct sendoso_ids *ids; /* as last read; NULL: never */
    struct sendoso_who me;   /* in me_arena */
    struct mu_arena *me_arena;
    struct mu_http *writer; /* NULL until something is written */
    struct sendoso_flight flights[SENDOSO_WINDOW];
    size_t in_flight;
    bool no_get;             /* one user alone can't be read here */
    struct mu_outcome *done; /* outcomes nobody has fetched: [done_first, done_count) */
    size_t done_first, done_count, done_cap;
    char *lent; /* native id handed out with the last outcome */
};

/* ---- groups.c ---- */

void sendoso_groups_free(struct sendoso_groups *g); /* NULL is fine */
struct sendoso_groups *sendoso_groups_new(void);
/* An entry of kind group. */
void sendoso_groups_add(struct sendoso_groups *g, const struct mu_doc *entry);
const struct sendoso_group *sendoso_group_by_id(const struct sendoso_groups *g, const char *id);
/* By name alone; NULL: none, or several. */
const struct sendoso_group *sendoso_group_by_name(const struct sendoso_groups *g, const char *name);
/* As it is wanted: `name:X`, `id:X`, or either, a name first. MU_E_DATA with the nearest. */
int sendoso_group_find(const struct sendoso_groups *g, struct mu_arena *arena, const char *text,
                       const struct sendoso_group **ret, struct mu_err *err);
/* `Nordics (72)`, or what is known of it. */
const char *sendoso_group_text(const struct sendoso_groups *g, struct mu_arena *arena,
                               const char *id);
/* Not older than SENDOSO_GROUPS_FRESH_S; nothing may be in flight on s->http. */
int sendoso_groups_fresh(struct sendoso *s, struct mu_err *err);

/* ---- person.c ---- */

/* Of an entry of kind user, in the arena. g NULL: groups aren't known yet. */
struct sendoso_person *sendoso_person_of(struct mu_arena *arena, const struct sendoso_groups *g,
                                         const struct mu_doc *entry);
/* Who holds an invitation. */
struct sendoso_person *sendoso_person_invited(struct mu_arena *arena,
                                              const struct mu_invitation *invitation);
/* Makes p->object of the rest of p. */
void sendoso_person_object(struct mu_arena *arena, struct sendoso_person *p);
const char *sendoso_key(struct mu_arena *arena, const char *email);
/* regular for sender; others as they are, in lower case. */
const char *sendoso_role(struct mu_arena *arena, const char *role);
/* The same of SCIM: sender for regular. */
const char *sendoso_scim_role(struct mu_arena *arena, const char *role);

/* ---- people.c ---- */

void sendoso_people_free(struct sendoso_people *p); /* NULL is fine */
/* Users, groups and the register, whole or not at all, into s->target. Nothing may be in flight on
 * s->http. */
int sendoso_people_read(struct sendoso *s, struct mu_err *err);
/* Reads when what is there is older than SENDOSO_PEOPLE_FRESH_S. */
int sendoso_people_fresh(struct sendoso *s, struct mu_err *err);

/* ---- ids.c ---- */

void sendoso_ids_free(struct sendoso_ids *ids); /* NULL is fine */
/* Gives each of the people their native id, and writes down which two ids are one person's. */
int sendoso_ids_name(struct sendoso *s, struct sendoso_people *people, struct mu_err *err);
/* What SCIM calls a user of that native id, in the arena; NULL with *err: the store can't tell. */
const char *sendoso_ids_scim(struct sendoso *s, struct mu_arena *arena, const char *native,
                             struct mu_err *err);
/* The native id of somebody SCIM has just created; NULL: it takes a read to tell. */
const char *sendoso_ids_created(const struct sendoso *s, const char *scim);

/* ---- register.c ---- */

/* target.store; it stays NULL where there is none. */
int sendoso_register_open(struct sendoso_target *t, struct mu_err *err);
/* The register opened, and brought up to what the people read show; people.invitations and those
 * who hold one are filled in. */
int sendoso_register_read(struct sendoso *s, struct sendoso_people *p, struct mu_err *err);
/* Ours alone from now on, and one more of that address intended, then sent. */
int sendoso_register_intend(struct sendoso *s, const struct mu_invitation *of, struct mu_err *err);
/* What became of it; a failure to write that down is logged: it is in doubt then. */
void sendoso_register_end(struct sendoso *s, const char *key, enum mu_invited state,
                          int64_t expires, const char *detail);
void sendoso_register_close(struct sendoso_target *t);

/* ---- judge.c ---- */

/* The value an operation gives an attribute; NULL: none. */
const char *sendoso_given(const struct mu_op *op, const char *attr);
enum sendoso_finding { SENDOSO_TO_DO, SENDOSO_IS_SO, SENDOSO_STALE };
/* Whether the person is as op expects, or as it makes them; why not goes into `why`. */
enum sendoso_finding sendoso_judge(const struct sendoso *s, const struct mu_op *op,
                                   const struct sendoso_person *there, struct mu_buf *why);

/* ---- write.c ---- */

int sendoso_submit(struct mu_account *a, const struct mu_op *op, struct mu_err *err);
int sendoso_reap(struct mu_account *a, bool wait, struct mu_outcome *ret, struct mu_err *err);
void sendoso_write_done(struct sendoso_target *t);
/* The flight ends with an outcome, which is the caller's to fill in. */
struct mu_outcome *sendoso_land(struct sendoso *s, struct sendoso_flight *f, enum mu_done done);
/* ... of a failure, with the account and the person in front. */
void sendoso_land_failed(struct sendoso *s, struct sendoso_flight *f, enum mu_done done,
                         const struct mu_err *why);
void sendoso_land_stale(struct sendoso *s, struct sendoso_flight *f, const char *why);
/* Sends f->body (NULL: GET) to f->path. */
void sendoso_send(struct sendoso *s, struct sendoso_flight *f, enum sendoso_wait waits,
                  const char *method, bool scim);
/* Whether the answer says for sure that nothing was done. */
bool sendoso_refused(const struct mu_response *r);

/* ---- invite.c, scim.c: how a flight begins, and what its answers mean ---- */

void sendoso_join(struct sendoso *s, struct sendoso_flight *f);
void sendoso_joined(struct sendoso *s, struct sendoso_flight *f, const struct mu_response *r);
void sendoso_change(struct sendoso *s, struct sendoso_flight *f);
/* Answers of CHECK, CHANGE and LOOK. */
void sendoso_changed(struct sendoso *s, struct sendoso_flight *f, const struct mu_response *r);
/* LIST: the people were read again. */
void sendoso_listed(struct sendoso *s, struct sendoso_flight *f);
/* Body of POST (email given) or PUT over SCIM; division by its name. */
const char *sendoso_scim_body(struct mu_arena *arena, const struct sendoso_person *p,
                              const char *division, bool create);

/* ---- target.c, fit.c ---- */

extern const struct mu_target_ops sendoso_target_ops;
int sendoso_target_open(struct sendoso *s, const struct mu_account_conf *conf, struct mu_err *err);
void sendoso_target_close(struct sendoso *s);
const char *sendoso_fit(struct mu_account *a, struct mu_arena *arena, struct mu_op *op,
                        bool *ret_trouble);

#endif
