/* SPDX-License-Identifier: Apache-2.0 */
/* A condition's tree held against a document. */
#include "model/filter_tree.h"

#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/time.h"
#include "model/number.h"

static bool ordered(enum filter_op op, int cmp)
{
    switch (op) {
    case OP_LT:
        return cmp < 0;
    case OP_GT:
        return cmp > 0;
    case OP_LE:
        return cmp <= 0;
    default:
        return cmp >= 0;
    }
}

/* Folding changes nothing in it but letter case. */
static bool is_ascii(const char *text)
{
    while (*text != '\0' && (unsigned char)*text < 0x80)
        text++;
    return *text == '\0';
}

/* Whether a text can match a folded pattern as far as their first letters tell: most don't. */
static bool may_match(const char *pattern, const char *text)
{
    unsigned char want = (unsigned char)*pattern, is = (unsigned char)*text;
    if (want >= 0x80 || is >= 0x80 || want == '*' || want == '?')
        return true;
    return want == is || (is >= 'A' && is <= 'Z' && want == is - 'A' + 'a');
}

/* Any of the values; the text is folded when first it has to be. */
static bool test_words(const struct mu_filter *f, const char *text, struct mu_buf *scratch)
{
    bool ascii = f->op != OP_LIKE && is_ascii(text);
    mu_buf_reset(scratch);
    for (; f != NULL; f = f->also) {
        if (ascii && mu_strieq(text, f->folded))
            return true;
        if (ascii || !may_match(f->folded, text))
            continue;
        if (scratch->len == 0)
            mu_fold_into(scratch, text, strlen(text));
        if (f->op == OP_LIKE ? mu_glob(f->folded, scratch->data, false)
                             : strcmp(scratch->data, f->folded) == 0)
            return true;
    }
    return false;
}

static bool test_text(const struct mu_filter *f, const char *text, struct mu_buf *scratch)
{
    if (f->op == OP_PRESENT)
        return true;
    if (f->op == OP_LIKE || f->op == OP_EQ || f->op == OP_NE)
        return test_words(f, text, scratch);
    char canonical[MU_TIME_TEXT];
    int64_t when = 0;
    if (f->by == BY_TIME) {
        return mu_time_parse(text, canonical, &when) &&
               ordered(f->op, (when > f->when) - (when < f->when));
    }
    return mu_number_ok(text) && ordered(f->op, mu_number_cmp(text, f->value));
}

/* Does any value of the tested field pass? For != the answer is turned round by the caller: no
 * value equals. */
static bool test_any(const struct mu_filter *f, const struct mu_doc *value, struct mu_buf *scratch)
{
    if (value->type == MU_DOC_LIST) {
        const struct mu_doc *item = value->first;
        while (item != NULL && !test_any(f, item, scratch))
            item = item->next;
        return item != NULL;
    }
    if (value->type == MU_DOC_OBJECT) {
        if (f->part == NULL)
            return f->op == OP_PRESENT;
        const struct mu_doc *part = mu_doc_member(value, f->part);
        return part != NULL && part->type != MU_DOC_OBJECT && test_any(f, part, scratch);
    }
    const char *text = mu_doc_text(value);
    return text != NULL && test_text(f, text, scratch);
}

static bool match(const struct mu_filter *f, const struct mu_doc *doc, struct mu_buf *scratch)
{
    const struct mu_doc *value;
    bool any;
    switch (f->type) {
    case NODE_AND:
        return match(f->left, doc, scratch) && match(f->right, doc, scratch);
    case NODE_OR:
        return match(f->left, doc, scratch) || match(f->right, doc, scratch);
    case NODE_NOT:
        return !match(f->left, doc, scratch);
    default:
        value = mu_doc_member(doc, f->attr->name);
        any = value != NULL && test_any(f, value, scratch);
        return f->op == OP_NE ? !any : any;
    }
}

bool mu_filter_match(const struct mu_filter *filter, const struct mu_doc *doc)
{
    if (filter == NULL)
        return true;
    MU_AUTO(buf) struct mu_buf scratch = MU_BUF_INIT(MU_BUF_MAX);
    return match(filter, doc, &scratch);
}
