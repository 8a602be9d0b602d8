/* SPDX-License-Identifier: Apache-2.0 */
/* The file that keeps a rotating pair of tokens: JSON, mode 0600, replaced atomically. */
#include "net/oauth.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/json.h"

enum { STATE_MAX = 256 << 10, STATE_VERSION = 1, STATE_MODE = 0600 };

void mu_tokens_clear(struct mu_tokens *t)
{
    mu_secret_free(t->access);
    mu_secret_free(t->refresh);
    *t = (struct mu_tokens){.access = NULL};
}

const char *mu_token_text(const struct mu_secret *s)
{
    size_t len;
    return s ? mu_secret_reveal(s, &len) : NULL;
}

static struct mu_secret *secret_at(struct json_object *doc, const char *name)
{
    const char *text = mu_json_str(doc, name);
    return text && *text ? mu_secret_new(text, strlen(text)) : NULL;
}

static int read_state(struct json_object *doc, const char *path, struct mu_tokens *ret,
                      struct mu_err *err)
{
    int64_t version = 0, ends = 0, got = 0;
    if (!json_object_is_type(doc, json_type_object) || !mu_json_int(doc, "version", &version))
        return mu_fail(err, MU_E_CONFIG, "%s is not a token file of muster", path);
    if (version != STATE_VERSION)
        return mu_fail(err, MU_E_CONFIG, "%s was written by a newer muster", path);
    mu_json_int(doc, "ends", &ends);
    mu_json_int(doc, "got", &got);
    mu_tokens_clear(ret);
    *ret = (struct mu_tokens){.access = secret_at(doc, "access_token"),
                              .refresh = secret_at(doc, "refresh_token"),
                              .ends = ends,
                              .got = got};
    return 0;
}

int mu_tokens_load(const char *path, struct mu_tokens *ret, struct mu_err *err)
{
    if (access(path, F_OK) < 0 && errno == ENOENT) {
        mu_tokens_clear(ret);
        return 0;
    }
    struct mu_buf text = MU_BUF_INIT(STATE_MAX);
    MU_AUTO(json) struct json_object *doc = NULL;
    struct mu_err why;
    int rc = mu_read_file(path, &text, err);
    if (rc == 0) {
        if (mu_json_parse(text.data, text.len, &doc, &why) < 0)
            rc = mu_fail(err, MU_E_CONFIG, "%s is damaged: %s", path, why.text);
        else
            rc = read_state(doc, path, ret, err);
    }
    mu_buf_wipe(&text);
    return rc;
}

int mu_tokens_save(const char *path, const struct mu_tokens *t, struct mu_err *err)
{
    struct mu_buf text = MU_BUF_INIT(STATE_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &text, true);
    mu_jw_object(&w);
    mu_jw_put_int(&w, "version", STATE_VERSION);
    mu_jw_put_str(&w, "access_token", mu_token_text(t->access));
    mu_jw_put_str(&w, "refresh_token", mu_token_text(t->refresh));
    mu_jw_put_int(&w, "ends", t->ends);
    mu_jw_put_int(&w, "got", t->got);
    mu_jw_end(&w, '}');
    mu_buf_addc(&text, '\n');
    int rc = text.full ? mu_fail(err, MU_E_LIMIT, "tokens are larger than %d bytes", STATE_MAX)
                       : mu_write_file(path, text.data, text.len, STATE_MODE, err);
    mu_buf_wipe(&text);
    return rc;
}
